"""Dropout at its three places in a GPT, each with a share of its own.

In:     a GPT and a text
Out:    which numbers were dropped in one reading; the guesses of many readings with dropout
Next:   hiding.py, which words decide what a model expects

The book's `drop_rate` is one number for all three; its exercise 4.3 gives each place its own:
after the embeddings, on the attention weights, and on what each half of a block adds.

Shapes: N readings, T tokens, C channels, L layers, H heads, V vocabulary.
Source: Srivastava et al. 2014, "Dropout"; Vaswani et al. 2017, section 5.4, for the places.
"""

import copy
from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor

from llm_core.gpt import GPTModel
from llm_core.random_state import RandomState
from llm_core.transformer import TransformerBlock


class DropRates(NamedTuple):
    """Shares dropped in training, each from 0 up to but not including 1."""

    embedding: float = 0.0
    """After token and position vectors are added."""
    attention: float = 0.0
    """Of the attention weights, in every block."""
    shortcut: float = 0.0
    """Of what either half of a block adds to the shortcut."""


class Places(NamedTuple):
    """By what one reading of a text multiplied its numbers: 0, or a little more than 1."""

    embedding: Tensor
    """(T, C)."""
    attention: Tensor
    """(L, H, T, T); nan where a weight would look ahead: there is nothing to drop."""
    shortcut: Tensor
    """After attention and after the feed-forward, (L, 2, T, C)."""

    def counts(self) -> list[tuple[int, int]]:
        """At each place: how many numbers became zero, of how many."""
        return [(int((x == 0).sum()), int((~x.isnan()).sum())) for x in self]


def _in_training(model: GPTModel, rates: DropRates) -> GPTModel:
    """The same parameters in a model of one's own that drops these shares; a copy of no number."""
    shared = {id(numbers): numbers for numbers in (*model.parameters(), *model.buffers())}
    mine = copy.deepcopy(model, shared).train()
    mine.drop_emb.p = rates.embedding
    for part in mine.trf_blocks:
        block = cast(TransformerBlock, part)
        block.att.dropout.p, block.drop_shortcut.p = rates.attention, rates.shortcut
    return mine


def dropped_places(
    model: GPTModel, ids: Sequence[int], rates: DropRates, random: RandomState
) -> Places:
    """One reading of a text as in training."""
    text = torch.tensor([list(ids)])  # (1, T)
    with random.borrowed(), torch.no_grad():
        steps = _in_training(model, rates).steps(text)
    embedding = steps.block_outputs[0][0]  # (T, C)
    heads = [block.attention for block in steps.blocks if block.attention]
    weights = torch.stack([head.dropped[0] for head in heads])  # (L, H, T, T)
    shortcut = torch.stack(
        [torch.stack([b.attention_output[0], b.feed_forward_output[0]]) for b in steps.blocks]
    )  # (L, 2, T, C)
    drawn = (embedding, weights, shortcut)
    kept = [(x != 0).float() / (1 - rate) for x, rate in zip(drawn, rates, strict=True)]
    ahead = torch.ones_like(weights, dtype=torch.bool).triu_(1)  # (L, H, T, T)
    return Places(kept[0], kept[1].masked_fill(ahead, torch.nan), kept[2])


def guesses_with_dropout(
    model: GPTModel, ids: Sequence[int], rates: DropRates, random: RandomState, readings: int
) -> Tensor:
    """Scores of the next token in so many readings with dropout, (N, V)."""
    text = torch.tensor([list(ids)]).expand(readings, -1)  # (N, T)
    mine = _in_training(model, rates)
    with random.borrowed(), torch.no_grad():
        vectors = mine.read(text)[:, -1]  # (N, C)
        logits: Tensor = mine.out_head(mine.final_norm(vectors))  # (N, V)
    return logits
