"""Several heads: a stack of them, the same cut out of one wide matrix, and what follows from it."""

from html import escape
from typing import Any, NamedTuple

import streamlit as st
import torch

from dashboard import charts, palette, wording
from dashboard.drawn import drawn
from dashboard.lessons.attention import views
from llm_core import attention
from llm_core.config import GPT_CONFIG_124M
from llm_core.random_state import RandomState

WIDTHS = ("1", "2", "4")
"""How wide each of two heads may be, as the learner guesses it."""

_SEED = 123


class OneMatrix(NamedTuple):
    """Heads beside each other, and the same heads cut out of one wide matrix."""

    layer: attention.MultiHeadAttention
    wrapper: attention.AttentionSteps
    joined: attention.AttentionSteps
    gap: float
    """Largest difference of the outputs."""
    shapes: dict[str, tuple[int, ...]]
    """Name of a tensor -> its shape, in the order of the computation."""


@st.cache_resource(show_spinner=False, max_entries=64)
def one_matrix(source: str, sentence: str, width: int, heads: int, seed: int = _SEED) -> OneMatrix:
    """The stack of heads and the split matrix, with the same weights on the same vectors."""
    vectors = views.tokens(source, sentence).vectors
    wrapper = views.stacked(vectors.shape[-1], width, heads, seed)
    with torch.inference_mode(), RandomState(seed).borrowed():
        layer = attention.MultiHeadAttention.with_weights_of(wrapper).eval()
        stack, joined = wrapper.steps(vectors), layer.steps(vectors)
    shapes = {
        "vectors in": tuple(vectors.shape),
        "W_query of one head": (vectors.shape[-1], width),
        "W_query of all heads": tuple(layer.W_query.weight.T.shape),
        "queries of all heads": tuple(layer.W_query(vectors).shape),
        "queries, cut into heads": tuple(joined.queries.shape),
        "scores and weights, per head": tuple(joined.weights.shape),
        "context, per head": tuple(joined.context.shape),
        "output, joined": tuple(joined.output.shape),
    }
    gap = attention.largest_difference(stack.output, joined.output)
    return OneMatrix(layer, stack, joined, gap, shapes)


def shape_table(shapes: dict[str, tuple[int, ...]]) -> str:
    """Names and shapes as a table in Markdown."""
    rows = [f"| {name} | {_shape(shape)} |" for name, shape in shapes.items()]
    return "\n".join(["| tensor | shape |", "|---|---|", *rows])


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


@drawn
def cut(source: str, sentence: str, width: int, heads: int, part: str) -> Any:
    """The wide matrix ("W_query") or all its queries, with lines where one head ends."""
    vectors = views.tokens(source, sentence)
    layer = one_matrix(source, sentence, width, heads).layer
    if part == "W_query":
        values = layer.W_query.weight.T  # (C, H * D)
        rows = [str(channel) for channel in range(1, len(values) + 1)]
    else:
        values = layer.W_query(vectors.vectors)  # (T, H * D)
        rows = [escape(word, quote=False) for word in vectors.labels]
    figure = charts.heatmap(
        values.detach(),
        rows=rows,
        columns=[f"head {i // width + 1}, channel {i % width + 1}" for i in range(width * heads)],
        row_title="channel in" if part == "W_query" else "",
        unit="weight" if part == "W_query" else "query",
        diverging=True,
        numbers=width * heads <= 6 and len(rows) <= 12,
    )
    middles = [head * width + (width - 1) / 2 for head in range(heads)]
    names = [f"head {head}" if heads <= 4 else str(head) for head in range(1, heads + 1)]
    figure.update_xaxes(tickvals=middles, ticktext=names, tickangle=0)
    if len(rows) > 40:
        figure.update_yaxes(nticks=8, tickmode="auto")
    for head in range(1, heads):
        figure.add_vline(x=head * width - 0.5, line={"color": palette.INK.light, "width": 2})
    return figure


@drawn
def heads_weights(source: str, sentence: str, width: int, heads: int) -> Any:
    """The weights of each head, small, side by side."""
    return charts.small_heatmaps(
        one_matrix(source, sentence, width, heads).joined.weights,
        titles=[f"head {head}" for head in range(1, heads + 1)],
        labels=[escape(word, quote=False) for word in views.tokens(source, sentence).labels],
    )


@st.cache_data(show_spinner=False, max_entries=32)
def two_numbers(source: str, sentence: str) -> tuple[str, str]:
    """How wide two heads must be for two numbers a token: one of WIDTHS, and the shapes."""
    found = {
        name: one_matrix(source, sentence, int(name), 2).wrapper.output.shape for name in WIDTHS
    }
    truth = next(name for name, shape in found.items() if shape[-1] == 2)
    return truth, (
        f"The heads' outputs are put side by side: with {truth} each, the stack gives "
        f"{_shape(found[truth])}; with 2 each it gives {_shape(found['2'])}."
    )


@st.cache_data(show_spinner=False, max_entries=32)
def exercises(source: str, sentence: str) -> str:
    """The course's exercises on attention with what comes out here, as a table in Markdown."""
    config = GPT_CONFIG_124M
    with torch.device("meta"):  # shapes without numbers: nothing is drawn, nothing takes room
        large = attention.MultiHeadAttention(
            config.emb_dim, config.emb_dim, config.context_length, config.drop_rate, config.n_heads
        )
    parameters = sum(parameter.numel() for parameter in large.parameters())
    batch = torch.rand(1, 2, 3, 4, generator=torch.Generator().manual_seed(_SEED))
    together = attention.simple_attention(batch).scores  # (1, 2, 3, 3)
    alone = torch.stack([attention.simple_attention(head).scores for head in batch[0]])
    gap = attention.largest_difference(together[0], alone)
    bare = views.v1_gap(source, sentence, 2, _SEED)
    rows = {
        "Give `SelfAttention_v1` the matrices of `SelfAttention_v2`, transposed": (
            f"outputs differ by at most {wording.difference(bare)}"
        ),
        f"An attention as large as GPT-2's: {config.emb_dim:,} channels, {config.n_heads} heads, "
        f"{config.context_length:,} tokens": (
            f"{parameters:,} parameters, {large.head_dim} channels per head"
        ),
        f"All heads in one product: {_shape(tuple(batch.shape))} times its own transpose": (
            f"{_shape(tuple(together.shape))}; head by head differs by {wording.difference(gap)}"
        ),
    }
    lines = [f"| {task} | {found} |" for task, found in rows.items()]
    return "\n".join(["| exercise | what comes out |", "|---|---|", *lines])
