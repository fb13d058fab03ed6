"""Attention with one head, rung by rung: how a token's vector comes to know about the others.

In:     one vector per token (T, C), or a batch of them (B, T, C)
Out:    one context vector per token, and every step on the way
Next:   multi.py, several of these beside each other

    attend                  the computation itself, which every rung calls
    scores_by_loops         its first step the long way, one pair of tokens after another
    simple_attention        every token compares itself with every other; nothing is learned
    SelfAttention_v1, _v2   learned queries, keys and values
    CausalAttention         no token sees the future, and some weights are dropped in training

Shapes: B batch, T tokens, S tokens looked at, C channels, D channels of queries, keys and values.
Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.1.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from llm_core.attention.weights import causal_mask, mask_then_softmax

TOY_SENTENCE = ("Your", "journey", "starts", "with", "one", "step")


def toy_inputs() -> Tensor:
    """The book's running example: three made-up numbers per word of TOY_SENTENCE, (6, 3)."""
    return torch.tensor(
        [
            [0.43, 0.15, 0.89],
            [0.55, 0.87, 0.66],
            [0.57, 0.85, 0.64],
            [0.22, 0.58, 0.33],
            [0.77, 0.25, 0.10],
            [0.05, 0.80, 0.55],
        ]
    )


class AttentionSteps(NamedTuple):
    """Everything attention computes, in order; with several heads all but `output` is per head."""

    queries: Tensor
    """What each token asks for, (..., T, D)."""
    keys: Tensor
    """What each token offers to be found by, (..., S, D)."""
    values: Tensor
    """What each token hands over when it is found, (..., S, D)."""
    scores: Tensor
    """How well query (row) and key (column) agree: their dot product, (..., T, S)."""
    scaled: Tensor
    """Scores over the square root of D, so that their spread does not grow with D, (..., T, S)."""
    masked: Tensor
    """Scaled scores with -inf where a token must not look, (..., T, S)."""
    weights: Tensor
    """How much each token takes from each other one; rows sum to 1, (..., T, S)."""
    dropped: Tensor
    """The weights after dropout; the weights themselves outside training, (..., T, S)."""
    context: Tensor
    """Values mixed by these weights, (..., T, D)."""
    output: Tensor
    """What the layer returns: the context; of several heads joined and projected, (..., T, C)."""


def attend(
    queries: Tensor,
    keys: Tensor,
    values: Tensor,
    mask: Tensor | None = None,
    dropout: Callable[[Tensor], Tensor] | None = None,
    *,
    scale: float | None = None,
    bias: Tensor | None = None,
) -> AttentionSteps:
    """Let each query look at all keys and take a weighted mean of their values.

    Args:
        queries: (..., T, D).
        keys: (..., S, D).
        values: (..., S, D), of any last width.
        mask: (T, S) or anything that broadcasts to (..., T, S); True where a token must not look.
        dropout: applied to the weights, for training.
        scale: factor on the scores; 1 / sqrt(D) unless told.
        bias: added to the scaled scores, as ALiBi does with distance (positions.py).

    >>> steps = attend(torch.eye(2), torch.eye(2), torch.eye(2), mask=causal_mask(2))
    >>> steps.weights[0]  # the first token can only look at itself
    tensor([1., 0.])
    """
    scale = keys.shape[-1] ** -0.5 if scale is None else scale
    scores = queries @ keys.transpose(-2, -1)  # (..., T, S)
    scaled = scores * scale if bias is None else scores * scale + bias
    masked, weights = mask_then_softmax(scaled, mask)
    dropped = weights if dropout is None else dropout(weights)
    context = dropped @ values  # (..., T, D)
    return AttentionSteps(
        queries, keys, values, scores, scaled, masked, weights, dropped, context, context
    )


