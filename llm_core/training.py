"""The loop that lowers the loss: look at a batch, find the slope, take a step downhill, repeat.

In:     a model, loaders for training and validation, an optimizer and a run's own random numbers
Out:    a stream with one `TrainStep` after each update; the model learns while you read it
Next:   fast, the same in less time; checkpoints, which keep what was learned

B batch, T tokens

Source: Pascanu et al. 2013, "On the difficulty of training recurrent neural networks" (clipping).
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from llm_core.loss import Batches, LossFunction, calc_loss_batch, calc_loss_loader
from llm_core.random_state import RandomState
from llm_core.schedules import Schedule


class DivergedError(RuntimeError):
    """The loss is no longer a number; the update that would have ruined the weights was skipped."""


class TrainStep(NamedTuple):
    """What one update did."""

    step: int
    """Number of the update, counted from 0."""

    epoch: int
    """How often all training data had been seen before it."""

    tokens_seen: int
    """Input ids read so far, this batch included."""

    examples_seen: int
    """Rows of batches read so far, this batch included."""

    loss: float
    """Loss on this batch before the update."""

    learning_rate: float
    """How far the update went."""

    gradient_norm: float
    """Length of all gradients as one vector, before clipping."""

    clipped: bool
    """Whether the gradients were shortened."""

    train_loss: float | None
    """Mean loss on training batches after the update; None where it was not measured."""

    val_loss: float | None
    """Mean loss on validation batches after the update; None where it was not measured."""


@dataclass
class TrainingState:
    """Where a run stands; `train` keeps it up to date and goes on from it when handed back.

    Model, optimizer and random state have states of their own; a checkpoint holds all four.
    """

    next_step: int = 0
    """Number of the update that comes next."""

    tokens_seen: int = 0
    """Input ids read so far."""

    examples_seen: int = 0
    """Rows of batches read so far."""

    last_loss: float = math.nan
    """Loss of the latest update's batch."""

    epoch_start: Mapping[str, Any] | None = None
    """The random state when this epoch's order was drawn, so that it can be drawn again."""


def train(
    model: nn.Module,
    train_loader: Batches,
    val_loader: Batches,
    optimizer: torch.optim.Optimizer,
    *,
    num_epochs: int,
    eval_freq: int | None,
    eval_iter: int | None,
    random_state: RandomState,
    schedule: Schedule | None = None,
    max_norm: float | None = None,
    max_steps: int | None = None,
    state: TrainingState | None = None,
    loss_function: LossFunction = calc_loss_batch,
) -> Iterator[TrainStep]:
    """A stream of updates; stop reading and training stops.

    Args:
        model: ids to logits, on the device where it shall train; its `nn.Dropout` may draw.
        train_loader: yields (input ids, target ids), and may draw; the whole of it is one epoch.
        val_loader: the same for text the model does not train on.
        optimizer: what moves the weights, over the parameters that shall learn.
        num_epochs: how often to go through the training data, in all.
        eval_freq: measure both losses after every so many updates; None never does.
        eval_iter: on how many batches to measure; None takes all.
        random_state: where dropout and shuffling draw from, so that other runs do not matter.
        schedule: learning rate of each step; None leaves the optimizer's own.
        max_norm: shorten longer gradients to this length, once the schedule's warmup is over.
        max_steps: stop after this many updates, counted from the very first.
        state: where an earlier run stood; None starts a new one.
        loss_function: `calc_loss_batch` unless the task has a loss of its own.

    Raises:
        ValueError: a setting with which nothing would be trained or measured.
        DivergedError: on reading on, when the loss or the gradient is no longer a finite number.
    """
    _check_settings(train_loader, num_epochs, eval_freq, max_norm)
    state = TrainingState() if state is None else state
    device = next(model.parameters()).device
    last_step = num_epochs * len(train_loader)
    if max_steps is not None:
        last_step = min(last_step, max_steps)

    drops = any(isinstance(part, nn.Dropout) and part.p > 0 for part in model.modules())

    def stream() -> Iterator[TrainStep]:
        while state.next_step < last_step:
            for inputs, targets in _rest_of_epoch(train_loader, random_state, state):
                step = state.next_step
                limit = max_norm
                if schedule is not None:
                    _set_learning_rate(optimizer, schedule(step))
                    if step < schedule.warmup_steps:
                        limit = None
                model.train()
                with random_state.borrowed() if drops else nullcontext():
                    loss = loss_function(inputs, targets, model, device)
                norm, clipped = _update(model, optimizer, loss, limit, state)
                state.tokens_seen += inputs.numel()
                state.examples_seen += len(inputs)
                measured: tuple[float | None, float | None] = (None, None)
                if eval_freq is not None and step % eval_freq == 0:
                    with random_state.borrowed():  # the order of the batches is drawn
                        measured = evaluate_model(
                            model, train_loader, val_loader, device, eval_iter, loss_function
                        )
                yield TrainStep(
                    step,
                    step // len(train_loader),
                    state.tokens_seen,
                    state.examples_seen,
                    state.last_loss,
                    optimizer.param_groups[0]["lr"],
                    norm,
                    clipped,
                    *measured,
                )
                if state.next_step >= last_step:
                    return

    return stream()


