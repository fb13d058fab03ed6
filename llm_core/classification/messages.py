"""Labelled messages, balanced, split in three, and padded to one length.

In:     messages with the labels ham and spam, from corpus
Out:    datasets of (ids, label)
Next:   head.py, which turns a model into a classifier

Shapes: T tokens, the same for all messages of a dataset.
Source: Almeida and Hidalgo 2011, "SMS Spam Collection". Sampling draws as pandas does, so that the
same seed chooses the same messages as in the book.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from llm_core.corpus import Message, parse_messages
from llm_core.sampling import text_to_token_ids
from llm_core.tokenizers import Tokenizer

CLASSES = ("not spam", "spam")
"""Names of label 0 and label 1."""

LABELS = {"ham": 0, "spam": 1, "0": 0, "1": 1}
"""Number of a label, by the word for it or as the book writes it to its files."""

PAD_TOKEN_ID = 50256
"""GPT-2's end of text, which fills up short messages."""


def label_of(message: Message) -> int:
    """0 for ham, 1 for spam.

    Raises:
        ValueError: the message is labelled as something else.
    """
    if message.label not in LABELS:
        raise ValueError(
            f'the label "{message.label[:30]}" is unknown; call messages ham and spam, or 0 and 1'
        )
    return LABELS[message.label]


def create_balanced_dataset(rows: Sequence[Message], random_state: int = 123) -> list[Message]:
    """As many ham as spam: all of the rarer kind and a random choice of the other, ham first.

    Raises:
        ValueError: one of the two kinds is missing, or there is a third.
    """
    kinds: tuple[list[Message], list[Message]] = ([], [])
    for row in rows:
        kinds[label_of(row)].append(row)
    size = min(map(len, kinds))
    if not size:
        raise ValueError("there must be both ham and spam; add messages of the missing kind")
    return [message for kind in kinds for message in _sample(kind, size, random_state)]


def _sample(messages: list[Message], size: int, seed: int) -> list[Message]:
    if len(messages) == size:
        return messages
    order = np.random.RandomState(seed).choice(len(messages), size, replace=False)
    return [messages[index] for index in order]


class Split(NamedTuple):
    """Messages to learn from, to watch while learning, and to judge by at the end."""

    train: list[Message]
    validation: list[Message]
    test: list[Message]


def random_split(
    rows: Sequence[Message],
    train_fraction: float = 0.7,
    validation_fraction: float = 0.1,
    seed: int = 123,
) -> Split:
    """Shuffle, then cut in three; what the two fractions leave is for testing.

    Raises:
        ValueError: the fractions are not shares of a whole.

    >>> [len(part) for part in random_split([Message("ham", "")] * 1494)]
    [1045, 149, 300]
    """
    if min(train_fraction, validation_fraction) < 0 or train_fraction + validation_fraction > 1:
        raise ValueError(
            f"train_fraction={train_fraction} and validation_fraction={validation_fraction} are "
            "not shares of a whole; choose two numbers from 0 to 1 that add up to at most 1"
        )
    order = np.random.RandomState(seed).choice(len(rows), len(rows), replace=False)
    shuffled = [rows[index] for index in order]
    train_end = int(len(rows) * train_fraction)
    validation_end = train_end + int(len(rows) * validation_fraction)
    return Split(
        shuffled[:train_end], shuffled[train_end:validation_end], shuffled[validation_end:]
    )


def pad(ids: Sequence[int], length: int, pad_token_id: int = PAD_TOKEN_ID) -> list[int]:
    """The ids cut or filled up to one length.

    >>> pad([5, 6], 4, pad_token_id=0), pad([5, 6], 1, pad_token_id=0)
    ([5, 6, 0, 0], [5])
    """
    return [*ids[:length], *[pad_token_id] * (length - len(ids))]


class SpamDataset(Dataset[tuple[Tensor, Tensor]]):
    """Messages as ids, all of one length: item i is (ids (T,), label ()).

    Args:
        csv_file: a table with the columns Label and Text, or the messages themselves.
        tokenizer: text to ids.
        max_length: T, to which messages are padded or cut; that of the longest unless told. Give
            the validation and test sets the training set's `max_length`.
        pad_token_id: fills up short messages.

    Raises:
        ValueError: there are no messages, or a table is not what it should be.
    """

    def __init__(
        self,
        csv_file: str | Path | Sequence[Message],
        tokenizer: Tokenizer,
        max_length: int | None = None,
        pad_token_id: int = PAD_TOKEN_ID,
    ) -> None:
        if isinstance(csv_file, str | Path):
            csv_file = parse_messages(Path(csv_file).read_text(encoding="utf-8"), quoted=True)
        if not csv_file:
            raise ValueError("there are no messages; give at least one")
        self.data = list(csv_file)
        self.labels = [label_of(message) for message in self.data]
        encoded = [text_to_token_ids(message.text, tokenizer)[0].tolist() for message in self.data]
        self.max_length = max(map(len, encoded)) if max_length is None else max_length
        self.encoded_texts = [pad(ids, self.max_length, pad_token_id) for ids in encoded]

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return torch.tensor(self.encoded_texts[index]), torch.tensor(self.labels[index])

    def __len__(self) -> int:
        return len(self.data)
