"""The gradient's way back: through a chain of small layers, and through the model on show."""

import math
from typing import Any

import streamlit as st
import torch

from dashboard import cached, charts, palette
from dashboard.drawn import drawn, kept
from dashboard.lessons.architecture import tables
from llm_core import parts
from llm_core.parts import BlockGradients
from llm_core.random_state import RandomState
from llm_core.transformer import ExampleDeepNeuralNetwork, gradient_at_the_end, gradient_means

Ids = tuple[int, ...]
COURSE_DEPTH, ASKED_DEPTH, DEEPEST = 5, 12, 16
AS_LARGE, SMALLER, VANISHED = (
    "About as large", "10 to 1,000 times smaller", "More than 1,000 times smaller",
)  # fmt: skip
ANSWERS = (AS_LARGE, SMALLER, VANISHED)
CARRIED = (0.0, 0.25, 0.5, 0.75, 1.0)
_SEED = 123
"""The course's."""
_EXAMPLE = torch.tensor([[1.0, 0.0, -1.0]])  # (1, 3)
_MOST_TOKENS = 48
"""A gradient costs two readings more; so many tokens of the sentence say enough."""


@st.cache_data(show_spinner=False, max_entries=64)
def chain(depth: int) -> dict[str, tuple[float, ...]]:
    """Gradient sizes in a chain of `depth` layers, 3 numbers wide, without and with shortcuts."""
    return {
        name: gradient_means(_network(depth, shortcut), _EXAMPLE)
        for name, shortcut in (("without shortcuts", False), ("with shortcuts", True))
    }


def _network(depth: int, shortcut: bool) -> ExampleDeepNeuralNetwork:
    with RandomState(_SEED).borrowed():
        return ExampleDeepNeuralNetwork([3] * depth + [1], use_shortcut=shortcut)


@st.cache_data(show_spinner=False, max_entries=64)
def height(depth: int) -> str:
    """Why all bars of a depth are high or low together, with the factor that they share."""
    sent = {d: gradient_at_the_end(_network(d, True), _EXAMPLE) for d in (depth, COURSE_DEPTH)}
    said = " and ".join(f"{factor:.2g} with {d} layers" for d, factor in sent.items())
    return (
        "How high a colour stands as a whole depends on what the end of the chain sends back: the "
        "loss is the output squared, so 2 × output × slope of the last GELU. With shortcuts that "
        f"is {said}, and every layer's gradient has this factor. What counts is a colour's first "
        "bar against its last."
    )


@drawn
def chain_picture(depth: int) -> Any:
    """Bars of these sizes on a logarithmic scale."""
    return charts.bars(
        chain(depth),
        labels=[str(i + 1) for i in range(depth)],
        colours={"without shortcuts": palette.MUTED, "with shortcuts": palette.ACCENT},
        value_title="mean size of the gradient",
        label_title="layer, from input to output",
        value_range=(1e-11, 10),
        log=True,
    )


def vanished() -> tuple[str, str]:
    """How much smaller the gradient gets on its way back through the chain that is asked about."""
    plain, helped = chain(ASKED_DEPTH).values()
    ratio = plain[-1] / plain[0]
    truth = AS_LARGE if ratio < 10 else SMALLER if ratio <= 1000 else VANISHED
    return truth, (
        f"{tables.large(ratio)} times smaller without shortcuts, {helped[-1] / helped[0]:.1f} "
        "times with them."
    )


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def in_blocks(loaded: cached.Loaded, ids: Ids, carried: float) -> BlockGradients:
    """Gradients in the model's blocks on the sentence, its shortcuts carrying this part."""
    return parts.block_gradients(loaded.model, ids[:_MOST_TOKENS], carried)


@kept(cached.BY_NAME)
def blocks_picture(loaded: cached.Loaded, ids: Ids, carried: float) -> Any:
    """Bars: the model as it is, and with shortcuts that carry this part."""
    groups = {f"shortcuts times {carried:g}": in_blocks(loaded, ids, carried).sizes}
    groups["as it is"] = in_blocks(loaded, ids, 1.0).sizes
    tones = (palette.MUTED, palette.ACCENT)
    return charts.bars(
        groups,
        labels=[str(i + 1) for i in range(loaded.config.n_layers)],
        colours=dict(zip(groups, tones, strict=False)),
        value_title="mean size of the gradient",
        label_title="block, from input to output",
        value_range=(1e-6, 1),
        log=True,
    )


def found(loaded: cached.Loaded, ids: Ids, carried: float) -> str:
    """What the gradients in the blocks say, with their numbers."""
    whole, part = in_blocks(loaded, ids, 1.0), in_blocks(loaded, ids, carried)
    cut = len(ids) > _MOST_TOKENS
    read = f"the first {_MOST_TOKENS} tokens" if cut else "your sentence"
    return (
        f"The first block's gradient is {whole.sizes[0] / whole.sizes[-1]:.2g} times the last's as "
        f"it is, and {part.sizes[0] / part.sizes[-1]:.2g} times with shortcuts times {carried:g}. "
        f"The loss on {read}: {whole.loss:.2f} and {part.loss:.2f}; pure chance is "
        f"{math.log(loaded.config.vocab_size):.2f}."
    )
