"""Tasks about one to four sentences: who, what, where, when, why, how many.

A passage is a template with the name of the value that answers the question about it.
"""

from collections.abc import Callable, Sequence
from random import Random

from assets.instruction_tasks.family import Family
from assets.instruction_tasks.scenes import act, coloured, scene
from llm_core.tales.numbers import DAYS, MONTHS
from llm_core.tales.phrasing import Values, loaded, one_of, said
from llm_core.tales.words import number_word, past, plural

Passage = tuple[str, str]
"""A text, and the answer."""


def _said(draw: Random, found: Values, **templates: str) -> Values:
    """Each of these templates, filled."""
    return {name: said(template, draw, found) for name, template in templates.items()}


def told(
    passages: Sequence[Passage], make: Callable[[Random], Values] = scene
) -> Callable[[Random], Values]:
    """A scene with one of these passages and its answer."""

    def values(draw: Random) -> Values:
        found = make(draw)
        text, answer = one_of(passages, draw)
        return {**found, "text": said(text, draw, found), "answer": said(answer, draw, found)}

    return values


COLOURED = [
    ("{a} [had|found|bought|carried] {a_thing}.", "{look}"),
    ("{a} lost {a_thing} {at}.", "{look}"),
    ("There was {a_thing} {spot}.", "{look}"),
    ("{a} took the {look} {thing} {to}.", "{look}"),
    ("{a} had {a_thing}, and {b} had {a_thing2}.", "{look}"),
    ("{a} put the {look} {thing} {spot}.", "{look}"),
]
HOLDERS = [
    ("{a} gave {a_thing} to {b}.", "{b}"),
    ("{a} had {a_thing}. {She} gave it to {b}.", "{b}"),
    ("{a} found {a_thing} {at}. [Later|Then] {she} gave it to {b}.", "{b}"),
    ("{b} took the {thing} from {a}.", "{b}"),
    ("{a} gave {a_thing} to {b}. {b} gave it to {c}.", "{c}"),
    ("{a} lost {a_thing}. {b} found it {at}.", "{b}"),
    ("{a} found {a_thing}. {b} [had no {thing}|looked on].", "{a}"),
    ("{a} showed {b} {a_thing} and then took it home.", "{a}"),
    ("{b} gave the {thing} back to {a}.", "{a}"),
]
SWAPS = [("{a} had the {thing} and {b} had the {thing2}. Then they swapped.", "{b}")]
WHERE = [
    ("{a} put the {thing} {spot}.", "{spot}"),
    ("{a} hid {a_thing} {spot}. {b} [looked for it|could not see it].", "{spot}"),
    ("{a} looked for the {thing}. It lay {spot}.", "{spot}"),
    ("The {thing} was not {spot}. {b} found it {spot2}.", "{spot2}"),
    ("{a} put the {thing} {spot}. Later {b} put it {spot2}.", "{spot2}"),
    ("{a} put the {thing} {spot} and the {thing2} {spot2}.", "{spot}"),
]
SPOKEN = [
    ('"{Line}," said {a}.', "{a}"),
    ('"{Line}," {a} [told|said to] {b}.', "{a}"),
    ('{a} [laughed|nodded|looked up]. "{Line}," said {b}.', "{b}"),
    ('{a} turned to {b} and said, "{Line}."', "{a}"),
    ('{b} [ran in|opened the door]. "{Line}," {she_b} said. {a} nodded.', "{b}"),
]
LINES = [
    "I am [hungry|tired|cold|late|ready|thirsty]", "it is [late|cold|raining|time to go]",
    "I have lost my {thing}", "I have found {a_thing}", "the {pet} is gone", "we must go home",
    "the {thing} is mine", "this is {a_thing}", "I like your {thing}", "the {pet} is asleep",
    "let us go {to}", "I can hear the {pet}", "my {thing} is broken", "nobody is {at}",
]  # fmt: skip
YES_OR_NO = [
    ("Is the {thing} {look}?", "{a} has {a_thing}.", "Yes."),
    ("Is the {thing} {other}?", "{a} has {a_thing}.", "No."),
    ("Does {b} have the {thing} now?", "{a} gave the {thing} to {b}.", "Yes."),
    ("Does {a} have the {thing} now?", "{a} gave the {thing} to {b}.", "No."),
    ("Was {a} {at}?", "{a} was {at}, and {b} was {at2}.", "Yes."),
    ("Was {a} {at2}?", "{a} was {at}, and {b} was {at2}.", "No."),
    ("Is there {a pet} in the story?", "{a} met {a pet} {at}.", "Yes."),
    ("Is there {a pet2} in the story?", "{a} met {a pet} {at}.", "No."),
]
LETTERS = [
    "Dear {b}, thank you for the {thing}. [Love|Yours], {a}",
    "Dear {b}, please come [to tea|to us] on {day}. [Love|Your friend], {a}",
    "Dear {b}, I am sorry about your {thing}. [Your friend|Yours], {a}",
    "Dear {b}, get well soon. [Love|Your friend], {a}",
    "Dear {b}, I have found your {thing}. [Love|Yours], {a}",
]
REASONS = [
    ("was sad", "{she} had lost {her} {thing}"), ("laugh", "the {pet} was in the kitchen"),
    ("was wet", "it had rained"), ("was late", "{she} had lost the way"),
    ("was glad", "{she} had found {her} {thing}"), ("was tired", "{she} had run all the way home"),
    ("run home", "it was late"), ("stay in bed", "{she} was ill"),
    ("was happy", "{b} had come to tea"), ("cry", "{her} {thing} was broken"),
    ("was angry", "the {pet} had eaten the cake"), ("take an umbrella", "it was raining"),
    ("was proud", "{she} had won the race"), ("whisper", "the baby was asleep"),
]  # fmt: skip
BECAUSE = [
    "{a} {done} because {cause}.",
    "{a} {done}, for {cause}.",
    "{a} {done} because {cause}. {b} [nodded|looked on].",
]
GOT = ["find", "buy", "carry", "see", "bring", "lose", "want", "draw"]
IN_ORDER = [
    "First {a} {one}. Then {she} {two}.",
    "{a} {one}. After that {she} {two}.",
    "{a} {one} and then {two}.",
]
BOTH = ["{a} {one}, and {b} {two}.", "{a} {one}. {b} {two}.", "{a} {one} while {b} {two}."]
COUNTED = [
    ("{a} found {n} {things} {at}.", "How many {things} did {a} find?"),
    ("{a} went to the market and bought {n} {things}.", "How many {things} did {a} buy?"),
    ("{a} has {n} {things}, and {b} has {m}.", "How many {things} does {a} have?"),
    ("{b} has {m} {things}, and {a} has {n}.", "How many {things} does {a} have?"),
]
WHEN = [
    "{Before} {answer} {a} went {to}.",
    "{a} lost {her} {thing} {before} {answer}.",
    "{Before} {answer} {b} visited {a}.",
    "{a} has a birthday {before} {answer}.",
]
ABOUT = [
    "{a} [saw|met|fed|called] the {pet} {at}.",
    "{a} was {at} with the {pet}.",
    "The {pet} slept {at}, and {a} read a book.",
    "The {pet} followed {a} {to}.",
    "{a} took the {pet} {to}.",
]


