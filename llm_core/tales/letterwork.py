"""What a primer says about letters and single words: spelling, order, rhymes, groups, plurals.

In:     random numbers, the tables of the primer
Out:    the words that such a sentence needs, by name
Next:   facts.py
"""

from collections import Counter
from collections.abc import Callable
from functools import cache
from random import Random

from llm_core.tales.phrasing import Values, loaded, one_of, shuffled, table
from llm_core.tales.sentences import change
from llm_core.tales.words import article, listed, number_word, plural, with_article

LETTERS = "abcdefghijklmnopqrstuvwxyz"
TIMES = ("never", "once", "twice", "three times", "four times")


def alphabet(rng: Random) -> Values:
    """A letter, the two after it, and a word that begins with it."""
    place = int(rng.random() * 24)
    words = _by_first_letter()
    while LETTERS[place] not in words:
        place = int(rng.random() * 24)
    letter, following, third = list(LETTERS[place : place + 3])
    return {"letter": letter, "next": following, "third": third, "word": one_of(words[letter], rng)}


@cache
def _by_first_letter() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in table("plurals"):
        found.setdefault(row["x"][0], []).append(row["x"])
    return found


def spelling(rng: Random) -> Values:
    """A word and its letters."""
    word = one_of(table("spelled"), rng)["word"]
    letter = one_of(word, rng)
    return {
        "word1": word,
        "letters": "-".join(word),
        "listed_letters": listed(word),
        "first": word[0],
        "last": word[-1],
        "n": str(len(word)),
        "letter": letter,
        "times": TIMES[Counter(word)[letter]],
    }


def sorting(rng: Random) -> Values:
    """A few words out of order and in order."""
    words = one_of(table("sortable"), rng)["words"].split(", ")
    mixed, in_order = shuffled(words, rng), sorted(words)
    values = {"mixed": ", ".join(mixed), "sorted": ", ".join(in_order)}
    for first, last in ((in_order[0], in_order[-1]), (in_order[0], in_order[1])):
        if first[0] != last[0]:
            values |= {"first": first, "last": last, "letter1": first[0], "letter2": last[0]}
    return values


def counted(rng: Random) -> Values:
    """A sentence and its words."""
    sentence = change(rng)[one_of(("present", "past", "past_negative"), rng)]
    words = sentence.rstrip(".").split()
    return {
        "sentence": sentence,
        "n": str(len(words)),
        "first": words[0],
        "last": words[-1],
        "counted": ", ".join(words),
    }


def turned(rng: Random) -> Values:
    """A few words, and the same from the end."""
    words = one_of(table("phrases"), rng)["words"]
    return {"words": words, "back": " ".join(reversed(words.split()))}


def sign(rng: Random) -> Values:
    """What is written on a sign, in small letters and in capitals."""
    text = one_of(table("signs"), rng)["text"]
    return {"text": text, "loud": text.upper()}


def title(rng: Random) -> Values:
    """A title without and with capitals."""
    words = one_of(table("titles"), rng)["words"]
    return {"words": words, "title": " ".join(word.capitalize() for word in words.split())}


def rhyme(rng: Random) -> Values:
    """Three words that rhyme and one that does not."""
    families = [row["family"].split(", ") for row in table("rhymes")]
    first, other = rng.sample(families, 2)
    while set(first) & set(other):
        other = one_of(families, rng)
    ones = rng.sample(first, 3)
    return {"one1": ones[0], "one2": ones[1], "one3": ones[2], "other": one_of(other, rng)}


def group(rng: Random) -> Values:
    """Three things of one kind, and two of other kinds."""
    here, there, elsewhere = rng.sample(table("groups"), 3)
    ones = rng.sample(here["members"].split(", "), 3)
    other, other2 = (one_of(row["members"].split(", "), rng) for row in (there, elsewhere))
    return {
        "kind": with_article(here["name"]),
        "kinds": plural(here["name"]),
        "otherkind": with_article(there["name"]),
        "one1": _named(ones[0], here),
        "one2": _named(ones[1], here),
        "one3": _named(ones[2], here),
        "other": _named(other, there),
        "other2": _named(other2, elsewhere),
    }


def _named(member: str, row: Values) -> str:
    return with_article(member) if row["kind"] == "a" else member


def a_list(rng: Random) -> Values:
    """A few things of one kind."""
    row = one_of(table("groups"), rng)
    count = 2 + int(rng.random() * 3)
    members = [_named(member, row) for member in rng.sample(row["members"].split(", "), count)]
    return {
        "number": number_word(count),
        "kinds": plural(row["name"]),
        "members": listed(members),
    }


def one_and_many(rng: Random) -> Values:
    """A noun, its plural, another one, and how the plural is made."""
    one, two = (row["x"] for row in rng.sample(table("plurals"), 2))
    return {"x": one, "y": plural(one), "x2": two, "y2": plural(two), "rule": rule(one)}


@cache
def rule(noun: str) -> str:
    """How the plural of a noun is made, in a sentence."""
    many = plural(noun)
    if many == noun:
        return f"The word {noun} stays the same: one {noun}, many {noun}."
    if many == noun + "s":
        return f"We add an s to {noun}: {many}."
    if many == noun + "es":
        return f"We add es to {noun}: {many}."
    if many == noun[:-1] + "ies":
        return f"The y of {noun} turns into ies: {many}."
    if many.endswith("ves"):
        return f"The f of {noun} turns into v: {many}."
    return f"The plural of {noun} has to be learnt by heart: {many}."


def a_or_an(rng: Random) -> Values:
    """A noun and its article."""
    options = loaded("themes")["article_nouns"]
    thing, thing2 = rng.sample(options, 2)
    right = article(thing)
    sound = thing[0]
    if right == "a" and sound in "aeiou":
        sound = "y"
    elif right == "an" and sound == "h":
        sound = thing[1]
    wrong = f"{'a' if right == 'an' else 'an'} {thing}"
    return {"thing": thing, "thing2": thing2, "article": right, "wrong": wrong, "sound": sound}


def mood(rng: Random) -> Values:
    """A sentence that sounds glad or sad."""
    if rng.random() < 0.5:
        text = one_of(table("good_news"), rng)["text"]
        return {"text": text, "mood": "good", "pole": "positive"} | {
            "feeling": one_of(("glad", "happy"), rng)
        }
    text = one_of(table("bad_news"), rng)["text"]
    return {"text": text, "mood": "bad", "pole": "negative"} | {
        "feeling": one_of(("sad", "unhappy"), rng)
    }


MAKERS: dict[str, Callable[[Random], Values]] = {
    "alphabet": alphabet,
    "spelling": spelling,
    "sorting": sorting,
    "counted": counted,
    "turned": turned,
    "sign": sign,
    "title": title,
    "rhyme": rhyme,
    "group": group,
    "list": a_list,
    "plurals": one_and_many,
    "article": a_or_an,
    "mood": mood,
}
"""What a theme names as its source -> what makes one item of it."""
