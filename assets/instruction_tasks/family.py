"""A family of tasks: a maker of values, and several wordings of question and answer.

A wording is three templates, for instruction, input and output, in the language of
llm_core/tales/phrasing.py: [one|another] wording, {name} of a value, {Name} with a capital.

Values that mean something here:
    words   what has to be known, separated by "; ": no other task of the family is about them
    accept  all right answers, separated by " | ", the first is the output
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from llm_core.tales.phrasing import Values, said

Entry = dict[str, str]
Wording = tuple[str, str, str]

TRIES = 4000
"""Draws before a family is found to have too few tasks."""


class Task(NamedTuple):
    """An entry, where it comes from, and the words that one has to know."""

    family: str
    words: frozenset[str]
    entry: Entry


class Family(NamedTuple):
    """One kind of task."""

    name: str
    size: int
    """A multiple of 20, so that every part of the split holds its exact share."""
    values: Callable[[Random], Values]
    wordings: Sequence[Wording]
    check: str = "exact"
    """As in assets/README.md; "one_of" is taken by itself where there are several answers."""

    def tasks(self) -> list[Task]:
        """So many different tasks, the same each time.

        Raises:
            ValueError: there are not enough.
        """
        draw, made = Random(f"instructions/{self.name}"), dict[tuple[str, str], Task]()
        known, turns = set[str](), self._turns(draw)
        for _ in range(TRIES):
            if len(made) == self.size:
                return list(made.values())
            values = self.values(draw)
            words = frozenset(filter(None, values.get("words", "").split("; ")))
            if words & known:
                continue
            entry = self._entry(next(turns), draw, values)
            asked = entry["instruction"], entry["input"]
            if asked not in made:
                known |= words
                made[asked] = Task(self.name, words, entry)
        raise ValueError(f"{self.name} has {len(made)} tasks and no more; ask for fewer")

    def _turns(self, draw: Random) -> Iterator[Wording]:
        while True:
            yield from draw.sample(self.wordings, len(self.wordings))

    def _entry(self, wording: Wording, draw: Random, values: Values) -> Entry:
        values = dict(values)
        instruction, given, output = (said(part, draw, values) for part in wording)
        entry = {"instruction": instruction, "input": given, "output": output}
        accept = values.get("accept", "")
        if self.check == "contains":
            return {**entry, "check": "contains", "accept": accept}
        if self.check == "exact" and " | " in accept:
            return {**entry, "check": "one_of", "accept": accept}
        return {**entry, "check": self.check}