def spoken(draw: Random) -> Values:
    """Somebody says something."""
    found = scene(draw)
    found["line"] = said(one_of(LINES, draw), draw, found)
    text, answer = one_of(SPOKEN, draw)
    quoted = found["line"][0].upper() + found["line"][1:]
    return {
        **found, "quoted": quoted,
        "text": said(text, draw, found), "answer": said(answer, draw, found),
    }  # fmt: skip


def yes_or_no(draw: Random) -> Values:
    """A question about a passage that is answered by yes or no."""
    found = coloured(draw)
    question, text, answer = one_of(YES_OR_NO, draw)
    return {"answer": answer, **_said(draw, found, question=question, text=text)}


def letter(draw: Random) -> Values:
    """A very short letter."""
    found = {**scene(draw), "day": one_of(DAYS, draw)}
    return {**found, "text": said(one_of(LETTERS, draw), draw, found)}


def when(draw: Random) -> Values:
    """Something that happened on a day or in a month."""
    found = scene(draw)
    unit, names = one_of((("day", DAYS), ("month", MONTHS)), draw)
    before = "on" if unit == "day" else "in"
    found |= {"answer": one_of(names, draw), "unit": unit, "before": before}
    return {**found, "text": said(one_of(WHEN, draw), draw, found)}


def counted(draw: Random) -> Values:
    """Two children and how many things each of them has."""
    found = scene(draw)
    things = plural(one_of(loaded("primer_sentences")["countables"]["rows"], draw))
    n, m = draw.sample(range(2, 13), 2)
    found |= {"n": number_word(n), "m": number_word(m), "things": things}
    text, question = one_of(COUNTED, draw)
    return {"n": found["n"], **_said(draw, found, text=text, question=question)}


def gained(draw: Random) -> Values:
    """Some things and some more of them, or fewer."""
    found = scene(draw)
    things = plural(one_of(loaded("primer_sentences")["countables"]["rows"], draw))
    n, m = 2 + int(draw.random() * 7), 1 + int(draw.random() * 4)
    more = draw.random() < 0.5 or n <= m + 1
    then = "{b} gives {her} {m} more." if more else "{She} gives {m} of them to {b}."
    then = then.replace("{her}", "{him}")
    found |= {
        "n": number_word(n), "m": number_word(m), "things": things,
        "answer": number_word(n + m if more else n - m),
    }  # fmt: skip
    return {**found, "text": said("{a} has {n} {things}. " + then, draw, found)}


def reason(draw: Random) -> Values:
    """Something with its cause."""
    found = scene(draw)
    what, cause = one_of(REASONS, draw)
    cause = said(cause, draw, found)
    verb, _, rest = what.partition(" ")
    asked = f"was {found['a']}" if verb == "was" else f"did {found['a']} {verb}"
    done = what if verb == "was" else past(what)
    found |= {"done": done, "cause": cause}
    return {
        "question": f"Why {asked} {rest}".rstrip() + "?",
        "text": said(one_of(BECAUSE, draw), draw, found),
        "answer": f"Because {cause}.",
    }


