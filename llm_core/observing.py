"""A look into a model at work: who looks at whom, where it errs, what training moves.

In:     a GPT at any moment of its training, and the ids to look at
Out:    plain numbers; the model, its modes and everybody's random numbers stay as they are
Next:   lens.py, what each block would say comes next

Shapes: T tokens, P places with a target, L layers, H heads, C channels, V vocabulary, W watched
    tokens, F frames (moments of a run), N parts of the model.
Source: for the map, Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem".
"""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llm_core.gpt import GPTModel
from llm_core.loss import cross_entropy, loss_steps


@contextmanager
def at_rest(model: nn.Module) -> Iterator[None]:
    """Inside, no dropout and no gradients; afterwards every part is in the mode it was in.

    Without dropout a GPT draws no random number, so a run goes on as if nobody had looked.
    """
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for part, mode in modes:
            part.training = mode


def attention_weights(model: GPTModel, ids: Sequence[int]) -> Tensor:
    """Who looks at whom: (L, H, T, T); each row adds up to 1 and is 0 to the right of itself.

    Raises:
        ValueError: no ids, or more than the model has places for.
    """
    with at_rest(model):
        weights = model.steps(_row(model, ids)).attention_weights  # (L, 1, H, T, T)
    return weights[:, 0].float()  # (L, H, T, T)


def losses_by_position(model: GPTModel, ids: Sequence[int]) -> Tensor:
    """Surprise at each id after the first, in nats: T + 1 ids -> (T,).

    Raises:
        ValueError: fewer than two ids, or more than the model has places for.
    """
    if len(ids) < 2:
        raise ValueError(f"{len(ids)} token has no next one to be surprised at; give two or more")
    with at_rest(model):
        logits = model(_row(model, ids[:-1])).float()  # (1, T, V)
        steps = loss_steps(logits, _row(model, ids[1:]))
    return -steps.log_probabilities[0]  # (T,)


class PartNorms(NamedTuple):
    """How long the weights and the gradients of each part are, taken as one vector each."""

    names: tuple[str, ...]
    """The N parts, in the order in which text travels through them."""
    weights: Tensor
    """(N,)."""
    gradients: Tensor
    """(N,), as the last backward pass left them; nan before the first."""


def parts(model: GPTModel) -> dict[str, list[Tensor]]:
    """The model's parameters by part, each in exactly one; a norm belongs to what comes after it.

    A table that the head shares with the token embedding counts there.
    """
    found: dict[str, list[Tensor]] = {
        "token embedding": [model.tok_emb.weight],
        "position embedding": [model.pos_emb.weight],
    }
    for number, block in enumerate(model.trf_blocks, start=1):
        for name, inside in (("attention", ("norm1", "att")), ("feed-forward", ("norm2", "ff"))):
            modules = [block.get_submodule(part) for part in inside]
            found[f"block {number} {name}"] = [p for part in modules for p in part.parameters()]
    head = [*model.final_norm.parameters(), *model.out_head.parameters()]
    found["head"] = [weight for weight in head if weight is not model.tok_emb.weight]
    return found


def part_norms(model: GPTModel, *, whole_gradient: float | None = None) -> PartNorms:
    """Lengths of weights and gradients, part by part.

    Args:
        model: just after an update, while its gradients are still there.
        whole_gradient: how long all gradients together were before clipping shortened them; the
            parts are scaled back to it. None takes them as they are.
    """
    of_part = parts(model)
    with torch.no_grad():
        weights = torch.stack([_length(part) for part in of_part.values()])  # (N,)
        gradients = torch.stack(
            [_length([p.grad for p in part if p.grad is not None]) for part in of_part.values()]
        )  # (N,)
        if whole_gradient is not None:
            together = gradients.nan_to_num().norm().clamp_min(1e-30)  # ()
            gradients = gradients * (whole_gradient / together)
    return PartNorms(tuple(of_part), weights, gradients)


def token_vectors(model: GPTModel, ids: Sequence[int]) -> Tensor:
    """A copy of these tokens' rows of the embedding table, (W, C)."""
    table = model.tok_emb.weight.detach()
    return table[torch.tensor(ids, device=table.device)].float()  # (V, C) -> (W, C)


