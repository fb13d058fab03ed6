"""The logit lens: what would the model say if it ended after this block?

In:     a GPT at rest and the steps of one text
Out:    for each block and token the likeliest next tokens; how the vectors grow on the way
Next:   heads, what each head looks at and writes

The blocks all write into vectors of one shape, and only the last ones are meant for the output
head. But nothing stops us from reading any of them: final norm, head, softmax. Early vectors may
not speak the head's language yet, so the lens shows what can be read there, not what the model
"thinks"; Belrose et al. train a small translator for each block for that reason.

Shapes: B batch, T tokens, C channels, L blocks, V vocabulary, D = 1 + L depths (before the first
    block, then after each), K tokens kept at each place.
Source: nostalgebraist 2020, "interpreting GPT: the logit lens"; Belrose et al. 2023, "Eliciting
    Latent Predictions from Transformers with the Tuned Lens".
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from llm_core.gpt import GPTModel, GPTSteps


class Lens(NamedTuple):
    """What each vector on the way would say comes next; the last depth is what the model says."""

    ids: Tensor
    """The likeliest tokens, best first, (D, T, K)."""
    probabilities: Tensor
    """Theirs, (D, T, K)."""
    bits: Tensor
    """Entropy of all V probabilities: 0 is certain, log2 V is blind, (D, T)."""
    followed: Tensor
    """A token at each place that is followed through the depths, (T,)."""
    followed_probabilities: Tensor
    """Its probability, (D, T)."""
    followed_ranks: Tensor
    """How many tokens are likelier, plus 1, (D, T)."""


def depths(model: GPTModel, steps: GPTSteps, start: int = 0) -> Iterator[Tensor]:
    """Every depth's vectors of the first text read out as logits (T - start, V), one by one.

    They come one by one because all of them together can be large.
    """
    for vectors in steps.block_outputs:
        yield model.out_head(model.final_norm(vectors[0, start:]))  # (T, C) -> (T, V)


def lens(
    model: GPTModel,
    steps: GPTSteps,
    count: int = 5,
    start: int = 0,
    follow: Tensor | None = None,
) -> Lens:
    """Read every vector on the way as if it were the last.

    Args:
        model: the model, which is only read.
        steps: what it computed for one text.
        count: K, at most V.
        start: the first place that is read.
        follow: tokens to be followed, (T - start,); the model's own first guesses if left out.

    >>> from llm_core.config import GPTConfig
    >>> tiny = GPTModel(GPTConfig(vocab_size=9, context_length=8, emb_dim=6, n_heads=2, n_layers=3))
    >>> lens(tiny, tiny.steps(torch.tensor([[1, 2]]))).ids.shape
    torch.Size([4, 2, 5])
    """
    if follow is None:
        follow = steps.logits[0, start:].argmax(dim=-1)  # (T,)
    rows = []
    for logits in depths(model, steps, start):
        probabilities = logits.softmax(dim=-1)  # (T, V)
        best = probabilities.topk(min(count, probabilities.shape[-1]))  # (T, K)
        chances = probabilities.gather(-1, follow[:, None])  # (T, 1)
        ranks = 1 + (probabilities > chances).sum(dim=-1)  # (T,)
        bits = torch.special.entr(probabilities).sum(dim=-1) / math.log(2)  # (T,)
        rows.append((best.indices, best.values, bits, chances[:, 0], ranks))
    ids, best_probabilities, bits, chances, ranks = map(torch.stack, zip(*rows, strict=True))
    return Lens(ids, best_probabilities, bits, follow, chances, ranks)


def settled(found: Lens) -> Tensor:
    """From which depth on the first guess stays what it is in the end, (T,)."""
    guesses = found.ids[..., 0]  # (D, T)
    differs = guesses[:-1] != guesses[-1]  # (L, T)
    after = torch.arange(1, len(differs) + 1, device=differs.device)  # (L,)
    depth: Tensor = (differs * after[:, None]).amax(dim=0)  # (T,)
    return depth


class Growth(NamedTuple):
    """How long the vectors are, and what is added to them."""

    stream: Tensor
    """Before the first block and after each, (D, T)."""
    attention: Tensor
    """What the attention of each block adds, (L, T)."""
    feed_forward: Tensor
    """What its feed-forward half adds, (L, T)."""


def growth(steps: GPTSteps) -> Growth:
    """Lengths (Euclidean norms) along the first text's vectors on their way through the blocks."""
    added = [(block.attention_output[0], block.feed_forward_output[0]) for block in steps.blocks]
    attention, feed_forward = (torch.stack(half) for half in zip(*added, strict=True))  # (L, T, C)
    stream = torch.stack([vectors[0] for vectors in steps.block_outputs])  # (D, T, C)
    return Growth(*(x.norm(dim=-1) for x in (stream, attention, feed_forward)))