def in_order(draw: Random) -> Values:
    """Two things that one child did."""
    found = scene(draw)
    one, two = act(draw)[1], act(draw)[1]
    while two == one:
        two = act(draw)[1]
    place, step = one_of((("first", one), ("last", two)), draw)
    found |= {"one": one, "two": two, "step": step, "when": place}
    text, answer = said(one_of(IN_ORDER, draw), draw, found), said("{She} {step}.", draw, found)
    return {**found, "text": text, "answer": answer}


def doer(draw: Random) -> Values:
    """Two children, each of whom does something."""
    found = scene(draw)
    one, two = act(draw)[1], act(draw)[1]
    while two == one:
        two = act(draw)[1]
    who, done = one_of((("a", one), ("b", two)), draw)
    found |= {"one": one, "two": two}
    return {"text": said(one_of(BOTH, draw), draw, found), "done": done, "answer": found[who]}


def got(draw: Random) -> Values:
    """Something that a child finds, buys, loses ..."""
    found = scene(draw)
    base = one_of(GOT, draw)
    found["got"] = past(base)
    text = one_of(
        ("{a} {got} {a_thing} {at}.", "{a} went {to} with {b} and {got} {a_thing}."), draw
    )
    question = f"What did {found['a']} {base}?"
    return {**found, "question": question, "text": said(text, draw, found)}


def picked(draw: Random) -> Values:
    """A sentence with one child, one animal and one place."""
    found = scene(draw)
    return {**found, "text": said(one_of(ABOUT, draw), draw, found), "accept": ""}


def place_picked(draw: Random) -> Values:
    """The same, to find the place."""
    found = picked(draw)
    bare = found["place"].removeprefix("the ")
    accepted = dict.fromkeys((found["place"], bare, found["at"], found["to"]))
    return {**found, "accept": " | ".join(accepted)}


FAMILIES = (
    Family("colour in a passage", 100, told(COLOURED, coloured), [
        ("What colour is the {thing}?", "{text}", "The {thing} is {answer}."),
        ("Find the colour of the {thing}.", "{text}", "The {thing} is {answer}."),
    ]),
    Family("who did it", 100, doer, [
        ("Who {done}?", "{text}", "{answer}"),
        ("Say who {done}.", "{text}", "{answer}"),
    ]),
    Family("what it was", 100, got, [("{question}", "{text}", "It was {a_thing}.")]),
    Family("animal in a sentence", 60, picked, [
        ("Find the animal in the sentence.", "{text}", "It is the {pet}."),
        ("Which animal is mentioned?", "{text}", "It is the {pet}."),
    ]),
    Family("person in a sentence", 60, picked, [
        ("Find the child in the sentence.", "{text}", "{a}"),
        ("Which child is mentioned?", "{text}", "{a}"),
    ]),
    Family("place in a sentence", 60, place_picked, [
        ("Find the place in the sentence.", "{text}", "{place}"),
        ("Which place is mentioned?", "{text}", "{place}"),
    ]),
    Family("when", 60, when, [
        ("Which {unit} is mentioned?", "{text}", "It was {before} {answer}."),
        ("{Before} which {unit} was it?", "{text}", "It was {before} {answer}."),
    ]),
    Family("who has it", 160, told([*HOLDERS, *HOLDERS, *SWAPS]), [
        ("Who has the {thing} now?", "{text}", "{answer}"),
        ("Name the child who has the {thing} in the end.", "{text}", "{answer}"),
    ]),
    Family("where it is", 120, told(WHERE), [
        ("Where is the {thing} now?", "{text}", "It is {answer}."),
        ("Say where the {thing} is.", "{text}", "It is {answer}."),
    ]),
    Family("who speaks", 100, spoken, [
        ("Who is speaking?", "{text}", "{answer}"),
        ("Name the speaker.", "{text}", "{answer}"),
    ]),
    Family("what is said", 60, spoken, [
        ("What does {answer} say?", "{text}", "{quoted}."),
        ("Repeat what is said.", "{text}", "{quoted}."),
    ]),
    Family("yes or no", 80, yes_or_no, [("{question}", "{text}", "{answer}")]),
    Family("letter", 100, letter, [
        ("Who wrote the letter?", "{text}", "{a}"),
        ("Who gets the letter?", "{text}", "{b}"),
        ("Find the name of the writer.", "{text}", "{a}"),
    ]),
    Family("how many", 60, counted, [("{question}", "{text}", "The number is {n}.")]),
    Family("number story", 20, gained, [
        ("How many {things} does {a} have then?", "{text}", "{a} has {answer} {things}."),
        ("Count the {things} that {a} has then.", "{text}", "{a} has {answer} {things}."),
    ]),
    Family("why", 60, reason, [("{question}", "{text}", "{answer}")]),
    Family("order of events", 60, in_order, [
        ("What did {a} do {when}?", "{text}", "{answer}")
    ]),
)  # fmt: skip
"""All of them."""
