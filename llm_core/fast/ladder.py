"""The rungs of the fast path one by one: take some, leave some, and see what each is worth.

In:     a plain `GPTModel`, batches, and somebody who says which rungs are taken right now
Out:    a stream of updates, each with its tokens per second
Next:   decoding.py, the same for writing

With no rung at all it is the readable path: `calc_loss_batch`, and AdamW a few numbers at a time.

Shapes: B batch, T tokens.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd import grad

from llm_core.fast.training import FastLoss, Rungs
from llm_core.gpt import GPTModel
from llm_core.loss import LossFunction, calc_loss_batch
from llm_core.optimizers import adamw


class Rung(NamedTuple):
    """One step of the ladder."""

    name: str
    """Of the switch: a field of `Rungs`, or "fused"."""
    title: str
    change: str
    """What it changes."""
    same: str
    """Why it is the same mathematics, or how much it is not."""


RUNGS = (
    Rung(
        "fused",
        "AdamW in one go",
        "One loop over memory updates every weight; else each operation is a loop of its own.",
        "The same formula for each weight.",
    ),
    Rung(
        "onednn",
        "oneDNN",
        "Another library multiplies: wider instructions where there are any, the bias in one go.",
        "The same sums in another order: the last digit may differ.",
    ),
    Rung(
        "blocks",
        "Attention in blocks",
        "Queries, keys and values in one product; scores that the mask would hide are left out.",
        "A hidden score becomes a weight of 0 in any case.",
    ),
    Rung(
        "sigmoid",
        "GELU by a sigmoid",
        "1 + tanh(z) is 2 · sigmoid(2z), and a sigmoid is computed faster.",
        "An identity.",
    ),
    Rung(
        "head",
        "Loss in pieces",
        "Logits of a few rows at a time, their gradient at once; the whole table never stands.",
        "Rows meet only in the mean.",
    ),
    Rung(
        "bf16",
        "bfloat16",
        "Copies of the weights with 8 binary digits are multiplied; the weights stay float32.",
        "Not the same: each factor is rounded. The curves agree closely, not exactly.",
    ),
)
"""From the ground up."""

ALL = tuple(rung.name for rung in RUNGS)

_BEGIN = 2  # updates after a change that are not timed: the first ones prepare


class LadderStep(NamedTuple):
    """One update."""

    step: int
    """From 0."""
    rungs: tuple[str, ...]
    """Those taken, from the ground up."""
    loss: float
    """Before the update, in nats per token."""
    tokens_per_second: float
    """Of computing: seconds in which others had the core do not count. On one thread, that is."""
    warm: bool
    """Whether the rungs have been the same for some updates, so that the time counts."""
    difference: float | None
    """How far the gradient is from the readable path's on this batch: length of the difference over
    length of the gradient. Measured when rungs are first taken; else None."""


def climb(
    model: GPTModel,
    batches: Iterable[tuple[Tensor, Tensor]],
    *,
    steps: int,
    taken: Callable[[], Collection[str]],
    learning_rate: float = 1e-3,
) -> Iterator[LadderStep]:
    """Train, asking before each update which rungs are taken.

    Args:
        model: plain, so that the fast path knows its layers; trained in place.
        batches: ids and targets (B, T), gone through again and again.
        steps: updates.
        taken: gives names of `RUNGS`.
        learning_rate: of AdamW.
    """
    optimizer = adamw(model, learning_rate=learning_rate)
    loss_function: LossFunction = calc_loss_batch
    seen: set[tuple[str, ...]] = set()
    now: tuple[str, ...] | None = None
    since = 0
    for step, (inputs, targets) in zip(range(steps), _endless(batches), strict=False):
        chosen, difference = taken(), None
        wanted = tuple(name for name in ALL if name in chosen)
        if wanted != now:
            now, since = wanted, step
            loss_function = _loss_function(now)
            for group in optimizer.param_groups:
                group.update(fused="fused" in now, foreach=False)
            if now not in seen:
                seen.add(now)
                difference = _difference(model, loss_function, inputs, targets)
        begun = time.thread_time()
        optimizer.zero_grad()
        loss = loss_function(inputs, targets, model, "cpu")
        torch.autograd.backward(loss)
        optimizer.step()
        rate = inputs.numel() / (time.thread_time() - begun)
        yield LadderStep(step, now, loss.item(), rate, step - since >= _BEGIN, difference)


def _endless(batches: Iterable[tuple[Tensor, Tensor]]) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        yield from batches


def _loss_function(taken: Collection[str]) -> LossFunction:
    """The readable path if no rung of `FastLoss` is taken."""
    if not set(taken) - {"fused"}:
        return calc_loss_batch
    return FastLoss(Rungs(**{name: name in taken for name in ALL if name != "fused"}))


def _difference(
    model: GPTModel, loss_function: LossFunction, inputs: Tensor, targets: Tensor
) -> float:
    weights = list(model.parameters())

    def gradient(function: LossFunction) -> Tensor:
        slopes = grad(function(inputs, targets, model, "cpu"), weights)
        return torch.cat([slope.flatten() for slope in slopes])

    readable = gradient(calc_loss_batch)
    return float((gradient(loss_function) - readable).norm() / readable.norm())
