"""Runs that turn the starter model into a spam filter.

A run works on the scheduler's thread; it leaves a snapshot of its model at every evaluation, which
is what the page classifies with (asking.py).
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple, cast

import streamlit as st
import torch
from torch.utils.data import DataLoader

from dashboard import cached, snapshots
from dashboard.dataset_choice import BY_DIGEST, Examples
from dashboard.jobs import Job
from llm_core import classification, corpus
from llm_core.bundled import recipe
from llm_core.classification import ClassifierStep, PartCount, Read, SpamDataset, Split, Trainable
from llm_core.classification.fast import FastClassLoss
from llm_core.corpus import Message
from llm_core.gpt import GPTModel
from llm_core.lora import replace_linear_with_lora
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.tokenizers import Tokenizer

MOST_MESSAGES = 7000
"""Balanced messages used of a larger file, so that an epoch stays short."""

EVALUATIONS = 10
"""How often a run measures itself."""

PIECE = 48
"""Messages measured between two steps: few, so that pause and stop need not wait."""

PIECES = {"train": 2, "validation": 3}
"""Pieces of each part that a run measures itself on."""

WHAT: dict[str, Trainable] = {
    "the head alone": "head",
    "the last block too": "last_block",
    "everything": "all",
    "LoRA": "lora",
}
"""What may be trained, in the words of the page."""

WHERE: dict[str, Read] = {
    "last token": "last_token",
    "last real token": "last_real_token",
    "first token": "first_token",
}
"""Where the answer may be read, in the words of the page."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What makes two runs differ."""

    trainable: Trainable = recipe.SPAM_FILTER.trainable
    rank: int = 8
    """Width of LoRA's detours."""
    read: Read = recipe.SPAM_FILTER.read
    learning_rate: float = recipe.SPAM_FILTER.learning_rate
    epochs: int = recipe.SPAM_FILTER.epochs
    max_length: int = recipe.SPAM_FILTER.max_length
    """Tokens of a message; longer ones are cut, shorter ones filled up."""
    batch_size: int = recipe.SPAM_FILTER.batch_size
    seed: int = recipe.SPAM_FILTER.seed

    def __post_init__(self) -> None:
        if not 1 <= self.epochs <= 20:
            raise ValueError(f"{self.epochs} epochs cannot be run here; choose 1 to 20")
        if not 1 <= self.rank <= 64:
            raise ValueError(f"a rank of {self.rank} cannot be run here; choose 1 to 64")


