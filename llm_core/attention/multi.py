"""Attention with several heads, which look for different things at the same time.

In:     one vector per token (B, T, C)
Out:    one context vector per token (B, T, C), and every step on the way
Next:   cost.py, what it takes; transformer.py, where it becomes one half of a block

    MultiHeadAttentionWrapper   several causal attentions side by side
    MultiHeadAttention          the same in one piece; readable in `steps`, fused in `forward`
    LayerCache                  keys and values kept, so that a growing text is not read twice

Shapes: B batch, T tokens, S tokens looked at (T, or more with a cache), C channels, H heads,
    D channels per head.
Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.2; for the fused path
    Dao et al. 2022, "FlashAttention", as torch offers it.
"""

from functools import lru_cache
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llm_core.attention.single import AttentionSteps, CausalAttention, attend, check_fits


def split_heads(x: Tensor, num_heads: int) -> Tensor:
    """Cut each vector into one part per head: (..., T, C) -> (..., H, T, D)."""
    *batch, tokens, channels = x.shape
    parts = x.view(*batch, tokens, num_heads, channels // num_heads)  # (..., T, H, D)
    return parts.transpose(-3, -2)  # (..., H, T, D)


@lru_cache(maxsize=4)
def shared_mask(tokens: int, device: torch.device) -> Tensor:
    """What `causal_mask` gives, once for all layers and models: it learns nothing. Only read it."""
    with torch.inference_mode(False):  # as good for those who come later
        return torch.ones(tokens, tokens, dtype=torch.bool, device=device).triu_(1)  # (T, T)


def join_heads(x: Tensor) -> Tensor:
    """Put the heads' parts back into one vector per token: (..., H, T, D) -> (..., T, C)."""
    return x.transpose(-3, -2).flatten(-2)  # (..., T, H, D) -> (..., T, C)


class MultiHeadAttentionWrapper(nn.Module):
    """Several causal attentions side by side: (..., T, d_in) -> (..., T, num_heads * d_out)."""

    def __init__(
        self,
        d_in: int,
        d_out: int,
        context_length: int,
        dropout: float,
        num_heads: int,
        qkv_bias: bool = False,
    ) -> None:
        super().__init__()
        self.heads = nn.ModuleList(
            CausalAttention(d_in, d_out, context_length, dropout, qkv_bias)
            for _ in range(num_heads)
        )

    def steps(self, x: Tensor) -> AttentionSteps:
        """Every step, the heads stacked in front of the tokens: (..., H, T, D)."""
        of_heads = [cast(CausalAttention, head).steps(x) for head in self.heads]
        stacked = AttentionSteps(
            *(torch.stack(step, dim=-3) for step in zip(*of_heads, strict=True))
        )
        return stacked._replace(output=join_heads(stacked.context))

    def forward(self, x: Tensor) -> Tensor:
        return self.steps(x).output


class LayerCache:
    """Keys and values of the tokens one layer has already seen, so that each is computed once.

    Room for context_length tokens is set aside at the start. Holds numbers, not gradients.
    """

    def __init__(
        self,
        batch_size: int,
        num_heads: int,
        context_length: int,
        head_dim: int,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        shape = (batch_size, num_heads, context_length, head_dim)
        self.keys = torch.zeros(shape, dtype=dtype, device=device)
        self.values = torch.zeros(shape, dtype=dtype, device=device)
        self.length = 0

    def append(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Add those of the new tokens (B, H, T, D); get those of all tokens so far (B, H, S, D).

        Raises:
            ValueError: no room left, or another batch size than the cache was made for.
        """
        if len(keys) != len(self.keys):
            raise ValueError(
                f"this cache follows {len(self.keys)} texts at once, not {len(keys)}; "
                f"make one with batch_size={len(keys)}"
            )
        end = self.length + keys.shape[-2]
        check_fits(end, self.keys.shape[-2])
        self.keys[:, :, self.length : end] = keys.detach()
        self.values[:, :, self.length : end] = values.detach()
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]


class MultiHeadAttention(nn.Module):
    """All heads in one piece: wide projections, cut into heads: (..., T, d_in) -> (..., T, d_out).

    Args:
        d_in: channels coming in.
        d_out: channels going out, num_heads * D.
        context_length: the most tokens that can look at each other.
        dropout: share of the weights dropped in training.
        num_heads: H.
        qkv_bias: whether queries, keys and values get an added bias.
        causal: False lets every token see all others, as BERT does.

    Raises:
        ValueError: d_out cannot be split evenly over the heads.
    """

    def __init__(
        self,
        d_in: int,
        d_out: int,
        context_length: int,
        dropout: float,
        num_heads: int,
        qkv_bias: bool = False,
        *,
        causal: bool = True,
    ) -> None:
        super().__init__()
        if d_out % num_heads:
            raise ValueError(
                f"d_out={d_out} cannot be split evenly over num_heads={num_heads}; "
                f"choose a multiple of {num_heads}"
            )
        self.d_out = d_out
        self.num_heads = num_heads
        self.head_dim = d_out // num_heads
        self.context_length = context_length
        self.causal = causal
        self.W_query = nn.Linear(d_in, d_out, bias=qkv_bias)
        self.W_key = nn.Linear(d_in, d_out, bias=qkv_bias)
        self.W_value = nn.Linear(d_in, d_out, bias=qkv_bias)
        self.out_proj = nn.Linear(d_out, d_out)
        self.dropout = nn.Dropout(dropout)

    @classmethod
    def with_weights_of(cls, wrapper: MultiHeadAttentionWrapper) -> "MultiHeadAttention":
        """The same attention as `wrapper`, the heads' matrices stacked into one; nothing mixed."""
        heads = [cast(CausalAttention, head) for head in wrapper.heads]
        first, (d_out, d_in) = heads[0], heads[0].W_query.weight.shape
        joined = cls(
            d_in,
            len(heads) * d_out,
            context_length=len(first.mask),
            dropout=first.dropout.p,
            num_heads=len(heads),
            qkv_bias=first.W_query.bias is not None,
        )
        wide = (joined.W_query, joined.W_key, joined.W_value)
        for mine, *theirs in zip(wide, *(head.projections() for head in heads), strict=True):
            mine.weight.data = torch.cat([layer.weight.detach() for layer in theirs])  # (H * D, C)
            if mine.bias is not None:
                mine.bias.data = torch.cat([layer.bias.detach() for layer in theirs])  # (H * D,)
        nn.init.eye_(joined.out_proj.weight)
        nn.init.zeros_(joined.out_proj.bias)
        return joined

    def steps(self, x: Tensor, cache: LayerCache | None = None) -> AttentionSteps:
        """The readable path: every step, per head; `output` is what `forward` returns."""
        queries, keys, values, mask = self._look(x, cache)
        heads = attend(queries, keys, values, mask, self.dropout)
        return heads._replace(output=self.out_proj(join_heads(heads.context)))

    def forward(self, x: Tensor, cache: LayerCache | None = None, *, fused: bool = True) -> Tensor:
        """Context vectors of the tokens in `x`, which may follow others held in `cache`.

        The fused path gives what `steps` gives, without ever writing down the T x S weights.

        Raises:
            ValueError: more tokens than context_length.
        """
        if not fused:
            return self.steps(x, cache).output
        queries, keys, values, mask = self._look(x, cache)
        from_the_start = queries.shape[-2] == keys.shape[-2]
        context = F.scaled_dot_product_attention(
            queries,
            keys,
            values,
            attn_mask=None if mask is None or from_the_start else ~mask,  # here True means: look
            dropout_p=self.dropout.p if self.training else 0.0,
            is_causal=mask is not None and from_the_start,
        )  # (..., H, T, D)
        output: Tensor = self.out_proj(join_heads(context))  # (..., T, C)
        return output

    def _look(
        self, x: Tensor, cache: LayerCache | None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Queries of the new tokens, keys and values of all, and what is hidden from whom."""
        queries = split_heads(self.W_query(x), self.num_heads)  # (..., H, T, D)
        keys = split_heads(self.W_key(x), self.num_heads)
        values = split_heads(self.W_value(x), self.num_heads)
        if cache is not None:
            keys, values = cache.append(keys, values)  # (B, H, S, D)
        end = keys.shape[-2]
        check_fits(end, self.context_length)
        if not self.causal:
            return queries, keys, values, None
        mask = shared_mask(self.context_length, x.device)  # (context_length, context_length)
        return queries, keys, values, mask[end - queries.shape[-2] : end, :end]  # (T, S)
