"""Finetune the new head, and let it label texts.

In:     a model from head.py, and loaders over datasets from messages.py
Out:    a stream of `ClassifierStep` while it learns; afterwards a label for any text
Next:   fast.py, the same loss in less time

Shapes: B batch, T tokens, N classes.
Source: Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training", sec. 3.2
"""

import math
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from llm_core import loss as language_loss
from llm_core.classification.head import Read, asked, class_logits
from llm_core.classification.messages import CLASSES, PAD_TOKEN_ID, pad
from llm_core.gpt import GPTModel
from llm_core.loss import LossFunction
from llm_core.random_state import RandomState
from llm_core.sampling import text_to_token_ids
from llm_core.schedules import Schedule
from llm_core.tokenizers import Tokenizer
from llm_core.training import TrainingState, TrainStep, train

Batches = DataLoader[tuple[Tensor, Tensor]]


def calc_loss_batch(
    input_batch: Tensor,
    target_batch: Tensor,
    model: nn.Module,
    device: torch.device | str,
    read: Read = "last_token",
    pad_token_id: int = PAD_TOKEN_ID,
) -> Tensor:
    """Cross-entropy of texts (B, T) and labels (B,), in nats per text; ()."""
    logits = class_logits(model, input_batch.to(device), read, pad_token_id)
    return F.cross_entropy(logits, target_batch.to(device))


def calc_loss_loader(
    data_loader: Batches,
    model: nn.Module,
    device: torch.device | str,
    num_batches: int | None = None,
    read: Read = "last_token",
    pad_token_id: int = PAD_TOKEN_ID,
) -> float:
    """Mean loss over the first batches of a loader, or all; see `loss.calc_loss_loader`."""
    loss_function = partial(calc_loss_batch, read=read, pad_token_id=pad_token_id)
    return language_loss.calc_loss_loader(
        data_loader, model, device, num_batches, loss_function=loss_function
    )


def calc_accuracy_loader(
    data_loader: Batches,
    model: nn.Module,
    device: torch.device | str,
    num_batches: int | None = None,
    read: Read = "last_token",
    pad_token_id: int = PAD_TOKEN_ID,
) -> float:
    """Share of texts that get the right label, from 0 to 1; nan for an empty loader."""
    right = seen = 0
    with asked(model):
        for ids, labels in islice(data_loader, num_batches):
            guesses = class_logits(model, ids.to(device), read, pad_token_id).argmax(dim=-1)  # (B,)
            right += int((guesses == labels.to(device)).sum())
            seen += len(labels)
    return right / seen if seen else math.nan


class ClassifierStep(NamedTuple):
    """What one update did, and at the end of an epoch, how many labels are right."""

    step: int
    epoch: int
    tokens_seen: int
    examples_seen: int
    loss: float
    learning_rate: float
    gradient_norm: float
    clipped: bool
    train_loss: float | None
    val_loss: float | None

    train_accuracy: float | None
    """Share of right labels on training batches, from 0 to 1; None where it was not measured."""

    val_accuracy: float | None
    """The same on validation batches."""


def train_classifier(
    model: GPTModel,
    train_loader: Batches,
    val_loader: Batches,
    optimizer: torch.optim.Optimizer,
    *,
    num_epochs: int,
    eval_freq: int | None,
    eval_iter: int | None,
    random_state: RandomState,
    read: Read = "last_token",
    pad_token_id: int = PAD_TOKEN_ID,
    schedule: Schedule | None = None,
    max_norm: float | None = None,
    max_steps: int | None = None,
    state: TrainingState | None = None,
    loss_function: LossFunction | None = None,
) -> Iterator[ClassifierStep]:
    """A stream of updates: `training.train` with this loss, and accuracy after each epoch.

    Args:
        read: where the answer is read; the others are those of `training.train`.
        loss_function: computes the same as `calc_loss_batch`, only faster; see fast.py.

    Raises:
        ValueError: the texts are longer than the model's context, or see `training.train`.
    """
    check_length(model, len(train_loader.dataset[0][0]))
    updates = train(
        model,
        train_loader,
        val_loader,
        optimizer,
        num_epochs=num_epochs,
        eval_freq=eval_freq,
        eval_iter=eval_iter,
        random_state=random_state,
        schedule=schedule,
        max_norm=max_norm,
        max_steps=max_steps,
        state=state,
        loss_function=loss_function
        or partial(calc_loss_batch, read=read, pad_token_id=pad_token_id),
    )
    return _with_accuracy(
        updates, model, train_loader, val_loader, eval_iter, random_state, read, pad_token_id
    )


def _with_accuracy(
    updates: Iterator[TrainStep],
    model: GPTModel,
    train_loader: Batches,
    val_loader: Batches,
    eval_iter: int | None,
    random_state: RandomState,
    read: Read,
    pad_token_id: int,
) -> Iterator[ClassifierStep]:
    device = model.tok_emb.weight.device
    for update in updates:
        if (update.step + 1) % len(train_loader):
            yield ClassifierStep(*update, None, None)
            continue
        with random_state.borrowed():  # a shuffling loader draws its order
            accuracies = [
                calc_accuracy_loader(loader, model, device, eval_iter, read, pad_token_id)
                for loader in (train_loader, val_loader)
            ]
        yield ClassifierStep(*update, *accuracies)


def check_length(model: GPTModel, length: int) -> None:
    """Raises ValueError where texts have more tokens than the model has positions."""
    longest = model.pos_emb.num_embeddings
    if length > longest:
        raise ValueError(
            f"the texts are {length} tokens long and the model has {longest} positions; "
            f"give SpamDataset max_length={longest}"
        )


class ClassifySteps(NamedTuple):
    """How a text gets its label."""

    ids: list[int]
    """What the model reads: the text's tokens, cut or filled up."""

    logits: Tensor
    """One score per class, (N,)."""

    probabilities: Tensor
    """The scores as probabilities that sum to 1, (N,)."""

    label: int
    """The likeliest class."""


def classify_steps(
    text: str,
    model: GPTModel,
    tokenizer: Tokenizer,
    device: torch.device | str = "cpu",
    max_length: int | None = None,
    pad_token_id: int = PAD_TOKEN_ID,
    read: Read = "last_token",
) -> ClassifySteps:
    """Label one text and show how.

    Args:
        max_length: fill up to this length, as in training; no filler unless told.

    Raises:
        ValueError: the text is empty, or `max_length` is more than the model has positions.
    """
    longest = model.pos_emb.num_embeddings
    check_length(model, max_length or 1)
    ids = text_to_token_ids(text, tokenizer)[0].tolist()
    if not ids:
        raise ValueError("there is no message; type at least one word")
    ids = pad(ids, max_length, pad_token_id) if max_length else ids[:longest]
    with asked(model):
        batch = torch.tensor([ids], device=device)  # (1, T)
        logits = class_logits(model, batch, read, pad_token_id)[0]  # (N,)
    return ClassifySteps(ids, logits, logits.softmax(dim=-1), int(logits.argmax()))


def classify_review(
    text: str,
    model: GPTModel,
    tokenizer: Tokenizer,
    device: torch.device | str = "cpu",
    max_length: int | None = None,
    pad_token_id: int = PAD_TOKEN_ID,
) -> str:
    """ "spam" or "not spam"; see `classify_steps` for the probabilities."""
    steps = classify_steps(text, model, tokenizer, device, max_length, pad_token_id)
    return CLASSES[steps.label]
