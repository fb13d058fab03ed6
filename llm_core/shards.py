"""Text of any length as token ids on disk, a shard at a time, written when it is needed.

In:     documents by number, and a tokenizer
Out:    files of ids, and stretches of ids one after the other, always the same
Next:   pretraining.py, which makes batches of them

A corpus of a hundred million tokens does not fit comfortably into memory, and need not: an id below
65,536 takes two bytes in a file, and only the stretch at hand is read.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import sleep

import numpy as np
import torch
from torch import Tensor

from llm_core.batches import END_OF_TEXT
from llm_core.tokenizers import BPETokenizer

DOCUMENTS = 2048
"""In a shard; about half a million tokens of short stories."""

AHEAD = 8
"""Shards written at a time, by all cores together."""

_GLANCE = 0.2
"""Seconds between two looks whether another process has written a shard."""


class Shards:
    """Ids of documents, each followed by the end of text, in files of `DOCUMENTS` documents.

    Args:
        document: the document of that number; other processes import it by its name.
        tokenizer: gives the ids; at most 65,536 different ones.
        folder: of the files; made if it does not exist.
        first: number of the first document.
        writes: whether this process writes shards, or waits for one that does.

    Raises:
        ValueError: the tokenizer's ids do not fit into two bytes.
    """

    def __init__(
        self,
        document: Callable[[int], str],
        tokenizer: BPETokenizer,
        folder: Path,
        *,
        first: int = 0,
        writes: bool = True,
    ) -> None:
        if tokenizer.n_vocab > 2**16:
            raise ValueError(
                f"{tokenizer.n_vocab:,} different ids do not fit into two bytes; choose a "
                "tokenizer of at most 65,536"
            )
        self._document, self._tokenizer, self._folder = document, tokenizer, folder
        self._first, self._writes = first, writes

    def stretches(self, length: int, count: int) -> Iterator[Tensor]:
        """Ids (length + 1,) from the beginning on; the last id of one is the first of the next.

        Args:
            length: how far one stretch begins after the one before.
            count: how many.
        """
        kept = np.empty(0, dtype=np.uint16)
        number = 0
        for _ in range(count):
            while len(kept) <= length:
                kept = np.concatenate([kept, self.shard(number)])
                number += 1
            yield torch.from_numpy(kept[: length + 1].astype(np.int64))
            kept = kept[length:]

    def shard(self, number: int) -> "np.ndarray[tuple[int], np.dtype[np.uint16]]":
        """All ids of one shard (N,); written first if need be, with those that come next."""
        path = self._path(number)
        if not path.exists() and self._writes:
            self._write(range(number, number + AHEAD))
        while not path.exists():
            sleep(_GLANCE)
        return np.fromfile(path, dtype="<u2")

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:05}.ids"

    def _write(self, numbers: range) -> None:
        """Let all cores write; a file is whole or not there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        wanted = [number for number in numbers if not self._path(number).exists()]
        # A fresh interpreter for each: a fork of one that computes with threads can stand still.
        workers = ProcessPoolExecutor(min(len(wanted), os.cpu_count() or 1), get_context("spawn"))
        with workers:
            jobs = [
                workers.submit(
                    write_shard,
                    self._path(number),
                    self._document,
                    self._tokenizer.to_dict(),
                    self._first + number * DOCUMENTS,
                )
                for number in wanted
            ]
            for job in jobs:
                job.result()


def write_shard(
    path: Path, document: Callable[[int], str], tokenizer: dict[str, object], first: int
) -> None:
    """Write the ids of `DOCUMENTS` documents beginning with that number."""
    own = BPETokenizer.from_dict(tokenizer)
    end = own.special_tokens[END_OF_TEXT]
    fast = own.to_tiktoken()  # the same ids in a twentieth of the time
    ids: list[int] = []
    for number in range(first, first + DOCUMENTS):
        ids += [*fast.encode_ordinary(document(number)), end]
    unfinished = path.with_suffix(".unfinished")
    np.array(ids, dtype="<u2").tofile(unfinished)
    unfinished.replace(path)
