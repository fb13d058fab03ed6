"""The role of a head on one text: previous token, induction, first token, and so on.

In:     attention weights (L, H, T, T) and the ids of the text (T,)
Out:    for each head the role it plays here, with the number that says so
Next:   rollout.py, all layers together

A role is a rule that says, for each token that asks, at which earlier tokens it looks:

    previous token    the token just before
    same token        earlier places where the very same token stood
    induction         the token that came after such an earlier place: what comes next, if the text
                      goes on as it did before
    first token       the first token of the text, whatever it is: where weight goes that has
                      nowhere better to go (an attention sink)
    fixed offset      always the token so many places back; none back is the token itself

For each rule we add up the weight that a head puts where the rule says, and take the mean over the
tokens to which the rule applies. A head leans to a role if that is at least a fifth of its weight
and at least twice what an even spread would put there; from half of its weight on, it plays it. The
rule that goes furthest beyond an even spread names the head. Where none holds, a head may still be

    nearby tokens     half of its weight goes to the token itself and the four before it, to none of
                      them above all
    diffuse           its weights are nearly even: their entropy is at least nine tenths of the
                      largest possible

and otherwise it is mixed, as many heads of small models are. So that no weight counts for two
rules, the first two tokens are left out (for the second one, the token before is the first), and
what a plainer rule explains does not count for a cleverer one: a repeated token counts only where
the place to look at is neither the first token, nor the one just before, nor the token itself.

These are roles on this text. The same head may do something else on another one.

Shapes: L layers, H heads, T tokens.
Source: Olsson et al. 2022, "In-context Learning and Induction Heads" (previous token, induction);
    Wang et al. 2022, "Interpretability in the Wild" (same token, there "duplicate token heads");
    Xiao et al. 2023, "Efficient Streaming Language Models with Attention Sinks" (first token);
    Voita et al. 2019, "Analyzing Multi-Head Self-Attention" (positional heads);
    Clark et al. 2019, "What Does BERT Look At?" (entropy of heads that attend broadly).
"""

from typing import NamedTuple

import torch
from torch import Tensor

from llm_core.induction import matches

PREVIOUS, SAME, INDUCTION, FIRST = "previous token", "same token", "induction", "first token"
OFFSET, NEARBY, DIFFUSE, MIXED = "fixed offset", "nearby tokens", "diffuse", "mixed"
ROLES = (PREVIOUS, SAME, INDUCTION, FIRST, OFFSET, NEARBY, DIFFUSE, MIXED)
FINDERS = (SAME, INDUCTION)
"""Roles that a text shows only where something stands in it twice."""

HALF = 0.5
"""From this share of its weight on, a head plays a role and does not only lean to it."""

FIFTH = 0.2
"""A role needs at least this share of the weight."""

TIMES_EVEN = 2.0
"""... and at least so many times what an even spread would give."""

NEARLY_EVEN = 0.9
"""A diffuse head's entropy, as a share of the largest possible."""

NEAR = 5
"""The token itself and so many less one before it are near. Only tokens with twice as many to look
at count, or an even spread would do it."""

FARTHEST = 16
"""Places back that count as a fixed offset."""

ENOUGH = 3
"""A fixed offset must be possible for so many tokens, or any weight would be one."""


class HeadRole(NamedTuple):
    """What one head does on one text."""

    role: str
    """One of ROLES."""
    share: float
    """Mean share of the weight where the rule says; for a diffuse head its entropy, as a share of
    the largest possible; for a mixed one the share of the rule that came nearest."""
    even: float
    """What an even spread would give."""
    tokens: int
    """Over so many tokens the mean was taken; 0 if the text is too short to say anything."""
    nearest: str
    """The rule that the share belongs to; the role itself unless that is mixed."""
    offset: int
    """Places back, for the rule of a fixed offset; otherwise 0."""

    @property
    def plays(self) -> bool:
        """Whether the head does mainly this, and does not only lean to it."""
        return self.role == DIFFUSE or (self.role != MIXED and self.share >= HALF)


class Shares(NamedTuple):
    """How much of its weight each head puts where one rule says."""

    share: Tensor
    """(L, H), mean over the tokens to which the rule applies; nan if there are none."""
    even: float
    """The same for a head that spreads its weight evenly."""
    tokens: int
    """Tokens to which the rule applies."""


def role_targets(ids: Tensor) -> dict[str, Tensor]:
    """Where a head of each role looks: True at (t, s) if the token at t looks at the one at s.

    Args:
        ids: (T,).

    Returns:
        rule -> (T, T), False for the first two tokens and wherever s is later than t.

    >>> role_targets(torch.tensor([3, 8, 5, 9, 8]))["induction"].nonzero().tolist()
    [[4, 2]]
    """
    tokens = len(ids)
    back = _places_back(tokens)  # (T, T)
    asks = (torch.arange(tokens) >= 2)[:, None]  # (T, 1)
    inside = asks & (back >= 2) & (torch.arange(tokens) >= 1)  # neither before, itself nor first
    return {
        PREVIOUS: asks & (back == 1),
        SAME: inside & (ids[:, None] == ids[None, :]),
        INDUCTION: inside & matches(ids[None])[0],
        FIRST: (asks & (back >= 0)) & (torch.arange(tokens) == 0),
    }


