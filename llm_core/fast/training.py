"""The loss of a model, computed fast: put it into `train` and nothing else changes.

In:     a batch of ids and targets (B, T), and a plain `GPTModel`
Out:    what `calc_loss_batch` gives, ready for `.backward()`, in a third of the time or less
Next:   ladder.py, rung by rung and live; decoding.py, the same for writing

    train(model, ..., loss_function=FastLoss())

The ladder, rung by rung; each can be switched off:

    oneDNN      products by oneDNN instead of MKL, bias included: the same sums, other instructions
    blocks      queries, keys and values in one product; the hidden half of the scores left out
    sigmoid     GELU by a sigmoid instead of a tanh: an identity
    head        head and loss a few rows at a time, with the gradients made at once
    bf16        copies of the weights in bfloat16 do the work; the weights stay float32

The last rung rounds: each factor of a product to 8 binary digits, while sums are kept in float32.
Updates go to the float32 weights, of which fresh copies are made for each batch, so small updates
are not lost. The others change no more than the last digit of a float32.

Texts of a batch are filled up to one length. No token sees a later one, so what comes after the
last target of a text changes nothing; those places get no row, and only attention fills them up.

Shapes: B batch, T tokens, N rows (B * T less the filler), C channels, V vocabulary.
Source: Micikevicius et al. 2018, "Mixed Precision Training".
"""

import re
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional as F

from llm_core.fast import pieces
from llm_core.fast.machine import machine
from llm_core.fast.plain import is_plain
from llm_core.gpt import GPTModel
from llm_core.loss import IGNORE_INDEX, calc_loss_batch, cross_entropy

Weights = Mapping[str, Tensor]
"""The weights by name, as the fast path holds them."""

End = Callable[[Tensor, Tensor, Tensor, Weights], Tensor]
"""Head and loss of what the last norm gives (N, C), which places it is of (B, T), the targets."""


@dataclass(frozen=True, kw_only=True)
class Rungs:
    """Which rungs of the ladder are taken; the standard is all that this machine profits from."""

    onednn: bool = True
    """Products by oneDNN, called by name."""
    blocks: bool = True
    """Attention in one product and in blocks of rows."""
    sigmoid: bool = True
    """GELU by a sigmoid."""
    head: bool = True
    """Head and loss a few rows at a time."""
    bf16: bool = field(default_factory=lambda: machine().bf16)
    """Products of bfloat16 matrices, with float32 weights behind them."""


NO_RUNGS = Rungs(onednn=False, blocks=False, sigmoid=False, head=False, bf16=False)
"""The ground: the same computation as the readable model's."""


class FastLoss:
    """Mean cross-entropy of a plain GPTModel on one batch; a loss function for `train`.

    A model with exchanged layers (LoRA, another head) or on another device takes the readable path.
    """

    def __init__(self, rungs: Rungs | None = None) -> None:
        """
        Args:
            rungs: None takes what this machine profits from.
        """
        self.rungs = Rungs() if rungs is None else rungs
        self._copies: weakref.WeakKeyDictionary[nn.Module, _Copies] = weakref.WeakKeyDictionary()

    def __call__(
        self,
        input_batch: Tensor,
        target_batch: Tensor,
        model: nn.Module,
        device: torch.device | str = "cpu",
    ) -> Tensor:
        """The loss in nats per token, (); see `calc_loss_batch`."""
        if not is_plain(model) or torch.device(device).type != "cpu":
            return self._readable(input_batch, target_batch, model, device)
        if model not in self._copies:
            self._copies[model] = _Copies(model, self.rungs, self._last, self._end)
        copies = self._copies[model]
        if not torch.is_grad_enabled():
            return copies.loss(input_batch, target_batch, copies.fresh())
        return _with_copies(copies, input_batch, target_batch, *copies.weights)

    def _readable(
        self, ids: Tensor, targets: Tensor, model: nn.Module, device: torch.device | str
    ) -> Tensor:
        """The loss by the model itself."""
        return calc_loss_batch(ids, targets, model, device)

    def _last(self, ids: Tensor, targets: Tensor) -> Tensor:
        """The last place of each text that the loss looks at: ids and targets (B, T) -> (B,)."""
        places = torch.arange(ids.shape[1])
        return (places * (targets != IGNORE_INDEX)).amax(dim=1)

    def _end(self, x: Tensor, read: Tensor, targets: Tensor, weight: Weights) -> Tensor:
        """Head and loss: what the last norm gives (N, C), of the places read (B, T) -> ()."""
        head, asked = weight["out_head.weight"], targets[:, : read.shape[1]][read]  # (N,)
        if self.rungs.head:
            return pieces.head_loss(x, head, asked, self.rungs.onednn)
        return cross_entropy((x @ head.T).float(), asked)  # (N, V) -> ()


class _WithCopies(Function):
    """Loss and gradients by the copies, handed over to the weights they are copies of."""

    @staticmethod
    def forward(ctx: Any, copies: "_Copies", ids: Tensor, targets: Tensor, *_: Tensor) -> Tensor:
        leaves = copies.fresh()
        with torch.enable_grad():
            loss = copies.loss(ids, targets, leaves)
        ctx.copies, ctx.leaves, ctx.loss = copies, leaves, loss
        return loss.detach()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        names = [name for name, leaf in ctx.leaves.items() if leaf.requires_grad]
        slopes = torch.autograd.grad(ctx.loss, [ctx.leaves[name] for name in names], gradients[0])
        ctx.loss = None  # lets go of what the backward pass has used
        of_weights = ctx.copies.handed_back(dict(zip(names, slopes, strict=True)))
        return (None, None, None, *of_weights)


