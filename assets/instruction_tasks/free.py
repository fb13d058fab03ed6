"""Tasks without a single right answer: a reader has to judge, or another model."""

from random import Random

from assets.instruction_tasks.family import Family
from assets.instruction_tasks.scenes import PETS, scene
from llm_core.tales import letterwork
from llm_core.tales.numbers import DAYS
from llm_core.tales.phrasing import Values, one_of, said, table
from llm_core.tales.words import number_word, with_article
from llm_core.tales.world import CHILDREN, GROWN_UPS, VILLAGE

ABOUT = [
    ("{a_thing}", [
        "{A_thing} lay {spot}, and nobody knew whose it was.",
        "{a} carried {a_thing} {to} and did not drop it once.",
        "The {look} {thing} was a present from {b} to {a}.",
        "{a} dreamed of {a_thing} all night.",
        "There is {a_thing} {spot}, and it belongs to {a}.",
    ]),
    ("{a pet}", [
        "The {pet} slept {at} until {a} called.",
        "{A pet} ran {to}, and {a} ran after it.",
        "{a} gave some water to the {pet}.",
        "The {pet} looked at {a} and did not move.",
        "{a} has {a pet} that follows {him} everywhere.",
    ]),
    ("{a}", [
        "{a} went {to} and came back with {a_thing}.",
        "{a} looked {spot} and found {her} {thing} there.",
        "{a} and {b} laughed until it was dark.",
        "{a} gave {her} {thing} to {b}, for {she} is kind.",
    ]),
    ("{place}", [
        "{Place} was quiet, and only {a} was there.",
        "{a} and {b} met {at} in the morning.",
        "Nobody was {at} but the {pet}.",
        "{a} left {her} {thing} {at} and had to go back.",
    ]),
]  # fmt: skip
STORIES = [
    ("{a} had lost {her} {thing}.", "{She} looked {spot} and {spot2}, and there it was."),
    ("{a} had lost {her} {thing}.", "{b} helped {him} to look, and they found it {spot}."),
    ("{a} found {a_thing} {at}.", "{She} showed it to {b}, who knew at once whose it was."),
    ("{a} found {a_thing} {at}.", "{She} took it home and put it in a safe place."),
    ("The {pet} ran away.", "{a} followed it {to} and brought it back."),
    ("The {pet} ran away.", "In the evening it came home by itself, wet and hungry."),
    ("It began to rain.", "{a} and {b} ran {to} and waited there until the sun came out."),
    ("{a} heard a noise {at}.", "It was only the {pet}, which had knocked over a bucket."),
    ("{a} wanted to make a present for {b}.", "{She} painted a picture of the {pet}."),
    ("{a} could not sleep.", "{She} got up, looked out of the window and saw the {pet}."),
    ("{a} dropped the {thing}.", "{b} picked it up and gave it back with a smile."),
    ("{a} and {b} went {to}.", "There they found {a_thing} and did not know whose it was."),
]
LETTERS = [
    (
        "to thank {b} for the {thing}",
        "Dear {b}, thank you for the {thing}. I like it very much. Love, {a}",
    ),
    (
        "to invite {b} to tea",
        "Dear {b}, please come to tea on {day}. There will be cake. Love, {a}",
    ),
    (
        "to say sorry to {b}",
        "Dear {b}, I am sorry that I lost your {thing}. I will look for it. Love, {a}",
    ),
    ("to ask {b} for the {thing}", "Dear {b}, could you lend me your {thing}, please? Yours, {a}"),
    (
        "to cheer up {b}, who is ill",
        "Dear {b}, get well soon. The {pet} misses you, too. Love, {a}",
    ),
    (
        "to tell {b} about the {pet}",
        "Dear {b}, our {pet} ran away today. We found it {at}. Love, {a}",
    ),
]
QUESTIONS = [
    ("about {her} {thing}", "Where did you find your {thing}, {a}?"),
    ("about the {pet}", "Has the {pet} had enough water, {a}?"),
    ("about {place}", "What did you see {at}, {a}?"),
    ("about {b}", "Have you seen {b} today, {a}?"),
    ("about tomorrow", "Shall we go {to} tomorrow, {a}?"),
]


