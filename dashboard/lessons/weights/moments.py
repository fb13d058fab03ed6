"""One long training in a few moments: the bundled model as it was after so many updates.

Each moment is a file of its own, four bits a weight; the model before the first update is not kept,
since its seed makes it again.
"""

import json
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from dashboard import cached, charts, palette
from dashboard.lessons.weights.views import Proof, blind, proof
from llm_core.bundled.recipe import TALES
from llm_core.checkpoints.compact import read_compact
from llm_core.gpt import GPTModel
from llm_core.pretraining import starting_model


class Curve(NamedTuple):
    """The loss of the whole training, as its card has it."""

    steps: list[int]
    train: list[float]
    validation: list[float]
    updates: int
    """How many there were in all."""
    tokens: int
    """How many the model read in all."""


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
    )


def kept() -> list[int]:
    """After how many updates there is a model: 0, the kept ones, and the last."""
    files = sorted((cached.STARTER / "moments").glob("*.safetensors"))
    return [0, *(int(file.stem) for file in files), curve().updates]


def tokens_at(step: int) -> int:
    """How many tokens the model had read."""
    return curve().tokens * step // curve().updates


@st.cache_resource(show_spinner=False, max_entries=2)
def _model(step: int) -> GPTModel:
    """The model of that moment."""
    if step == curve().updates:
        return cached.starter().model
    if step == 0:
        return starting_model(TALES).eval()
    return read_compact(_file(step))[0]


def _file(step: int) -> Path:
    return cached.STARTER / "moments" / f"{step:05}.safetensors"


@st.cache_data(show_spinner=False, max_entries=256)
def at(step: int, prompt: str, temperature: float, draw: int, count: int) -> Proof:
    """What the model of that moment makes of a prompt."""
    return proof(cached.starter(), _model(step), prompt, temperature, draw, count)


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
