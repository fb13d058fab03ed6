"""Dropout on the causal weights: one draw, its rows, and the mean of many draws."""

from html import escape
from typing import Any

import streamlit as st
from torch import Tensor

from dashboard import charts, wording
from dashboard.drawn import drawn
from dashboard.lessons.attention import views
from llm_core import attention
from llm_core.random_state import RandomState

STAY, AVERAGE, LESS = "Each to 1 still", "To 1 on average", "Each to less than 1"
SUMS = (STAY, AVERAGE, LESS)
"""What the rows may sum to after dropout, as the learner guesses it."""

DRAWS = (1, 10, 100, 1000)
"""Over how many draws a mean may be taken."""


def weights(source: str, sentence: str) -> Tensor:
    """The weights that are dropped from, those of the causal rung, (T, T)."""
    return views.climb(source, sentence, views.RUNGS[2]).weights


@st.cache_resource(show_spinner=False, max_entries=128)
def drop(source: str, sentence: str, rate: float, seed: int) -> attention.DroppedWeights:
    """One draw."""
    return attention.drop_weights(weights(source, sentence), rate, RandomState(seed))


@st.cache_resource(show_spinner=False, max_entries=64)
def mean(source: str, sentence: str, rate: float, seed: int, draws: int) -> Tensor:
    """The mean of so many draws, (T, T)."""
    return attention.mean_after_dropout(weights(source, sentence), rate, RandomState(seed), draws)


def off_by(source: str, sentence: str, rate: float, seed: int, draws: int) -> float:
    """How far that mean is from the weights, where it is farthest."""
    whole = weights(source, sentence)
    return attention.largest_difference(mean(source, sentence, rate, seed, draws), whole)


def sums(source: str, sentence: str, rate: float, seed: int) -> tuple[str, str]:
    """What the rows sum to: one of SUMS, and the numbers."""
    totals = views.row_sums(drop(source, sentence, rate, seed).dropped)
    if all(abs(total - 1) < 1e-5 for total in totals):
        return STAY, "Nothing was dropped in this draw. Raise the share, or draw another."
    shown = ", ".join(f"{total:.2f}" for total in totals[:8]) + (" …" if totals[8:] else "")
    return AVERAGE, (
        f"In this draw they sum to {shown}. What is dropped in one draw is made up for in others."
    )


@drawn
def picture(source: str, sentence: str, rate: float, seed: int, part: str, draws: int = 1) -> Any:
    """A matrix of dropout: its "multipliers", the "dropped" weights, or their "mean"."""
    if part == "mean":
        values = mean(source, sentence, rate, seed, draws)
    else:
        values = getattr(drop(source, sentence, rate, seed), part)
    labels = [escape(word, quote=False) for word in views.tokens(source, sentence).labels]
    return charts.heatmap(
        values,
        rows=labels,
        columns=labels,
        low=0.0,
        high=1 / (1 - rate),
        unit="factor" if part == "multipliers" else "weight",
        numbers=len(labels) <= 6,
    )


def pictures(
    source: str, sentence: str, rate: float, seed: int, draws: int, *, whole: bool
) -> dict[str, tuple[str, str]]:
    """Title -> (key, figure): the factors; if `whole`, what they make of the weights as well."""
    drawing = (source, sentence, rate, seed)
    found = {"Factor on each weight": ("attention-factors", picture(*drawing, "multipliers"))}
    if whole:
        mean_of = f"Mean of {wording.counted(draws, 'draw')}"
        found["Weights after dropout"] = ("attention-dropped", picture(*drawing, "dropped"))
        found[mean_of] = ("attention-mean", picture(*drawing, "mean", draws))
    return found


def formula(rate: float) -> str:
    """What a weight is multiplied by, in LaTeX."""
    return (
        rf"\text{{factor}} = 0 \quad\text{{or}}\quad \frac{{1}}{{1 - {rate:.1f}}} = "
        rf"{1 / (1 - rate):.3g}"
    )
