"""A GPT half built: dummies hold the places of parts, and are replaced by real ones one at a time.

In:     a finished model, and the names of those of its parts that are real by now
Out:    a model that runs in any such state, logits (B, T, V), and how it behaves (`behaviour`)
Next:   shape_puzzles.py, the same parts with blanks for their sizes

A dummy hands its input on, as `DummyTransformerBlock` and `DummyLayerNorm` do.

Shapes: B batch, T tokens, C channels, V vocabulary.
Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".
"""

from collections.abc import Collection
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from llm_core.gpt import DummyGPTModel, DummyLayerNorm, GPTModel
from llm_core.loss import cross_entropy
from llm_core.transformer import TransformerBlock

POSITIONS, NORMS, ATTENTION = "positions", "norms", "attention"
FEED_FORWARD, SHORTCUTS, FINAL_NORM = "feed-forward", "shortcuts", "final norm"
PARTS = (POSITIONS, NORMS, ATTENTION, FEED_FORWARD, SHORTCUTS, FINAL_NORM)
"""In the order in which the course makes them real; token embedding and head are always there."""

BOOK_LOGITS = {
    (POSITIONS,): (-1.2034, 0.3201, -0.7130),
    PARTS: (0.3613, 0.4222, -0.0711),
}
"""What the course prints for its two first texts at 124M, seed 123, dropout on: logits[0, 0, :3] of
the skeleton (section 4.1) and of the whole model (section 4.6)."""

_IN_A_BLOCK = {NORMS: ("norm1", "norm2"), ATTENTION: ("att",), FEED_FORWARD: ("ff",)}


class HalfBuiltBlock(nn.Module):
    """A block of which only `parts` are real, those of `whole`: (B, T, C) -> (B, T, C)."""

    norm1: nn.Module
    att: nn.Module
    norm2: nn.Module
    ff: nn.Module

    def __init__(self, whole: TransformerBlock, parts: Collection[str]) -> None:
        super().__init__()
        for part, names in _IN_A_BLOCK.items():
            for name in names:
                setattr(self, name, getattr(whole, name) if part in parts else nn.Identity())
        self.shortcuts = SHORTCUTS in parts

    def forward(self, x: Tensor) -> Tensor:
        for norm, half in ((self.norm1, self.att), (self.norm2, self.ff)):
            changed = half(norm(x))
            x = x + changed if self.shortcuts else changed
        return x


class HalfBuiltGPT(DummyGPTModel):
    """The skeleton with those of `PARTS` that are real by now: ids (B, T) -> logits (B, T, V).

    With the positions alone it computes what `DummyGPTModel` does, with all parts what `GPTModel`
    does. Dropout is left out.

    Args:
        whole: a finished model; its embedding, head and real parts are shared, not copied.
        parts: some of `PARTS`.

    Raises:
        ValueError: a part that there is none of.
    """

    def __init__(self, whole: GPTModel, parts: Collection[str]) -> None:
        if strangers := sorted(set(parts) - set(PARTS)):
            raise ValueError(f"there is no part called {strangers[0]}; choose among {PARTS}")
        nn.Module.__init__(self)
        self.config = whole.config
        self.tok_emb, self.drop_emb, self.out_head = whole.tok_emb, nn.Dropout(0.0), whole.out_head
        self.pos_emb = whole.pos_emb
        if POSITIONS not in parts:  # every place looks the same
            rows, width = whole.pos_emb.weight.shape
            self.pos_emb = nn.Embedding(rows, width, _weight=torch.zeros(rows, width))
        self.trf_blocks = nn.Sequential(
            *(HalfBuiltBlock(cast(TransformerBlock, block), parts) for block in whole.trf_blocks)
        )
        self.final_norm = whole.final_norm if FINAL_NORM in parts else DummyLayerNorm(0)


class Behaviour(NamedTuple):
    """What a model in some state does with one text."""

    logits: Tensor
    """(1, T, V)."""
    loss: float | None
    """Mean nats per token; None for a text of one token, which has no next one."""
    size: float
    """Standard deviation of the numbers that reach the head."""
    first_word: float
    """How far the last place's vector moves when the first token is another one, as a share of the
    vector's own length."""
    order: float
    """The same when all tokens before the last stand in reverse."""
    gradient: float | None
    """Length of the loss's gradient below the first block, over that above the last; None without
    a loss."""


def behaviour(model: DummyGPTModel, ids: Tensor) -> Behaviour:
    """Run a model on one text (1, T), and on the same text a little changed."""
    other, reverse = ids.clone(), ids.clone()
    other[0, 0] = (ids[0, 0] + 1) % model.config.vocab_size
    reverse[0, :-1] = ids[0, :-1].flip(0)
    with torch.no_grad():
        entering = model.embed(torch.cat([ids, other, reverse])).output  # (3, T, C)
        vectors = model.final_norm(model.trf_blocks(entering))  # (3, T, C)
        logits = model.out_head(vectors[:1])  # (1, T, V)
    last = vectors[:, -1]  # (3, C)
    moved = (last[1:] - last[0]).norm(dim=-1) / last[0].norm().clamp_min(1e-30)  # (2,)
    several = ids.shape[1] > 1
    return Behaviour(
        logits,
        loss=loss_of(logits, ids) if several else None,
        size=vectors[0].std(unbiased=False).item(),
        first_word=moved[0].item() if several else 0.0,
        order=moved[1].item(),
        gradient=gradient_kept(model, ids) if several else None,
    )


def loss_of(logits: Tensor, ids: Tensor) -> float:
    """Mean nats with which logits (1, T, V) foresee the text (1, T), from its second token on."""
    return cross_entropy(logits[:, :-1], ids[:, 1:]).item()


def gradient_kept(model: DummyGPTModel, ids: Tensor) -> float:
    """Length of the loss's gradient below the first block, divided by that above the last."""
    with torch.enable_grad():
        below = model.embed(ids).output.detach().requires_grad_()  # (1, T, C)
        above = model.trf_blocks(below)  # (1, T, C)
        logits = model.out_head(model.final_norm(above))  # (1, T, V)
        loss = cross_entropy(logits[:, :-1], ids[:, 1:])
        entered, left = torch.autograd.grad(loss, (above, below))  # (1, T, C) each
    return float(left.norm() / entered.norm().clamp_min(1e-30))
