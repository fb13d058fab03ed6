"""Which words decide the next one: each is hidden in turn, and the prediction looked at again.

In:     a GPT and the ids of a text
Out:    for each hidden place, what the model then expects, and how far that is from before
Next:   checkpoints, which keep what was learned

A text of T tokens has T variants that lack one token. Up to the gap a variant is the text itself,
and no token sees what comes after it; so keys and values of that part are computed once, and each
variant reads only what stands behind its gap, several variants at a time.

Shapes: T tokens, N hidden in turn, B variants read at once, V vocabulary.
Source: Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2,
    which hides parts of a picture; Li et al. 2016, "Understanding Neural Networks through
    Representation Erasure", which hides words.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from llm_core.gpt import GPTModel, KVCache
from llm_core.observing import at_rest

AT_ONCE = 16
"""Variants read at once: neighbours, whose gaps lie so near that little is read twice."""


class HiddenEach(NamedTuple):
    """What each hidden token did to the prediction of the next one."""

    whole: Tensor
    """Probabilities with nothing hidden, (V,)."""
    places: tuple[int, ...]
    """The N places that were hidden in turn."""
    without: Tensor
    """Probabilities with that token taken out of the text, (N, V)."""
    bits: Tensor
    """How far the prediction moved: the divergence of `without` from `whole`, in bits, (N,)."""


@torch.no_grad()
def hide_each(
    model: GPTModel, ids: Sequence[int], nothing: int, last: int | None = None
) -> HiddenEach:
    """Hide each token of a text in turn.

    The tokens behind the gap move up by one place, as if the word had never been written.

    Args:
        model: stays as it is.
        ids: T of them.
        nothing: id that is read where no token is left: that of the end of a text.
        last: hide only the last so many tokens; all, unless told.

    Raises:
        ValueError: no ids, or more than the model has places for.
    """
    tokens = len(ids)
    first = 0 if last is None else max(0, tokens - last)
    with at_rest(model):
        cache = model.new_cache()
        whole = model(_row(model, ids), cache)[0, -1].float().log_softmax(dim=-1)  # (V,)
        if tokens == 1:
            found = [model(_row(model, [nothing]))[0, -1:]]  # (1, V)
        else:
            starts = range(tokens, first, -AT_ONCE)
            found = [_hidden(model, ids, cache, max(first, end - AT_ONCE), end) for end in starts]
    without = torch.cat(found[::-1]).float().log_softmax(dim=-1)  # (N, V)
    bits = F.kl_div(without, whole.expand_as(without), reduction="none", log_target=True).sum(-1)
    return HiddenEach(whole.exp(), tuple(range(first, tokens)), without.exp(), bits / math.log(2))


def _hidden(model: GPTModel, ids: Sequence[int], cache: KVCache, start: int, end: int) -> Tensor:
    """Scores after the variants that lack one of the tokens from `start` to `end`, (B, V)."""
    if start == end - 1 == len(ids) - 1:  # behind the last token nothing is left to read
        start, dropped = start - 1, 1
    else:
        dropped = 0
    behind = list(ids[start:])
    variants = [behind[:gap] + behind[gap + 1 :] for gap in range(dropped, end - start)]
    known = _beginning(model, cache, start, len(variants), room=len(ids))
    batch = torch.tensor(variants, device=model.tok_emb.weight.device)  # (B, T - start - 1)
    last = model.read(batch, known)[:, -1]  # (B, T - start - 1, C) -> (B, C)
    scores: Tensor = model.out_head(model.final_norm(last))  # (B, V)
    return scores


def _beginning(
    model: GPTModel, cache: KVCache, tokens: int, batch_size: int, *, room: int
) -> KVCache:
    """A cache for so many texts that all begin with the first `tokens` of the one in `cache`."""
    known = model.new_cache(batch_size, room)
    for mine, theirs in zip(known.layers, cache.layers, strict=True):
        mine.append(
            theirs.keys[:, :, :tokens].expand(batch_size, -1, -1, -1),
            theirs.values[:, :, :tokens].expand(batch_size, -1, -1, -1),
        )
    return known


def _row(model: GPTModel, ids: Sequence[int]) -> Tensor:
    """Ids as a batch of one, (1, T), where the model is."""
    return torch.tensor([list(ids)], device=model.tok_emb.weight.device)