class Balanced(NamedTuple):
    """As many ham as spam, and the three parts they are cut into."""

    rows: list[Message]
    split: Split


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def balanced(examples: Examples) -> Balanced:
    """The messages as they are used: balanced, shuffled and cut in three.

    Raises:
        ValueError: a label is missing or unknown, or there are too few messages for three parts.
    """
    rows = classification.create_balanced_dataset(examples.rows)
    if len(rows) > MOST_MESSAGES:
        half = MOST_MESSAGES // 2
        rows = rows[:half] + rows[len(rows) // 2 :][:half]
    split = classification.random_split(rows)
    if not all(split):
        raise ValueError(
            f"{len(rows)} balanced messages are too few to cut in three; "
            "add messages until there are at least 10 of each kind"
        )
    return Balanced(rows, split)


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def token_counts(examples: Examples) -> dict[str, list[int]]:
    """How many tokens each balanced message has, by label."""
    tokenizer = cached.starter().tokenizer
    counts: dict[str, list[int]] = {"ham": [], "spam": []}
    for message in balanced(examples).rows:
        name = ("ham", "spam")[classification.label_of(message)]
        counts[name].append(len(tokenizer.encode_ordinary(message.text)))
    return counts


def dataset(messages: list[Message], max_length: int) -> SpamDataset:
    """Messages as the starter model reads them."""
    starter = cached.starter()
    longest = min(max_length, starter.config.context_length)
    return SpamDataset(messages, tokenizer(), longest, starter.end_of_text)


def tokenizer() -> Tokenizer:
    return cast("Tokenizer", cached.starter().tokenizer)


def classifier(settings: Settings) -> GPTModel:
    """A copy of the starter model with a fresh head, frozen but for what shall be trained."""
    model = cached.fresh(cached.starter().model)
    with RandomState(settings.seed).borrowed():
        classification.swap_head(model)
        if settings.trainable == "lora":
            replace_linear_with_lora(model, settings.rank, settings.rank)
    classification.freeze(model, settings.trainable)
    return model


@st.cache_resource(show_spinner=False, max_entries=1)
def untrained() -> GPTModel:
    """The classifier as it is before any training, ready to be asked."""
    return classifier(Settings()).eval().requires_grad_(False)


@st.cache_data(show_spinner=False, max_entries=64)
def freeze_map(rank: int) -> dict[str, list[PartCount]]:
    """For every choice of what to train: the model's parts, and how much of each is trained."""
    return {
        name: classification.parts(classifier(Settings(trainable=what, rank=rank)))
        for name, what in WHAT.items()
    }


def steps_in(split: Split, settings: Settings) -> int:
    """How many updates a run makes."""
    return settings.epochs * -(-len(split.train) // settings.batch_size)


@st.cache_data(show_spinner=False, max_entries=64)
def seconds_a_step(
    trainable: Trainable, rank: int, read: Read, max_length: int, batch_size: int
) -> float:
    """How long one update takes on this machine, measured once for such settings."""
    model = classifier(Settings(trainable=trainable, rank=rank))
    messages = corpus.messages()
    some = dataset(messages[:: len(messages) // batch_size][:batch_size], max_length)
    texts, labels = torch.tensor(some.encoded_texts), torch.tensor(some.labels)  # (B, T), (B,)
    loss_function, took = FastClassLoss(read, cached.starter().end_of_text), 0.0
    for _ in range(2):  # the first one is slower
        begun = time.perf_counter()
        torch.autograd.backward(loss_function(texts, labels, model))
        took = time.perf_counter() - begun
    return took


def make_steps(split: Split, settings: Settings) -> Callable[[Job], Iterator[ClassifierStep]]:
    """What a job needs to finetune on these messages."""

    def steps(job: Job) -> Iterator[ClassifierStep]:
        job.products["split"] = split
        state = RandomState(settings.seed)
        model = classifier(settings)
        size = settings.batch_size
        train_loader = DataLoader(dataset(split.train, settings.max_length), size, shuffle=True)
        kept = _pieces(split.validation, PIECES["validation"], settings)
        seen = _pieces(split.train, PIECES["train"], settings)
        total = steps_in(split, settings)
        pad = cached.starter().end_of_text
        stream = classification.train_classifier(
            model, train_loader, kept[0], adamw(model, learning_rate=settings.learning_rate),
            num_epochs=settings.epochs, eval_freq=None, eval_iter=1, random_state=state,
            read=settings.read, pad_token_id=pad, max_norm=recipe.GRADIENT_NORM,
            schedule=recipe.rise_and_fall(settings.learning_rate, total),
            loss_function=FastClassLoss(settings.read, pad),
        )  # fmt: skip
        losses, rights = classification.calc_loss_loader, classification.calc_accuracy_loader
        pieces = [
            *(("train_loss", losses, piece) for piece in seen),
            *(("val_loss", losses, piece) for piece in kept),
            *(("train_accuracy", rights, piece) for piece in seen),
            *(("val_accuracy", rights, piece) for piece in kept),
        ]
        watch = RandomState(settings.seed)  # measuring must not change what the run draws
        parts: dict[str, list[float]] = {}
        for step in stream:
            for turn in _due(step.step, total, len(pieces)):
                name, measure, piece = pieces[turn]
                with watch.borrowed(), classification.asked(model):
                    part = measure(piece, model, "cpu", None, settings.read, pad)
                parts.setdefault(name, []).append(part)
            whole = {
                name: fmean(parts.pop(name))
                for name in list(parts)
                if len(parts[name]) >= sum(piece[0] == name for piece in pieces)
            }
            if "val_accuracy" in whole:
                snapshots.take(job, model, step.step + 1)
            yield step._replace(
                train_loss=whole.get("train_loss"), val_loss=whole.get("val_loss"),
                train_accuracy=whole.get("train_accuracy"), val_accuracy=whole.get("val_accuracy"),
            )  # fmt: skip
        snapshots.take(job, model, total)

    return steps


def _pieces(
    messages: list[Message], most: int, settings: Settings
) -> list[classification.finetuning.Batches]:
    """The first messages, one loader for each piece that is measured at once."""
    heaps = [messages[begin : begin + PIECE] for begin in range(0, most * PIECE, PIECE)]
    return [DataLoader(dataset(heap, settings.max_length), PIECE) for heap in heaps if heap]


def _due(step: int, total: int, count: int) -> list[int]:
    """Pieces measured after this step: one after the other on steps in a row, the last at the end.

    >>> [_due(step, 100, 2) for step in (0, 1, 2, 10, 98, 99)]
    [[0], [1], [], [0], [0], [1]]
    """
    every, last = max(count, total // EVALUATIONS), total - count
    last_turns = [turn for turn in range(count) if step == max(0, last + turn)]
    whole = step - step % every + count <= last  # all of this round comes before the last one
    return last_turns or [turn for turn in range(count) if whole and step % every == turn]


def latest_accuracies(job: Job) -> tuple[float | None, float | None]:
    """The share of right labels last measured on training and on validation messages."""
    backwards = job.history[::-1]
    seen = (step.train_accuracy for step in backwards if step.train_accuracy is not None)
    kept = (step.val_accuracy for step in backwards if step.val_accuracy is not None)
    return next(seen, None), next(kept, None)