def evaluate_model(
    model: nn.Module,
    train_loader: Batches,
    val_loader: Batches,
    device: torch.device | str,
    eval_iter: int | None,
    loss_function: LossFunction = calc_loss_batch,
) -> tuple[float, float]:
    """Mean training and validation loss over at most `eval_iter` batches each, without dropout.

    Returns:
        Nats per token; nan for an empty loader.
    """
    was_training = model.training
    model.eval()
    try:
        return (
            calc_loss_loader(train_loader, model, device, eval_iter, loss_function=loss_function),
            calc_loss_loader(val_loader, model, device, eval_iter, loss_function=loss_function),
        )
    finally:
        model.train(was_training)


def _rest_of_epoch(
    train_loader: Batches, random_state: RandomState, state: TrainingState
) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of the epoch `state` stands in, from its place on; draws the epoch's order first."""
    seen = state.next_step % len(train_loader)
    stands = random_state.state_dict()
    if seen and state.epoch_start is not None:
        random_state.load_state_dict(state.epoch_start)  # the order of a begun epoch, once more
    else:
        state.epoch_start = stands
    with random_state.borrowed():
        batches = iter(train_loader)
        for _ in range(seen):
            next(batches)
    if seen:
        random_state.load_state_dict(stands)
    while True:
        with random_state.borrowed():  # the first draws the order, and each may draw for itself
            upcoming = next(batches, None)
        if upcoming is None:
            return
        yield upcoming


def _set_learning_rate(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    """The same learning rate for all the optimizer's parameters."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate


def _update(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss: Tensor,
    max_norm: float | None,
    state: TrainingState,
) -> tuple[float, bool]:
    """One step down the slope; how long the slope was, and whether it was shortened."""
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    norm, clipped = clip_gradients(model, max_norm)
    if not math.isfinite(loss.item() + norm):
        before = "" if math.isnan(state.last_loss) else f" after {state.last_loss:.3f} before it"
        raise DivergedError(
            f"the loss of step {state.next_step} is {loss.item():.3f} with a gradient of length "
            f"{norm:.3g}{before}; choose a learning rate below "
            f"{optimizer.param_groups[0]['lr']:g} or clip gradients with max_norm=1.0"
        )
    optimizer.step()
    state.next_step += 1
    state.last_loss = loss.item()
    return norm, clipped


def clip_gradients(model: nn.Module, max_norm: float | None) -> tuple[float, bool]:
    """Shorten all gradients, taken as one vector, to `max_norm` if they are longer.

    Returns:
        Their length before, and whether they were shortened.
    """
    gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
    norm = torch.nn.utils.get_total_norm(gradients)  # ()
    if max_norm is None or norm <= max_norm:
        return norm.item(), False
    torch.nn.utils.clip_grads_with_norm_(model.parameters(), max_norm, norm)
    return norm.item(), True


def find_highest_gradient(model: nn.Module) -> float:
    """The largest entry of all gradients of the model, 0 if there are none."""
    gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
    return max((gradient.max().item() for gradient in gradients), default=0.0)


def _check_settings(
    train_loader: Batches, num_epochs: int, eval_freq: int | None, max_norm: float | None
) -> None:
    """Settings with which something is trained and measured."""
    if len(train_loader) == 0:
        raise ValueError(
            "there is no training batch; use a longer text, a shorter window or a smaller batch"
        )
    if num_epochs < 1:
        raise ValueError(f"num_epochs={num_epochs} trains nothing; choose 1 or more")
    if eval_freq is not None and eval_freq < 1:
        raise ValueError(f"eval_freq={eval_freq} has no meaning; choose 1 or more, or None")
    if max_norm is not None and not max_norm > 0:
        raise ValueError(f"max_norm={max_norm} leaves no gradient; choose more than 0, or None")
