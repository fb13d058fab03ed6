"""The same text read again with some heads switched off: what is lost without them?

In:     a GPT at rest, the steps of one text, and the heads to switch off
Out:    the logits of the next token without these heads, and how far the guess has moved
Next:   checkpoints, which keep what was learned

A head that is switched off hands a stand-in to `out_proj` in place of its context: zeros, or the
mean of what it says over the text. The mean takes away only what it says about this very token;
zeros also take away what it says to every token alike, which later layers count on.

Other threads may be using the same model, so nothing is hung on it. A block with silent heads is a
block of one's own, built around the model's very parameters; the blocks below the first silent
head are not run again, since nothing changes for them.

Shapes: B batch, T tokens, C channels, L layers, H heads, D channels per head, V vocabulary.
Source: Michel et al. 2019, "Are Sixteen Heads Really Better than One?" (zeros); Wang et al. 2022,
    "Interpretability in the Wild" (the mean).
"""

import copy
import math
from collections.abc import Collection, Iterator
from typing import cast

import torch
from torch import Tensor, nn

from llm_core.gpt import GPTModel, GPTSteps
from llm_core.induction import Head
from llm_core.transformer import TransformerBlock


class Silenced(nn.Module):
    """An `out_proj` that hears stand-ins in place of some heads: (B, T, C) -> (B, T, C).

    Args:
        out_proj: the attention's own, shared and only read.
        off: which heads are switched off in which text of the batch, (B, H).
        instead: what is heard in their place, (H, D).
    """

    def __init__(self, out_proj: nn.Module, off: Tensor, instead: Tensor) -> None:
        super().__init__()
        self.out_proj, self.off, self.instead = out_proj, off, instead

    def forward(self, joined: Tensor) -> Tensor:
        heads = joined.view(*joined.shape[:-1], *self.instead.shape)  # (B, T, C) -> (B, T, H, D)
        heard = torch.where(self.off[:, None, :, None], self.instead, heads)  # (B, T, H, D)
        projected: Tensor = self.out_proj(heard.flatten(-2))  # (B, T, C)
        return projected


def silenced(block: TransformerBlock, off: Tensor, instead: Tensor) -> TransformerBlock:
    """A block of one's own around the same parameters, in which some heads are switched off.

    Args:
        block: stays as it is; only its parameters and buffers are shared.
        off: (B, H), True where a head is off in a text of the batch.
        instead: (H, D), the stand-ins.
    """
    shared = {id(numbers): numbers for numbers in (*block.parameters(), *block.buffers())}
    mine = copy.deepcopy(block, shared)
    mine.att.out_proj = cast(nn.Linear, Silenced(mine.att.out_proj, off, instead))
    return mine


def stand_ins(steps: GPTSteps, *, mean: bool) -> Tensor:
    """What is heard of each head when it is off: zeros, or its mean over the text; (L, H, D)."""
    contexts = [block.attention.context[0] for block in steps.blocks if block.attention]
    means = torch.stack(contexts).mean(dim=2)  # (L, H, T, D) -> (L, H, D)
    return means if mean else torch.zeros_like(means)


def logits_without(
    model: GPTModel, steps: GPTSteps, off: Collection[Head], *, mean: bool = False
) -> Tensor:
    """Scores of the next token after the text, with these heads switched off everywhere; (V,).

    Args:
        model: the model, which is only read.
        steps: what it computed for one text.
        off: any number of heads, counted from 0.
        mean: let the mean over the text stand in for a head, not zeros.

    Raises:
        ValueError: the model has no such head.
    """
    config = model.config
    for layer, number in off:
        if not (0 <= layer < config.n_layers and 0 <= number < config.n_heads):
            raise ValueError(
                f"there is no head {number} in layer {layer}; choose from {config.n_layers} layers "
                f"with {config.n_heads} heads, counted from 0"
            )
    if not off:
        return steps.logits[0, -1]
    instead = stand_ins(steps, mean=mean)  # (L, H, D)
    silent = torch.zeros(config.n_layers, 1, config.n_heads, dtype=torch.bool)
    for head in off:
        silent[head.layer, 0, head.number] = True
    silent = silent.to(instead.device)  # (L, 1, H)
    start = min(head.layer for head in off)
    x = steps.block_outputs[start][:1]  # (1, T, C)
    for layer in range(start, config.n_layers):
        block = cast(TransformerBlock, model.trf_blocks[layer])
        x = (silenced(block, silent[layer], instead[layer]) if silent[layer].any() else block)(x)
    return _last_logits(model, x)[0]  # (V,)


def logits_without_each(
    model: GPTModel, steps: GPTSteps, *, mean: bool = False
) -> Iterator[tuple[int, Tensor]]:
    """Each head alone switched off, in turn: layer by layer (layer, logits (H, V)).

    The last layer comes first, which is the quickest. The heads of a layer are read as a batch.
    """
    instead = stand_ins(steps, mean=mean)  # (L, H, D)
    alone = torch.eye(model.config.n_heads, dtype=torch.bool, device=instead.device)  # (B=H, H)
    for layer in reversed(range(model.config.n_layers)):
        x = steps.block_outputs[layer][:1].expand(len(alone), -1, -1)  # (H, T, C)
        block = cast(TransformerBlock, model.trf_blocks[layer])
        x = silenced(block, alone, instead[layer])(x)
        yield layer, _last_logits(model, model.trf_blocks[layer + 1 :](x))  # (H, V)


def _last_logits(model: GPTModel, x: Tensor) -> Tensor:
    """What leaves the last block -> scores of what follows the last token, (B, T, C) -> (B, V)."""
    logits: Tensor = model.out_head(model.final_norm(x[:, -1]))
    return logits


def divergence(before: Tensor, after: Tensor) -> Tensor:
    """How far the guess has moved: the Kullback-Leibler divergence, in bits, (..., V) -> (...).

    So many bits more each token costs, on average, if tokens that come as `before` says are
    expected as `after` says.

    Args:
        before: logits.
        after: logits.

    >>> before = torch.tensor([0.5, 0.25, 0.25]).log()
    >>> round(divergence(before, torch.tensor([0.25, 0.5, 0.25]).log()).item(), 4)
    0.25
    """
    expected, now = before.log_softmax(dim=-1), after.log_softmax(dim=-1)
    nats = (expected.exp() * (expected - now)).sum(dim=-1).clamp_min(0.0)
    return nats / math.log(2)
