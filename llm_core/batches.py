"""From one long row of token ids to batches of examples: windows, each with its shifted twin.

In:     a text and a tokenizer
Out:    batches of input ids (B, T) and target ids (B, T)
Next:   embeddings.py, where each id becomes a vector

A language model learns to predict the next token. So the target of every position is the token one
place further on, and a window of T tokens holds T examples: after 1 token, after 2, up to T.

B batch, T tokens in a window, W windows.

Source: Bengio et al. 2003, "A Neural Probabilistic Language Model", section 2
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

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


class GPTDatasetV1(Dataset[tuple[Tensor, Tensor]]):
    """The windows of a text, each as a pair of input ids (T,) and target ids (T,).

    Args:
        txt: the text; `<|endoftext|>` in it is read as the special token.
        tokenizer: gives the ids.
        max_length: T, tokens in a window.
        stride: tokens from one window to the next; less than `max_length` and windows overlap.

    Raises:
        ValueError: the text is shorter than one window.
    """

    def __init__(self, txt: str, tokenizer: Tokenizer, max_length: int, stride: int) -> None:
        token_ids = tokenizer.encode(txt, allowed_special={END_OF_TEXT})
        self.input_ids, self.target_ids = windows(token_ids, max_length, stride)  # (W, T) each

    def __len__(self) -> int:
        return len(self.input_ids)

    def __getitem__(self, idx: int) -> tuple[Tensor, Tensor]:
        return self.input_ids[idx], self.target_ids[idx]  # (T,), (T,)


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
    return DataLoader(
        dataset,
        batch_size=batch_size,
        shuffle=shuffle,
        drop_last=drop_last,
        num_workers=num_workers,
    )
