"""Templates that can be said in many ways, and pools of words to fill them with.

A template is a sentence with two kinds of holes:
    [glad|happy|]           one of the alternatives, perhaps none; they may hold holes themselves
    {thing}, {Thing}        a word by its name; a capital asks for a capital first letter
    {a thing}, {many thing} the word in another form: FORMS lists them all
A name that the writer was not given is drawn from the pool of that name, once for each text: {girl}
is the same girl all the time, and {girl2} draws another one from the same pool. A pool is a list of
templates, or a range of numbers such as "10..95/5"; what is drawn inside of it is not remembered.

In:     templates and pools out of the data files, random numbers
Out:    sentences
Next:   facts.py, letters.py
"""

import json
import re
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from llm_core.tales.words import (
    DATA,
    capital,
    comparative,
    gerund,
    number_word,
    participle,
    past,
    plural,
    superlative,
    third,
    with_article,
)

FORMS: Mapping[str, Callable[[str], str]] = {
    "a": with_article,
    "many": plural,
    "past": past,
    "part": participle,
    "third": third,
    "ing": gerund,
    "more": comparative,
    "most": superlative,
    "upper": str.upper,
    "lower": str.lower,
    "word": lambda digits: number_word(int(digits)),
}
"""What may stand before a name in braces."""

Pools = Mapping[str, Sequence[str] | str]
Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Hole:
    """A name in braces: which word, in which form, with or without a capital."""

    name: str
    form: Callable[[str], str] | None
    capital: bool


Node = str | Hole | tuple["Node", ...] | list["Node"]
"""Text, a hole, a tuple of things one after the other, or a list of alternatives."""

_PARTS = re.compile(r"\{([A-Za-z_0-9 ]+)\}|([\[\]|])")


@cache
def parsed(template: str) -> Node:
    """The template as a tree.

    Raises:
        ValueError: brackets do not match; names the template.
    """
    branches: list[list[list[Node]]] = [[[]]]
    place = 0
    for part in _PARTS.finditer(template):
        branches[-1][-1].append(template[place : part.start()])
        place = part.end()
        name, mark = part.groups()
        if name is not None:
            branches[-1][-1].append(_hole(name))
        elif mark == "[":
            branches.append([[]])
        elif mark == "|" and len(branches) > 1:
            branches[-1].append([])
        elif mark == "]" and len(branches) > 1:
            choices: Node = [_sequence(choice) for choice in branches.pop()]
            branches[-1][-1].append(choices)
        else:
            raise ValueError(f"unmatched {mark} in {template!r}; close every bracket")
    branches[-1][-1].append(template[place:])
    if len(branches) > 1:
        raise ValueError(f"unmatched [ in {template!r}; close every bracket")
    return _sequence(branches[0][0])


def _sequence(parts: list[Node]) -> Node:
    kept = tuple(part for part in parts if part != "")
    return kept[0] if len(kept) == 1 else kept


def _hole(text: str) -> Hole:
    form, _, name = text.rpartition(" ")
    capital_wanted = text[0].isupper()
    return Hole(name.lower(), FORMS[form.lower()] if form else None, capital_wanted)


def said(template: str, rng: Random, values: Values, pools: Pools | None = None) -> str:
    """The template with its holes filled; drawn words are remembered in `values`.

    >>> said("[{A x} is|{Many x} are] here.", Random(1), {"x": "owl"})
    'An owl is here.'
    """
    out: list[str] = []
    _write(parsed(template), rng, values, pools or {}, out)
    return "".join(out)


def _write(node: Node, rng: Random, values: Values, pools: Pools, out: list[str]) -> None:
    if isinstance(node, str):
        out.append(node)
    elif isinstance(node, list):
        _write(node[int(rng.random() * len(node))], rng, values, pools, out)
    elif isinstance(node, Hole):
        word = values.get(node.name)
        if word is None:
            word = values[node.name] = drawn(node.name, rng, values, pools)
        if node.form:
            word = node.form(word)
        out.append(capital(word) if node.capital else word)
    else:
        for part in node:
            _write(part, rng, values, pools, out)


def drawn(name: str, rng: Random, values: Values, pools: Pools) -> str:
    """A word from the pool of this name, other than those drawn from that pool before.

    Raises:
        KeyError: there is no such pool.
    """
    base = name.rstrip("0123456789")
    pool = pools[base]
    if isinstance(pool, str):
        low, high, step = _range(pool)
        return str(low + step * int(rng.random() * ((high - low) // step + 1)))
    taken = [word for key, word in values.items() if key.rstrip("0123456789") == base]
    given = {key: word for key, word in values.items() if key.rstrip("0123456789") not in pools}
    while True:
        word = said(pool[int(rng.random() * len(pool))], rng, dict(given), pools)
        if word not in taken:
            return word


@cache
def _range(text: str) -> tuple[int, int, int]:
    low, _, rest = text.partition("..")
    high, _, step = rest.partition("/")
    return int(low), int(high), int(step or 1)


def one_of(options: Sequence[Any], rng: Random) -> Any:
    """Any of the options, all equally likely."""
    return options[int(rng.random() * len(options))]


def weighted(options: Sequence[Any], sums: Sequence[float], rng: Random) -> Any:
    """One of the options; `sums` are their weights, each added to those before it."""
    return options[bisect(sums, rng.random() * sums[-1])]


def shuffled(options: Sequence[Any], rng: Random) -> list[Any]:
    """The options in another order."""
    return rng.sample(options, len(options))


@cache
def loaded(name: str) -> dict[str, Any]:
    """A data file of this package."""
    tables: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return tables


def rows(columns: str, lines: Sequence[str]) -> list[Values]:
    """Lines of a table, "hot; cold; bath", as dictionaries with the names of the columns."""
    names = columns.split()
    return [dict(zip(names, line.split("; "), strict=True)) for line in lines]


@cache
def table(name: str) -> list[Values]:
    """A table of the primer as rows; every row is to be copied before something is added to it."""
    for file in ("primer_words", "primer_world", "primer_sentences"):
        found = loaded(file).get(name)
        if found:
            return rows(found["columns"], found["rows"])
    raise KeyError(f"the primer has no table {name}; look for its name in data/primer_*.json")
