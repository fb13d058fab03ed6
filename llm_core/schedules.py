"""How large each step of training is: small at first, then full, then smaller and smaller.

In:     the number of a step, counted from 0
Out:    the learning rate for it
Next:   optimizers.py, which takes the steps

At the start the gradients of random weights point anywhere, so the rate climbs in a straight line
(warmup). Later it falls, so that the weights settle instead of jumping about: along half a cosine,
along a straight line, or late and steeply after a long level stretch.

Source: Goyal et al. 2017, "Accurate, Large Minibatch SGD" (warmup); Loshchilov and Hutter 2017,
"SGDR: Stochastic Gradient Descent with Warm Restarts" (cosine); Hu et al. 2024, "MiniCPM" (warmup,
stable, decay).
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

Decay = Literal["cosine", "linear", "stable", "constant"]
"""How the rate goes on after the warmup; "stable" keeps the peak, then falls in a line."""


def linear_warmup(step: int, *, warmup_steps: int, initial_lr: float, peak_lr: float) -> float:
    """Rate on a straight line from the initial one at step 0 to the peak at `warmup_steps`.

    >>> linear_warmup(5, warmup_steps=10, initial_lr=0.0, peak_lr=0.01)
    0.005
    """
    if step >= warmup_steps:
        return peak_lr
    increment = (peak_lr - initial_lr) / warmup_steps
    return initial_lr + step * increment


def cosine_decay(
    step: int,
    *,
    first_step: int,
    total_steps: int,
    peak_lr: float,
    min_lr: float,
) -> float:
    """Rate on half a cosine from the peak at `first_step` to the minimum at `total_steps`.

    >>> cosine_decay(50, first_step=0, total_steps=100, peak_lr=0.01, min_lr=0.0)
    0.005
    """
    if step >= total_steps:
        return min_lr
    if step <= first_step:
        return peak_lr
    progress = (step - first_step) / (total_steps - first_step)
    height = 0.5 * (1.0 + math.cos(math.pi * progress))
    return min_lr + (peak_lr - min_lr) * height


def linear_decay(
    step: int,
    *,
    first_step: int,
    total_steps: int,
    peak_lr: float,
    min_lr: float,
) -> float:
    """Rate on a straight line from the peak at `first_step` to the minimum at `total_steps`.

    Before `first_step` it is the peak.

    >>> linear_decay(75, first_step=50, total_steps=100, peak_lr=0.01, min_lr=0.0)
    0.005
    """
    if step >= total_steps:
        return min_lr
    if step <= first_step:
        return peak_lr
    progress = (step - first_step) / (total_steps - first_step)
    return min_lr + (peak_lr - min_lr) * (1.0 - progress)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A whole run's learning rates: warmup, then a decay. Call it with a step.

    Raises:
        ValueError: the numbers describe no run, naming the remedy.

    >>> schedule = Schedule(peak_lr=0.01, total_steps=135, warmup_steps=27)
    >>> [round(schedule(step), 5) for step in (0, 27, 81, 135)]
    [3e-05, 0.01, 0.005, 0.0]
    """

    peak_lr: float
    """The highest rate, reached when the warmup ends."""

    total_steps: int
    """How many updates the run makes; here the rate arrives at the minimum."""

    warmup_steps: int = 0
    """How many of them climb to the peak; 0 starts there."""

    initial_lr: float = 3e-5
    """The rate of step 0, if there is a warmup."""

    min_lr: float = 1e-6
    """Where the decay ends; the same as the peak keeps the rate constant after the warmup."""

    decay: Decay = "cosine"
    """The book's, unless another is chosen."""

    decay_steps: int = 0
    """How many of the last steps fall, if the decay is "stable"."""

    def __post_init__(self) -> None:
        if self.decay not in get_args(Decay):
            raise ValueError(f"decay={self.decay!r} is unknown; choose one of {get_args(Decay)}")
        if self.total_steps < 1:
            raise ValueError(f"total_steps={self.total_steps} makes no update; choose 1 or more")
        if not 0 <= self.warmup_steps <= self.total_steps:
            raise ValueError(
                f"warmup_steps={self.warmup_steps} does not fit into "
                f"total_steps={self.total_steps}; choose 0 to {self.total_steps}"
            )
        most = self.total_steps - self.warmup_steps
        if not 0 <= self.decay_steps <= most:
            raise ValueError(
                f"decay_steps={self.decay_steps} does not fit behind the warmup; choose 0 to {most}"
            )
        for name in ("initial_lr", "min_lr"):
            if not 0 <= getattr(self, name) <= self.peak_lr:
                raise ValueError(
                    f"{name}={getattr(self, name)} is outside 0 to peak_lr="
                    f"{self.peak_lr}; choose a rate between them"
                )

    def __call__(self, step: int) -> float:
        """Learning rate of this step, counted from 0.

        Raises:
            ValueError: `step` is negative.
        """
        if step < 0:
            raise ValueError(f"step={step} is before the run begins; count from 0")
        if step < self.warmup_steps:
            return linear_warmup(
                step,
                warmup_steps=self.warmup_steps,
                initial_lr=self.initial_lr,
                peak_lr=self.peak_lr,
            )
        if self.decay == "constant":
            return self.peak_lr
        fall = cosine_decay if self.decay == "cosine" else linear_decay
        falling = self.total_steps - self.warmup_steps
        if self.decay == "stable":
            falling = self.decay_steps
        return fall(
            step,
            first_step=self.total_steps - falling,
            total_steps=self.total_steps,
            peak_lr=self.peak_lr,
            min_lr=self.min_lr,
        )
