"""Dropout at its three places: what one reading drops, and how far the guess moves."""

from typing import Any, NamedTuple

import streamlit as st
import torch
from torch import Tensor

from dashboard import cached, charts, palette
from dashboard.drawn import kept
from dashboard.lessons.architecture import tables
from llm_core import parts
from llm_core.heads import divergence
from llm_core.parts import DropRates, Places
from llm_core.random_state import RandomState

Ids = tuple[int, ...]
EMBEDDING, ATTENTION, SHORTCUT = PLACES = (
    "After the embeddings", "On the attention weights", "Before each shortcut's sum",
)  # fmt: skip
TENTH = 0.1
READINGS = 8
_MOST_READ = 24
"""Tokens at the end of the sentence that are read again and again."""
_TOKENS, _CHANNELS = 10, 20
"""Rows and columns that the pictures show."""


class Drawing(NamedTuple):
    """What is dropped, and by which draw."""

    rates: DropRates
    seed: int


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def one_reading(loaded: cached.Loaded, ids: Ids, drawing: Drawing) -> Places:
    """What one reading of the first tokens of the sentence drops."""
    random = RandomState(drawing.seed)
    return parts.dropped_places(loaded.model, ids[:_TOKENS], drawing.rates, random)


@kept(cached.BY_NAME)
def picture(loaded: cached.Loaded, ids: Ids, drawing: Drawing, place: int) -> Any:
    """The factors at one of the three places: 0, or what makes up for the dropped."""
    factors = one_reading(loaded, ids, drawing)[place]
    while factors.ndim > 2:
        factors = factors[0]  # the first block, its first head or its first half
    shown = factors[:, :_CHANNELS]
    words = [f"{i}" for i in range(1, len(shown) + 1)]
    return charts.heatmap(
        shown,
        rows=words,
        columns=[str(i + 1) if i % 5 == 4 or i == 0 else "" for i in range(shown.shape[1])],
        row_title="token",
        low=0.0,
        high=1 / (1 - drawing.rates[place]) if drawing.rates[place] else 1.0,
        unit="factor",
        numbers=False,
    )


def counts(loaded: cached.Loaded, ids: Ids, drawing: Drawing) -> list[str]:
    """At each place: how many numbers one reading drops, of how many, in words."""
    config, tokens = loaded.config, min(len(ids), _TOKENS)
    read = "1 token" if tokens == 1 else f"{tokens} tokens"
    pairs = tokens * (tokens + 1) // 2
    counted = (
        f"{read} × {config.emb_dim:,} channels",
        f"{pairs} weight{'s' * (pairs > 1)} × {config.n_heads} heads × {config.n_layers} blocks",
        f"{read} × {config.emb_dim:,} channels × 2 halves × {config.n_layers} blocks",
    )
    return [
        f"In the whole model {dropped:,} of {every:,} dropped: {what}"
        for (dropped, every), what in zip(
            one_reading(loaded, ids, drawing).counts(), counted, strict=True
        )
    ]


def alone(rates: DropRates) -> dict[str, DropRates]:
    """Each place dropping by itself, then all of them."""
    only = [DropRates(**{name: rate}) for name, rate in rates._asdict().items()]
    return {**dict(zip(PLACES, only, strict=True)), "All three": rates}


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=cached.BY_NAME)
def moved(loaded: cached.Loaded, ids: Ids, drawing: Drawing) -> float:
    """How far dropout moves the guess of the next token, mean of READINGS, in bits."""
    last, random = ids[-_MOST_READ:], RandomState(drawing.seed)
    with torch.inference_mode():
        calm: Tensor = loaded.model(torch.tensor([last]))[0, -1]  # (V,)
        model, rates = loaded.model, drawing.rates
        shaken = parts.guesses_with_dropout(model, last, rates, random, READINGS)  # (N, V)
        return divergence(calm, shaken).mean().item()


def of_each(loaded: cached.Loaded, ids: Ids, drawing: Drawing) -> dict[str, float]:
    """`moved` for each place alone, and for all."""
    return {
        name: moved(loaded, ids, Drawing(rates, drawing.seed))
        for name, rates in alone(drawing.rates).items()
    }


@kept(cached.BY_NAME)
def moved_picture(loaded: cached.Loaded, ids: Ids, drawing: Drawing) -> Any:
    """Bars of how far each place moves the guess."""
    bits = of_each(loaded, ids, drawing)
    return charts.bars(
        {"moved": list(bits.values())},
        labels=list(bits),
        colours={"moved": palette.ACCENT},
        value_title=f"bits, mean of {READINGS} readings",
        value_range=(0.0, max(1e-3, 1.2 * max(bits.values()))),
        sideways=True,
    )


def largest(loaded: cached.Loaded, ids: Ids) -> tuple[str, str]:
    """The place that moves the guess most when it alone drops a tenth; and why."""
    bits = of_each(loaded, ids, Drawing(DropRates(TENTH, TENTH, TENTH), 123))
    truth = max(PLACES, key=lambda place: bits[place])
    said = ", ".join(f"{bits[place]:.2g} bits {place.lower()}" for place in PLACES)
    return truth, f"By itself each place moves the guess by: {said}."


def modules() -> str:
    """Where the three stand in the code, as a table."""
    rows = [
        [EMBEDDING, "`drop_emb`", "once, on the sum of token and position"],
        [ATTENTION, "`att.dropout`", "in every block, on every head's weights"],
        [SHORTCUT, "`drop_shortcut`", "twice in every block, on what each half adds"],
    ]
    return tables.table(["place", "module", "how often"], rows, words=3)
