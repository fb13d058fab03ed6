"""The shape puzzles: their code with blanks, what torch says to numbers, and which two clash."""

import inspect
import math
import re
import textwrap
from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from dashboard.components import blanks
from dashboard.lessons.architecture import tables
from llm_core import shape_puzzles
from llm_core.shape_puzzles import LARGEST, PUZZLES, SIZES, TOKENS, Outcome, Puzzle


class Task(NamedTuple):
    """A puzzle as the learner meets it."""

    puzzle: Puzzle
    about: str
    """What the code should be."""
    nearly: str
    """What may be wrong where it runs and gives the right shape."""
    first_try: Mapping[str, int]
    """What stands in the blanks at first."""


_C, _H, _V = SIZES.emb_dim, SIZES.n_heads, SIZES.vocab_size
TASKS = {
    "Feed-forward": Task(
        PUZZLES[0],
        f"Each token's **{_C}** numbers become **four times** as many, and {_C} again. "
        "A first try stands in the blanks, wrong in one of them: mend it.",
        f"How wide is the middle? Four times {_C}.",
        {"a": _C, "b": 4 * _C, "c": _C, "d": _C},
    ),
    "Around the blocks": Task(
        PUZZLES[1],
        f"Ids of **{_V}** tokens, at **{SIZES.context_length}** places, become vectors of "
        f"**{_C}** numbers; after the blocks, a score for each of the {_V} tokens.",
        f"A table needs a row for each of {_V} tokens, and one for each of "
        f"{SIZES.context_length} places: more rows run, too, but are another model.",
        {},
    ),
    "Multi-head attention": Task(
        PUZZLES[2],
        f"**{_H}** heads share a token's **{_C}** numbers evenly. Dimensions count from 0: "
        "texts, tokens, then what `view` made of the vector.",
        f"Everything fits, but the heads do not look as they should: {_H} heads, then the numbers "
        "of each; every head's tokens must stand together, and keys be turned on their side.",
        {},
    ),
}


def comes_in(puzzle: Puzzle) -> str:
    """The shape of what a puzzle is given, and what its dimensions count.

    >>> comes_in(PUZZLES[1])
    '2 × 5 (texts × tokens)'
    """
    shape = puzzle.reads().shape
    names = ("texts", "tokens", "numbers")[: len(shape)]
    return f"{tables.by(shape)} ({' × '.join(names)})"


def lines(puzzle: Puzzle) -> list[list[str]]:
    """The puzzle's own code in pieces, without its head and docstring; blanks are pieces."""
    source = inspect.getsource(puzzle.code).splitlines()[_head(puzzle) :]
    names = "|".join(puzzle.blanks)
    return [
        [piece for piece in re.split(rf"\b({names})\b", line) if piece]
        for line in textwrap.dedent("\n".join(source)).splitlines()
    ]


def _head(puzzle: Puzzle) -> int:
    """How many lines of the puzzle's code stand before the first that does something."""
    source = inspect.getsource(puzzle.code).splitlines()
    return next(i for i, line in enumerate(source, 1) if line.strip().startswith('"""'))


def written(task: Task, numbers: Mapping[str, int]) -> str:
    """Numbers as they stand in a link."""
    return "-".join(str(numbers[blank]) for blank in task.puzzle.blanks)


def read(task: Task, text: str) -> dict[str, int]:
    """Numbers out of a link; none, unless there is one for every blank, in reach."""
    found = [int(n) for n in re.findall(r"\d{1,4}", text)]
    fits = all(task.puzzle.smallest <= n <= LARGEST for n in found)
    blanks = task.puzzle.blanks
    return dict(zip(blanks, found, strict=True)) if fits and len(found) == len(blanks) else {}


