"""Questions and small tasks about many things in turn, each with its answer.

A list does one task again and again, so the lines before tell what to do. Here every question is
about something else: whoever wants to answer has to read what is asked, and of what. The small
tasks leave out the pairs that the lists leave out; the primer's own questions, like its prose, do
not. The instructions to finetune on (assets/instructions.json) are worded differently: none stands
here.

In:     random numbers; data/quizzes.json, the questions of the themes, the pairs of the lists
Out:    a page of 5 to 12 questions and answers
Next:   the corpus, which mixes these pages with stories, facts, lists and messages
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from llm_core.tales import letters
from llm_core.tales.facts import asked_in_themes, row_of
from llm_core.tales.lessons import tasks
from llm_core.tales.phrasing import Values, loaded, one_of, said, weighted

_THEME, _VERDICT = 0.35, 0.15
"""Shares of questions that the pages of the primer ask as well, and about messages."""


class Question(NamedTuple):
    """One kind of question."""

    of: str
    """A task of the lists, or a source of the primer's rows."""
    ask: Sequence[tuple[str, str]]
    """Wordings of question and answer."""


def quizzes(rng: Random) -> str:
    """One page; all its questions are set in the same way."""
    layout, gap = one_of(loaded("quizzes")["layouts"], rng)
    count = 5 + int(rng.random() * 8)
    pairs = dict(_exchange(rng) for _ in range(count))
    return str(gap).join(layout.format(q=question, a=answer) for question, answer in pairs.items())


def _exchange(rng: Random) -> tuple[str, str]:
    chance = rng.random()
    if chance < _THEME:
        return asked_in_themes(rng)
    if chance < _THEME + _VERDICT:
        return _verdict(rng)
    questions, weights = _questions()
    kind = weighted(questions, weights, rng)
    question, answer = one_of(kind.ask, rng)
    values = _values(kind.of, rng)
    return said(question, rng, values, {}), said(answer, rng, values, {})


def _values(of: str, rng: Random) -> Values:
    if of in tasks():
        first, second = one_of(tasks()[of].trained, rng)
        return {"x": first, "y": second}
    return row_of(of, rng)


def _verdict(rng: Random) -> tuple[str, str]:
    """A message, and whether it is a trick; the answer fits the question."""
    wordings: dict[str, Any] = loaded("quizzes")["verdicts"]
    way = int(rng.random() * len(wordings["ask"]))
    name = "trick" if rng.random() < 0.5 else "honest"
    message = (letters.trick if name == "trick" else letters.honest)(rng)
    return wordings["ask"][way].replace("{message}", message), wordings[name][way]


@cache
def _questions() -> tuple[list[Question], list[int]]:
    """All kinds of questions, and their weights added up."""
    entries: list[dict[str, Any]] = loaded("quizzes")["questions"]
    questions = [
        Question(entry["of"], [(question, answer) for question, answer in entry["ask"]])
        for entry in entries
    ]
    return questions, list(accumulate(entry["weight"] for entry in entries))