class _Copies:
    """A model's weights as the fast path wants them: stacked, and in bfloat16 if asked."""

    def __init__(
        self, model: GPTModel, rungs: Rungs, last: Callable[[Tensor, Tensor], Tensor], end: End
    ) -> None:
        self.model = weakref.proxy(model)
        self.config, self.rungs, self.last, self.end = model.config, rungs, last, end
        self.parts = _stacks(model)
        self.weights = list(dict.fromkeys(w for parts in self.parts.values() for w in parts))
        self.room: dict[str, Tensor] = {}
        for name, parts in self.parts.items():
            looked_up = name in (
                "tok_emb.weight",
                "pos_emb.weight",
            )  # few rows are read: no copy pays
            if not looked_up and (rungs.bf16 or len(parts) > 1):
                shape = (sum(len(part) for part in parts), *parts[0].shape[1:])
                dtype = torch.bfloat16 if rungs.bf16 else parts[0].dtype
                self.room[name] = torch.empty(shape, dtype=dtype)

    def fresh(self) -> dict[str, Tensor]:
        """The weights as they are now, as leaves of a graph of their own."""
        leaves = {}
        with torch.no_grad():
            for name, parts in self.parts.items():
                room = self.room.get(name)
                if room is None:
                    leaf = parts[0].detach()
                else:
                    torch._foreach_copy_(
                        torch.split(room, [len(part) for part in parts]), list[Tensor](parts)
                    )
                    leaf = room.detach()
                leaves[name] = leaf.requires_grad_(any(part.requires_grad for part in parts))
        return leaves

    def handed_back(self, slopes: Mapping[str, Tensor]) -> list[Tensor | None]:
        """The gradient of each of `weights`, in its own number format."""
        found: dict[Tensor, Tensor] = {}
        for name, slope in slopes.items():
            parts = self.parts[name]
            pieces_of_it = torch.split(slope, [len(part) for part in parts])
            for part, piece in zip(parts, pieces_of_it, strict=True):
                if part.requires_grad:
                    piece = piece.to(part.dtype, memory_format=torch.contiguous_format)
                    found[part] = found[part] + piece if part in found else piece
        return [found.get(weight) for weight in self.weights]

    def loss(self, ids: Tensor, targets: Tensor, weight: Weights) -> Tensor:
        """Embeddings and blocks on rows (N, C), then head and loss."""
        config = self.config
        last = self.last(ids, targets)  # (B,)
        read = torch.arange(int(last.max()) + 1) <= last.unsqueeze(1)  # (B, T)
        drop = config.drop_rate if self.model.training else 0.0

        def norm(x: Tensor, name: str) -> Tensor:
            scale = weight[name + ".scale"]
            return F.layer_norm(x, scale.shape, scale, weight[name + ".shift"])

        def linear(x: Tensor, name: str) -> Tensor:
            bias = weight.get(name + ".bias")
            return pieces.linear(x, weight[name + ".weight"], bias, self.rungs.onednn)

        tokens, dtype = read.shape[1], weight["out_head.weight"].dtype
        x = F.embedding(ids[:, :tokens], weight["tok_emb.weight"])  # (B, T, C)
        x = (x + weight["pos_emb.weight"][:tokens]).flatten(0, 1)
        x = F.dropout(_rows(x, read).to(dtype), drop)  # (N, C)
        for layer in range(config.n_layers):
            at = f"trf_blocks.{layer}."
            qkv = linear(norm(x, at + "norm1"), at + "att.W_qkv")  # (N, 3C)
            context = self._attend(qkv, read, drop)  # (N, C)
            x = x + F.dropout(linear(context, at + "att.out_proj"), drop)
            wide = linear(norm(x, at + "norm2"), at + "ff.layers.0")  # (N, 4C)
            wide = pieces.gelu(wide) if self.rungs.sigmoid else F.gelu(wide, approximate="tanh")
            x = x + F.dropout(linear(wide, at + "ff.layers.2"), drop)  # (N, C)
        return self.end(norm(x, "final_norm"), read, targets, weight)

    def _attend(self, qkv: Tensor, read: Tensor, drop: float) -> Tensor:
        """Context vectors (N, C) of the rows of queries, keys and values (N, 3C)."""
        heads, qkv = self.config.n_heads, _places(qkv, read)  # (B * T, 3C)
        if self.rungs.blocks:
            return _rows(pieces.attention(qkv, len(read), heads, drop), read)
        split = qkv.view(*read.shape, 3, heads, self.config.head_dim)  # (B, T, 3, H, D)
        queries, keys, values = split.permute(2, 0, 3, 1, 4)  # (B, H, T, D) each
        context = F.scaled_dot_product_attention(
            queries, keys, values, dropout_p=drop, is_causal=True
        )
        return _rows(context.transpose(1, 2).reshape(len(qkv), -1), read)  # (N, C)


def _rows(x: Tensor, read: Tensor) -> Tensor:
    """Those of all places that are read: (B * T, ...) and (B, T) -> (N, ...)."""
    if read.all():
        return x
    return x.index_select(0, read.flatten().nonzero().squeeze(1))


def _places(x: Tensor, read: Tensor) -> Tensor:
    """The way back, with zeros where nothing is read: (N, ...) and (B, T) -> (B * T, ...)."""
    if read.all():
        return x
    room = x.new_zeros(read.numel(), *x.shape[1:])
    return room.index_copy(0, read.flatten().nonzero().squeeze(1), x)


def _stacks(model: GPTModel) -> dict[str, list[nn.Parameter]]:
    """Every weight under its name; those of queries, keys and values together under one."""
    stacks: dict[str, list[nn.Parameter]] = {}
    for name, weight in model.named_parameters(remove_duplicate=False):
        stacks.setdefault(re.sub("W_(query|key|value)", "W_qkv", name), []).append(weight)
    return stacks


_with_copies: Callable[..., Tensor] = _WithCopies.apply
