"""From the logits of the last position to the probabilities of the next token, link by link.

In:     logits (..., V), the ids that stand in the text already, and how daring to be
Out:    the chain of what each setting leaves, ending in probabilities (..., V)
Next:   draws.py, which takes one token; stream.py, which does so again and again

T tokens of the text so far, V vocabulary

The order is: logits -> repetition penalty -> top-k -> temperature -> top-p -> min-p -> softmax. The
library transformers divides by the temperature before its top-k; that keeps the same tokens, for
dividing changes no order. The other links stand there in the same places and mean the same.

Source: Keskar et al. 2019, "CTRL" (repetition penalty); Fan et al. 2018, "Hierarchical Neural Story
Generation" (top-k); Ackley et al. 1985 (temperature); Holtzman et al. 2020, "The Curious Case of
Neural Text Degeneration" (top-p); Nguyen et al. 2024, "Turning Up the Heat" (min-p).
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

COLDEST = 1e-6
"""A temperature below this counts as 0: dividing by it would leave the range of a float32."""

ROUNDING = 1e-12
"""Shares closer than this are equal: ten tenths added up are not quite one."""


class SamplingSteps(NamedTuple):
    """The chain from logits to probabilities, each (..., V); a token that is out stands at -inf."""

    logits: Tensor
    """What the model gave, unchanged."""

    penalised: Tensor
    """Tokens that stand in the text already are made less likely."""

    top_k: Tensor
    """Only the k largest are left."""

    scaled: Tensor
    """Divided by the temperature: below 1 sharper, above 1 flatter."""

    top_p: Tensor
    """Only the fewest whose probabilities reach p together are left."""

    min_p: Tensor
    """Only those are left that are at least min-p times as likely as the likeliest."""

    probabilities: Tensor
    """The softmax of that, summing to 1: what the next token is drawn from."""


def sampling_steps(
    logits: Tensor,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    repetition_penalty: float = 1.0,
    seen: Tensor | None = None,
) -> SamplingSteps:
    """Probabilities of the next token, over the whole vocabulary.

    Args:
        logits: (..., V).
        temperature: 0 leaves only the largest, which is where ever smaller temperatures lead.
        top_k: how many tokens may be drawn at all; None keeps every one.
        top_p: which share of the probability may be drawn, the likeliest tokens first.
        min_p: how likely a token must be, as a share of the likeliest one's probability.
        repetition_penalty: what a positive logit of a seen token is divided by, and a negative one
            multiplied with; 1 changes nothing, below 1 invites repetition.
        seen: ids that stand in the text already, (..., T); needed for a penalty only.

    Raises:
        ValueError: a setting outside its range, naming the range.

    >>> steps = sampling_steps(torch.tensor([4.0, 3.0, 2.0, 1.0]), top_k=2, temperature=0.5)
    >>> [round(p, 4) for p in steps.probabilities.tolist()]
    [0.8808, 0.1192, 0.0, 0.0]
    """
    check_settings(temperature, top_k, top_p, min_p, repetition_penalty)
    penalised = logits
    if repetition_penalty != 1 and seen is not None:
        penalised = _penalise(logits, seen, repetition_penalty)  # (..., V)
    kept = penalised if top_k is None else _keep_largest(penalised, top_k)
    scaled = _keep_largest(kept, 1) if temperature < COLDEST else kept / temperature
    nucleus = scaled if top_p is None or top_p == 1 else _keep_nucleus(scaled, top_p)
    likely = nucleus if not min_p else _keep_likely(nucleus, min_p)
    return SamplingSteps(
        logits, penalised, kept, scaled, nucleus, likely, likely.softmax(dim=-1)
    )  # fmt: skip


def check_settings(
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    min_p: float | None = None,
    repetition_penalty: float = 1.0,
) -> None:
    """Let only settings pass that leave something to draw from.

    Raises:
        ValueError: a setting outside its range, naming the range.
    """
    if not 0 <= temperature < math.inf:
        raise ValueError(
            f"temperature={temperature} has no meaning; choose 0 (always the likeliest) or more"
        )
    if top_k is not None and top_k < 1:
        raise ValueError(
            f"top_k={top_k} leaves no token to draw; choose 1 or more, or None for all"
        )
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p={top_p} is no share; choose more than 0 and at most 1")
    if min_p is not None and not 0 <= min_p <= 1:
        raise ValueError(f"min_p={min_p} is no share; choose 0 (keeps every token) to 1")
    if not 0 < repetition_penalty < math.inf:
        raise ValueError(
            f"repetition_penalty={repetition_penalty} has no meaning; choose 1 (none) or a little "
            "more, such as 1.2"
        )


def _penalise(logits: Tensor, seen: Tensor, penalty: float) -> Tensor:
    """Logits (..., V) with those of the ids (..., T) nearer to never, each once."""
    old = logits.gather(-1, seen)  # (..., T)
    return logits.scatter(-1, seen, torch.where(old < 0, old * penalty, old / penalty))  # (..., V)


def _keep_largest(logits: Tensor, count: int) -> Tensor:
    """The `count` largest of (..., V) and whatever equals the last of them; the rest at -inf."""
    smallest = logits.topk(min(count, logits.shape[-1]), dim=-1).values[..., -1:]  # (..., 1)
    return logits.where(logits >= smallest, -math.inf)  # (..., V)


def _keep_nucleus(logits: Tensor, share: float) -> Tensor:
    """The fewest of (..., V), largest first, that reach `share` together; the rest at -inf."""
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)  # (..., V)
    # In double precision: a float32 sum over 50,257 tokens may count one too many or too few.
    probabilities = ordered.softmax(dim=-1, dtype=torch.float64)
    reached = probabilities.cumsum(dim=-1)
    reached_before = reached.roll(1, dims=-1)
    reached_before[..., 0] = -1.0  # nothing comes before the first one, which always stays
    kept = ordered.where(reached_before < share - ROUNDING, -math.inf)
    return torch.empty_like(logits).scatter(-1, order, kept)  # (..., V)


def _keep_likely(logits: Tensor, share: float) -> Tensor:
    """Those of (..., V) at least `share` times as likely as the likeliest; the rest at -inf."""
    exact = logits.double()
    as_likely = (exact - exact.amax(dim=-1, keepdim=True)).exp()  # (..., V), the likeliest has 1
    return logits.where(as_likely >= share, -math.inf)


class Uncertainty(NamedTuple):
    """How open the choice of the next token is."""

    nats: float
    """Entropy: the mean surprise of what is drawn, in units of the natural logarithm."""

    bits: float
    """The same in yes-or-no questions."""

    choices: float
    """The number of equally likely tokens that would be as uncertain."""


def uncertainty(probabilities: Tensor) -> Uncertainty:
    """Entropy of probabilities (V,): 0 if one token is sure, ln V if all are alike.

    >>> uncertainty(torch.tensor([0.25, 0.25, 0.25, 0.25, 0.0]))
    Uncertainty(nats=1.3862943611198906, bits=2.0, choices=4.0)
    """
    nats = float(torch.special.entr(probabilities.double()).sum())
    return Uncertainty(nats, nats / math.log(2), math.exp(nats))


def likeliest(probabilities: Tensor, count: int) -> list[tuple[int, float]]:
    """The ids with the largest of the probabilities (V,), largest first, each with its own.

    >>> likeliest(torch.tensor([0.25, 0.5, 0.25]), 1)
    [(1, 0.5)]
    """
    top = probabilities.topk(min(count, probabilities.shape[-1]))
    return list(zip(top.indices.tolist(), top.values.tolist(), strict=True))