def offset_targets(tokens: int) -> dict[int, Tensor]:
    """Places back -> where a head with this fixed offset looks, (T, T); the first token is no aim.

    One place back is a rule of its own, and so few tokens that anything would fit are left out.
    """
    back = _places_back(tokens)  # (T, T)
    asks = (torch.arange(tokens) >= 2)[:, None] & (torch.arange(tokens) >= 1)  # (T, T)
    found = {k: asks & (back == k) for k in (0, *range(2, FARTHEST + 1))}
    return {k: aim for k, aim in found.items() if int(aim.sum()) >= ENOUGH}


def nearby_targets(tokens: int) -> Tensor:
    """The token itself and those just before it, for tokens that have many more: (T, T)."""
    back = _places_back(tokens)  # (T, T)
    asks = (torch.arange(tokens) >= 2 * NEAR)[:, None]  # (T, 1)
    return asks & (back >= 0) & (back < NEAR)


def _places_back(tokens: int) -> Tensor:
    """How far before t each s stands, negative after it: (T, T)."""
    place = torch.arange(tokens)
    return place[:, None] - place[None, :]


def shares(weights: Tensor, targets: Tensor) -> Shares:
    """Mean share of weight that each head puts on the targets, over the tokens that have one.

    Args:
        weights: (L, H, T, T), each row adds up to 1.
        targets: (T, T), True where the rule says to look.
    """
    asked = targets.any(dim=-1)  # (T,)
    seen = torch.arange(1, len(targets) + 1)  # (T,) tokens that each one may look at
    on_target = (weights * targets).sum(dim=-1)[..., asked]  # (L, H, asked)
    even = (targets.sum(dim=-1) / seen)[asked]  # (asked,)
    return Shares(on_target.mean(dim=-1), float(even.mean()), int(asked.sum()))


def evenness(weights: Tensor) -> Tensor:
    """Entropy of each head's weights as a share of the largest possible: (L, H, T, T) -> (L, H).

    The mean over all tokens after the second; nan if there are none.
    """
    entropies = -torch.special.xlogy(weights, weights).sum(dim=-1)  # (L, H, T)
    largest = torch.arange(1, weights.shape[-1] + 1).log()  # (T,)
    shares_of_largest: Tensor = entropies[..., 2:] / largest[2:]  # (L, H, T - 2)
    return shares_of_largest.mean(dim=-1)  # (L, H)


def head_roles(weights: Tensor, ids: Tensor) -> tuple[tuple[HeadRole, ...], ...]:
    """What each head does on this text: `roles[layer][head]`, counted from 0.

    Induction and same token come first where they get half of the weight: they apply to few tokens,
    and on all the others such a head must look somewhere, mostly at the first token.

    Args:
        weights: (L, H, T, T), as `GPTSteps.attention_weights[:, 0]` has them.
        ids: (T,), the text that the weights belong to.
    """
    layers, heads, tokens, _ = weights.shape
    rules = {(name, 0): shares(weights, aim) for name, aim in role_targets(ids).items()}
    rules |= {(OFFSET, k): shares(weights, aim) for k, aim in offset_targets(tokens).items()}
    applying = {rule: found for rule, found in rules.items() if found.tokens}
    near, even = shares(weights, nearby_targets(tokens)), evenness(weights)  # even: (L, H)

    def role(layer: int, head: int) -> HeadRole:
        if not applying:
            return HeadRole(MIXED, 0.0, 0.0, 0, MIXED, 0)
        tried = [
            HeadRole(name, float(found.share[layer, head]), found.even, found.tokens, name, offset)
            for (name, offset), found in applying.items()
        ]
        holding = [r for r in tried if r.share >= max(FIFTH, TIMES_EVEN * r.even)]
        if holding:
            return max(holding, key=lambda r: (r.plays and r.role in FINDERS, r.share - r.even))
        close = float(near.share[layer, head])
        if near.tokens and close >= max(HALF, TIMES_EVEN * near.even):
            return HeadRole(NEARBY, close, near.even, near.tokens, NEARBY, 0)
        entropy = float(even[layer, head])
        if entropy >= NEARLY_EVEN:
            return HeadRole(DIFFUSE, entropy, 1.0, tokens - 2, DIFFUSE, 0)
        return max(tried, key=lambda r: r.share - r.even)._replace(role=MIXED)

    return tuple(tuple(role(layer, head) for head in range(heads)) for layer in range(layers))
