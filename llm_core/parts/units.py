"""The hidden units of a feed-forward half: which fire, what they write, what is lost without them.

In:     a GPT at rest and the steps of one text
Out:    the activity of the 4C units between widening and narrowing; scores of the next token when
        the strongest of them are silent at one token
Next:   shortcuts.py, how gradients find their way back

Only the vector of one token changes in the layers above, and what earlier tokens hand over to it is
known already. So that one vector is read on with their keys and values, and nothing else is
computed again.

Shapes: T tokens, C channels, U = 4C units, N variants, H heads, D channels per head, V vocabulary.
Source: Geva et al. 2021, "Transformer Feed-Forward Layers Are Key-Value Memories", for what a unit
    writes; Hendrycks and Gimpel 2016, "Gaussian Error Linear Units".
"""

from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional as F

from llm_core.attention import LayerCache
from llm_core.gpt import GPTModel, GPTSteps
from llm_core.transformer import FeedForwardSteps, TransformerBlock


def _block(model: GPTModel, layer: int) -> TransformerBlock:
    return cast(TransformerBlock, model.trf_blocks[layer])


def slope(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The derivative of a function that works on each number alone, at each of the numbers.

    >>> slope(torch.relu, torch.tensor([-1.0, 2.0]))
    tensor([0., 1.])
    """
    with torch.inference_mode(False), torch.enable_grad():
        at = x.detach().clone().requires_grad_()
        (derivative,) = torch.autograd.grad(function(at).sum(), at)
    return derivative


def never_positive(expanded: Tensor) -> Tensor:
    """Which units are above zero at no token, (T, U) -> (U,).

    With ReLU they would give 0 for the whole text, and no gradient would come back through them.
    """
    return (expanded <= 0).all(dim=0)


def strongest(activated: Tensor) -> Tensor:
    """The units of one token in order of how far from zero they are after GELU, (U,) -> (U,)."""
    return activated.abs().argsort(descending=True, stable=True)


def written(model: GPTModel, layer: int, activated: Tensor, units: Sequence[int]) -> Tensor:
    """What some units of a layer add to a token's vector, (U,) -> (len(units), C).

    All units together, and a bias that none of them owns, are the feed-forward's output.
    """
    columns = _block(model, layer).ff.layers[2].get_parameter("weight").T  # (U, C)
    chosen = torch.tensor(units)
    return activated[chosen, None] * columns[chosen]  # (len(units), C)


def logits_without_strongest(
    model: GPTModel, steps: GPTSteps, layer: int, place: int, counts: Sequence[int]
) -> Tensor:
    """Scores of what follows one token, with its strongest units of a layer silent; (N, V).

    Args:
        model: the model, which is only read.
        steps: what it computed for one text.
        layer: whose units, from 0.
        place: of the token, from 0.
        counts: N of them: how many units are silent in each variant.
    """
    changed = steps.blocks[layer]
    half: FeedForwardSteps = _block(model, layer).ff.steps(changed.feed_forward_input[0, place])
    order = strongest(half.activated)  # (U,)
    kept = half.activated.repeat(len(counts), 1)  # (N, U)
    for row, count in zip(kept, counts, strict=True):
        row[order[:count]] = 0.0
    narrow = _block(model, layer).ff.layers[2]
    x = changed.after_attention[0, place] + narrow(kept)  # (N, C)
    vectors = _read_on(model, steps, x[:, None], layer + 1, place)  # (N, 1, C)
    logits: Tensor = model.out_head(model.final_norm(vectors[:, 0]))  # (N, V)
    return logits


def _read_on(model: GPTModel, steps: GPTSteps, x: Tensor, layer: int, place: int) -> Tensor:
    """Variants of the vector at `place` (N, 1, C) through the layers from this one on."""
    for above in range(layer, model.config.n_layers):
        attention = steps.blocks[above].attention
        if attention is None:
            raise ValueError("these steps hold no keys; make them with model.steps(ids)")
        earlier = attention.keys[:, :, :place], attention.values[:, :, :place]  # (1, H, place, D)
        cache = LayerCache(len(x), model.config.n_heads, place + 1, model.config.head_dim)
        cache.append(*(numbers.expand(len(x), -1, -1, -1) for numbers in earlier))
        x = _block(model, above)(x, cache)  # (N, 1, C)
    return x


def first_change(logits: Tensor, counts: Sequence[int]) -> int | None:
    """The first of the counts at which another token is the likeliest than in the first row.

    >>> first_change(torch.tensor([[1.0, 0.0], [2.0, 1.0], [0.0, 1.0]]), [0, 8, 16])
    16
    """
    favourites = logits.argmax(dim=-1)  # (N,)
    for count, favourite in zip(counts, favourites.tolist(), strict=True):
        if favourite != int(favourites[0]):
            return count
    return None


def with_relu(model: GPTModel, ids: Sequence[int]) -> Tensor:
    """Scores after each token if every block used ReLU and kept its weights, (T, V)."""
    x = model.embed(torch.tensor([list(ids)])).output  # (1, T, C)
    for layer in range(model.config.n_layers):
        block = _block(model, layer)
        x = x + block.att(block.norm1(x))
        widen, _, narrow = block.ff.layers
        x = x + narrow(F.relu(widen(block.norm2(x))))
    logits: Tensor = model.out_head(model.final_norm(x))  # (1, T, V)
    return logits[0]
