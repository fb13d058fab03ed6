"""Lists in which one task is done again and again: "hot -> cold", "big -> small", ...

From such lists a model learns to see what a list is about and to go on with it. A fifth of the
pairs of each task is held out: it stands in no list, only in the prose of facts.py. Whether a model
puts the two together is what `few_shot` asks.

In:     random numbers; the pairs of words of the primer; data/lessons.json
Out:    a list of 6 to 14 lines; for the evaluation, a list with a last line to complete
Next:   letters.py
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple
from zlib import crc32

from llm_core.tales import letterwork, numbers
from llm_core.tales.phrasing import FORMS, loaded, one_of, table, weighted
from llm_core.tales.words import number_word, with_article

Pair = tuple[str, str]

SEPARATORS = (" -> ", " -> ", " -> ", ": ", ": ", " = ", " - ", " / ", " => ", ", ")
"""What may stand between a word and its answer; the arrow more often."""

_ARITHMETIC = ("sum", "difference", "product")
"""Tasks in which a dash or a stroke would be read as part of the sum."""


class Task(NamedTuple):
    """One kind of list."""

    titles: list[str]
    trained: list[Pair]
    held_out: list[Pair]


def lessons(rng: Random, carried: bool = False) -> str:
    """One list, at times two of different tasks.

    Args:
        carried: a pair stands in some of the formats only, so it has to be carried to the others.
    """
    names, weights = _names()
    made = [_list(weighted(names, weights, rng), rng, carried)]
    if rng.random() < 0.3:
        made.append(_list(weighted(names, weights, rng), rng, carried))
    return "\n\n".join(made)


def lessons_anew(rng: Random) -> str:
    """Lists in which no pair stands in all formats."""
    return lessons(rng, carried=True)


def _list(name: str, rng: Random, carried: bool = False) -> str:
    task = tasks()[name]
    count = min(6 + int(rng.random() * 9), len(task.trained))
    separator = one_of(SEPARATORS[:6] if name in _ARITHMETIC else SEPARATORS, rng)
    pairs = _shown(name, separator) if carried else task.trained
    lines = [separator.join(pair) for pair in _unlike(pairs, count, rng)]
    if separator != ", " and rng.random() < 0.1:
        lines = [", ".join(lines)]
    if rng.random() < 0.5:
        lines.insert(0, one_of(task.titles, rng))
    return "\n".join(lines)


@cache
def _shown(name: str, separator: str) -> list[Pair]:
    """The pairs of a task that may stand in a format; their letters decide."""
    return [pair for pair in tasks()[name].trained if shown_in(pair, separator)]


def shown_in(pair: Pair, separator: str) -> bool:
    """Whether a pair may stand in a format: each may in about three of five.

    >>> sum(shown_in(("cold", "hot"), separator) for separator in set(SEPARATORS))
    4
    """
    return crc32(separator.join(pair).encode()) % 5 < 3


def _unlike(pairs: Sequence[Pair], count: int, rng: Random) -> list[Pair]:
    """Pairs of which none asks for what another has asked for or answered."""
    seen: set[str] = set()
    chosen: list[Pair] = []
    for first, second in rng.sample(pairs, min(count + 4, len(pairs))):
        if first not in seen and len(chosen) < count:
            chosen.append((first, second))
            seen |= {first, second}
    return chosen


@cache
def _names() -> tuple[list[str], list[int]]:
    entries: dict[str, Any] = loaded("lessons")
    return list(entries), list(accumulate(entry["weight"] for entry in entries.values()))


@cache
def tasks() -> dict[str, Task]:
    """All tasks by name, each with the pairs of its lists and the pairs kept out of them."""
    made = {}
    for name, entry in loaded("lessons").items():
        held_out = {tuple(pair.split("; ")) for pair in entry["held_out"]}
        pairs = list(dict.fromkeys(_pairs(name, entry)))
        made[name] = Task(
            titles=entry["titles"],
            trained=[pair for pair in pairs if pair not in held_out],
            held_out=[pair for pair in pairs if pair in held_out],
        )
    return made


def _pairs(name: str, entry: dict[str, Any]) -> list[Pair]:
    """Every pair of a task: out of tables, or reckoned."""
    if name in _RECKONED:
        return _RECKONED[name]()
    pairs: list[Pair] = []
    for source in entry["sources"]:
        columns, _, form = source["columns"].partition("; ")
        first, second = columns.split()
        for row in table(source["table"]):
            pair = (row[first], FORMS[form](row[second]) if form else row[second])
            pairs.append(pair)
            if source.get("both_ways"):
                pairs.append((pair[1], pair[0]))
    return pairs


def _kinds() -> list[Pair]:
    return [
        (member, row["name"]) for row in table("groups") for member in row["members"].split(", ")
    ]


def _successors(names: Sequence[str]) -> list[Pair]:
    return [(name, names[(place + 1) % len(names)]) for place, name in enumerate(names)]


def _spelled(answer: Callable[[str], str]) -> Callable[[], list[Pair]]:
    return lambda: [(row["word"], answer(row["word"])) for row in table("spelled")]


_RECKONED: dict[str, Callable[[], list[Pair]]] = {
    "kind": _kinds,
    "number word": lambda: [(str(n), number_word(n)) for n in range(101)],
    "digits": lambda: [(number_word(n), str(n)) for n in range(101)],
    "next number": lambda: [(str(n), str(n + 1)) for n in range(1, 100)],
    "sum": lambda: [(f"{a} + {b}", str(a + b)) for a in range(1, 11) for b in range(1, 11)],
    "difference": lambda: [(f"{a} - {b}", str(a - b)) for a in range(2, 21) for b in range(1, a)],
    "product": lambda: [(f"{a} x {b}", str(a * b)) for a in range(2, 11) for b in range(2, 11)],
    "double": lambda: [(str(n), str(2 * n)) for n in range(1, 51)],
    "half": lambda: [(str(2 * n), str(n)) for n in range(1, 51)],
    "even or odd": lambda: [(str(n), "odd" if n % 2 else "even") for n in range(1, 61)],
    "next day": lambda: _successors(numbers.DAYS) + _successors(numbers.MONTHS),
    "next letter": lambda: _successors(letterwork.LETTERS)[:-1],
    "first letter": _spelled(lambda word: word[0]),
    "last letter": _spelled(lambda word: word[-1]),
    "letters": _spelled("-".join),
    "length": _spelled(lambda word: str(len(word))),
    "capitals": _spelled(str.upper),
    "article": lambda: [(noun, with_article(noun)) for noun in loaded("themes")["article_nouns"]],
    "mood": lambda: [
        *((row["text"], "positive") for row in table("good_news")),
        *((row["text"], "negative") for row in table("bad_news")),
    ],
}


def few_shot(task: str, rng: Random, shots: int) -> tuple[str, str, list[str]]:
    """A list to complete: the prompt, what goes on with it rightly, and what would be wrong.

    Args:
        task: a name of `tasks()`, "opposite" or "plural" for example.
        shots: how many lines, out of the lists a model may have read, come before the question.

    Raises:
        KeyError: there is no such task.

    >>> prompt, right, wrong = few_shot("plural", Random(1), 2)
    >>> prompt.splitlines()[0].count(" -> "), right.startswith(" "), right in wrong
    (1, True, False)
    """
    trained, held_out = tasks()[task].trained, tasks()[task].held_out
    word, answer = one_of(held_out, rng)
    lines = [" -> ".join(pair) for pair in _unlike(trained, shots, rng)]
    prompt = "\n".join([*lines, f"{word} ->"])
    others = [other for _, other in rng.sample(held_out, min(8, len(held_out)))]
    if task == "plural":
        wrong = [word, f"{word}s", f"{word}es", *others]
    else:
        wrong = [word, *others]
    right = {second for first, second in trained + held_out if first == word}
    wrong = [f" {other}" for other in dict.fromkeys(wrong) if other not in right][:4]
    return prompt, f" {answer}", wrong
