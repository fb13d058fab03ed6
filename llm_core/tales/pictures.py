"""Pictures in words: what there is, how many, where, how it is and whose it is.

Stories follow one or two things; here every sentence has a number, and between a noun and its verb
another noun often stands that has the other one. What is asked below a picture was said above.

In:     random numbers; data/pictures.json; the village, whose people and things are seen
Out:    a page of 6 to 13 sentences about what is around, some with questions
Next:   the corpus, which mixes these pages with stories, facts, lists and messages
"""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any, NamedTuple

from llm_core.tales.phrasing import Values, loaded, one_of, said
from llm_core.tales.words import capital, number_word, past, plural, third, with_article
from llm_core.tales.world import CHILDREN, GROWN_UPS, VILLAGE, Person

_ASKED = 0.5
"""Share of the pages with questions below."""
_VERBS = (
    "sit", "hold", "smile", "wash", "put", "look", "talk", "work", "shake", "laugh", "count", "see",
    "bring", "want", "find", "buy",
)  # fmt: skip


class Kind(NamedTuple):
    """What can stand in a picture."""

    noun: str
    states: Sequence[str]
    """What may be said of it."""


class Seen(NamedTuple):
    """One or several of a kind."""

    noun: str
    number: int
    state: str
    never: str
    """What cannot be said of it here."""
    where: str

    @property
    def several(self) -> bool:
        """Whether the verb stands in the plural."""
        return self.number > 1

    @property
    def name(self) -> str:
        """The noun, in the number it has."""
        return plural(self.noun) if self.several else self.noun

    @property
    def some(self) -> str:
        """With the number in front."""
        return (
            f"{number_word(self.number)} {self.name}" if self.several else with_article(self.noun)
        )


def pictures(rng: Random) -> str:
    """One page, all of it now or all of it then."""
    before = rng.random() < 0.5
    seen = _seen(3 + int(rng.random() * 4), rng)
    artist, other = rng.sample(CHILDREN, 2)
    tables: dict[str, Any] = loaded("pictures")
    told = [said(one_of(tables["openings"], rng), rng, {"artist": artist.name})]
    lines = []
    for one in seen:
        lines.append(_line("there", one, one, artist, other, before, rng))
        weights = (6, 2, 0 if one.noun in _beings() else 2, 4)
        kind = rng.choices(("how", "pointing", "owners", "persons"), weights)[0]
        things = [two for two in seen if two.noun not in _beings()] or [one]
        two = rng.choice(things if kind == "owners" else seen)
        lines.append(_line(kind, one, two, artist, other, before, rng))
    while len(lines) < 6 or rng.random() < 0.3:
        kind = rng.choices(("how", "persons"), (1, 1))[0]
        lines.append(_line(kind, rng.choice(seen), rng.choice(seen), artist, other, before, rng))
    told.append(" ".join(lines))
    if rng.random() < _ASKED:
        told += ["\n", *(f"\n{line}" for line in _asked(seen, artist, before, rng))]
    return "".join(told)


@cache
def _kinds() -> list[Kind]:
    """Things of the village with what can be said of them, animals and people."""
    tables = loaded("pictures")
    kinds = []
    for thing in VILLAGE.kinds.values():
        if thing.plural or "fixed" in thing.tags or thing.noun == "medicine":
            continue
        looks = [look for look in thing.looks if look in tables["states"]]
        more = [state for tag in sorted(thing.tags) for state in tables["more_states"].get(tag, ())]
        plain = [] if "food" in thing.tags else tables["any_thing"]
        kinds.append(Kind(thing.noun, [*dict.fromkeys([*looks, *more, *plain])]))
    kinds = [kind for kind in kinds if len(kind.states) > 1]
    beings = [Kind(noun, sort["states"]) for sort in tables["beings"] for noun in sort["nouns"]]
    return kinds + beings


def _seen(count: int, rng: Random) -> list[Seen]:
    """Some kinds, no noun twice; of half of them one, of half of them two to ten."""
    seen = []
    for kind in rng.sample(_kinds(), count):
        number = 1 if rng.random() < 0.5 else one_of((2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10), rng)
        state, never = rng.sample(kind.states, 2)
        seen.append(Seen(kind.noun, number, state, never, where(kind.noun, rng)))
    return seen


