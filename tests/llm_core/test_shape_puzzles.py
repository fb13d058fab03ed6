"""Blanks filled rightly make the real part; filled wrongly, they never do."""

import random
from itertools import product

import pytest
import torch

from llm_core.shape_puzzles import (
    LARGEST,
    PUZZLES,
    SIZES,
    fill_in,
)

C, H, V = SIZES.emb_dim, SIZES.n_heads, SIZES.vocab_size
ANSWERS = (
    (C, 4 * C, 4 * C, C),
    (V, C, SIZES.context_length, C, C, C, V),
    (H, C // H, 1, 2, 2, 3, C),
)
SOLVED = tuple(zip(PUZZLES, ANSWERS, strict=True))
POOL = (0, 1, 2, 3, 4, 5, 8, 12, 36, 48, 50, 512)


def filled(puzzle, answer):
    return fill_in(puzzle, dict(zip(puzzle.blanks, answer, strict=True)))


@pytest.mark.parametrize(("puzzle", "answer"), SOLVED)
def test_the_answer_is_the_real_part(puzzle, answer):
    outcome = filled(puzzle, answer)
    assert outcome.right
    assert outcome.shape == outcome.wanted
    assert not outcome.error


@pytest.mark.parametrize(("puzzle", "answer"), SOLVED[:2])
def test_one_wrong_number_is_never_the_real_part(puzzle, answer):
    for place, number in product(range(len(answer)), POOL[1:]):
        if number != answer[place]:
            wrong = (*answer[:place], number, *answer[place + 1 :])
            assert not filled(puzzle, wrong).right, wrong


def test_dimensions_may_be_named_in_either_order():
    assert filled(PUZZLES[2], (H, C // H, 2, 1, 3, 2, C)).right


@pytest.mark.parametrize(("puzzle", "answer"), SOLVED)
def test_whatever_is_filled_in_comes_back_as_an_outcome(puzzle, answer):
    draw = random.Random(0)
    for _ in range(100):
        numbers = [
            max(puzzle.smallest, draw.choice(POOL)) if draw.random() < 0.4 else right
            for right in answer
        ]
        outcome = filled(puzzle, numbers)
        assert bool(outcome.error) == (outcome.shape is None)


def test_the_error_and_its_line_are_torchs_own():
    outcome = filled(PUZZLES[0], (C, 4 * C, C, C))
    with pytest.raises(RuntimeError) as torchs:
        torch.nn.Linear(C, C)(torch.zeros(10, 4 * C))
    assert outcome.error == str(torchs.value)
    lines = PUZZLES[0].code.__code__
    assert outcome.line + lines.co_firstlineno == max(n for *_, n in lines.co_lines() if n)


def test_nothing_but_numbers_in_reach_is_taken():
    for number in (0, -1, LARGEST + 1):
        with pytest.raises(ValueError, match="needs a whole number from 1 to 512"):
            filled(PUZZLES[0], (C, number, number, C))
    with pytest.raises(ValueError, match="blank b"):
        fill_in(PUZZLES[0], {"a": C})


def test_a_run_leaves_everybody_elses_random_numbers_alone():
    before = torch.random.get_rng_state()
    filled(PUZZLES[1], ANSWERS[1])
    assert torch.equal(before, torch.random.get_rng_state())
