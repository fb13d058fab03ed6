"""The gradient in each block of a GPT, when its shortcuts carry only a part of what came in.

In:     a GPT and a text
Out:    how large the gradient in each block's matrices is, and how surprised the model is
Next:   dropping.py

A block is `x + part(norm(x))`, twice. Here it is `carried * x + part(norm(x))`: with 1 the model as
it is, with 0 a plain stack. `transformer.gradient_means` does the same for a chain without norms.

Shapes: T tokens, C channels, L layers, V vocabulary.
Source: He et al. 2015, "Deep Residual Learning"; Veit et al. 2016, "Residual Networks Behave Like
    Ensembles of Relatively Shallow Networks".
"""

from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.func import functional_call

from llm_core.gpt import GPTModel
from llm_core.loss import cross_entropy
from llm_core.transformer import TransformerBlock


class _Carrying(nn.Module):
    """A block whose shortcuts carry a part of what came in: (1, T, C) -> (1, T, C)."""

    def __init__(self, block: TransformerBlock, carried: float) -> None:
        super().__init__()
        self.block, self.carried = block, carried

    def forward(self, x: Tensor) -> Tensor:
        block = self.block
        x = self.carried * x + block.att(block.norm1(x))
        thought: Tensor = block.ff(block.norm2(x))
        return self.carried * x + thought


class BlockGradients(NamedTuple):
    """What reaches each block on the way back."""

    sizes: tuple[float, ...]
    """Mean size of the gradient in each block's matrices, first block first; L numbers."""
    loss: float
    """Of the text, in nats per token."""


def block_gradients(model: GPTModel, ids: Sequence[int], carried: float) -> BlockGradients:
    """Gradients of the loss on a text, in a model at rest whose shortcuts carry this part.

    The gradients are taken with respect to stand-ins that share the model's numbers, so nothing is
    left behind in the model.

    Raises:
        ValueError: fewer than two ids, or more than the model has places for.
    """
    if len(ids) < 2:
        raise ValueError(f"{len(ids)} token has no next one to learn from; write a longer sentence")
    text = torch.tensor([list(ids)])  # (1, T + 1)
    with torch.inference_mode(False), torch.enable_grad():
        x = model.embed(text[:, :-1]).output.detach()  # (1, T, C)
        matrices: list[list[Tensor]] = []
        for block in model.trf_blocks:
            own = {
                f"block.{name}": numbers.detach().requires_grad_()
                for name, numbers in block.named_parameters()
                if numbers.ndim == 2
            }
            matrices.append(list(own.values()))
            x = functional_call(_Carrying(cast(TransformerBlock, block), carried), own, (x,))
        loss = cross_entropy(model.out_head(model.final_norm(x)), text[:, 1:])  # ()
        found = iter(torch.autograd.grad(loss, [one for of_block in matrices for one in of_block]))
    sizes = []
    for of_block in matrices:
        gradients = [next(found).abs() for _ in of_block]
        whole = sum(gradient.sum().item() for gradient in gradients)
        sizes.append(whole / sum(gradient.numel() for gradient in gradients))
    return BlockGradients(tuple(sizes), loss.item())
