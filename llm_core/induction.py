"""A skill that appears while we watch: a tiny GPT learns to copy, and two of its heads do it.

In:     letters drawn at random, and the same letters over again (B, T)
Out:    a stream of training steps with how well the model copies and where each head looks
Next:   trials, where one thing about a GPT is changed

Nothing in these rows can be learnt by heart: every batch is new. The first reading of a letter can
only be guessed. From the second reading on, there is a rule: find where this letter stood before,
and say what came after it. That takes two heads, one after the other:

    previous-token head     tells each place which letter stands just before it
    induction head          looks for the place that was told its own letter, and copies what is
                            there: the letter that came next

The period differs from row to row, so counting places back does not help; the letters must match.

B batch, T tokens, L layers, H heads, D channels per head, V vocabulary

Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"; Olsson et al. 2022,
"In-context Learning and Induction Heads" (the scores, and the sudden fall of the loss).
"""

import copy
from collections.abc import Collection, Iterable, Iterator
from string import ascii_lowercase
from typing import NamedTuple

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from llm_core.attention import MultiHeadAttention
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.loss import loss_steps
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.schedules import Schedule
from llm_core.training import train

COPYIST = GPTConfig(
    vocab_size=len(ascii_lowercase),
    context_length=48,
    emb_dim=32,
    n_heads=2,
    n_layers=2,
    drop_rate=0.0,
)
"""The smallest model with the skill: one layer cannot have it, because one head uses another."""

PERIODS = (8, 24)
"""Fewest and most letters before a row begins anew."""

PER_HEAD = tuple[tuple[float, ...], ...]
"""One number for each head of each layer: `numbers[layer][head]`."""


class Head(NamedTuple):
    """Where a head sits, both counted from 0."""

    layer: int
    number: int


class Rows(NamedTuple):
    """Letters that repeat."""

    ids: Tensor
    """(B, T + 1): the inputs and, one place further on, the targets."""
    periods: Tensor
    """After how many letters each row begins anew, (B, 1)."""


class Copying(NamedTuple):
    """How well a model copies, and which heads look where copying needs it."""

    first_loss: float
    """Mean loss on letters read for the first time; below ln V only by luck."""
    again_loss: float
    """The same from the second letter of the repetition on: all that can be known."""
    matching: PER_HEAD
    """Share of its attention that a head gives to letters that followed the present letter."""
    previous: PER_HEAD
    """Share that it gives to the letter just before."""


class CopyStep(NamedTuple):
    """What one update did."""

    step: int
    """Number of the update, counted from 0."""
    loss: float
    """On its batch, first readings and repetitions together."""
    copying: Copying | None
    """How it stands after the update; None where it was not measured."""


def repeated_rows(count: int, generator: torch.Generator, config: GPTConfig = COPYIST) -> Rows:
    """Rows of random letters, each with a period of its own.

    >>> ids, periods = repeated_rows(1, torch.Generator().manual_seed(0))
    >>> bool(ids[0, periods[0, 0]] == ids[0, 0])
    True
    """
    length = config.context_length + 1
    shortest, longest = PERIODS
    periods = torch.randint(shortest, longest + 1, (count, 1), generator=generator)  # (B, 1)
    letters = torch.randint(config.vocab_size, (count, length), generator=generator)  # (B, T + 1)
    return Rows(letters.gather(1, torch.arange(length) % periods), periods)


class FreshBatches(Dataset[tuple[Tensor, Tensor]]):
    """Batches that never come twice: number n is drawn from a stream of random numbers of its own.

    Args:
        count: how many there are.
        batch_size: B, rows in each.
        first_seed: batch n is drawn with seed first_seed + n.
    """

    def __init__(self, count: int, batch_size: int, first_seed: int) -> None:
        self.count, self.batch_size, self.first_seed = count, batch_size, first_seed

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(self.first_seed + number)
        ids = repeated_rows(self.batch_size, generator).ids  # (B, T + 1)
        return ids[:, :-1], ids[:, 1:]  # (B, T) each


def newborn(random_state: RandomState) -> GPTModel:
    """A copyist before it has learnt anything."""
    with random_state.borrowed():
        return GPTModel(COPYIST)


def learn_to_copy(
    model: GPTModel,
    *,
    steps: int,
    random_state: RandomState,
    batch_size: int = 32,
    learning_rate: float = 0.01,
    measure_every: int = 10,
) -> Iterator[CopyStep]:
    """A stream of updates on fresh rows; the same seed gives the same stream.

    Args:
        model: a `newborn`.
        steps: how many updates.
        random_state: where the rows come from.
        batch_size: B.
        learning_rate: at its peak; it warms up and decays.
        measure_every: how many updates from one measurement to the next; the last is measured too.

    Raises:
        ValueError: a setting with which nothing would be trained.
    """
    first_seed = int(torch.randint(2**62, (), generator=random_state.generator))
    batches = DataLoader(FreshBatches(steps, batch_size, first_seed), batch_size=None)
    unseen = unseen_rows()
    stream = train(
        model,
        batches,
        batches,
        adamw(model, learning_rate=learning_rate),
        num_epochs=1,
        eval_freq=None,
        eval_iter=None,
        random_state=random_state,
        schedule=Schedule(
            peak_lr=learning_rate,
            total_steps=steps,
            warmup_steps=steps // 20,
            initial_lr=learning_rate / 100,
            min_lr=learning_rate / 10,
        ),
        max_norm=1.0,
    )
    for record in stream:
        measured = record.step % measure_every == 0 or record.step == steps - 1
        yield CopyStep(record.step, record.loss, copying(model, unseen) if measured else None)


