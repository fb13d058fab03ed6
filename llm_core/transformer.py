"""One transformer block, and the four things it is made of.

In:     a vector per token (B, T, C)
Out:    a vector per token (B, T, C) that has looked around (attention) and thought (feed-forward)
Next:   gpt.py, which stacks these blocks

Shapes: B batch, T tokens, C channels.
Source: Vaswani et al. 2017, "Attention Is All You Need"; norms before each half as in Radford et
    al. 2019; Ba et al. 2016, "Layer Normalization"; Hendrycks and Gimpel 2016, "Gaussian Error
    Linear Units"; He et al. 2015, "Deep Residual Learning", for the shortcuts.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llm_core.attention import AttentionSteps, LayerCache, MultiHeadAttention
from llm_core.config import GPTConfig


class LayerNormSteps(NamedTuple):
    """How a layer norm arrives at its output."""

    mean: Tensor
    """Of each token's vector, (..., 1)."""
    variance: Tensor
    """Of each token's vector, dividing by C and, unless asked to, not by C - 1, (..., 1)."""
    normalised: Tensor
    """Mean 0 and variance 1, (..., C)."""
    output: Tensor
    """Scaled and shifted by what was learned, (..., C)."""


class LayerNorm(nn.Module):
    """Bring each vector to mean 0 and variance 1, then scale and shift it: (..., C) -> (..., C)."""

    def __init__(self, emb_dim: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.scale = nn.Parameter(torch.ones(emb_dim))
        self.shift = nn.Parameter(torch.zeros(emb_dim))

    def steps(self, x: Tensor, *, unbiased: bool = False) -> LayerNormSteps:
        """The readable path; `eps` keeps a constant vector from being divided by zero.

        Args:
            x: (..., C).
            unbiased: divide by C - 1 for the variance, as statistics does and GPT-2 does not.
        """
        mean = x.mean(dim=-1, keepdim=True)  # (..., 1)
        variance = x.var(dim=-1, keepdim=True, unbiased=unbiased)  # (..., 1)
        normalised = (x - mean) / torch.sqrt(variance + self.eps)
        return LayerNormSteps(mean, variance, normalised, normalised * self.scale + self.shift)

    def forward(self, x: Tensor) -> Tensor:
        """The fused path: what `steps(x).output` gives, in one pass over the numbers."""
        return F.layer_norm(x, self.scale.shape, self.scale, self.shift, self.eps)


def gelu(x: Tensor) -> Tensor:
    """A smooth ReLU: x times roughly the probability that a standard normal number is below x.

    >>> gelu(torch.tensor([-3.0, 0.0, 3.0]))
    tensor([-0.0036,  0.0000,  2.9964])
    """
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


class GELU(nn.Module):
    """`gelu` as a layer, on torch's fused version of the same formula: (...) -> (...)."""

    def forward(self, x: Tensor) -> Tensor:
        return F.gelu(x, approximate="tanh")


class FeedForwardSteps(NamedTuple):
    """How the feed-forward half arrives at its output."""

    expanded: Tensor
    """Four times as wide, (..., 4C)."""
    activated: Tensor
    """After GELU, (..., 4C)."""
    output: Tensor
    """Back to the width it came with, (..., C)."""


class FeedForward(nn.Module):
    """Each token on its own: widen four times, GELU, narrow again: (..., C) -> (..., C)."""

    def __init__(self, config: GPTConfig | Mapping[str, Any]) -> None:
        super().__init__()
        emb_dim = GPTConfig.of(config).emb_dim
        self.layers = nn.Sequential(
            nn.Linear(emb_dim, 4 * emb_dim), GELU(), nn.Linear(4 * emb_dim, emb_dim)
        )

    def steps(self, x: Tensor) -> FeedForwardSteps:
        """The three layers one by one."""
        widen, activate, narrow = self.layers
        expanded = widen(x)  # (..., 4C)
        activated = activate(expanded)
        return FeedForwardSteps(expanded, activated, narrow(activated))  # (..., C)

    def forward(self, x: Tensor) -> Tensor:
        return self.steps(x).output


class BlockSteps(NamedTuple):
    """What happens to the vectors inside one block; all (B, T, C) but the attention's inside."""

    attention_input: Tensor
    """Normalised, on the way into attention."""
    attention: AttentionSteps | None
    """Inside of attention; None on the fused path, which never writes it down."""
    attention_output: Tensor
    """What attention adds to the shortcut."""
    after_attention: Tensor
    """Shortcut plus attention."""
    feed_forward_input: Tensor
    """Normalised, on the way into the feed-forward half."""
    feed_forward_output: Tensor
    """What the feed-forward half adds to the shortcut."""
    output: Tensor
    """Shortcut plus feed-forward: the block's result."""


class TransformerBlock(nn.Module):
    """Look around, then think; each time normalise first and add the result to what came in.

    Args:
        config: the model's numbers.
        causal: False lets every token see all others, as BERT does.
    """

    attention_type: type[MultiHeadAttention] = MultiHeadAttention

    def __init__(self, config: GPTConfig | Mapping[str, Any], *, causal: bool = True) -> None:
        super().__init__()
        config = GPTConfig.of(config)
        self.att = self.attention_type(
            d_in=config.emb_dim,
            d_out=config.emb_dim,
            context_length=config.context_length,
            dropout=config.drop_rate,
            num_heads=config.n_heads,
            qkv_bias=config.qkv_bias,
            causal=causal,
        )
        self.ff = FeedForward(config)
        self.norm1 = LayerNorm(config.emb_dim)
        self.norm2 = LayerNorm(config.emb_dim)
        self.drop_shortcut = nn.Dropout(config.drop_rate)

    def steps(
        self, x: Tensor, cache: LayerCache | None = None, *, fused: bool = False
    ) -> BlockSteps:
        """Every step; the readable attention with all its weights unless `fused`."""
        attention_input = self.norm1(x)
        if fused:
            attention, attended = None, self.att(attention_input, cache)
        else:
            attention = self.att.steps(attention_input, cache)
            attended = attention.output
        attention_output = self.drop_shortcut(attended)
        after_attention = x + attention_output
        feed_forward_input = self.norm2(after_attention)
        feed_forward_output = self.drop_shortcut(self.ff(feed_forward_input))
        return BlockSteps(
            attention_input,
            attention,
            attention_output,
            after_attention,
            feed_forward_input,
            feed_forward_output,
            output=after_attention + feed_forward_output,
        )

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        """(B, T, C) -> (B, T, C); with a cache, `x` holds only the new tokens."""
        return self.steps(x, cache, fused=True).output


class ExampleDeepNeuralNetwork(nn.Module):
    """A deep chain of small layers, with or without shortcuts, to see how gradients fare.

    Args:
        layer_sizes: widths from the input to the output; one layer between each two neighbours.
        use_shortcut: add a layer's input to its output where both are equally wide.
    """

    def __init__(self, layer_sizes: Sequence[int], use_shortcut: bool) -> None:
        super().__init__()
        self.use_shortcut = use_shortcut
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Linear(wide, next_wide), GELU())
            for wide, next_wide in pairwise(layer_sizes)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, first size) -> (B, last size)."""
        for layer in self.layers:
            changed = layer(x)
            x = x + changed if self.use_shortcut and x.shape == changed.shape else changed
        return x


def gradient_means(model: ExampleDeepNeuralNetwork, x: Tensor) -> tuple[float, ...]:
    """Mean size of the gradient that reaches each layer's weights, first layer first.

    The error it flows back from is the squared distance of the output from zero.
    """
    error = model(x).square().mean()
    weights = [layer.get_parameter("0.weight") for layer in model.layers]
    return tuple(gradient.abs().mean().item() for gradient in torch.autograd.grad(error, weights))


def gradient_at_the_end(model: ExampleDeepNeuralNetwork, x: Tensor) -> float:
    """Size of the gradient just before the curve of a last layer that makes one number of x (1, C).

    The error is that of `gradient_means`: 2 · output · slope of the curve. By the chain rule the
    gradient of every layer has this factor, so it says how large all of them are together.
    """
    error = model(x).square().mean()
    bias = model.layers[-1].get_parameter("0.bias")  # added just before the curve
    return torch.autograd.grad(error, bias)[0].abs().item()
