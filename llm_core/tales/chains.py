"""Small scenes in which every sentence is there because of the one before.

Somebody wants something, tries, is hindered, is helped or finds a way, and so it ends. A chain has
a few wordings for each of these steps, all about the same people and the same thing; which of them
are taken, who takes part and what is used are drawn. The people are from everywhere, not only from
Willowby, so names have to be read rather than known.

In:     random numbers; data/chains.json (who and what), data/telling_chains.json (the steps)
Out:    a text of 75 to 150 words
Next:   the corpus
"""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

from llm_core.tales.phrasing import loaded, one_of
from llm_core.tales.telling import Event, Teller
from llm_core.tales.wording import BANK
from llm_core.tales.words import with_article
from llm_core.tales.world import VILLAGE, Animal, Being, Entity, Group, Person, Thing

KIN = "grandmother"
"""The trade of people who are always called by their name, Aunt Rose for example."""
SHORTEST, LONGEST = 75, 150
"""Words of a scene."""
PAUSED, THANKED = 0.45, 0.3
"""Chances that somebody stops to think after a failure, and does something in return at the end."""

Roles = dict[str, Entity | str]


def chain(rng: Random) -> str:
    """One scene."""
    entries: dict[str, dict[str, Any]] = loaded("chains")["chains"]
    name = one_of(_names(), rng)
    while True:
        text = _told(name, entries[name], rng)
        if SHORTEST <= text.count(" ") + 1 <= LONGEST:
            return text


@cache
def _names() -> tuple[str, ...]:
    return tuple(loaded("chains")["chains"])


def _told(name: str, entry: dict[str, Any], rng: Random) -> str:
    """A chain from its beginning to its end, however long it gets."""
    hero = _hero(entry, rng)
    first = hero.members[0] if isinstance(hero, Group) else hero
    other = _other(entry, hero, rng)
    roles = _roles(entry, hero, other, rng)
    events = _steps(name, roles, entry, rng)
    teller = Teller(rng, [*_members(hero), *([other] if other else [])], first)
    teller.talk.known.discard(first)
    return teller.tell(events)


def _steps(name: str, roles: Roles, entry: dict[str, Any], rng: Random) -> list[Event]:
    """Wanted, tried (once or more), helped, ended.

    In a "steady" chain nobody despairs; in one that ends "even" nobody owes anybody thanks.
    """
    keys: list[str] = ["two of them"] if isinstance(roles["A"], Group) else []
    keys.append(f"{name}: begins")
    if f"{name}: because" in BANK and rng.random() < 0.6:
        keys.append(f"{name}: because")
    tries = one_of((1, 2, 2, 3), rng)
    for number in range(tries):
        keys.append(f"{name}: tries")
        if "steady" not in entry and rng.random() < PAUSED / (1 + number):
            keys.append("does not give up")
    if 3 < len(keys) < 6 and rng.random() < 0.5:
        keys.append("")  # a new paragraph
    keys += [f"{name}: helped", f"{name}: ends"]
    thankful = "K" in roles and "even" not in entry and not isinstance(roles["A"], Animal)
    if thankful and rng.random() < THANKED:
        keys.append("says thank you")
    return [Event(key, roles) for key in keys]


def _roles(entry: dict[str, Any], hero: Being | Group, other: Person | None, rng: Random) -> Roles:
    """Everything that the wordings of one chain may name."""
    roles: Roles = {"A": hero} if other is None else {"A": hero, "K": other, "F": other}
    if isinstance(hero, Group):
        roles["kin"] = hero.noun
    if "x" in entry:
        kind = VILLAGE.kinds[one_of(entry["x"], rng)]
        owner = hero if entry.get("own") and isinstance(hero, Person) else None
        roles["x"] = Thing(kind.noun, one_of(kind.looks, rng), kind, owner)
    for role in ("s", "w", "n"):
        if role in entry and role not in roles:
            roles[role] = one_of(entry[role], rng)
    if isinstance(hero, Animal):
        roles["n"] = hero.noun
    if "s" in roles:
        roles["a_s"] = with_article(str(roles["s"]))
    return roles


# ------------------------------------------------------------------------------------- people


def _people(kind: str) -> Sequence[str]:
    names: Sequence[str] = loaded("chains")["people"][kind]
    return names


def _child(female: bool, rng: Random, but: str = "") -> Person:
    """A child of any village; not of this name."""
    while True:
        name = one_of(_people("girls" if female else "boys"), rng)
        if name != but:
            return Person(name, female, 6 + int(rng.random() * 5), "mill")


def _grown_up(female: bool, rng: Random, trade: str = "", kin: bool = False) -> Person:
    """A relative or a neighbour."""
    if kin or (not trade and rng.random() < 0.55):
        return Person(one_of(_people("kin_f" if female else "kin_m"), rng), female, 50, "mill", KIN)
    title = one_of(("Mrs", "Miss", "Mrs"), rng) if female else "Mr"
    trades = [name for name in _people("trades") if not (female and name.endswith("man"))]
    name = f"{title} {one_of(_people('surnames'), rng)}"
    return Person(name, female, 50, "mill", trade or one_of(trades, rng))


def _hero(entry: dict[str, Any], rng: Random) -> Being | Group:
    kind = one_of([*entry["hero"], entry["hero"][0]], rng)
    female = rng.random() < 0.5
    if kind == "worker":
        return _grown_up(female, rng, entry.get("trade", ""))
    if kind == "animal":
        name = one_of(_people("animals_f" if female else "animals_m"), rng)
        noun = one_of(entry["n"], rng)
        return Animal(name, female, noun, None, "fable", "")
    one = _child(female, rng)
    if kind == "child":
        return one
    mixed = rng.random() < 0.4
    second = _child(female != mixed, rng, one.name)
    noun = one_of(("friends", "cousins") if mixed else ("sisters",) * female or ("brothers",), rng)
    return Group((one, second), noun)


def _other(entry: dict[str, Any], hero: Being | Group, rng: Random) -> Person | None:
    """The second part; never of the hero's gender, so that "she" is always clear."""
    if "other" not in entry:
        return None
    female = rng.random() < 0.5 if isinstance(hero, Group) else not hero.female
    if entry["other"] == "friend":
        names = [one.name for one in _members(hero)]
        return _child(female, rng, names[-1] if len(names) > 1 else "")
    strangers = isinstance(hero, Group) and hero.noun in ("friends", "cousins")
    if "at_home" in entry and not strangers and rng.random() < 0.35:
        return Person(_people("parents")[not female], female, 40, "mill", KIN)
    return _grown_up(female, rng, kin="kin" in entry)


def _members(hero: Being | Group) -> list[Being]:
    return list(hero.members) if isinstance(hero, Group) else [hero]
