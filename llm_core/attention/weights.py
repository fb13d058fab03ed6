"""From scores to weights: numbers that say how much each token takes from each other one.

In:     scores, one row per token that looks, one column per token looked at (..., T, S)
Out:    weights of the same shape, whose rows sum to 1
Next:   scaling.py, how large scores may become; single.py, where they come from

Softmax by its definition and as it is done; two ways to hide the future, which give the same;
dropout made visible.

Shapes: T tokens, S tokens looked at.
Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2;
    Srivastava et al. 2014, "Dropout".
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from llm_core.random_state import RandomState


def softmax_naive(scores: Tensor) -> Tensor:
    """Positive weights that sum to 1 in each row, by the definition; overflows above 88.

    >>> softmax_naive(torch.tensor([0.0, 0.0]))
    tensor([0.5000, 0.5000])
    >>> softmax_naive(torch.tensor([0.0, 100.0]))  # exp(100) is more than a float32 can hold
    tensor([0., nan])
    """
    return scores.exp() / scores.exp().sum(dim=-1, keepdim=True)


class Normalisations(NamedTuple):
    """Three ways to turn the same scores into weights that sum to 1, each of the scores' shape."""

    by_sum: Tensor
    naive_softmax: Tensor
    softmax: Tensor


def normalisations(scores: Tensor) -> Normalisations:
    """Divide by the sum; softmax by its definition; torch's softmax, which never overflows."""
    return Normalisations(
        by_sum=scores / scores.sum(dim=-1, keepdim=True),
        naive_softmax=softmax_naive(scores),
        softmax=scores.softmax(dim=-1),
    )


def causal_mask(tokens: int) -> Tensor:
    """True where a token (row) must not look: at every token (column) that comes after it, (T, T).

    >>> causal_mask(3).int()
    tensor([[0, 1, 1],
            [0, 0, 1],
            [0, 0, 0]], dtype=torch.int32)
    """
    return torch.ones(tokens, tokens, dtype=torch.bool).triu(diagonal=1)


class RenormalisedWeights(NamedTuple):
    """Masking after softmax: full weights, then zeros, then rows brought back to a sum of 1."""

    weights: Tensor
    zeroed: Tensor
    renormalised: Tensor


def mask_then_renormalise(scores: Tensor, mask: Tensor) -> RenormalisedWeights:
    """Mask the long way: softmax over everything, zero what is hidden, divide by what is left."""
    weights = scores.softmax(dim=-1)
    zeroed = weights.masked_fill(mask, 0.0)
    return RenormalisedWeights(weights, zeroed, zeroed / zeroed.sum(dim=-1, keepdim=True))


class MaskedWeights(NamedTuple):
    """Masking before softmax: scores with -inf where hidden, and the weights they give."""

    masked: Tensor
    weights: Tensor


def mask_then_softmax(scores: Tensor, mask: Tensor | None) -> MaskedWeights:
    """Mask the short way: a score of -inf becomes a weight of exactly 0, and rows still sum to 1.

    A row with nothing left to look at has no weights (nan); a causal mask always leaves the token
    itself.
    """
    masked = scores if mask is None else scores.masked_fill(mask, -torch.inf)
    return MaskedWeights(masked, masked.softmax(dim=-1))


class DroppedWeights(NamedTuple):
    """Dropout made visible: the factor on each weight, 0 or 1 / (1 - rate), and the result."""

    multipliers: Tensor
    dropped: Tensor


def drop_weights(weights: Tensor, drop_rate: float, random_state: RandomState) -> DroppedWeights:
    """Zero a random share of the weights and enlarge the rest, so that the mean stays the same."""
    with random_state.borrowed():
        multipliers = F.dropout(torch.ones_like(weights), drop_rate)
    return DroppedWeights(multipliers, weights * multipliers)


def mean_after_dropout(
    weights: Tensor, drop_rate: float, random_state: RandomState, draws: int
) -> Tensor:
    """What dropout leaves of the weights on average over so many draws: nearly the weights."""
    together = weights.expand(draws, *weights.shape)  # (N, ..., T, S), N draws
    return drop_weights(together, drop_rate, random_state).dropped.mean(dim=0)  # (..., T, S)


def largest_difference(one: Tensor, other: Tensor) -> float:
    """How far two tensors of one shape are apart where they differ most; 0 if they are the same.

    >>> largest_difference(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.5]))
    0.5
    """
    return (one - other).abs().max().item()
