"""The encoder: every word of a text looks at every other, before and after it.

In:     ids (B, S), short sentences filled up with PAD
Out:    a vector per word that knows the whole sentence (B, S, C)
Next:   decoder.py, which writes while looking at these vectors

Its attention is written for two texts, because the decoder needs it so; here both are the same.

Shapes: B batch, T tokens that look, S tokens looked at, C channels, H heads, D channels per head,
L layers.
Source: Vaswani et al. 2017, "Attention Is All You Need", sections 3.1 to 3.3; norms come first and
positions are learned, as in GPT and unlike in the paper.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from llm_core.attention import AttentionSteps, attend, join_heads, split_heads
from llm_core.config import GPTConfig
from llm_core.transformer import FeedForward, LayerNorm
from llm_core.translation.words import PAD


class CrossAttention(nn.Module):
    """Queries from one text, keys and values from another: (B, T, C), (B, S, C) -> (B, T, C).

    When both are the same text, this is self-attention.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.n_heads = config.n_heads
        self.W_query = nn.Linear(config.emb_dim, config.emb_dim, bias=config.qkv_bias)
        self.W_key = nn.Linear(config.emb_dim, config.emb_dim, bias=config.qkv_bias)
        self.W_value = nn.Linear(config.emb_dim, config.emb_dim, bias=config.qkv_bias)
        self.out_proj = nn.Linear(config.emb_dim, config.emb_dim)
        self.dropout = nn.Dropout(config.drop_rate)

    def steps(self, x: Tensor, other: Tensor, mask: Tensor) -> AttentionSteps:
        """Every step, per head; `mask` is True where `x` must not look at `other`."""
        heads = attend(
            split_heads(self.W_query(x), self.n_heads),  # (B, H, T, D)
            split_heads(self.W_key(other), self.n_heads),  # (B, H, S, D)
            split_heads(self.W_value(other), self.n_heads),
            mask,
            self.dropout,
        )
        return heads._replace(output=self.out_proj(join_heads(heads.context)))  # (B, T, C)


class Embedding(nn.Module):
    """Ids to vectors that know word and place: (B, T) -> (B, T, C)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.tok_emb = nn.Embedding(config.vocab_size, config.emb_dim)
        self.pos_emb = nn.Embedding(config.context_length, config.emb_dim)
        self.drop_emb = nn.Dropout(config.drop_rate)

    def forward(self, ids: Tensor) -> Tensor:
        """Raises ValueError for more words than there are places."""
        if ids.shape[1] > self.pos_emb.num_embeddings:
            raise ValueError(
                f"{ids.shape[1]} words are more than the {self.pos_emb.num_embeddings} this model "
                "has places for; shorten the text"
            )
        places = torch.arange(ids.shape[1], device=ids.device)
        vectors: Tensor = self.drop_emb(self.tok_emb(ids) + self.pos_emb(places))  # (B, T, C)
        return vectors


class EncoderBlock(nn.Module):
    """Look at the whole text, then think, each beside a shortcut: (B, S, C) -> (B, S, C)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.norm1 = LayerNorm(config.emb_dim)
        self.att = CrossAttention(config)
        self.norm2 = LayerNorm(config.emb_dim)
        self.ff = FeedForward(config)
        self.drop_shortcut = nn.Dropout(config.drop_rate)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, AttentionSteps]:
        """The block's output, and the inside of its attention."""
        normed = self.norm1(x)
        looked = self.att.steps(normed, normed, mask)
        x = x + self.drop_shortcut(looked.output)
        x = x + self.drop_shortcut(self.ff(self.norm2(x)))
        return x, looked


class EncoderSteps(NamedTuple):
    """What the encoder makes of a text."""

    memory: Tensor
    """A vector per source word that knows the whole sentence, (B, S, C)."""

    mask: Tensor
    """True at filler, which nobody may look at, (B, 1, 1, S)."""

    weights: Tensor
    """Who looks at whom, (L, B, H, S, S)."""


class Encoder(nn.Module):
    """Reads a whole text at once: ids (B, S) -> one vector per word, (B, S, C)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = Embedding(config)
        self.blocks = nn.ModuleList(EncoderBlock(config) for _ in range(config.n_layers))
        self.final_norm = LayerNorm(config.emb_dim)

    def steps(self, ids: Tensor) -> EncoderSteps:
        """Vectors, mask and attention weights of every layer."""
        mask = (ids == PAD)[:, None, None, :]  # (B, 1, 1, S)
        x, weights = self.embedding(ids), []
        for block in self.blocks:
            x, looked = block(x, mask)
            weights.append(looked.weights)
        return EncoderSteps(self.final_norm(x), mask, torch.stack(weights))

    def forward(self, ids: Tensor) -> Tensor:
        return self.steps(ids).memory
