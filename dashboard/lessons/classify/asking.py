"""What the page asks of a classifier: the test messages, and any message of the learner's."""

from typing import NamedTuple, cast

import torch

from dashboard import cached, snapshots
from dashboard.jobs import Job
from dashboard.lessons.classify import runs
from llm_core import classification
from llm_core.corpus import Message
from llm_core.gpt import GPTModel


class Examined(NamedTuple):
    """What a model says of the messages nobody trained on."""

    texts: list[str]
    labels: list[int]
    """1 for spam."""
    spam: list[float]
    """The model's probability that it is spam."""


def examined(job: Job) -> Examined | None:
    """The test messages as the ended run judges them; None while it goes on or has no model."""
    snapshot = snapshots.latest(job)
    if job.active or snapshot is None:
        return None
    if "test" not in job.products:  # whoever looks first; no other run has to wait for it
        messages = job.products["split"].test
        job.products["test"] = _examined(snapshot.model, messages, runs.Settings(**job.settings))
    return cast(Examined, job.products["test"])


@torch.no_grad()
def _examined(model: GPTModel, messages: list[Message], settings: runs.Settings) -> Examined:
    data = runs.dataset(messages, settings.max_length)
    pad = cached.starter().end_of_text
    was_training = model.training
    model.eval()
    texts = data.encoded_texts
    order = sorted(range(len(texts)), key=lambda i: texts[i].count(pad))  # less filler to read
    spam = [0.0] * len(texts)
    for begin in range(0, len(order), 32):
        places = order[begin : begin + 32]
        ids = torch.tensor([texts[i] for i in places])  # (B, T)
        logits = classification.class_logits(model, ids, settings.read, pad)  # (B, N)
        for i, share in zip(places, logits.softmax(dim=-1)[:, 1].tolist(), strict=True):
            spam[i] = share
    model.train(was_training)
    return Examined([message.text for message in data.data], data.labels, spam)


class Asked(NamedTuple):
    """One message as the model sees it."""

    tokens: list[str]
    spam: float
    """Probability that it is spam."""
    label: str


@torch.no_grad()
def spam_by_position(text: str, model: GPTModel) -> tuple[list[str], list[float]]:
    """The message's tokens, and the probability of spam read at each of their positions.

    Raises:
        ValueError: the message is empty.
    """
    starter = cached.starter()
    ids = starter.tokenizer.encode_ordinary(text)[: starter.config.context_length]
    if not ids:
        raise ValueError("there is no message; type at least one word")
    spam = model(torch.tensor([ids]))[0].softmax(dim=-1)[:, 1]  # (T,)
    return [starter.tokenizer.decode([i]) for i in ids], spam.tolist()


def ask(text: str, model: GPTModel, settings: runs.Settings, length: int | None = None) -> Asked:
    """What the model makes of a message, filled up to a length as in training.

    Raises:
        ValueError: the message is empty.
    """
    starter = cached.starter()
    length = min(length or settings.max_length, starter.config.context_length)
    steps = classification.classify_steps(
        text, model, runs.tokenizer(), "cpu", length, starter.end_of_text, settings.read
    )
    return Asked(
        [starter.tokenizer.decode([i]) for i in steps.ids],
        float(steps.probabilities[1]),
        classification.CLASSES[steps.label],
    )
