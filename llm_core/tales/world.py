"""The village of Willowby: who lives there, what they own, and how a place looks.

In:     data/people.json, data/animals.json, data/places.json, data/things.json
Out:    Person, Animal, Place and Thing objects, the same for every story
Next:   wording, which reads the sentences they take part in
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def read_data(name: str) -> Any:
    """The content of one of our data files, by name without the ending."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


@dataclass(eq=False, slots=True)
class Place:
    """Somewhere in the village; the phrases say how one is there and gets there."""

    name: str
    at: str
    """As in "she was {at}"."""
    to: str
    """As in "she went {to}"."""
    the: str
    """As the subject of a sentence."""
    tags: frozenset[str]
    """indoors, water, wild, high, busy, home ..."""
    spots: Sequence[str]
    """Where a small thing can lie hidden."""


@dataclass(eq=False, slots=True)
class Person:
    """One of the villagers; name, gender, age and home never change."""

    name: str
    female: bool
    age: int
    home: str
    """Name of a Place."""
    trade: str = ""
    """What a grown-up does; one person each."""
    likes: str = ""
    """What a child likes, as in "she loved {likes}"."""
    nature: str = ""
    """One adjective for a child."""
    parent: "Person | None" = None

    @property
    def child(self) -> bool:
        """Whether this is one of the children."""
        return self.age < 15

    @property
    def noun(self) -> str:
        """The plain word for such a person."""
        if self.child:
            return "girl" if self.female else "boy"
        return self.trade


@dataclass(eq=False, slots=True)
class Animal:
    """An animal with a name and somebody who looks after it."""

    name: str
    female: bool
    noun: str
    owner: Person | None
    """None in a fable."""
    kind: str
    """pet, farm, small, young, bird or fable."""
    look: str
    """One adjective."""


@dataclass(eq=False, slots=True)
class Thing:
    """One particular thing in one story; the same noun has the same nature in all of them."""

    noun: str
    look: str
    """The adjective this one has."""
    kind: "ThingKind"
    owner: "Person | None" = None

    @property
    def plural(self) -> bool:
        """Whether the noun stands in the plural (boots, scissors)."""
        return self.kind.plural


@dataclass(eq=False, slots=True)
class ThingKind:
    """What all kites, or all cups, have in common."""

    noun: str
    tags: frozenset[str]
    looks: Sequence[str]
    material: str
    plural: bool = False
    a: str = ""
    """What stands for the article, "a pair of" for boots; empty where "a" or "an" will do."""
    damage: Sequence[str] = ()
    """Particular ways to break, as clauses about a part ("one wheel came off")."""


@dataclass(eq=False, slots=True)
class Group:
    """Several beings spoken of together."""

    members: Sequence["Person | Animal"]
    noun: str = "friends"
    """What two children are called together."""


Being = Person | Animal
Entity = Person | Animal | Group | Thing | Place


@dataclass(frozen=True)
class Village:
    """Everybody and everything there is."""

    people: Mapping[str, Person] = field(default_factory=dict)
    animals: Mapping[str, Animal] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    kinds: Mapping[str, ThingKind] = field(default_factory=dict)


def _people() -> dict[str, Person]:
    people: dict[str, Person] = {}
    for family in read_data("people")["families"]:
        home = family["home"]
        grown = [
            Person(name, gender == "f", age, home, trade=trade)
            for name, gender, trade, age in family["grown"]
        ]
        people |= {one.name: one for one in grown}
        for name, gender, age, likes, nature in family["children"]:
            people[name] = Person(
                name, gender == "f", age, home, likes=likes, nature=nature, parent=grown[0]
            )
    return people


def _places() -> dict[str, Place]:
    return {
        name: Place(name, at, to, the, frozenset(tags.split()), tuple(spots))
        for name, at, to, the, tags, spots in read_data("places")["places"]
    }


def _kinds() -> dict[str, ThingKind]:
    kinds = {}
    for noun, tags, looks, material, *more in read_data("things")["things"]:
        extra = more[0] if more else {}
        words = frozenset(tags.split())
        if extra.get("damage") or "break" in words:
            words |= {"fragile"}
        kinds[noun] = ThingKind(
            noun,
            words,
            tuple(looks.split("/")),
            material,
            "plural" in words,
            extra.get("a", ""),
            tuple(extra.get("damage", ())),
        )
    return kinds


def _village() -> Village:
    people = _people()
    animals = {
        name: Animal(name, gender == "f", noun, people[owner], kind, look)
        for name, gender, noun, owner, kind, look in read_data("animals")["animals"]
    }
    return Village(people, animals, _places(), _kinds())


VILLAGE = _village()
"""The one village of all stories."""
FABLE = tuple(
    Animal(name, gender == "f", noun, None, "fable", "")
    for name, gender, noun in read_data("animals")["fable"]
)
"""The animals of the wood, who talk among themselves."""
CHILDREN = tuple(one for one in VILLAGE.people.values() if one.child)
GROWN_UPS = tuple(one for one in VILLAGE.people.values() if not one.child)
TRADES = {one.trade: one for one in GROWN_UPS}
