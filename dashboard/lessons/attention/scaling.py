"""Why scores are divided by the root of the width: on random vectors, and in the starter model."""

from typing import Any

import streamlit as st
import torch

from dashboard import cached, palette
from dashboard.charts.loglog import loglog
from dashboard.components import saturation as component
from dashboard.components.saturation import Dial
from dashboard.drawn import drawn
from dashboard.lessons import linked, reading
from llm_core.attention import scaling
from llm_core.attention.scaling import ScoreSpread

WIDTHS = tuple(2**power for power in range(11))
"""1 to 1024."""

TOKENS = 16
"""Random keys in a row."""

ASKED = 1024
ANSWERS = ("About 0.06, as all others", "About 0.25", "Nearly 1")
_SEEDS = 20


@st.cache_data(show_spinner=False, max_entries=4)
def spread() -> tuple[ScoreSpread, ...]:
    """Variance of random dot products at each width."""
    return scaling.spread_of_scores(WIDTHS)


@drawn
def variances() -> Any:
    """Measured variance against the width, as it is and after the division."""
    found = spread()
    raw, divided = "dot products", "divided by √d"
    return loglog(
        {
            raw: (WIDTHS, [row.raw for row in found]),
            divided: (WIDTHS, [row.divided for row in found]),
        },
        colours={raw: palette.VALIDATION, divided: palette.ACCENT},
        x_title="width d of queries and keys",
        y_title="variance of the scores",
        laws={"variance = d": (WIDTHS, WIDTHS), "variance = 1": (WIDTHS, [1.0] * len(WIDTHS))},
        joined=False,
    )


@st.cache_data(show_spinner=False, max_entries=4)
def largest() -> tuple[float, float]:
    """Largest of TOKENS weights at the width asked about, the mean over seeds: raw and divided."""
    runs = [scaling.scaling_experiment(ASKED, TOKENS, seed) for seed in range(_SEEDS)]
    raw, divided = (sum(getattr(run, way).largest for run in runs) for way in ("raw", "divided"))
    return raw / _SEEDS, divided / _SEEDS


def truth() -> str:
    """Which of ANSWERS is measured."""
    at = min((0.0625, 0.25, 1.0), key=lambda answer: abs(answer - largest()[0]))
    return ANSWERS[(0.0625, 0.25, 1.0).index(at)]


def show_random() -> None:
    """Draw a row of random scores at any width."""
    scores = _random()
    dials = [Dial("Width d", [f"{width:,}" for width in WIDTHS])]
    key, shown = "attention-scaling-random", "random"
    choice = linked.standing(key, "attention.divide", shown, f"{len(WIDTHS) - 1}.0")
    component.show(
        scores, WIDTHS, dials, [f"{i + 1}" for i in range(TOKENS)], shown=shown, key=key,
        choice=linked.places(choice, (len(WIDTHS), 2), (len(WIDTHS) - 1, 0)),
    )  # fmt: skip


def show_model(sentence: str) -> None:
    """Draw the last token's scores in any head of the starter model."""
    loaded = cached.starter()
    config = loaded.config
    words = reading.read(loaded, sentence).words
    scores = last_scores(sentence)
    dials = [
        Dial("Layer", [str(i + 1) for i in range(config.n_layers)]),
        Dial("Head", [str(i + 1) for i in range(config.n_heads)]),
    ]
    key, shown = "attention-scaling-model", linked.name_of(sentence)
    choice = linked.standing(key, "attention.divided", shown, "0.0.1")
    component.show(
        scores, [config.head_dim] * len(scores), dials, words, shown=shown, key=key,
        choice=linked.places(choice, (config.n_layers, config.n_heads, 2), (0, 0, 1)),
    )  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=2)
def _random() -> torch.Tensor:
    rows = [scaling.scaling_experiment(width, TOKENS).raw.scores for width in WIDTHS]
    return torch.stack(rows)  # (widths, TOKENS)


@st.cache_resource(show_spinner=False, max_entries=16)
def last_scores(sentence: str) -> torch.Tensor:
    """The last token's query against all keys in each head, not divided, (L * H, T)."""
    loaded = cached.starter()
    steps = reading.steps(loaded, reading.read(loaded, sentence).ids)
    rows = [block.attention.scores[0, :, -1] for block in steps.blocks if block.attention]
    return torch.cat(rows)  # (L * H, T)


@st.cache_data(show_spinner=False, max_entries=16)
def largest_in_model(sentence: str) -> tuple[float, float]:
    """The last token's largest weight, the mean over all heads: raw and divided."""
    scores = last_scores(sentence)
    root = cached.starter().config.head_dim ** -0.5
    raw = [scaling.saturation(row).largest for row in scores]
    divided = [scaling.saturation(row * root).largest for row in scores]
    return sum(raw) / len(raw), sum(divided) / len(divided)
