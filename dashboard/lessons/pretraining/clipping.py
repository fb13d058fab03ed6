"""Gradient clipping by hand: a small matrix as the gradient, and what the real function does."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st
import torch
from torch import nn

from llm_core.random_state import RandomState
from llm_core.training import clip_gradients, find_highest_gradient

STANDARD = ((1.0, 2.0), (2.0, 4.0))
"""The course's own example."""

MOST = 1000.0

ANSWERS = ("By 4, the largest", "By 5, the length", "By 9, the sum")


def answer() -> str:
    """The one of `ANSWERS` that holds the length of the standard gradient."""
    norm = clip(STANDARD, 1.0).norm
    return next(choice for choice in ANSWERS if f" {norm:g}," in choice)


class Clipped(NamedTuple):
    """A gradient before and after."""

    before: tuple[tuple[float, ...], ...]
    norm: float
    """Its length, all entries taken as one vector."""
    highest_before: float
    clipped: bool
    after: tuple[tuple[float, ...], ...]
    highest_after: float


def clip(matrix: Sequence[Sequence[float]], max_norm: float) -> Clipped:
    """Hand a gradient to the function that every training step here calls.

    >>> made = clip(STANDARD, 1.0)
    >>> made.norm, [round(entry, 2) for row in made.after for entry in row]
    (5.0, [0.2, 0.4, 0.4, 0.8])
    """
    gradient = torch.tensor(matrix)  # (rows, columns)
    with RandomState(0).borrowed():
        layer = nn.Linear(gradient.shape[1], gradient.shape[0], bias=False)
    layer.weight.grad = gradient.clone()
    highest = find_highest_gradient(layer)
    norm, shortened = clip_gradients(layer, max_norm)
    after = tuple(tuple(row) for row in layer.weight.grad.tolist())
    before = tuple(tuple(row) for row in gradient.tolist())
    return Clipped(before, norm, highest, shortened, after, find_highest_gradient(layer))


def matrix() -> tuple[tuple[float, ...], ...]:
    """Draw four boxes for the entries of a gradient."""
    rows = []
    for row, usual in enumerate(STANDARD):
        places = st.columns(len(usual), gap="small")
        rows.append(
            tuple(
                min(
                    max(
                        place.number_input(
                            f"Row {row + 1}, column {column + 1}", -MOST, MOST, value, 0.5,
                            key=f"pretraining.gradient.{row + 1}{column + 1}", format="%g",
                            bind="query-params",
                        ),
                        -MOST,
                    ),
                    MOST,
                )
                for column, (place, value) in enumerate(zip(places, usual, strict=True))
            )
        )  # fmt: skip
    return tuple(rows)


def formula(made: Clipped, max_norm: float) -> str:
    """The length and what becomes of the gradient, as LaTeX with these numbers."""
    squares = " + ".join(f"{_plain(entry)}^2" for row in made.before for entry in row)
    length = f"\\lVert G \\rVert &= \\sqrt{{{squares}}} = {made.norm:.4g}"
    if made.clipped:
        end = f"G' &= \\frac{{{max_norm:g}}}{{{made.norm:.4g}}}\\, G = {_matrix(made.after)}"
    else:
        end = f"G' &= G = {_matrix(made.after)}"
    return f"\\begin{{aligned}} {length} \\\\[4pt] {end} \\end{{aligned}}"


def _plain(entry: float) -> str:
    return f"{entry:g}" if entry >= 0 else f"({entry:g})"


def _matrix(rows: Sequence[Sequence[float]]) -> str:
    lines = r" \\ ".join(" & ".join(f"{entry:.3g}" for entry in row) for row in rows)
    return f"\\begin{{pmatrix}} {lines} \\end{{pmatrix}}"
