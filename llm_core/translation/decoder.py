"""The decoder: it writes a text word by word and looks at another text meanwhile.

In:     the words written so far (B, T), and what the encoder made of the source
Out:    logits over the next word (B, T, V), and where each written word looked
Next:   translator.py, which trains both halves and lets them translate

Without looking across it is a GPT.

Shapes: B batch, S source tokens, T target tokens, C channels, H heads, L layers, V target words.
Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.1 and figure 1.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from llm_core.attention import AttentionSteps, causal_mask
from llm_core.config import GPTConfig
from llm_core.transformer import FeedForward, LayerNorm
from llm_core.translation.encoder import CrossAttention, Embedding, Encoder, EncoderSteps


class DecoderBlock(nn.Module):
    """Look back, look across, think: (B, T, C) and the memory (B, S, C) -> (B, T, C)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.norm1 = LayerNorm(config.emb_dim)
        self.self_att = CrossAttention(config)
        self.norm2 = LayerNorm(config.emb_dim)
        self.cross_att = CrossAttention(config)
        self.norm3 = LayerNorm(config.emb_dim)
        self.ff = FeedForward(config)
        self.drop_shortcut = nn.Dropout(config.drop_rate)

    def forward(
        self, x: Tensor, encoded: EncoderSteps, mask: Tensor
    ) -> tuple[Tensor, AttentionSteps, AttentionSteps]:
        """The block's output, and the inside of looking back and of looking across."""
        normed = self.norm1(x)
        back = self.self_att.steps(normed, normed, mask)
        x = x + self.drop_shortcut(back.output)
        across = self.cross_att.steps(self.norm2(x), encoded.memory, encoded.mask)
        x = x + self.drop_shortcut(across.output)
        x = x + self.drop_shortcut(self.ff(self.norm3(x)))
        return x, back, across


class DecoderSteps(NamedTuple):
    """What the decoder makes of the words written so far."""

    logits: Tensor
    """A score for every word that could come next, (B, T, V)."""

    self_weights: Tensor
    """How the written words look back at each other, (L, B, H, T, T)."""

    cross_weights: Tensor
    """How the written words look at the source, (L, B, H, T, S)."""


class Decoder(nn.Module):
    """Writes a text while looking at another: ids (B, T), encoded source -> logits (B, T, V)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = Embedding(config)
        self.blocks = nn.ModuleList(DecoderBlock(config) for _ in range(config.n_layers))
        self.final_norm = LayerNorm(config.emb_dim)
        self.out_head = nn.Linear(config.emb_dim, config.vocab_size, bias=False)

    def steps(self, ids: Tensor, encoded: EncoderSteps) -> DecoderSteps:
        """Logits and attention weights of every layer."""
        mask = causal_mask(ids.shape[1]).to(ids.device)  # (T, T)
        x, self_weights, cross_weights = self.embedding(ids), [], []
        for block in self.blocks:
            x, back, across = block(x, encoded, mask)
            self_weights.append(back.weights)
            cross_weights.append(across.weights)
        logits = self.out_head(self.final_norm(x))  # (B, T, V)
        return DecoderSteps(logits, torch.stack(self_weights), torch.stack(cross_weights))


class EncoderDecoder(nn.Module):
    """Both halves: source ids (B, S) and the target written so far (B, T) -> logits (B, T, V).

    Args:
        encoder: shape of the reading half; its vocabulary is the source language.
        decoder: shape of the writing half, equally wide.

    Raises:
        ValueError: the halves differ in width.
    """

    def __init__(self, encoder: GPTConfig, decoder: GPTConfig) -> None:
        super().__init__()
        if encoder.emb_dim != decoder.emb_dim:
            raise ValueError(
                f"the encoder is {encoder.emb_dim} wide and the decoder {decoder.emb_dim}; "
                "give both the same emb_dim"
            )
        self.encoder = Encoder(encoder)
        self.decoder = Decoder(decoder)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        return self.decoder.steps(target, self.encoder.steps(source)).logits
