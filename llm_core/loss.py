"""How surprised the model is by the token that really comes next, as one number to make smaller.

In:     logits (B, T, V) and the target ids (B, T) that a `batches` loader pairs with the inputs
Out:    the mean cross-entropy in nats per token, every step on the way to it, and its perplexity
Next:   building.py, a model half built; sampling, which turns the same logits into text

B batch, T tokens, V vocabulary

Source: Shannon 1948, "A Mathematical Theory of Communication"; Jelinek et al. 1977 (perplexity).
"""

import math
from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader

IGNORE_INDEX = -100
"""A target with this id asks for no prediction: it adds nothing to the loss or the gradient."""

Batches = DataLoader[Any]
"""What training reads: pairs of input ids and target ids, batch after batch."""

LossFunction = Callable[[Tensor, Tensor, nn.Module, torch.device | str], Tensor]
"""Input batch, target batch, model and device in, one number with its gradient out."""


class LossSteps(NamedTuple):
    """From probabilities to the loss; the first two hold nan where there is no target."""

    target_probabilities: Tensor
    """What the model gave the token that really came, between 0 and 1; (B, T)."""

    log_probabilities: Tensor
    """Their natural logarithms, between minus infinity and 0; (B, T)."""

    mean: Tensor
    """The mean logarithm over all positions that have a target; ()."""

    loss: Tensor
    """The mean with its sign turned, so that smaller is better: nats per token; ()."""


def loss_steps(logits: Tensor, targets: Tensor) -> LossSteps:
    """Cross-entropy in the four steps it consists of; the last equals `cross_entropy(...)`.

    Args:
        logits: (B, T, V), or any other leading shape.
        targets: the ids that really come next, (B, T); `IGNORE_INDEX` where none is asked for.

    Raises:
        ValueError: the shapes do not belong together.

    >>> logits = torch.log(torch.tensor([[[0.5, 0.25, 0.25]]]))
    >>> steps = loss_steps(logits, torch.tensor([[1]]))
    >>> [round(step.item(), 4) for step in steps]
    [0.25, -1.3863, -1.3863, 1.3863]
    """
    _check_shapes(logits, targets)
    asked = targets != IGNORE_INDEX
    index = targets.where(asked, 0).unsqueeze(-1)  # (B, T, 1)
    # One log_softmax, not softmax then log: a probability too small for a float would be log(0).
    log_probabilities = logits.log_softmax(dim=-1).gather(-1, index).squeeze(-1)  # (B, T)
    log_probabilities = log_probabilities.where(asked, torch.nan)
    mean = log_probabilities.nanmean()  # ()
    return LossSteps(log_probabilities.exp(), log_probabilities, mean, -mean)


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """The same number in one fused call, for training: mean nats per token with a target.

    Args:
        logits: (B, T, V).
        targets: (B, T).

    Raises:
        ValueError: the shapes do not belong together.
    """
    _check_shapes(logits, targets)
    return functional.cross_entropy(  # ()
        logits.flatten(0, -2),  # (B*T, V)
        targets.flatten(),  # (B*T,)
        ignore_index=IGNORE_INDEX,
    )


def calc_loss_batch(
    input_batch: Tensor, target_batch: Tensor, model: nn.Module, device: torch.device | str
) -> Tensor:
    """Loss of the model on one batch, ready for `.backward()`.

    Args:
        input_batch: ids (B, T).
        target_batch: the same text one token later (B, T).
        model: ids (B, T) to logits (B, T, V).
        device: where the model's weights are.

    Returns:
        Mean cross-entropy in nats per token; ().
    """
    logits = model(input_batch.to(device))  # (B, T, V)
    return cross_entropy(logits, target_batch.to(device))


@torch.no_grad()
def calc_loss_loader(
    data_loader: Batches,
    model: nn.Module,
    device: torch.device | str,
    num_batches: int | None = None,
    *,
    loss_function: LossFunction = calc_loss_batch,
) -> float:
    """Mean loss over the first batches of a loader, without gradients.

    A loader that shuffles draws its order anew each time; dropout acts unless `model.eval()` is on.

    Args:
        data_loader: yields (input ids, target ids).
        model: ids to logits.
        device: where the model's weights are.
        num_batches: how many batches to average; all of them if None or more than there are.
        loss_function: what to average, `calc_loss_batch` unless the task has a loss of its own.

    Returns:
        Nats per token, each batch counting alike; nan if the loader is empty.

    Raises:
        ValueError: `num_batches` is less than 1.
    """
    if num_batches is not None and num_batches < 1:
        raise ValueError(
            f"num_batches={num_batches} measures nothing; choose 1 or more, or None for all"
        )
    if len(data_loader) == 0:
        return math.nan
    count = len(data_loader) if num_batches is None else min(num_batches, len(data_loader))
    losses = (
        loss_function(inputs, targets, model, device).item()
        for inputs, targets in islice(data_loader, count)
    )
    return sum(losses) / count


def perplexity(loss: float) -> float:
    """Number of equally likely next tokens the model is choosing between, on average.

    Args:
        loss: mean cross-entropy, in nats per token.

    Raises:
        ValueError: the loss is negative, which no probability can produce.

    >>> round(perplexity(math.log(50257)))  # an untrained GPT-2 guesses blindly
    50257
    """
    if loss < 0:
        raise ValueError(
            f"a loss of {loss} is negative, which no probability can produce; "
            "pass the mean cross-entropy, not the mean log-probability"
        )
    try:
        return math.exp(loss)
    except OverflowError:
        return math.inf


def _check_shapes(logits: Tensor, targets: Tensor) -> None:
    """One target for every vector of logits, or a sentence about it."""
    if logits.shape[:-1] != targets.shape:
        raise ValueError(
            f"logits {tuple(logits.shape)} need targets {tuple(logits.shape[:-1])}, these are "
            f"{tuple(targets.shape)}; pass one target id for every position"
        )
