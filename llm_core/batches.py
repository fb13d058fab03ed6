"""From one long row of token ids to batches of examples: windows, each with its shifted twin.

In:     a text and a tokenizer
Out:    batches of input ids (B, T) and target ids (B, T)
Next:   embeddings.py, where each id becomes a vector

A language model learns to predict the next token. So the target of every position is the token one
place further on, and a window of T tokens holds T examples: after 1 token, after 2, up to T.

B batch, T tokens in a window, W windows.

Source: Bengio et al. 2003, "A Neural Probabilistic Language Model", section 2
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar, cast

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, SequentialSampler

from llm_core.tokenizers import Tokenizer, gpt2_tokenizer

END_OF_TEXT = "<|endoftext|>"
"""Stands between documents; the only special token that is read as one in training text."""


class Windows(NamedTuple):
    """All examples of a row of ids: two views of the same numbers, one place apart."""

    inputs: Tensor
    """(W, T)"""
    targets: Tensor
    """(W, T); the token that follows each input."""


def windows(ids: Sequence[int] | Tensor, context_length: int, stride: int) -> Windows:
    """Slide a window over the ids; nothing is copied, every window looks at the same memory.

    Args:
        ids: token ids of a text, N of them.
        context_length: T, tokens in a window.
        stride: tokens from the start of one window to the start of the next.

    Raises:
        ValueError: there are not more ids than a window holds, or a number is not positive.

    >>> windows([10, 11, 12, 13, 14], context_length=2, stride=2).inputs.tolist()
    [[10, 11], [12, 13]]
    >>> windows([10, 11, 12, 13, 14], context_length=2, stride=2).targets.tolist()
    [[11, 12], [13, 14]]
    """
    if context_length < 1 or stride < 1:
        raise ValueError(
            f"a window of {context_length} tokens cannot move by {stride}; choose 1 or more of each"
        )
    row = _row(ids)  # (N,)
    if len(row) <= context_length:
        raise ValueError(
            f"the text has {len(row):,} tokens, and one window with its target needs "
            f"{context_length + 1:,}; use a longer text or a shorter window"
        )
    return Windows(
        inputs=row[:-1].unfold(0, context_length, stride),  # (W, T)
        targets=row[1:].unfold(0, context_length, stride),  # (W, T)
    )


def _row(ids: Sequence[int] | Tensor) -> Tensor:
    """A list goes through numpy, which reads one four times as fast as torch does."""
    if isinstance(ids, Tensor):
        return ids.long()
    return torch.from_numpy(np.fromiter(ids, np.int64, len(ids)))


class Coverage(NamedTuple):
    """What an epoch reads of N tokens: how many windows and batches, and each token how often."""

    windows: int
    """Windows that reach the model."""
    batches: int
    dropped: int
    """Windows left out because they do not fill the last batch."""
    as_input: Tensor
    """(N,); in how many windows each token is read."""
    as_target: Tensor
    """(N,); in how many windows each token is the answer."""
    repeated: int
    """Tokens read in more than one window."""
    skipped: int
    """Tokens between two windows that are neither read nor an answer."""
    tail: int
    """The same at the end: too few to fill one more window, or in windows that were dropped."""


def coverage(
    n_tokens: int, context_length: int, stride: int, batch_size: int = 1, drop_last: bool = True
) -> Coverage:
    """Slide the windows over the places 0 to N - 1 instead of tokens, and count.

    Raises:
        ValueError: as `windows`, or the batch is empty.

    >>> coverage(8, context_length=3, stride=2).as_input.tolist()
    [1, 1, 2, 1, 2, 1, 1, 0]
    """
    if batch_size < 1:
        raise ValueError(f"a batch of {batch_size} windows teaches nothing; choose 1 or more")
    inputs, targets = windows(torch.arange(n_tokens), context_length, stride)  # (W, T) each
    dropped = len(inputs) % batch_size if drop_last else 0
    kept = len(inputs) - dropped
    as_input = inputs[:kept].flatten().bincount(minlength=n_tokens)  # (N,)
    as_target = targets[:kept].flatten().bincount(minlength=n_tokens)  # (N,)
    unused = int((as_input + as_target == 0).sum())
    tail = n_tokens - 1 - int(targets[kept - 1, -1]) if kept else n_tokens
    return Coverage(
        windows=kept,
        batches=-(-kept // batch_size),
        dropped=dropped,
        as_input=as_input,
        as_target=as_target,
        repeated=int((as_input > 1).sum()),
        skipped=unused - tail,
        tail=tail,
    )


Token = TypeVar("Token")


def growing_contexts(
    tokens: Sequence[Token], context_length: int
) -> Iterator[tuple[Sequence[Token], Token]]:
    """The examples in one window, shortest first: some tokens, and the one that follows them.

    Tokens may be ids, or words: whatever follows one another. Ends early where they do.

    >>> list(growing_contexts(["Once", "upon", "a", "time"], context_length=2))
    [(['Once'], 'upon'), (['Once', 'upon'], 'a')]
    """
    for length in range(1, min(context_length, len(tokens) - 1) + 1):
        yield tokens[:length], tokens[length]


class WindowDataset(Dataset[tuple[Tensor, Tensor]]):
    """The windows of a row of ids, each as a pair of input ids (T,) and target ids (T,).

    Arguments and errors are those of `windows`.
    """

    def __init__(self, ids: Sequence[int] | Tensor, max_length: int, stride: int) -> None:
        self.input_ids, self.target_ids = windows(ids, max_length, stride)  # (W, T) each

    def __len__(self) -> int:
        return len(self.input_ids)

    def __getitem__(self, idx: int) -> tuple[Tensor, Tensor]:
        return self.input_ids[idx], self.target_ids[idx]  # (T,), (T,)


class GPTDatasetV1(WindowDataset):
    """The windows of a text.

    Args:
        txt: the text; `<|endoftext|>` in it is read as the special token.
        tokenizer: gives the ids.
        max_length: T, tokens in a window.
        stride: tokens from one window to the next; less than `max_length` and windows overlap.

    Raises:
        ValueError: the text is shorter than one window.
    """

    def __init__(self, txt: str, tokenizer: Tokenizer, max_length: int, stride: int) -> None:
        super().__init__(tokenizer.encode(txt, allowed_special={END_OF_TEXT}), max_length, stride)


def create_dataloader_v1(
    txt: str,
    batch_size: int = 4,
    max_length: int = 256,
    stride: int = 128,
    shuffle: bool = True,
    drop_last: bool = True,
    num_workers: int = 0,
    *,
    tokenizer: Tokenizer | None = None,
) -> DataLoader[tuple[Tensor, Tensor]]:
    """Batches of input ids (B, T) and target ids (B, T) from a text.

    Args:
        batch_size: B, windows that the model sees before each update.
        shuffle: a new order in each epoch, drawn from torch's global stream of random numbers.
        drop_last: leave out the last batch if it has fewer than B windows.
        num_workers: processes that prepare batches; 0 is best, since nothing needs preparing.
        tokenizer: GPT-2's if None.

    Raises:
        ValueError: the text is shorter than one window.
    """
    dataset = GPTDatasetV1(txt, tokenizer or gpt2_tokenizer(), max_length, stride)
    return load(dataset, batch_size, shuffle, drop_last, num_workers)


def load(
    dataset: WindowDataset,
    batch_size: int,
    shuffle: bool,
    drop_last: bool,
    num_workers: int = 0,
) -> DataLoader[tuple[Tensor, Tensor]]:
    """Windows in batches; arguments as for `create_dataloader_v1`."""
    return DataLoader(
        dataset,
        batch_size=batch_size,
        shuffle=shuffle,
        drop_last=drop_last,
        num_workers=num_workers,
    )


def batch_at(loader: DataLoader[tuple[Tensor, Tensor]], index: int) -> Windows:
    """One batch (B, T), (B, T) of a loader that does not shuffle, without those before it.

    It draws no random number, as walking through a loader does.

    Raises:
        IndexError: the loader has fewer batches.
        ValueError: it shuffles.

    >>> numbers = load(WindowDataset(range(9), 2, 2), batch_size=2, shuffle=False, drop_last=True)
    >>> batch_at(numbers, 1).inputs.tolist()
    [[4, 5], [6, 7]]
    """
    if not 0 <= index < len(loader):
        raise IndexError(f"the loader has {len(loader)} batches; there is no number {index}")
    if not isinstance(loader.sampler, SequentialSampler):
        raise ValueError("a loader that shuffles has no batches in order; load with shuffle=False")
    dataset, size = cast(WindowDataset, loader.dataset), loader.batch_size or 1
    places = range(index * size, min(index * size + size, len(dataset)))
    inputs, targets = loader.collate_fn([dataset[place] for place in places])  # (B, T) each
    return Windows(inputs, targets)