def where(noun: str, rng: Random) -> str:
    """A place beside something other than `noun`, of which there may be several."""
    tables, chance = loaded("pictures"), rng.random()
    preposition = "on" if chance < 0.15 else "under" if chance < 0.3 else ""
    if noun in _beings():
        preposition = ""
    near = one_of([mark for mark in tables[preposition or "near"] if mark != noun], rng)
    marks = plural(near) if rng.random() < 0.5 else near
    return f"{preposition or one_of(tables['prepositions'], rng)} the {marks}"


@cache
def _beings() -> frozenset[str]:
    return frozenset(noun for sort in loaded("pictures")["beings"] for noun in sort["nouns"])


def _line(
    kind: str, one: Seen, two: Seen, artist: Person, other: Person, before: bool, rng: Random
) -> str:
    """A sentence, or two that belong together."""
    values = _of_seen(one, "", before) | _of_seen(two, "2", before)
    values |= {"artist": artist.name, "other": other.name, "a_look": _a_look(rng)}
    values |= _of_person(rng.choice((*CHILDREN, *GROWN_UPS)), before, rng)
    options = loaded("pictures")[kind]
    if one is two or one.state == two.state:
        options = [line for line in options if "2}" not in line]
    line = said(one_of(options, rng), rng, values)
    return capital(line)


def _of_seen(one: Seen, mark: str, before: bool) -> Values:
    """The words that the sentences need of one group; `mark` ends their names."""
    now = "are" if one.several else "is"
    then = "were" if one.several else "was"
    words = {
        "np": one.name,
        "some": one.some,
        "where": one.where,
        "state": one.state,
        "never": one.never,
        "be": then if before else now,
        "now": now,
        "this": "these" if one.several else "this",
        "that": "those" if one.several else "that",
        "stand": past("stand") if before else "stand" if one.several else "stands",
        "look": past("look") if before else "look" if one.several else "looks",
    }
    return {f"{name}{mark}": word for name, word in words.items()}


def _of_person(one: Person, before: bool, rng: Random) -> Values:
    """The words that the sentences need of somebody."""
    tables, wear = loaded("pictures"), [k for k in VILLAGE.kinds.values() if "wear" in k.tags]
    small = [k for k in VILLAGE.kinds.values() if "small" in k.tags and not k.plural]
    return {third(verb): past(verb) if before else third(verb) for verb in _VERBS} | {
        "name": one.name,
        "she": "she" if one.female else "he",
        "her": "her" if one.female else "his",
        "herself": "herself" if one.female else "himself",
        "is": "was" if before else "is",
        "are": "were" if before else "are",
        "has": "had" if before else "has",
        "feels": one_of(tables["person_states"], rng),
        "place": where(one.noun, rng),
        "at": one_of([*VILLAGE.places.values()], rng).at,
        "wear": one_of(wear, rng).noun,
        "thing": one_of(small, rng).noun,
    }


def _a_look(rng: Random) -> str:
    """A thing with an adjective, as in "an old cup"."""
    thing = one_of([kind for kind in VILLAGE.kinds.values() if not kind.plural], rng)
    return with_article(f"{one_of(thing.looks, rng)} {thing.noun}")


def _asked(seen: Sequence[Seen], artist: Person, before: bool, rng: Random) -> list[str]:
    """Questions about what was seen, each with its answer on the same line or the next."""
    gap = one_of((" ", "\n", "\n- "), rng)
    lines = []
    for one in rng.sample(list(seen), min(len(seen), 1 + rng.randrange(3))):
        be = ("were" if one.several else "was") if before else ("are" if one.several else "is")
        are = "were" if before else "are"
        asked = (
            (f"How many {plural(one.noun)} {are} {one.where}?", number_word(one.number)),
            (f"Where {be} the {one.name}?", one.where),
            (f"What {'was' if before else 'is'} {one.where}?", one.some),
        )
        only = [two.where for two in seen].count(one.where) == 1
        question, answer = one_of(asked if only else asked[:2], rng)
        lines.append(f"{question}{gap}{capital(answer)}.")
    return lines
