"""Layer normalisation of one token's vector, number by number."""

from typing import Any, NamedTuple, cast

import streamlit as st
import torch
from torch import Tensor

from dashboard import cached, palette, wording
from dashboard.charts.spread import spread
from dashboard.drawn import kept
from dashboard.lessons import reading
from dashboard.lessons.architecture import tables
from llm_core import parts
from llm_core.config import GPTConfig
from llm_core.transformer import LayerNorm, LayerNormSteps, TransformerBlock

Ids = tuple[int, ...]
TEN_TIMES = 10.0
LARGER, SAME, SMALLER = "Ten times as large", "About as large as now", "A tenth as large"
SIZES = (LARGER, SAME, SMALLER)
EPS = [f"1e-{n}" for n in range(12, 0, -1)] + ["1"]


class Asked(NamedTuple):
    """Which vector goes into which norm, and how that norm computes."""

    ids: Ids
    place: int
    """Of the norm, in the order of `places`."""
    token: int
    eps: float
    unbiased: bool


def places(config: GPTConfig) -> list[str]:
    """Every layer norm of the model, in order."""
    inner = [f"block {b + 1}, norm {n}" for b in range(config.n_layers) for n in (1, 2)]
    return [*inner, "final norm"]


def norm_of(loaded: cached.Loaded, place: int) -> LayerNorm:
    """The norm at this place."""
    if place == 2 * loaded.config.n_layers:
        return cast(LayerNorm, loaded.model.final_norm)
    layer, second = divmod(place, 2)
    block = cast(TransformerBlock, loaded.model.trf_blocks[layer])
    return block.norm2 if second else block.norm1


def entering(loaded: cached.Loaded, ids: Ids, place: int) -> Tensor:
    """The vectors on their way into the norm at this place, (T, C)."""
    steps = reading.steps(loaded, ids)
    layer, second = divmod(place, 2)
    return (steps.blocks[layer].after_attention if second else steps.block_outputs[layer])[0]


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def steps_of(loaded: cached.Loaded, asked: Asked) -> LayerNormSteps:
    """The norm's steps on this vector, with the eps and the divisor that are asked for."""
    norm = parts.with_eps(norm_of(loaded, asked.place), asked.eps)
    with torch.inference_mode():
        vector = entering(loaded, asked.ids, asked.place)[asked.token]  # (C,)
        return norm.steps(vector, unbiased=asked.unbiased)


@kept(cached.BY_NAME)
def picture(loaded: cached.Loaded, asked: Asked) -> Any:
    """Dots of the vector as it comes, normalised, and scaled and shifted."""
    steps = steps_of(loaded, asked)
    vectors = entering(loaded, asked.ids, asked.place)  # (T, C)
    rows = {
        "as it comes": vectors[asked.token],
        "normalised": steps.normalised,
        "output": steps.output,
    }
    farthest = max(v.abs().max().item() for v in rows.values())
    reach = 1.05 * max(4.0, farthest)
    return spread(
        {name: vector.tolist() for name, vector in rows.items()},
        centres=[vector.mean().item() for vector in rows.values()],
        widths=[vector.std(unbiased=False).item() for vector in rows.values()],
        colours=dict(zip(rows, (palette.MUTED, palette.ACCENT, palette.OUTPUT), strict=True)),
        value_title="value of a channel",
        value_range=(-reach, reach),
    )


def mean_and_variance(vector: Tensor) -> tuple[float, float]:
    """Of the numbers of one vector, dividing by C; a mean of rounding errors counts as 0."""
    mean = vector.mean().item()
    return (0.0 if abs(mean) < 5e-5 else mean), vector.var(unbiased=False).item()


def table(loaded: cached.Loaded, asked: Asked, channel: int) -> str:
    """Each step for one channel, and the mean and variance of all channels after it."""
    norm, steps = norm_of(loaded, asked.place), steps_of(loaded, asked)
    vector = entering(loaded, asked.ids, asked.place)[asked.token]  # (C,)
    rows = []
    for name, numbers, whole in (
        ("as it comes", vector, True),
        ("centred", vector - steps.mean, True),
        ("normalised", steps.normalised, True),
        ("scale", norm.scale.detach(), False),
        ("shift", norm.shift.detach(), False),
        ("**output**", steps.output, True),
    ):
        ends = [f"{n:.4f}" for n in mean_and_variance(numbers)] if whole else ["", ""]
        rows.append([name, f"{numbers[channel].item():.4f}", *ends])
    return tables.table(["", f"channel\u00a0{channel + 1:,}", "mean", "variance"], rows)


def formula(loaded: cached.Loaded, asked: Asked, channel: int) -> str:
    """The whole computation for one channel, in LaTeX."""
    norm, steps = norm_of(loaded, asked.place), steps_of(loaded, asked)
    x = entering(loaded, asked.ids, asked.place)[asked.token, channel].item()
    mean, variance = steps.mean.item(), steps.variance.item()
    scale, shift = norm.scale[channel].item(), norm.shift[channel].item()
    inside = steps.normalised[channel].item()
    x_hat, y = rf"\hat x_{{{channel + 1}}}", rf"y_{{{channel + 1}}}"
    top = rf"{x:.4f} - ({mean:.4f})"
    bottom = rf"\sqrt{{{variance:.4f} + {tables.power_of_ten(asked.eps)}}}"
    return (
        rf"\begin{{aligned}} {x_hat} &= \frac{{x_{{{channel + 1}}} - \mu}}"
        rf"{{\sqrt{{\sigma^2 + \varepsilon}}}} \\[4pt] &= \frac{{{top}}}{{{bottom}}} "
        rf"= {inside:.4f} \\[6pt] {y} &= {scale:.4f} \cdot ({inside:.4f}) \\ "
        rf"&\quad + ({shift:.4f}) = {steps.output[channel].item():.4f} \end{{aligned}}"
    )


def variances(loaded: cached.Loaded, asked: Asked) -> str:
    """What eps and the divisor make of three vectors: this token's and the course's two."""
    norm = LayerNorm(1, asked.eps)
    vector = entering(loaded, asked.ids, asked.place)[asked.token]
    rows = []
    with torch.inference_mode():
        for name, numbers in (
            ("this token", vector),
            *((f"the course's row {i}", row) for i, row in enumerate(parts.books_example(), 1)),
        ):
            steps = norm.steps(numbers, unbiased=asked.unbiased)
            after = mean_and_variance(steps.normalised)[1]
            rows.append([name, f"{len(numbers):,}", f"{steps.variance.item():.4f}", f"{after:.4f}"])
    return tables.table(["", "C", "variance", "after"], rows)


def enlarged(loaded: cached.Loaded, ids: Ids, place: int, token: int) -> tuple[str, str]:
    """How large the output is when every number comes in ten times as large; and why."""
    norm = norm_of(loaded, place)
    with torch.inference_mode():
        vector = entering(loaded, ids, place)[token]
        now, then = norm.steps(vector).normalised, norm.steps(TEN_TIMES * vector).normalised
    size, before = then.std(unbiased=False).item(), now.std(unbiased=False).item()
    gap = (then - now).abs().max().item()
    if size > 2 * before:  # the variance was so small that eps made up most of the sum
        return LARGER, "This vector's variance is below eps, so the division hardly changes it."
    return SAME, (
        "Mean and deviation grow with the numbers, and the division takes that away again: the "
        f"normalised numbers differ by at most {wording.difference(gap)}. What comes next meets "
        "numbers of one size, however long the vector has grown."
    )