class RowsMoved(NamedTuple):
    """What one update did to the token table."""

    loss: float
    """Before the update, in nats per token."""
    distances: Tensor
    """How far each token's row has moved, (V,)."""


def rows_moved(
    model: GPTModel, ids: Sequence[int], learning_rate: float, *, tied: bool
) -> RowsMoved:
    """One step of plain gradient descent on one text, made by a copy of the model.

    The copy computes in double precision: a row that moves by very little moves all the same.

    Args:
        model: stays as it is.
        ids: T + 1 of them; each but the last is read, each but the first is to be named.
        learning_rate: how far the copy goes against the gradient.
        tied: whether its head names tokens by the token table, or by a table of its own.

    Raises:
        ValueError: fewer than two ids, or more than the model has places for.
    """
    if len(ids) < 2:
        raise ValueError(f"{len(ids)} token has no next one to learn from; give two or more")
    learner = copy.deepcopy(model).double().eval().requires_grad_(True)
    table, head = learner.tok_emb.weight, learner.out_head.weight
    learner.out_head.weight = table if tied else nn.Parameter(head.detach().clone())
    before = table.detach().clone()  # (V, C)
    optimizer = torch.optim.SGD(learner.parameters(), lr=learning_rate)
    with torch.enable_grad():
        logits = learner(_row(model, ids[:-1]))  # (1, T, V)
        loss = cross_entropy(logits, _row(model, ids[1:]))  # ()
        torch.autograd.backward(loss)
    optimizer.step()
    return RowsMoved(loss.item(), (table.detach() - before).norm(dim=1))  # (V,)


class MovementMap(NamedTuple):
    """Where training has moved each token's vector, seen along two directions."""

    axes: Tensor
    """The two directions, (C, 2), at right angles and of length 1."""
    places: Tensor
    """How far each token has moved along both since the first frame, (F, W, 2)."""
    share: float
    """Part of the newest frame's movement that the two directions show, from 0 to 1."""


def movement_map(vectors: Tensor, earlier_axes: Tensor | None = None) -> MovementMap:
    """A map of the tokens' movement that frames can be compared on.

    All frames lie on the same two axes: the directions in which the tokens have moved most between
    the first and the newest frame (uncentred principal components, so that a token that has not
    moved stays in the middle). The random start itself is far longer than any movement; projected
    with it, the map would show little but chance.

    Args:
        vectors: (F, W, C), the watched tokens at each frame.
        earlier_axes: (C, 2) of an earlier call; the new axes are turned and mirrored within their
            plane to lie as near to them as possible, so that the map does not flip when frames are
            added.
    """
    moved = torch.nan_to_num(vectors - vectors[:1])  # (F, W, C)
    directions = torch.linalg.svd(moved[-1], full_matrices=False).Vh[:2].T  # (C, 2)
    axes = F.pad(directions, (0, 2 - directions.shape[1]))  # one token or channel has one direction
    if earlier_axes is not None:
        axes = axes @ _turn(axes, earlier_axes)  # (C, 2)
    places = moved @ axes  # (F, W, 2)
    whole = moved[-1].square().sum()
    share = places[-1].square().sum() / whole if whole > 0 else whole
    return MovementMap(axes, places, share.item())


def _turn(axes: Tensor, towards: Tensor) -> Tensor:
    """The rotation or reflection (2, 2) that brings `axes` (C, 2) nearest to `towards` (C, 2)."""
    left, _, right = torch.linalg.svd(axes.T @ towards)
    turn: Tensor = left @ right  # (2, 2)
    return turn


def _length(tensors: Sequence[Tensor]) -> Tensor:
    """All numbers of these tensors as one vector: its length, (); nan if there are none."""
    if not tensors:
        return torch.tensor(torch.nan)
    return torch.nn.utils.get_total_norm(tensors).float().cpu()  # ()


def _row(model: GPTModel, ids: Sequence[int]) -> Tensor:
    """Ids as a batch of one, (1, T), where the model is."""
    return torch.tensor([list(ids)], device=model.tok_emb.weight.device)
