"""Finetune a model by training two thin matrices beside each of its wide ones.

In:     a model whose linear layers are already trained, e.g. from gpt2_weights.py
Out:    the same model with a trainable detour round every linear layer, at first no change at all
Next:   classification.py, which can finetune either way

Finetuning moves a weight matrix W by some update. LoRA keeps W as it is and learns the update as a
product A B of two matrices so narrow that there is little to train: for a (768, 768) layer and rank
16, 24,576 numbers instead of 589,824.

Shapes: C_in, C_out width of a layer's input and output, R rank (the narrow width between A and B).
Source: Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models".
"""

import math
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn


class LoRALayer(nn.Module):
    """The detour alone: (..., C_in) -> (..., C_out) through width R, times alpha / rank.

    A starts random and B at zero, so before training the detour adds nothing. Dividing by the rank
    keeps the update about as large when the rank is changed; alpha says how strongly it counts.

    Args:
        in_dim: C_in, width of what comes in.
        out_dim: C_out, width of what goes out.
        rank: R, the narrow width; the more, the richer the updates that can be learned.
        alpha: strength of the update.

    Raises:
        ValueError: the rank is below 1.

    >>> LoRALayer(768, 768, rank=16, alpha=16)(torch.ones(2, 768)).abs().sum().item()
    0.0
    """

    def __init__(self, in_dim: int, out_dim: int, rank: int, alpha: float) -> None:
        super().__init__()
        if rank < 1:
            raise ValueError(f"rank={rank} leaves nothing to train; choose 1 or more")
        self.A = nn.Parameter(torch.empty(in_dim, rank))  # (C_in, R)
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))  # as nn.Linear draws its own weights
        self.B = nn.Parameter(torch.zeros(rank, out_dim))  # (R, C_out)
        self.alpha = alpha
        self.rank = rank

    def update(self) -> Tensor:
        """What the detour amounts to as one matrix: (C_in, C_out), never of higher rank than R."""
        return (self.alpha / self.rank) * (self.A @ self.B)  # (C_in, C_out)

    def forward(self, x: Tensor) -> Tensor:
        narrow = x @ self.A  # (..., R)
        return (self.alpha / self.rank) * (narrow @ self.B)  # (..., C_out)


class LinearWithLoRA(nn.Module):
    """A linear layer and its detour, added up: (..., C_in) -> (..., C_out)."""

    def __init__(self, linear: nn.Linear, rank: int, alpha: float) -> None:
        super().__init__()
        self.linear = linear
        self.lora = LoRALayer(linear.in_features, linear.out_features, rank, alpha).to(
            linear.weight
        )

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.linear(x) + self.lora(x))

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """One plain linear layer that computes the same; the wrapped one is left as it was."""
        old = self.linear
        new = nn.Linear(
            old.in_features,
            old.out_features,
            bias=old.bias is not None,
            device=old.weight.device,
            dtype=old.weight.dtype,
        )
        new.weight.copy_(old.weight + self.lora.update().T)  # (C_out, C_in)
        if old.bias is not None:
            new.bias.copy_(old.bias)
        return new


class TrainableCount(NamedTuple):
    """How much of a model an optimizer would change."""

    trainable: int
    total: int


def replace_linear_with_lora(model: nn.Module, rank: int, alpha: float) -> None:
    """Give every linear layer its detour, in place; what the model computes stays the same.

    What was trainable stays so: freeze the model before, or call `train_only_lora` afterwards.

    Raises:
        ValueError: the model has detours already.
    """
    if any(isinstance(part, LinearWithLoRA) for part in model.modules()):
        raise ValueError("the model has LoRA layers already; call merge_lora(model) first")
    _replace(model, rank, alpha)


def _replace(model: nn.Module, rank: int, alpha: float) -> None:
    for name, part in model.named_children():
        if isinstance(part, nn.Linear):
            setattr(model, name, LinearWithLoRA(part, rank, alpha))
        else:
            _replace(part, rank, alpha)


def merge_lora(model: nn.Module) -> None:
    """Fold every detour into its linear layer, in place: same results, as fast as before LoRA."""
    for name, part in model.named_children():
        if isinstance(part, LinearWithLoRA):
            setattr(model, name, part.merged())
        else:
            merge_lora(part)


def train_only_lora(model: nn.Module) -> TrainableCount:
    """Freeze all but the detours.

    Raises:
        ValueError: the model has no detours.
    """
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for part in model.modules():
        if isinstance(part, LoRALayer):
            part.requires_grad_(True)
    count = count_trainable(model)
    if not count.trainable:
        raise ValueError(
            "the model has no LoRA layers; call replace_linear_with_lora(model, 16, 16) first"
        )
    return count


def count_trainable(model: nn.Module) -> TrainableCount:
    """Numbers an optimizer may change, and numbers in all; a matrix used twice counts once."""
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in model.parameters()]
    return TrainableCount(sum(n for n, grad in sizes if grad), sum(n for n, _ in sizes))
