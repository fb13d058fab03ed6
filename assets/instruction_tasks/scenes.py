"""Somebody, something and somewhere in the village, to fill the wordings with."""

from random import Random

from llm_core.tales.phrasing import Values, one_of, table
from llm_core.tales.questions import COLOURS
from llm_core.tales.words import past, with_article
from llm_core.tales.world import CHILDREN, VILLAGE, Person, ThingKind

_LEFT_OUT = {"furniture", "fixed", "doctor", "big"}
KINDS = tuple(
    kind
    for kind in VILLAGE.kinds.values()
    if not kind.plural
    and not _LEFT_OUT & kind.tags
    and kind.noun not in ("cheese", "medicine", "chest")
)
"""Things that a child can carry, one of them at a time."""

PLACES = tuple(place for place in VILLAGE.places.values() if "'" not in f"{place.at} {place.name}")
PETS = ("dog", "cat", "cow", "horse", "donkey", "rabbit", "goat", "lamb", "hen", "duck", "pony")
"""Animals of the village that are known by the word alone."""


def scene(draw: Random) -> Values:
    """Three children, two things, two places, three spots, two animals."""
    a, b, c = draw.sample(CHILDREN, 3)
    first, second = draw.sample(KINDS, 2)
    here, there = draw.sample(PLACES, 2)
    spot, spot2, spot3 = draw.sample(here.spots, 3)
    pet, pet2 = draw.sample(PETS, 2)
    return {
        **_named(a, ""),
        **_named(b, "_b"),
        "a": a.name,
        "b": b.name,
        "c": c.name,
        **_thing(first, draw, ""),
        **_thing(second, draw, "2"),
        "place": here.the,
        "at": here.at,
        "to": here.to,
        "place2": there.the,
        "at2": there.at,
        "to2": there.to,
        "spot": spot,
        "spot2": spot2,
        "spot3": spot3,
        "pet": pet,
        "pet2": pet2,
    }


def _named(person: Person, end: str) -> Values:
    words = ("she", "her", "her") if person.female else ("he", "his", "him")
    return {f"{name}{end}": word for name, word in zip(("she", "her", "him"), words, strict=True)}


def _thing(kind: ThingKind, draw: Random, end: str) -> Values:
    look = one_of(kind.looks, draw)
    words = {"thing": kind.noun, "look": look, "a_thing": with_article(f"{look} {kind.noun}")}
    return {f"{name}{end}": word for name, word in words.items()}


def coloured(draw: Random) -> Values:
    """A scene whose first thing has a colour, and another colour."""
    values = scene(draw)
    while values["look"] not in COLOURS or values["look2"] == values["look"]:
        values = scene(draw)
    other = one_of(sorted(COLOURS - {values["look"], "golden", "silver"}), draw)
    return {**values, "other": other}


def act(draw: Random) -> tuple[str, str]:
    """What a child may do, now and in the past, without who does it."""
    rows = [row for row in table("deeds") if row["who"] in ("person", "any")]
    row = one_of(rows, draw)
    return f"{row['verb']} {row['object']}", f"{past(row['verb'])} {row['object']}"
