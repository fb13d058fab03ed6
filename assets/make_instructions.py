"""Makes instructions.json: 3,720 instructions with answers about the world of the tales.

The bundled model is small, and what it knows it has from llm_core/tales. So the tasks are about
that world: its words and facts, its people, things and places. instruction_tasks/ has the families;
this program puts them in order.

Each entry has "instruction", "input", "output" as in the course's data, and "check", the way to
verify an answer:
    exact     it equals the output, case and punctuation included
    one_of    it equals a text in "accept" (first the output), whatever its case and full stop
    contains  a text in "accept" occurs in it as whole words, whatever its case
    number    the last number in it is the last number in the output
    free      a reader has to judge
Several texts in "accept" are separated by " | ".

The course's split cuts in order: 85 of 100 to train, 10 to test, 5 to validate. The size of a
family is a multiple of 20, so each part gets exactly its share of each family, spread evenly. Where
a word has to be known (its opposite, its plural), no two tasks of the family are about the same
word: what is asked in the test was not in the training.

In:      instruction_tasks
Out:     instructions.json beside this file
Run:     python -m assets.make_instructions
"""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

from assets.instruction_tasks import free, passages, sentences, words
from assets.instruction_tasks.family import Task

SEED = 1837
FAMILIES = (*words.FAMILIES, *sentences.FAMILIES, *passages.FAMILIES, *free.FAMILIES)
SHARES = (17, 2, 1)
"""Of 20 entries, how many are learnt from, held out for the test, and for validation."""

FIRST = (
    "who has it",
    "opposite",
    "plural of a sentence",
    "colour in a passage",
    "going on",
    "sum",
    "past of a sentence",
    "where it is",
    "category",
    "backwards",
)
"""Families that open the test: page 7 asks the first three while it trains, and judges ten."""


def spread(families: Sequence[Sequence[Task]], draw: Random) -> list[Task]:
    """All tasks in an order in which every longer slice holds its share of every family."""
    placed = [
        ((number + draw.random()) / len(family), task)
        for family in families
        for number, task in enumerate(family)
    ]
    return [task for _, task in sorted(placed, key=lambda one: one[0])]


def opened(tasks: Sequence[Task]) -> list[Task]:
    """The same tasks, one of each family of FIRST in front."""
    front = [next(task for task in tasks if task.family == name) for name in FIRST]
    return front + [task for task in tasks if task not in front]


def make_tasks() -> list[Task]:
    """The whole data set in the order of the file, each entry with its family."""
    draw = Random(SEED)
    parts: list[list[list[Task]]] = [[], [], []]
    for family in FAMILIES:
        tasks, begin = draw.sample(family.tasks(), family.size), 0
        for part, share in zip(parts, SHARES, strict=True):
            end = begin + family.size * share // sum(SHARES)
            part.append(tasks[begin:end])
            begin = end
    train, test, validation = (spread(part, draw) for part in parts)
    return [*train, *opened(test), *validation]


def make_text() -> str:
    """The whole file."""
    entries = [task.entry for task in make_tasks()]
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    path = Path(__file__).with_name("instructions.json")
    path.write_text(make_text(), encoding="utf-8", newline="\n")
