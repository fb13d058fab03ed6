"""Chance made visible: a number between 0 and 1 falls on the tokens laid side by side.

In:     the last link of the chain, (V,), and numbers from [0, 1)
Out:    the token on whose stretch each number falls
Next:   stream.py, which appends the token and asks the model again

N numbers, V vocabulary

This is the inverse of the cumulative distribution. `torch.multinomial` follows the same
probabilities in another way, in which no single number decides.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Thrown(NamedTuple):
    """One number and where it fell."""

    token_id: int
    number: float
    """The number drawn, in [0, 1)."""
    begins: float
    """Where the token's stretch begins; it holds the number and ends before `ends`."""
    ends: float


class Stretches(NamedTuple):
    """Tokens side by side on the line from 0 to 1, the likeliest first, each as long as likely."""

    order: Tensor
    """Ids of all that can be drawn, likeliest first, (K,)."""
    ends: Tensor
    """Where each one's stretch ends, (K,), in double precision; the last one ends at 1."""

    def ids(self, numbers: Tensor) -> Tensor:
        """Ids (N,) on whose stretches the numbers (N,) fall."""
        places = torch.searchsorted(self.ends, numbers, right=True)  # (N,)
        return self.order[places.clamp(max=len(self.order) - 1)]  # (N,)

    def throw(self, number: float) -> Thrown:
        """Where one number falls."""
        place = min(
            int(torch.searchsorted(self.ends, number, right=True)), len(self.order) - 1
        )  # fmt: skip
        begins = float(self.ends[place - 1]) if place else 0.0
        return Thrown(int(self.order[place]), number, begins, float(self.ends[place]))


def stretches(logits: Tensor) -> Stretches:
    """Lay the tokens side by side by the softmax of logits (V,); those at -inf get no room.

    Raises:
        ValueError: no logit is a number, as a diverged model gives them.

    >>> line = stretches(torch.tensor([0.25, 0.5, 0.25]).log())
    >>> line.throw(0.4).token_id, line.throw(0.6).token_id, line.throw(0.8).token_id
    (1, 0, 2)
    """
    ordered, order = logits.sort(descending=True, stable=True)  # (V,)
    left = ordered.isfinite()
    if not left.any():
        raise ValueError(
            "none of these logits is a number, so nothing can be drawn; the model has diverged: "
            "train it again with a lower learning rate"
        )
    ends = ordered[left].softmax(dim=-1, dtype=torch.float64).cumsum(dim=-1)  # (K,)
    ends[-1] = 1.0  # which rounding may have missed
    return Stretches(order[left], ends)


def uniform_numbers(seed: int, count: int) -> Tensor:
    """Numbers (count,) from [0, 1), the same for the same seed; fewer are the first of more.

    >>> bool((uniform_numbers(1, 3) == uniform_numbers(1, 9)[:3]).all())
    True
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, dtype=torch.float64, generator=generator)  # (count,)


class Expected(NamedTuple):
    """What theory says about how often each token comes."""

    counts: Tensor
    """The mean number of times, (V,)."""
    spread: Tensor
    """The standard deviation of that number, (V,): two times in three it is off by less."""


def expected(probabilities: Tensor, draws: int) -> Expected:
    """How often tokens of these probabilities (V,) come in so many draws.

    >>> expected(torch.tensor([0.5, 0.5, 0.0]), 100).spread.tolist()
    [5.0, 5.0, 0.0]
    """
    exact = probabilities.double()
    return Expected(draws * exact, (draws * exact * (1 - exact)).sqrt())