def scores_by_loops(queries: Tensor, keys: Tensor) -> Tensor:
    """All scores, one dot product after another: what `queries @ keys.T` does in one go.

    Args:
        queries: (T, D).
        keys: (S, D).

    >>> scores_by_loops(toy_inputs(), toy_inputs())[1]
    tensor([0.9544, 1.4950, 1.4754, 0.8434, 0.7070, 1.0865])
    """
    scores = queries.new_empty(len(queries), len(keys))  # (T, S)
    for i, query in enumerate(queries):
        for j, key in enumerate(keys):
            scores[i, j] = torch.dot(query, key)
    return scores


def simple_attention(inputs: Tensor) -> AttentionSteps:
    """Attention with nothing to learn: each vector is its own query, key and value.

    >>> simple_attention(toy_inputs()).context[1]
    tensor([0.4419, 0.6515, 0.5683])
    """
    return attend(inputs, inputs, inputs, scale=1.0)


def check_fits(tokens: int, context_length: int) -> None:
    """No more tokens than there is room for."""
    if tokens > context_length:
        raise ValueError(
            f"{tokens} tokens do not fit into context_length={context_length}; "
            f"pass at most the last {context_length}"
        )


class SelfAttention_v1(nn.Module):
    """Queries, keys and values are learned: (..., T, d_in) -> (..., T, d_out)."""

    def __init__(self, d_in: int, d_out: int) -> None:
        super().__init__()
        self.W_query = nn.Parameter(torch.rand(d_in, d_out))
        self.W_key = nn.Parameter(torch.rand(d_in, d_out))
        self.W_value = nn.Parameter(torch.rand(d_in, d_out))

    @classmethod
    def with_weights_of(cls, other: "SelfAttention_v2") -> "SelfAttention_v1":
        """The same attention as `other`, whose nn.Linear layers store their matrices transposed."""
        d_out, d_in = other.W_query.weight.shape
        copy = cls(d_in, d_out)
        for mine, theirs in zip(copy.parameters(), other.projections(), strict=True):
            mine.data = theirs.weight.detach().T.clone()  # (d_out, d_in) -> (d_in, d_out)
        return copy

    def steps(self, x: Tensor) -> AttentionSteps:
        """Every step from `x` to its context vectors."""
        return attend(x @ self.W_query, x @ self.W_key, x @ self.W_value)

    def forward(self, x: Tensor) -> Tensor:
        return self.steps(x).output


class SelfAttention_v2(nn.Module):
    """The same with nn.Linear, whose starting weights suit training."""

    def __init__(self, d_in: int, d_out: int, qkv_bias: bool = False) -> None:
        super().__init__()
        self.W_query = nn.Linear(d_in, d_out, bias=qkv_bias)
        self.W_key = nn.Linear(d_in, d_out, bias=qkv_bias)
        self.W_value = nn.Linear(d_in, d_out, bias=qkv_bias)

    def projections(self) -> tuple[nn.Linear, nn.Linear, nn.Linear]:
        """The layers that make queries, keys and values."""
        return self.W_query, self.W_key, self.W_value

    def steps(self, x: Tensor) -> AttentionSteps:
        """Every step from `x` to its context vectors."""
        return attend(self.W_query(x), self.W_key(x), self.W_value(x))

    def forward(self, x: Tensor) -> Tensor:
        return self.steps(x).output


class CausalAttention(SelfAttention_v2):
    """Self-attention in which no token sees the future: (..., T, d_in) -> (..., T, d_out)."""

    mask: Tensor

    def __init__(
        self, d_in: int, d_out: int, context_length: int, dropout: float, qkv_bias: bool = False
    ) -> None:
        super().__init__(d_in, d_out, qkv_bias)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("mask", causal_mask(context_length), persistent=False)

    def steps(self, x: Tensor) -> AttentionSteps:
        """Every step from `x` to its context vectors.

        Raises:
            ValueError: more tokens than context_length.
        """
        tokens = x.shape[-2]
        check_fits(tokens, len(self.mask))
        mask = self.mask[:tokens, :tokens]  # (T, T)
        return attend(self.W_query(x), self.W_key(x), self.W_value(x), mask, self.dropout)