def desk(name: str) -> Outcome | None:
    """Draw a puzzle with what came of the numbers in it; what is filled in goes into the link."""
    task, key = TASKS[name], "architecture-blanks"
    place = f"architecture.{task.puzzle.code.__name__}"
    told = st.session_state.get(key, {}).get("filled")
    if told and told.get("shown") == name:
        st.session_state[f"{place}.kept"] = written(task, told["numbers"])
    linked = st.session_state.get(f"{place}.kept", st.query_params.get(place, ""))
    numbers = read(task, str(linked))
    if numbers and st.query_params.get(place) != written(task, numbers):
        st.query_params[place] = written(task, numbers)
    numbers = numbers or dict(task.first_try)
    outcome = outcome_of(name, written(task, numbers)) if numbers else None
    blanks.show(
        lines(task.puzzle), task.puzzle.blanks, numbers,
        outcome and said(task, numbers, outcome),
        shown=name, smallest=task.puzzle.smallest, largest=LARGEST, key=key,
    )  # fmt: skip
    return outcome


@st.cache_data(show_spinner=False, max_entries=256)
def outcome_of(name: str, numbers: str) -> Outcome:
    """What comes of these numbers."""
    return shape_puzzles.fill_in(TASKS[name].puzzle, read(TASKS[name], numbers))


def said(task: Task, numbers: Mapping[str, int], outcome: Outcome) -> blanks.Said:
    """What came of it in words; where it stopped, which two numbers clash."""
    if outcome.error:
        words = clash(outcome.error) or _missing_row(numbers)
        return blanks.Said(False, words, outcome.error, outcome.line - _head(task.puzzle))
    made, wanted = tables.by(outcome.shape or ()), tables.by(outcome.wanted)
    if outcome.right:
        return blanks.Said(True, [f"Right: {wanted}, and every number equals the real part's."])
    if made != wanted:
        return blanks.Said(False, ["It runs and gives ", made, "; the real part gives ", wanted])
    return blanks.Said(
        False, ["It runs and has the right shape, but gives other numbers. ", "", task.nearly]
    )


def clash(error: str) -> list[str]:
    """The two numbers that torch's words are about: a sentence in pieces, or nothing.

    >>> "".join(clash("mat1 and mat2 shapes cannot be multiplied (10x48 and 12x12)"))
    'What comes in has 48 numbers for each token; the layer was made for 12.'
    """
    n = re.findall(r"-?\d+", error)
    if error.startswith("mat1 and mat2"):
        came, made_for = n[-3], n[-2]
    elif error.startswith("Given normalized_shape"):
        came, made_for = n[-1], n[0]
    elif error.startswith("shape '["):
        product = math.prod(int(x) for x in n[:-1])
        return [f"{' × '.join(n[:-1])} is ", f"{product:,}", ", and there are ", n[-1], " numbers."]
    elif error.startswith("The size of tensor a"):
        return ["Two tensors meet that should be equally long in dimension ", n[2],
                ": one has ", n[0], ", the other ", n[1], "."]  # fmt: skip
    elif error.startswith("Expected size for first two dimensions of batch2"):
        return ["In a product, rows of ", n[2], " numbers meet columns of ", n[4], "."]
    elif error.startswith("Dimension out of range"):
        return ["This tensor has dimensions 0 to ", n[1], "; there is no ", n[2], "."]
    else:
        return []
    return ["What comes in has ", came, " numbers for each token; the layer was made for ",
            made_for, "."]  # fmt: skip


def _missing_row(numbers: Mapping[str, int]) -> list[str]:
    """Which table is too short, of tokens (blank a) or of places (blank c)."""
    if numbers["a"] < SIZES.vocab_size:
        return ["The largest id is ", str(SIZES.vocab_size - 1), "; a table of ",
                str(numbers["a"]), f" rows ends at {numbers['a'] - 1}."]  # fmt: skip
    return ["The last token stands at place ", str(TOKENS - 1), "; a table of ",
            str(numbers["c"]), f" rows ends at {numbers['c'] - 1}."]  # fmt: skip