def about(draw: Random) -> Values:
    """Something to write about, and a sentence about it."""
    found = scene(draw)
    what, sentences = one_of(ABOUT, draw)
    return {"what": said(what, draw, found), "text": said(one_of(sentences, draw), draw, found)}


def going_on(draw: Random) -> Values:
    """The beginning of a story, and a sentence more."""
    found = scene(draw)
    begin, end = one_of(STORIES, draw)
    return {"begin": said(begin, draw, found), "end": said(end, draw, found)}


def letter(draw: Random) -> Values:
    """What a letter is for, and the letter."""
    found = {**scene(draw), "day": one_of(DAYS, draw)}
    aim, text = one_of(LETTERS, draw)
    return {"a": found["a"], "aim": said(aim, draw, found), "text": said(text, draw, found)}


def question(draw: Random) -> Values:
    """What a child is to be asked about, and the question."""
    found = scene(draw)
    aim, text = one_of(QUESTIONS, draw)
    return {"a": found["a"], "aim": said(aim, draw, found), "text": said(text, draw, found)}


def portrait(draw: Random) -> Values:
    """Somebody of the village, and who that is."""
    chance = draw.random()
    if chance < 0.45:
        one = one_of(CHILDREN, draw)
        found = {"one": one.name, "nature": one.nature, "noun": one.noun, "likes": one.likes}
        text = f"{{one}} is {{a nature}} {{noun}} of {number_word(one.age)} who loves {{likes}}."
    elif chance < 0.75:
        one = one_of(GROWN_UPS, draw)
        him, at = "her" if one.female else "him", VILLAGE.places[one.home].at
        found = {"one": one.name, "trade": one.trade, "him": him, "at": at}
        many = "grandmother" in one.trade or "old" in one.trade
        where = " of the village." if "'" in at else ". You find {him} {at}."
        text = ("{one} is {a trade}" if many else "{one} is the {trade}") + where
    else:
        pet = one_of([one for one in VILLAGE.animals.values() if one.noun in PETS], draw)
        assert pet.owner
        found = {"one": pet.name, "look": pet.look, "noun": pet.noun, "owner": pet.owner.name}
        text = "{one} is {a look} {noun} and belongs to {owner}."
    return {"words": found["one"], "one": found["one"], "text": said(text, draw, found)}


def animal(draw: Random) -> Values:
    """An animal, how it looks and what it eats."""
    bodies, diets = ({row["animal"]: row for row in table(name)} for name in ("bodies", "diets"))
    name = one_of(sorted(bodies.keys() & diets.keys()), draw)
    text = f"{with_article(name)} has {bodies[name]['has']}. It eats {diets[name]['eats']}."
    return {"words": name, "animal": name, "text": text[0].upper() + text[1:]}


FAMILIES = (
    Family("sentence about", 100, about, [
        ("Write a sentence about {what}.", "", "{text}"),
        ("Tell me something about {what}.", "", "{text}"),
    ], "free"),
    Family("going on", 100, going_on, [
        ("Go on with the story.", "{begin}", "{end}"),
        ("Continue the story with one sentence.", "{begin}", "{end}"),
        ("What may happen next?", "{begin}", "{end}"),
    ], "free"),
    Family("writing a letter", 80, letter, [
        ("Write a short letter from {a} {aim}.", "", "{text}"),
        ("Write a few lines {aim}. Sign with {a}.", "", "{text}"),
    ], "free"),
    Family("asking", 60, question, [
        ("Ask {a} a question {aim}.", "", "{text}"),
        ("What could you ask {a} {aim}?", "", "{text}"),
    ], "free"),
    Family("portrait", 60, portrait, [
        ("Who is {one}?", "", "{text}"),
        ("Describe {one} in one sentence.", "", "{text}"),
    ], "free"),
    Family("describing an animal", 20, animal, [
        ("Describe {a animal}.", "", "{text}"),
        ("What is {a animal} like?", "", "{text}"),
    ], "free"),
    Family("listing", 60, letterwork.a_list, [
        ("Name {number} {kinds}.", "", "Here are {number} {kinds}: {members}."),
        ("Make a list of {number} {kinds}.", "", "Here are {number} {kinds}: {members}."),
    ], "free"),
)  # fmt: skip
"""All of them."""
