"""Roles of heads and rollout: what they measure, on weights whose role is known beforehand."""

from typing import cast

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from llm_core import heads
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.heads.roles import NEAR, nearby_targets, offset_targets
from llm_core.induction import matching_scores, previous_scores
from llm_core.random_state import RandomState
from llm_core.transformer import TransformerBlock

IDS = torch.tensor([9, 4, 7, 5, 8, 4, 7, 3, 6, 4, 2, 1])
"""The token 4 stands at 1, 5 and 9; 7 at 2 and 6."""


def even(tokens: int) -> Tensor:
    """A head that spreads its weight evenly, (T, T)."""
    seen = torch.ones(tokens, tokens).tril()
    return seen / seen.sum(dim=-1, keepdim=True)


def looking(targets: Tensor, share: float = 0.9) -> Tensor:
    """A head that puts a share of its weight on the targets and the rest evenly, (T, T)."""
    rest = even(len(targets))
    aim = targets / targets.sum(dim=-1, keepdim=True).clamp(min=1)
    asked = targets.any(dim=-1, keepdim=True)
    return torch.where(asked, share * aim + (1 - share) * rest, rest)


def role_of(weights: Tensor, ids: Tensor = IDS) -> heads.HeadRole:
    return heads.head_roles(weights[None, None], ids)[0][0]


def any_weights(layers: int, count: int, tokens: int, seed: int = 0) -> Tensor:
    """(L, H, T, T) as a causal model might have them."""
    scores = torch.randn(layers, count, tokens, tokens, generator=RandomState(seed).generator)
    hidden = torch.ones(tokens, tokens, dtype=torch.bool).triu(1)
    return scores.masked_fill(hidden, -torch.inf).softmax(dim=-1)


@given(ids=st.lists(st.integers(0, 4), min_size=1, max_size=20))
def test_no_rule_looks_ahead_or_claims_what_another_explains(ids: list[int]) -> None:
    aims = heads.role_targets(torch.tensor(ids))
    future = torch.ones(len(ids), len(ids), dtype=torch.bool).triu(1)
    for role, aim in aims.items():
        assert not aim[future].any()
        assert not aim[:2].any()
        for other in (heads.PREVIOUS, heads.FIRST):
            assert role == other or not (aim & aims[other]).any()
    for back, aim in offset_targets(len(ids)).items():
        assert not (aim & aims[heads.FIRST]).any(), back
        assert not (aim & aims[heads.PREVIOUS]).any(), back


@pytest.mark.parametrize("role", [heads.PREVIOUS, heads.SAME, heads.INDUCTION, heads.FIRST])
def test_a_head_that_follows_a_rule_has_its_role(role: str) -> None:
    aim = heads.role_targets(IDS)[role]
    found = role_of(looking(aim))
    assert (found.role, found.plays) == (role, True)
    assert found.share == pytest.approx(0.9 + 0.1 * found.even)
    assert found.tokens == int(aim.any(dim=-1).sum())


@pytest.mark.parametrize("back", [0, 2, 4])
def test_a_head_that_counts_places_back_has_a_fixed_offset(back: int) -> None:
    found = role_of(looking(offset_targets(12)[back]), torch.arange(12))
    assert (found.role, found.offset) == (heads.OFFSET, back)


