"""Why scores are divided by the root of the width: an experiment.

In:     a width D
Out:    how far dot products of random vectors spread, and what softmax makes of them
Next:   single.py, where every score is divided

A dot product adds D products. If queries and keys have numbers of mean 0 and variance 1, each
product has variance 1 too, and D of them add up to variance D: the wider the vectors, the larger
the scores. Softmax of large scores is all or nothing: one weight near 1, the others near 0, and
hardly any slope left to learn from. Divided by sqrt(D) the variance is 1 at any width.

Shapes: D channels of a query or key, N pairs of them, T scores in a row.
Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.1, footnote 4.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


def random_scores(width: int, count: int, seed: int = 1) -> Tensor:
    """Dot products of `count` random queries with a random key each, (N,).

    Raises:
        ValueError: vectors without numbers.
    """
    if width < 1:
        raise ValueError(f"a vector of {width} numbers has no dot product; give width 1 or more")
    generator = torch.Generator().manual_seed(seed)
    queries = torch.randn(count, width, generator=generator)  # (N, D)
    keys = torch.randn(count, width, generator=generator)  # (N, D)
    return (queries * keys).sum(dim=-1)  # (N,)


class ScoreSpread(NamedTuple):
    """How far the scores of one width spread."""

    width: int
    raw: float
    """Variance of the dot products."""
    divided: float
    """Variance after the division by the root of the width."""


def spread_of_scores(
    widths: Sequence[int], count: int = 2_000, seed: int = 1
) -> tuple[ScoreSpread, ...]:
    """Variance of random dot products at each width, measured."""
    found = []
    for width in widths:
        scores = random_scores(width, count, seed)
        divided = scores * width**-0.5
        found.append(ScoreSpread(width, scores.var().item(), divided.var().item()))
    return tuple(found)


class Saturation(NamedTuple):
    """One row of scores, and how much softmax leaves of a choice."""

    scores: Tensor
    """(T,)."""
    weights: Tensor
    """(T,), which sum to 1."""
    largest: float
    """The largest weight."""
    bits: float
    """Entropy: 0 where one token takes all, log2(T) where all take the same."""
    slope: float
    """How strongly the weights answer when scores move: length of softmax's matrix of slopes."""


def saturation(scores: Tensor) -> Saturation:
    """What softmax makes of a row of scores.

    >>> saturation(torch.zeros(4)).bits  # undecided among four
    2.0
    >>> saturation(torch.tensor([0.0, 0.0, 0.0, 200.0])).bits  # decided
    0.0
    """
    weights = scores.softmax(dim=-1)  # (T,)
    return Saturation(
        scores,
        weights,
        largest=weights.max().item(),
        bits=abs(torch.special.entr(weights).sum().item()) / torch.log(torch.tensor(2.0)).item(),
        slope=slopes(weights).norm().item(),
    )


def slopes(weights: Tensor) -> Tensor:
    """How weight i answers to score j, d w_i / d s_j = w_i (1[i = j] - w_j): (T,) -> (T, T)."""
    return torch.diag(weights) - torch.outer(weights, weights)  # (T, T)


class ScalingExperiment(NamedTuple):
    """The same random scores, taken as they are and divided by the root of the width."""

    raw: Saturation
    divided: Saturation


def scaling_experiment(width: int, tokens: int = 16, seed: int = 1) -> ScalingExperiment:
    """One random query against `tokens` random keys, with and without the division.

    Raises:
        ValueError: vectors without numbers, or no tokens.
    """
    if width < 1 or tokens < 1:
        raise ValueError(f"width={width} and tokens={tokens} leave no score; give 1 or more each")
    generator = torch.Generator().manual_seed(seed)
    query = torch.randn(width, generator=generator)  # (D,)
    keys = torch.randn(tokens, width, generator=generator)  # (T, D)
    scores = keys @ query  # (T,)
    return ScalingExperiment(saturation(scores), saturation(scores * width**-0.5))