def unseen_rows(count: int = 64) -> Rows:
    """Rows to measure with, the same for every model."""
    return repeated_rows(count, torch.Generator().manual_seed(0))


@torch.no_grad()
def copying(model: GPTModel, rows: Rows) -> Copying:
    """Losses and attention of a model on rows of letters."""
    inputs, targets = rows.ids[:, :-1], rows.ids[:, 1:]  # (B, T)
    steps = model.steps(inputs)
    losses = -loss_steps(steps.logits, targets).log_probabilities  # (B, T)
    places = torch.arange(1, rows.ids.shape[1])  # (T,) of the targets
    return Copying(
        losses[places < rows.periods].mean().item(),
        losses[places > rows.periods].mean().item(),
        matching_scores(steps.attention_weights, inputs),
        previous_scores(steps.attention_weights),
    )


def matches(ids: Tensor) -> Tensor:
    """Where an induction head should look: True at (t, s) if the letter before s is the one at t.

    Args:
        ids: (B, T).

    Returns:
        (B, T, T), False wherever s is later than t.

    >>> matches(torch.tensor([[5, 7, 5]]))[0].int().tolist()
    [[0, 0, 0], [0, 0, 0], [0, 1, 0]]
    """
    found = torch.zeros(*ids.shape, ids.shape[1], dtype=torch.bool)  # (B, T, T)
    found[:, :, 1:] = ids[:, :, None] == ids[:, None, :-1]
    return found.tril()


def matching_scores(attention_weights: Tensor, ids: Tensor) -> PER_HEAD:
    """Mean share of attention on `matches`, over the places that have one; 0 if none has.

    Args:
        attention_weights: (L, B, H, T, T).
        ids: (B, T).
    """
    found = matches(ids)  # (B, T, T)
    asked = found.any(dim=-1)  # (B, T)
    shares = (attention_weights * found[:, None]).sum(dim=-1)  # (L, B, H, T)
    return _per_head(shares.sum(dim=(1, 3)) / asked.sum().clamp(min=1))  # (L, H)


def previous_scores(attention_weights: Tensor) -> PER_HEAD:
    """Mean share of attention on the place just before, over all places but the first.

    Args:
        attention_weights: (L, B, H, T, T).
    """
    shares = attention_weights.diagonal(offset=-1, dim1=-2, dim2=-1)  # (L, B, H, T - 1)
    return _per_head(shares.mean(dim=(1, 3)) if shares.numel() else shares.sum(dim=(1, 3)))


def _per_head(scores: Tensor) -> PER_HEAD:
    """(L, H) as plain numbers."""
    return tuple(tuple(layer) for layer in scores.tolist())


def without_heads(model: GPTModel, off: Collection[Head]) -> GPTModel:
    """A copy of the model in which these heads say nothing: `out_proj` no longer reads their part.

    They still look around, so their attention can be seen.

    Raises:
        ValueError: the model has no such head.
    """
    changed = copy.deepcopy(model)
    width = model.config.head_dim
    for layer, number in off:
        if not (0 <= layer < model.config.n_layers and 0 <= number < model.config.n_heads):
            raise ValueError(
                f"there is no head {number} in layer {layer}; choose from "
                f"{model.config.n_layers} layers with {model.config.n_heads} heads, counted from 0"
            )
        attention = changed.get_submodule(f"trf_blocks.{layer}.att")
        if isinstance(attention, MultiHeadAttention):
            columns = slice(number * width, (number + 1) * width)
            attention.out_proj.weight.data[:, columns] = 0.0  # (C, D)
    return changed


def loss_without_each(model: GPTModel, rows: Rows) -> PER_HEAD:
    """The loss on repeated letters if this head alone is switched off, for each head."""
    config = model.config
    return tuple(
        tuple(
            copying(without_heads(model, [Head(layer, number)]), rows).again_loss
            for number in range(config.n_heads)
        )
        for layer in range(config.n_layers)
    )


def letter_ids(text: str) -> list[int]:
    """Ids of the letters a to z in a text, whatever their case; everything else is left out.

    >>> letter_ids("A cab!")
    [0, 2, 0, 1]
    """
    return [ascii_lowercase.index(sign) for sign in text.lower() if sign in ascii_lowercase]


def letters_of(ids: Iterable[int]) -> str:
    """The other way round.

    >>> letters_of(letter_ids("A cab!"))
    'acab'
    """
    return "".join(ascii_lowercase[i] for i in ids)
