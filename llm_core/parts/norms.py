"""A layer norm looked at by hand: with another eps, and on the book's six numbers.

In:     a norm that has learnt its scale and shift
Out:    the same norm with another eps; vectors to put through it
Next:   units.py, the feed-forward half

Shapes: B batch, C channels.
Source: Ba et al. 2016, "Layer Normalization".
"""

import torch
from torch import Tensor, nn

from llm_core.random_state import RandomState
from llm_core.transformer import LayerNorm


def with_eps(norm: LayerNorm, eps: float) -> LayerNorm:
    """A norm with the same scale and shift, and another eps; the first one stays as it is."""
    other = LayerNorm(len(norm.scale), eps)
    other.scale, other.shift = norm.scale, norm.shift
    return other


def books_example() -> Tensor:
    """What the book normalises by hand: a small ReLU layer's outputs for two random inputs, (2, 6).

    Their variance is small, so that eps shows: with 1e-5 the first comes out with variance 0.9995.

    >>> books_example().mean(dim=-1)
    tensor([0.1324, 0.2170])
    """
    with RandomState(123).borrowed(), torch.no_grad():
        inputs = torch.randn(2, 5)  # (B, 5)
        activated: Tensor = nn.Sequential(nn.Linear(5, 6), nn.ReLU())(inputs)  # (B, 6)
    return activated
