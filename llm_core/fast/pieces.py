"""Parts of a training step, written a second time for speed, with their slopes by hand.

In:     tensors of one batch, as rows (N, ...) with N = B * T
Out:    what the readable layers give, and in `backward` the same gradients
Next:   training.py, which puts them into a model's place

    Linear      products by oneDNN, called by name, and the bias in the same go
    Gelu        the same curve by a sigmoid, which is four times as cheap as a tanh
    Attention   rows of the score matrix in blocks, so that the hidden half is mostly never computed
    HeadLoss    head, softmax and loss at once, a few rows at a time: no (N, V) tensor is ever kept

Each says why it is the same mathematics; the tests hold values and gradients equal to those of
`transformer.gelu`, `attention.MultiHeadAttention` and `loss.cross_entropy`.

Shapes: B batch, T tokens, N = B * T rows, C channels, H heads, D channels per head, V vocabulary.
Source: Hendrycks and Gimpel 2016 (GELU); Dao et al. 2022, "FlashAttention" (blocks); Wijmans et al.
    2024, "Cut Your Losses in Large-Vocabulary Language Models" (head and loss in pieces).
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional as F

from llm_core.fast.machine import machine
from llm_core.loss import IGNORE_INDEX

ROWS = 64
"""Rows of a score matrix computed at once."""

SCRATCH = 2 * 1024**2
"""Logits held at once, few enough to stay near the processor; more rows are taken in turns."""

FEWEST = 160
"""Rows taken at once in any case: each turn adds to the whole gradient of the head."""

_SLOPE = 2 * math.sqrt(2 / math.pi)
_CUBIC = 0.044715


def product(one: Tensor, other: Tensor, onednn: bool) -> Tensor:
    """Two matrices multiplied, (N, K) and (K, D) -> (N, D), by oneDNN if asked.

    Torch gives float32 matrices to MKL, which leaves the widest instructions of some processors
    unused, and bfloat16 ones to oneDNN in any case.
    """
    if onednn and one.dtype == torch.float32:
        return _by_onednn(one, other.T, None)
    return torch.mm(one, other)


def _by_onednn(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """x W^T + b: (N, K), (D, K), (D,) -> (N, D)."""
    y: Tensor = torch.ops.mkldnn._linear_pointwise.default(x, weight, bias, "none", [], "")
    return y


class Linear(Function):
    """x W^T + b by oneDNN: (N, C), (D, C), (D,) -> (N, D); the same sums in another order."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(x, weight)
        return _by_onednn(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """What autograd would do, but the tall one of two equal products is made as a wide one."""
        (upward,), (x, weight) = gradients, ctx.saved_tensors
        for_x, for_weight, for_bias = ctx.needs_input_grad
        of_x = product(upward, weight, True) if for_x else None
        of_weight = None
        if for_weight and len(weight) > weight.shape[1]:
            of_weight = product(x.T, upward, True).T
        elif for_weight:
            of_weight = product(upward.T, x, True)
        return of_x, of_weight, upward.sum(dim=0) if for_bias else None


def linear(x: Tensor, weight: Tensor, bias: Tensor | None, onednn: bool = True) -> Tensor:
    """A linear layer on rows, by oneDNN if asked and if it takes this format here."""
    here = {torch.float32: machine().onednn, torch.bfloat16: machine().onednn_bf16}
    if onednn and here.get(x.dtype, False):
        return _linear(x, weight, bias)
    return F.linear(x, weight, bias)


class Gelu(Function):
    """gelu(x) = x * sigmoid(2u) with u = sqrt(2 / pi) * (x + 0.044715 x^3), (...) -> (...).

    The same curve as with a tanh, because (1 + tanh(u)) / 2 = sigmoid(2u).
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        gate = torch.addcmul(x, x * x, x, value=_CUBIC).mul_(_SLOPE).sigmoid_()
        ctx.save_for_backward(x, gate)
        return x * gate

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        """The derivative is gate * (1 + x (1 - gate) (2u)'), where u' has 1 + 3 * 0.044715 x^2."""
        x, gate = ctx.saved_tensors
        bent = torch.addcmul(x, x, gate, value=-1)  # x (1 - gate)
        bent = torch.addcmul(bent, x * x, bent, value=3 * _CUBIC)
        upward = gate * gradients[0]
        return torch.addcmul(upward, upward, bent, value=_SLOPE)


class Attention(Function):
    """Causal attention of all heads from queries, keys and values side by side: (N, 3C) -> (N, C).

    Rows are taken in blocks. A block's last row sees no further than itself, so the columns after
    it are left out instead of computed and hidden: with many blocks, half of the work.
    """

    @staticmethod
    def forward(ctx: Any, qkv: Tensor, batch_size: int, num_heads: int, drop_rate: float) -> Tensor:
        tokens, head_dim = len(qkv) // batch_size, qkv.shape[1] // 3 // num_heads
        heads = (
            qkv.view(batch_size, tokens, 3, num_heads, head_dim)
            .permute(2, 0, 3, 1, 4)  # (3, B, H, T, D)
            .reshape(3, batch_size * num_heads, tokens, head_dim)
        )
        queries, keys, values = heads  # (B * H, T, D) each
        context = qkv.new_empty(batch_size, tokens, num_heads, head_dim)  # (B, T, H, D)
        hidden = qkv.new_full((ROWS, ROWS), -torch.inf).triu_(diagonal=1)
        of_blocks: list[tuple[Tensor, Tensor | None]] = []
        for start, end in _blocks(tokens):
            rows = end - start
            scores = torch.bmm(queries[:, start:end], keys[:, :end].mT)  # (B * H, rows, end)
            scores.mul_(head_dim**-0.5)[:, :, start:].add_(hidden[:rows, :rows])
            weights = scores.softmax(dim=-1)
            kept = None
            if drop_rate:
                kept = torch.empty_like(weights).bernoulli_(1 - drop_rate).div_(1 - drop_rate)
            of_blocks.append((weights, kept))
            taken = weights if kept is None else weights * kept
            block = torch.bmm(taken, values[:, :end])  # (B * H, rows, D)
            context[:, start:end] = block.view(batch_size, num_heads, rows, head_dim).transpose(
                1, 2
            )
        ctx.heads, ctx.of_blocks, ctx.batch_size = heads, of_blocks, batch_size
        return context.view(len(qkv), -1)  # (N, C)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        queries, keys, values = ctx.heads
        batch_size, (_, tokens, head_dim) = ctx.batch_size, queries.shape
        num_heads = len(queries) // batch_size
        upward = gradients[0].view(batch_size, tokens, num_heads, head_dim).transpose(1, 2)
        upward = upward.reshape(-1, tokens, head_dim)  # (B * H, T, D)
        slopes = torch.empty_like(ctx.heads)
        of_queries, of_keys, of_values = slopes
        for (start, end), (weights, kept) in reversed(
            list(zip(_blocks(tokens), ctx.of_blocks, strict=True))
        ):
            block = upward[:, start:end]
            of_weights = torch.bmm(block, values[:, :end].mT)  # (B * H, rows, end)
            taken = weights
            if kept is not None:
                of_weights.mul_(kept)
                taken = weights * kept
            of_scores = torch._softmax_backward_data(of_weights, weights, -1, weights.dtype)
            of_scores.mul_(head_dim**-0.5)
            torch.bmm(of_scores, keys[:, :end], out=of_queries[:, start:end])
            for total, part in (
                (of_keys, torch.bmm(of_scores.mT, queries[:, start:end])),
                (of_values, torch.bmm(taken.mT, block)),
            ):
                if end == tokens:  # the last block, which comes first, reaches every column
                    total.copy_(part)
                else:
                    total[:, :end].add_(part)
        joined = slopes.view(3, batch_size, num_heads, tokens, head_dim).permute(1, 3, 0, 2, 4)
        return joined.reshape(batch_size * tokens, -1), None, None, None  # (N, 3C)


def _blocks(tokens: int) -> list[tuple[int, int]]:
    """First row and end of each block."""
    return [(start, min(start + ROWS, tokens)) for start in range(0, tokens, ROWS)]


class HeadLoss(Function):
    """Mean cross-entropy of the logits x W^T, from (N, C), (V, C) and targets (N,): ().

    The slope of the loss at the logits is known as soon as they are: their softmax, less 1 at the
    target. So each group of rows gives its share of all gradients at once, and its logits are
    forgotten. Autograd would keep N x V of them, in several copies.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, targets: Tensor, onednn: bool) -> Tensor:
        asked = targets != IGNORE_INDEX
        count, everywhere = int(asked.sum()), bool(asked.all())
        learns = any(ctx.needs_input_grad)
        of_x = torch.empty_like(x) if learns else None
        of_weight = None
        total = x.new_zeros((), dtype=torch.float32)
        rows = max(FEWEST, SCRATCH // len(weight))
        room = x.new_empty(min(rows, len(x)), len(weight))  # new memory is slow
        for start in range(0, len(x), rows):
            part = slice(start, start + rows)
            index = targets[part].where(asked[part], 0)  # (rows,)
            probabilities = room[: len(index)]  # (rows, V)
            torch.softmax(product(x[part], weight.T, onednn), dim=-1, out=probabilities)
            at_targets = (torch.arange(len(index)), index)
            expected = probabilities[at_targets]  # (rows,)
            # The smallest float32 stands in for 0, whose logarithm would be minus infinity.
            surprise = -expected.float().clamp_min(torch.finfo(torch.float32).tiny).log()
            total += surprise.where(asked[part], 0.0).sum()
            if of_x is None:
                continue
            probabilities[at_targets] = expected - 1
            if not everywhere:
                probabilities.mul_(asked[part].unsqueeze(1))
            of_x[part] = product(probabilities, weight, onednn)
            if of_weight is None:
                of_weight = product(probabilities.T, x[part], onednn)  # (V, C)
            elif onednn and x.dtype == torch.float32:
                of_weight += product(probabilities.T, x[part], onednn)
            else:
                of_weight.addmm_(probabilities.T, x[part])
        ctx.slopes, ctx.count = (of_x, of_weight), count
        return total / count

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        of_x, of_weight = ctx.slopes
        share = (gradients[0] / ctx.count).to(of_x.dtype)
        return of_x.mul_(share), of_weight.mul_(share), None, None


def head_loss(x: Tensor, weight: Tensor, targets: Tensor, onednn: bool = True) -> Tensor:
    """See `HeadLoss`; by oneDNN if asked and if torch brought it."""
    return _head_loss(x, weight, targets, onednn and machine().onednn)


gelu: Callable[[Tensor], Tensor] = Gelu.apply
attention: Callable[[Tensor, int, int, float], Tensor] = Attention.apply
_linear: Callable[[Tensor, Tensor, Tensor | None], Tensor] = Linear.apply
_head_loss: Callable[[Tensor, Tensor, Tensor, bool], Tensor] = HeadLoss.apply
