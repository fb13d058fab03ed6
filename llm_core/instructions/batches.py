"""Batches of texts that differ in length: padded, shifted, and the padding kept out of the loss.

In:     the texts of prompts.py
Out:    (inputs, targets), which training.py takes as they are
Next:   answers.py, the trained model at work

Shapes: B batch, T tokens of the longest text.
Source: Taori et al. 2023, "Stanford Alpaca"; Shi et al. 2024, "Instruction Tuning With Loss Over
Instructions" (what masking the questions does).
"""

from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from llm_core.instructions.prompts import ALPACA, Instruction, PromptStyle
from llm_core.loss import IGNORE_INDEX, Batches
from llm_core.sampling import text_to_token_ids
from llm_core.tokenizers import Tokenizer

END_OF_TEXT = 50256
"""GPT-2's id of <|endoftext|>, which ends an answer and fills up short rows."""


class InstructionDataset(Dataset[list[int]]):
    """Each entry as the ids of its whole text, question and answer.

    `prompt_lengths[i]` says how many of the ids of entry i are the question.
    """

    def __init__(
        self, data: Sequence[Instruction], tokenizer: Tokenizer, style: PromptStyle = ALPACA
    ) -> None:
        self.data = data
        self.encoded_texts = [_encode(style.text(entry), tokenizer) for entry in data]
        self.prompt_lengths = [len(_encode(style.prompt(entry), tokenizer)) for entry in data]

    def __getitem__(self, index: int) -> list[int]:
        return self.encoded_texts[index]

    def __len__(self) -> int:
        return len(self.data)


def _encode(text: str, tokenizer: Tokenizer) -> list[int]:
    ids: list[int] = text_to_token_ids(text, tokenizer)[0].tolist()
    return ids


class CollateSteps(NamedTuple):
    """A batch on its way from rows of unequal length to inputs and targets."""

    padded: Tensor
    """(B, T + 1): each row ends in at least one end-of-text and is filled up with more."""

    inputs: Tensor
    """(B, T): all but the last id of each row."""

    shifted: Tensor
    """(B, T): all but the first id, so that each position's target is the next id."""

    targets: Tensor
    """(B, T): shifted, with -100 where nothing is to be learned."""


def collate_steps(
    batch: Sequence[Sequence[int]],
    pad_token_id: int = END_OF_TEXT,
    ignore_index: int = IGNORE_INDEX,
    allowed_max_length: int | None = None,
    prompt_lengths: Sequence[int] | None = None,
) -> CollateSteps:
    """Pad, shift, and mask: every step from a list of id lists to a batch.

    The first end-of-text stays a target, so that the model learns to stop; those after it do not.

    Args:
        batch: B lists of ids.
        pad_token_id: fills up short rows.
        ignore_index: marks targets that do not count.
        allowed_max_length: longest T to let through; the rest of a row is cut off.
        prompt_lengths: how many ids of each row are question; given, only the answer counts.

    Raises:
        ValueError: the batch is empty.
    """
    if not batch:
        raise ValueError("the batch is empty; give at least one list of ids")
    longest = max(len(ids) for ids in batch) + 1
    rows = [list(ids) + [pad_token_id] * (longest - len(ids)) for ids in batch]
    padded = torch.tensor(rows)  # (B, T + 1)
    inputs, shifted = padded[:, :-1], padded[:, 1:]  # (B, T) each
    is_pad = shifted == pad_token_id
    unlearned = is_pad & (is_pad.cumsum(dim=1) > 1)
    if prompt_lengths is not None:
        positions = torch.arange(shifted.shape[1])
        last_of_prompt = torch.tensor(prompt_lengths)[:, None] - 1  # (B, 1)
        unlearned |= positions < last_of_prompt
    targets = shifted.masked_fill(unlearned, ignore_index)
    end = allowed_max_length
    return CollateSteps(padded, inputs[:, :end], shifted[:, :end], targets[:, :end])


def custom_collate_draft_1(
    batch: Sequence[Sequence[int]], pad_token_id: int = END_OF_TEXT
) -> Tensor:
    """First rung: inputs padded to one length, (B, T)."""
    return collate_steps(batch, pad_token_id).inputs


def custom_collate_draft_2(
    batch: Sequence[Sequence[int]], pad_token_id: int = END_OF_TEXT
) -> tuple[Tensor, Tensor]:
    """Second rung: inputs and the same shifted by one, (B, T) each."""
    steps = collate_steps(batch, pad_token_id)
    return steps.inputs, steps.shifted


def custom_collate_fn(
    batch: Sequence[Sequence[int]],
    pad_token_id: int = END_OF_TEXT,
    ignore_index: int = IGNORE_INDEX,
    allowed_max_length: int | None = None,
    device: str | torch.device = "cpu",
) -> tuple[Tensor, Tensor]:
    """Last rung: inputs, and targets that leave the padding out of the loss, (B, T) each.

    >>> inputs, targets = custom_collate_fn([[1, 2, 3], [4]], pad_token_id=0)
    >>> inputs.tolist(), targets.tolist()
    ([[1, 2, 3], [4, 0, 0]], [[2, 3, 0], [0, -100, -100]])
    """
    steps = collate_steps(batch, pad_token_id, ignore_index, allowed_max_length)
    return steps.inputs.to(device), steps.targets.to(device)


def instruction_loader(
    dataset: InstructionDataset,
    *,
    batch_size: int = 8,
    shuffle: bool = True,
    drop_last: bool = True,
    pad_token_id: int = END_OF_TEXT,
    allowed_max_length: int | None = 1024,
    mask_prompt: bool = False,
) -> Batches:
    """Batches of (inputs, targets) for `training.train`, each as wide as its own longest entry.

    Args:
        mask_prompt: learn from the answers alone; the questions are read but not predicted.
    """

    def collate(indices: Sequence[int]) -> tuple[Tensor, Tensor]:
        lengths = [dataset.prompt_lengths[index] for index in indices] if mask_prompt else None
        batch = [dataset[index] for index in indices]
        steps = collate_steps(batch, pad_token_id, IGNORE_INDEX, allowed_max_length, lengths)
        return steps.inputs, steps.targets

    return DataLoader(
        cast("Dataset[int]", range(len(dataset))),
        batch_size=batch_size,
        shuffle=shuffle,
        drop_last=drop_last,
        collate_fn=collate,
    )
