"""Forms of English words: plurals, tenses, degrees, articles, numbers in words.

Each function looks a word up in a table of irregular forms first and falls back on the spelling
rule. Phrases are allowed: in "look after" the first word is inflected, in "apple tree" the last, in
"piece of string" the word before "of".

In:     words in their plain form, as a dictionary lists them; data/language.json
Out:    the same words in the form a sentence asks for, British spelling
Next:   stories.py, facts.py, lessons.py and letters.py, which write with them
"""

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")
_TABLES: dict[str, Any] = json.loads((DATA / "language.json").read_text(encoding="utf-8"))
_PLURALS: dict[str, str] = _TABLES["plurals"]
_VERBS: dict[str, list[str]] = _TABLES["verbs"]
_DEGREES: dict[str, list[str]] = _TABLES["comparatives"]
_DOUBLING, _WITH_MORE = set(_TABLES["doubling"]), set(_TABLES["with_more"])
_AN_BEFORE, _A_BEFORE = set(_TABLES["an_before"]), set(_TABLES["a_before"])

_VOWELS = "aeiou"
_HISSING = ("s", "x", "z", "ch", "sh")


@cache
def plural(noun: str) -> str:
    """The noun for more than one thing.

    >>> plural("mouse"), plural("apple tree"), plural("piece of string")
    ('mice', 'apple trees', 'pieces of string')
    """
    first, of, rest = noun.partition(" of ")
    if of:
        return plural(first) + of + rest
    before, gap, last = noun.rpartition(" ")
    return before + gap + _plural_of_word(last)


def _plural_of_word(noun: str) -> str:
    if noun in _PLURALS:
        return _PLURALS[noun]
    for ending in _TABLES["plural_suffixes"]:
        if noun.endswith(ending):  # snowman, grandchild, bookshelf
            return noun[: -len(ending)] + _PLURALS[ending]
    return _with_s(noun)


def _with_s(word: str) -> str:
    if word.endswith(_HISSING):
        return word + "es"
    if _ends_in_consonant_y(word):
        return word[:-1] + "ies"
    return word + "s"


def _ends_in_consonant_y(word: str) -> bool:
    return len(word) > 1 and word[-1] == "y" and word[-2] not in _VOWELS


def past(verb: str) -> str:
    """The simple past: "went"; for "be" the form of the singular, "was".

    >>> past("run"), past("carry"), past("look after")
    ('ran', 'carried', 'looked after')
    """
    return _inflected(verb, "past")


def participle(verb: str) -> str:
    """The past participle: "gone"."""
    return _inflected(verb, "participle")


def third(verb: str) -> str:
    """The present tense of he, she and it: "goes"."""
    return _inflected(verb, "third")


def gerund(verb: str) -> str:
    """The form in -ing: "running"."""
    return _inflected(verb, "gerund")


@cache
def _inflected(verb: str, form: str) -> str:
    word, gap, rest = verb.partition(" ")
    if form in ("past", "participle") and word in _VERBS:
        made = _VERBS[word][form == "participle"]
    elif form in ("past", "participle"):
        made = _with_ending(word, "ed")
    elif form == "third":
        made = _TABLES["third_persons"].get(word) or (
            word + "es" if word.endswith("o") else _with_s(word)
        )
    else:
        made = _TABLES["gerunds"].get(word) or _with_ing(word)
    return made + gap + rest


def _with_ing(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    return _last_doubled(verb) + "ing"


def _with_ending(word: str, ending: str) -> str:
    """The word with -ed, -er or -est: baked, carried, stopped, bigger."""
    if word.endswith("e"):
        return word + ending[1:]
    if _ends_in_consonant_y(word):
        return word[:-1] + "i" + ending
    return _last_doubled(word) + ending


def _last_doubled(word: str) -> str:
    """The word with its last letter twice, where a short stressed vowel stands before it."""
    if word in _DOUBLING or (_syllables(word) == 1 and _short(word)):
        return word + word[-1]
    return word


def _short(word: str) -> bool:
    return bool(re.search(r"(^|[^aeiou]|qu)[aeiouy][^aeiouwxy]$", word))


def _syllables(word: str) -> int:
    spoken = re.sub(r"(?<=[^aeiouyl])e$", "", word)
    return len(re.findall(r"[aeiouy]+", spoken.replace("qu", "q")))


def comparative(adjective: str) -> str:
    """The degree for two: "bigger", "more careful".

    >>> comparative("hot"), comparative("happy"), comparative("beautiful")
    ('hotter', 'happier', 'more beautiful')
    """
    return _degree(adjective, 0)


def superlative(adjective: str) -> str:
    """The degree for the first of many, without "the": "biggest", "most careful"."""
    return _degree(adjective, 1)


@cache
def _degree(adjective: str, which: int) -> str:
    if adjective in _DEGREES:
        return _DEGREES[adjective][which]
    short = _syllables(adjective) == 1 and not re.search(r"..ed$", adjective)
    grows = short or (_syllables(adjective) == 2 and _ends_in_consonant_y(adjective))
    if adjective in _WITH_MORE or not grows:
        return ("more ", "most ")[which] + adjective
    return _with_ending(adjective, ("er", "est")[which])


@cache
def article(phrase: str) -> str:
    """ "a" or "an", by the sound with which the phrase begins."""
    word = re.split(r"[ ,.'-]", phrase, maxsplit=1)[0]
    small = word.lower()
    if small.isdecimal():
        return "an" if small[0] == "8" or small in ("11", "18") else "a"
    if len(small) == 1:
        return "an" if small in _TABLES["an_letters"] else "a"
    if small in _A_BEFORE:
        return "a"
    return "an" if small in _AN_BEFORE or small[0] in _VOWELS else "a"


@cache
def with_article(phrase: str) -> str:
    """The phrase after "a" or "an".

    >>> with_article("apple"), with_article("hour"), with_article("useful old tool")
    ('an apple', 'an hour', 'a useful old tool')
    """
    return f"{article(phrase)} {phrase}"


@cache
def number_word(number: int) -> str:
    """A number from 0 to 1000 in words.

    Raises:
        ValueError: the number is outside.

    >>> number_word(342)
    'three hundred and forty-two'
    """
    if not 0 <= number <= 1000:
        raise ValueError(f"number_word({number}) has no words; choose a number from 0 to 1000")
    if number == 1000:
        return "one thousand"
    hundreds, rest = divmod(number, 100)
    if hundreds:
        tail = f" and {number_word(rest)}" if rest else ""
        return f"{_TABLES['small_numbers'][hundreds]} hundred{tail}"
    if rest < 20:
        return str(_TABLES["small_numbers"][rest])
    tens, ones = divmod(rest, 10)
    tail = f"-{_TABLES['small_numbers'][ones]}" if ones else ""
    return f"{_TABLES['tens'][tens]}{tail}"


def listed(words: Iterable[str], joint: str = "and") -> str:
    """Words as a sentence lists them: "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} {joint} {last}" if first else last


def capital(text: str) -> str:
    """The text with a capital first letter; the rest stays as it is."""
    return text[:1].upper() + text[1:]
