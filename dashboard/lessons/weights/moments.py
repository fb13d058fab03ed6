"""One long training in a few moments: its curve, and what the model wrote at each of them."""

import json
from typing import NamedTuple

import streamlit as st

from dashboard import cached, charts, palette
from dashboard.lessons import starter_moments
from dashboard.lessons.weights.views import Proof, blind, proof
from llm_core.tales import TERMS


class Curve(NamedTuple):
    """The loss of the whole training, as its card has it."""

    steps: list[int]
    train: list[float]
    validation: list[float]
    updates: int
    """How many there were in all."""
    tokens: int
    """How many the model read in all."""
    new_kinds: list[int]
    """From about which updates on new kinds of documents were read."""


@st.cache_data(show_spinner=False)
def curve() -> Curve:
    """The recorded losses."""
    card = json.loads((cached.STARTER / "card.json").read_text(encoding="utf-8"))
    points = card["curve"]
    return Curve(
        [point["step"] for point in points],
        [point["train"] for point in points],
        [point["validation"] for point in points],
        card["steps"],
        card["tokens_seen"],
        [100 * round(card["steps"] * first / card["documents"] / 100) for first, _ in TERMS[1:]],
    )


def tokens_at(step: int) -> int:
    """How many tokens the model had read."""
    return curve().tokens * step // curve().updates


@st.cache_data(show_spinner=False, max_entries=256)
def at(step: int, prompt: str, temperature: float, draw: int, count: int) -> Proof:
    """What the model of that moment makes of a prompt."""
    return proof(cached.starter(), starter_moments.model(step), prompt, temperature, draw, count)


@st.cache_data(show_spinner=False, max_entries=64)
def figure(step: int) -> str:
    """Both losses over the updates, and where this moment stands."""
    whole = curve()
    top = max(blind(cached.starter().config.vocab_size), *whole.validation) * 1.05
    drawn = charts.curves(
        {
            "training text": (whole.steps, whole.train),
            "validation text": (whole.steps, whole.validation),
            "this moment": ([step, step], [0.0, top]),
        },
        colours={
            "training text": palette.TRAIN,
            "validation text": palette.VALIDATION,
            "this moment": palette.MUTED,
        },
        dashed=frozenset({"validation text"}),
        dashes={"this moment": "dot"},
        x_title="updates made",
        y_title="loss (nats per token)",
        x_range=(0.0, float(whole.updates)),
        y_range=(0.0, top),
        level=(blind(cached.starter().config.vocab_size), "blind guessing: ln V"),
    )
    return str(drawn.to_json())
