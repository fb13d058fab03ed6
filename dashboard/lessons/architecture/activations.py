"""GELU and ReLU with their slopes, and a token's live numbers on the curve."""

from typing import Any, NamedTuple, cast

import streamlit as st
import torch
from torch import Tensor

from dashboard import cached, palette
from dashboard.charts.activation import activation
from dashboard.drawn import kept
from dashboard.lessons import reading
from dashboard.lessons.architecture import chosen
from llm_core import parts
from llm_core.transformer import FeedForwardSteps, TransformerBlock, gelu

Ids = tuple[int, ...]
FEW, SOME, MANY = "Fewer than 5 in 100", "5 to 30 in 100", "More than 30 in 100"
SHARES = (FEW, SOME, MANY)
_POINTS = 100
"""The course draws its curves over `linspace(-3, 3, 100)`."""
_MOST_DOTS = 4096


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=cached.BY_NAME)
def feed_forward(loaded: cached.Loaded, ids: Ids, layer: int) -> FeedForwardSteps:
    """The feed-forward half of one block at work on the sentence: (T, 4C) inside."""
    enters = reading.steps(loaded, ids).blocks[layer].feed_forward_input[0]  # (T, C)
    with torch.inference_mode():
        return cast(TransformerBlock, loaded.model.trf_blocks[layer]).ff.steps(enters)


def _reach(expanded: Tensor) -> float:
    """Ends of the axis: the course's 3, or twice, four times as far where many numbers lie out."""
    reach, sizes = 3.0, expanded.abs()
    while (sizes > reach).float().mean().item() > 0.01 and reach < 48:
        reach *= 2
    return reach


@kept(cached.BY_NAME)
def picture(loaded: cached.Loaded, ids: Ids, layer: int, token: int, what: str) -> Any:
    """The "value" or the "slope" of both functions, the token's numbers on GELU's curve."""
    steps = feed_forward(loaded, ids, layer)
    reach = _reach(steps.expanded)
    x = torch.linspace(-reach, reach, _POINTS)
    enters = steps.expanded[token][:_MOST_DOTS]  # (4C,)
    if what == "slope":
        curves = {"ReLU": parts.slope(torch.relu, x), "GELU": parts.slope(gelu, x)}
        leaves, ends = parts.slope(gelu, enters), (-0.25, 1.25)
    else:
        curves = {"ReLU": x.relu(), "GELU": gelu(x)}
        leaves, ends = steps.activated[token][:_MOST_DOTS], (-0.2 * reach, reach)
    return activation(
        {name: heights.tolist() for name, heights in curves.items()},
        x=x.tolist(),
        colours={"ReLU": palette.MUTED, "GELU": palette.ACCENT},
        dashed=frozenset({"ReLU"}),
        marks=(enters.tolist(), leaves.tolist()),
        mark_name="this token",
        mark_tone=palette.OUTPUT,
        all_values=steps.expanded.flatten().numpy() if what == "value" else None,
        x_title="number that goes in",
        y_title="number that comes out" if what == "value" else "slope: what a gradient keeps",
        y_range=ends,
        count_title="count",
    )


class Counted(NamedTuple):
    """What two activation functions do to the numbers of one token."""

    numbers: int
    negative: int
    """Numbers below zero: all of them are zero after ReLU."""
    kept: float
    """How far from zero they are after GELU, on average."""
    outside: int
    """Numbers beyond the ends of the picture."""


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def counted(loaded: cached.Loaded, ids: Ids, layer: int, token: int) -> Counted:
    """Count one token's numbers in one block."""
    steps = feed_forward(loaded, ids, layer)
    enters, leaves = steps.expanded[token], steps.activated[token]  # (4C,)
    below = enters < 0
    return Counted(
        enters.numel(),
        int(below.sum()),
        leaves[below].abs().mean().item() if below.any() else 0.0,
        int((enters.abs() > _reach(steps.expanded)).sum()),
    )


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def silent(loaded: cached.Loaded, ids: Ids, layer: int) -> tuple[str, str]:
    """How many units ReLU would silence for the whole sentence: one of SHARES, and the numbers."""
    never = parts.never_positive(feed_forward(loaded, ids, layer).expanded)  # (4C,)
    count, share = int(never.sum()), never.float().mean().item()
    truth = FEW if share < 0.05 else SOME if share <= 0.3 else MANY
    return truth, (
        f"{count:,} of {never.numel():,} units are below 0 at all {len(ids)} tokens. Behind a ReLU "
        "no gradient of this sentence would reach them; on GELU's slope it still does."
    )


@st.cache_data(show_spinner=False, max_entries=32, hash_funcs=cached.BY_NAME)
def swapped(loaded: cached.Loaded, ids: Ids) -> str:
    """What the model would say next with ReLU in every block, in a sentence."""
    with torch.inference_mode():
        before = reading.steps(loaded, ids).logits[0, -1].softmax(dim=-1)  # (V,)
        after = parts.with_relu(loaded.model, ids)[-1].softmax(dim=-1)  # (V,)
    best, now = int(before.argmax()), int(after.argmax())
    if now == best:
        change = f"stays the favourite, at {after[best].item():.2%}"
    else:
        other = chosen.spoken(loaded, now)
        change = (
            f"falls to {after[best].item():.2%}, and {other} leads with {after[now].item():.2%}"
        )
    return (
        "With ReLU in every block and the weights as they are, "
        f"{chosen.spoken(loaded, best)} ({before[best].item():.2%} with GELU) {change}."
    )
