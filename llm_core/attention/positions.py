"""Where a token stands, told inside attention: turned queries and keys, or a price on distance.

In:     queries and keys of several heads (..., H, T, D)
Out:    scores that depend on how far apart two tokens stand
Next:   transformer.py, where attention becomes one half of a block

A table of positions (embeddings.py) adds a vector to each token before attention begins. These two
leave the tokens alone and act where the scores are made:

    rotate      turns query and key by an angle that grows with their place; what is left in the
                score is the difference of the angles, so only the distance counts  (RoPE)
    alibi_bias  takes a fixed amount off each score for every token in between       (ALiBi)

Neither has anything to learn, and neither ends: there is an angle and a price for every place.

Shapes: T tokens, S tokens looked at, H heads, D channels per head.
Source: Su et al. 2021, "RoFormer: Enhanced Transformer with Rotary Position Embedding", section 3;
    Press et al. 2021, "Train Short, Test Long: Attention with Linear Biases", section 3.
"""

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from llm_core.attention.multi import LayerCache, MultiHeadAttention, join_heads
from llm_core.attention.single import AttentionSteps, attend
from llm_core.embeddings import sinusoidal_positions


def rotate(x: Tensor, start: int = 0) -> Tensor:
    """Turn each pair of channels 2i and 2i + 1 by the angle t / 10,000^(2i / D) of its place t.

    The angles are those of `sinusoidal_positions`; there sine and cosine are added to a vector,
    here they turn it, and a turn leaves its length as it was.

    Args:
        x: queries or keys, (..., T, D).
        start: place of the first of them.

    Raises:
        ValueError: D is odd, so that one channel has no partner.

    >>> rotate(torch.tensor([[1.0, 0.0], [1.0, 0.0]]))  # place 0 stays, place 1 turns by 1 radian
    tensor([[1.0000, 0.0000],
            [0.5403, 0.8415]])
    """
    tokens, channels = x.shape[-2:]
    if channels % 2:
        raise ValueError(
            f"{channels} channels per head cannot be turned in pairs; choose an even number"
        )
    sine, cosine = (waves[start : start + tokens] for waves in _waves(start + tokens, channels))
    first, second = x[..., 0::2], x[..., 1::2]  # (..., T, D / 2) each
    turned = (first * cosine - second * sine, first * sine + second * cosine)
    return torch.stack(turned, dim=-1).flatten(-2)  # (..., T, D / 2, 2) -> (..., T, D)


@lru_cache(maxsize=8)
def _waves(tokens: int, channels: int) -> tuple[Tensor, Tensor]:
    """Sines and cosines of all places, (T, D / 2) each; they learn nothing. Only read them."""
    with torch.inference_mode(False):  # as good for those who come later
        waves = sinusoidal_positions(tokens, channels)  # (T, D)
        return waves[:, 0::2], waves[:, 1::2]


def alibi_slopes(num_heads: int) -> Tensor:
    """The price per token of distance, one for each head, (H,): 2^(-8h / H) for h = 1 to H.

    A steep head sees only what is near, a flat one far.

    >>> alibi_slopes(4)
    tensor([0.2500, 0.0625, 0.0156, 0.0039])
    """
    return 2.0 ** (-8.0 * torch.arange(1, num_heads + 1) / num_heads)


@lru_cache(maxsize=8)
def alibi_bias(num_heads: int, tokens: int) -> Tensor:
    """What is added to the scaled scores, (H, T, T): -m (i - j) for query i and key j, 0 at itself.

    Later tokens would get a bonus, which the causal mask hides. Only read it: it is shared.

    >>> alibi_bias(1, 3)[0, 2] * 256  # the only head has the slope 2^-8
    tensor([-2., -1.,  0.])
    """
    with torch.inference_mode(False):
        places = torch.arange(tokens)
        return alibi_slopes(num_heads)[:, None, None] * (places - places[:, None])  # (H, T, T)


class RotaryAttention(MultiHeadAttention):
    """Several heads whose queries and keys are turned by their places (RoPE)."""

    def _look(
        self, x: Tensor, cache: LayerCache | None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """As without places, then turned; a cache holds the keys before they are turned."""
        queries, keys, values, mask = super()._look(x, cache)
        start = keys.shape[-2] - queries.shape[-2]
        return rotate(queries, start), rotate(keys), values, mask


class AlibiAttention(MultiHeadAttention):
    """Several heads whose scores fall with distance, each at a rate of its own (ALiBi)."""

    def steps(self, x: Tensor, cache: LayerCache | None = None) -> AttentionSteps:
        queries, keys, values, mask = self._look(x, cache)
        bias = self._bias(queries, keys)
        heads = attend(queries, keys, values, mask, self.dropout, bias=bias)
        return heads._replace(output=self.out_proj(join_heads(heads.context)))

    def forward(self, x: Tensor, cache: LayerCache | None = None, *, fused: bool = True) -> Tensor:
        if not fused:
            return self.steps(x, cache).output
        queries, keys, values, mask = self._look(x, cache)
        bias = self._bias(queries, keys)  # (H, T, S)
        context = F.scaled_dot_product_attention(
            queries,
            keys,
            values,
            attn_mask=bias if mask is None else bias.masked_fill(mask, -torch.inf),
            dropout_p=self.dropout.p if self.training else 0.0,
        )  # (..., H, T, D)
        output: Tensor = self.out_proj(join_heads(context))  # (..., T, C)
        return output

    def _bias(self, queries: Tensor, keys: Tensor) -> Tensor:
        """The part of `alibi_bias` between these queries and keys, (H, T, S)."""
        end = keys.shape[-2]
        whole = alibi_bias(self.num_heads, self.context_length)
        return whole[:, end - queries.shape[-2] : end, :end]