def test_an_even_head_is_diffuse_and_one_that_looks_half_way_back_is_mixed() -> None:
    spread = role_of(even(len(IDS)))
    assert spread.role == heads.DIFFUSE
    assert spread.share == pytest.approx(1.0)
    halfway = torch.eye(30)[[place // 2 for place in range(30)]]
    assert role_of(halfway, torch.arange(30)).role == heads.MIXED


def test_weight_on_the_nearest_tokens_makes_a_nearby_head_on_a_long_text_only() -> None:
    ids = torch.arange(60)
    assert role_of(looking(nearby_targets(60), 0.8), ids).role == heads.NEARBY
    assert not nearby_targets(2 * NEAR).any()


def test_a_share_below_half_is_leaning_and_an_even_spread_earns_no_role() -> None:
    aim = heads.role_targets(IDS)[heads.FIRST]
    leaning = role_of(looking(aim, 0.25))
    assert (leaning.role, leaning.plays) == (heads.FIRST, False)
    assert role_of(looking(aim, 0.02)).role == heads.DIFFUSE


def test_an_induction_head_that_rests_on_the_first_token_is_still_one() -> None:
    aims = heads.role_targets(IDS)
    resting = looking(aims[heads.FIRST])
    asked = aims[heads.INDUCTION].any(dim=-1, keepdim=True)
    assert role_of(torch.where(asked, looking(aims[heads.INDUCTION]), resting)).role == "induction"


def test_without_a_repeated_token_no_head_can_show_induction() -> None:
    aims = heads.role_targets(torch.arange(10))
    assert not aims[heads.INDUCTION].any()
    assert not aims[heads.SAME].any()


@pytest.mark.parametrize("tokens", [1, 2])
def test_a_text_of_one_or_two_tokens_says_nothing(tokens: int) -> None:
    found = role_of(even(tokens), torch.arange(tokens))
    assert (found.role, found.tokens) == (heads.MIXED, 0)


def test_shares_of_a_model_equal_those_of_the_induction_module_on_the_same_places() -> None:
    weights = any_weights(2, 3, len(IDS))
    aims = heads.role_targets(IDS)
    count = len(IDS) - 1
    first_step = weights[:, :, 1, 0]  # left out here, counted there
    mine = heads.shares(weights, aims[heads.PREVIOUS]).share
    theirs = torch.tensor(previous_scores(weights[:, None]))
    assert torch.allclose(mine * (count - 1) + first_step, theirs * count, atol=1e-6)
    found = heads.shares(weights, aims[heads.INDUCTION]).share
    expected = torch.tensor(matching_scores(weights[:, None], IDS[None]))
    # here no plainer rule explains a match
    assert torch.allclose(found, expected, atol=1e-6)


@given(layers=st.integers(1, 4), count=st.integers(1, 3), tokens=st.integers(1, 7))
def test_rollout_shares_add_up_to_1_and_never_come_from_the_future(
    layers: int, count: int, tokens: int
) -> None:
    found = heads.rollout(any_weights(layers, count, tokens))
    assert found.shape == (layers, tokens, tokens)
    assert torch.allclose(found.sum(dim=-1), torch.ones(layers, tokens), atol=1e-5)
    assert found.triu(1).eq(0).all()


def test_rollout_is_the_sum_over_all_ways_through_the_layers() -> None:
    """Abnar and Zuidema 2020, section 3: every path, its weights multiplied."""
    weights = any_weights(3, 2, 4)
    step = (weights.mean(dim=1) + torch.eye(4)) / 2
    ways = sum(
        step[2, 3, i] * step[1, i, j] * step[0, j, 1] for i in range(4) for j in range(4)
    )  # fmt: skip
    assert heads.rollout(weights)[-1, 3, 1].item() == pytest.approx(float(ways))


def test_rollout_without_shortcut_of_one_layer_is_the_mean_of_its_heads() -> None:
    weights = any_weights(1, 3, 5)
    assert torch.allclose(heads.rollout(weights, shortcut=0.0)[0], heads.last_layer_mean(weights))
    assert torch.equal(heads.rollout(weights, shortcut=1.0)[0], torch.eye(5))
    with pytest.raises(ValueError, match="choose a number from 0 to 1"):
        heads.rollout(weights, shortcut=1.5)


def test_roles_are_read_off_what_a_hook_on_the_model_sees() -> None:
    config = GPTConfig(vocab_size=20, context_length=16, emb_dim=12, n_heads=3, n_layers=2)
    with RandomState(1).borrowed():
        model = GPTModel(config).eval()
    inputs: list[Tensor] = []
    for block in model.trf_blocks:
        block.get_submodule("att").register_forward_pre_hook(lambda _, args: inputs.append(args[0]))
    with torch.inference_mode():
        model(IDS[None])
        seen = [
            cast(TransformerBlock, block).att.steps(x).weights[0]
            for block, x in zip(model.trf_blocks, inputs[:2], strict=True)
        ]
        steps = model.steps(IDS[None])
    weights = steps.attention_weights[:, 0]
    assert torch.allclose(torch.stack(seen), weights, atol=1e-6)
    before = torch.stack(seen)[1, 2].diagonal(-1)[1:].mean()
    aim = heads.role_targets(IDS)[heads.PREVIOUS]
    assert heads.shares(weights, aim).share[1, 2].item() == pytest.approx(before.item(), abs=1e-6)
