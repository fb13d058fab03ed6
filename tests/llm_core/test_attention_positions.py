"""Positions inside attention: turned queries and keys (RoPE), a price on distance (ALiBi)."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.gptj.modeling_gptj import apply_rotary_pos_emb

from llm_core.attention import (
    AlibiAttention,
    LayerCache,
    MultiHeadAttention,
    RotaryAttention,
    alibi_bias,
    alibi_slopes,
    rotate,
)
from llm_core.embeddings import sinusoidal_positions
from llm_core.random_state import RandomState

KINDS = (RotaryAttention, AlibiAttention)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def made(kind: type[MultiHeadAttention], context_length: int = 16) -> MultiHeadAttention:
    with RandomState(1).borrowed():
        return kind(12, 12, context_length, 0.0, 3).eval()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 500), st.integers(1, 8))
def test_a_turned_score_depends_on_the_distance_alone(i: int, j: int, k: int, pairs: int) -> None:
    query, key = drawn(1, 2 * pairs, seed=1), drawn(1, 2 * pairs, seed=2)
    here = rotate(query, i) @ rotate(key, j).T
    further_on = rotate(query, i + k) @ rotate(key, j + k).T
    assert_close(here, further_on, atol=1e-3, rtol=1e-3)


def test_turning_keeps_the_length_and_leaves_place_0_as_it_was() -> None:
    x = drawn(2, 3, 20, 8)
    assert_close(rotate(x).norm(dim=-1), x.norm(dim=-1))
    assert_close(rotate(x)[..., 0, :], x[..., 0, :])


def test_turning_later_is_turning_from_there() -> None:
    x = drawn(9, 4)
    assert_close(rotate(x)[5:], rotate(x[5:], start=5))


def test_turning_equals_the_interleaved_rotary_embedding_of_transformers() -> None:
    x = drawn(2, 10, 3, 8)  # (B, T, H, D), as it is there
    waves = sinusoidal_positions(10, 8).expand(2, 10, 8)
    theirs = apply_rotary_pos_emb(x, waves[..., 0::2], waves[..., 1::2])
    assert_close(rotate(x.transpose(1, 2)).transpose(1, 2), theirs)


def test_an_odd_head_cannot_be_turned() -> None:
    with pytest.raises(ValueError, match="choose an even number"):
        rotate(drawn(4, 3))


@pytest.mark.parametrize("heads", [1, 2, 8])
def test_a_price_on_distance_is_minus_slope_times_distance(heads: int) -> None:
    """Press et al. 2021, section 3: eight heads have the slopes 1/2, 1/4, ..., 1/256."""
    bias, slopes = alibi_bias(heads, 7), alibi_slopes(heads)
    assert_close(slopes, torch.tensor([2 ** (-8 * h / heads) for h in range(1, heads + 1)]))
    for i in range(7):
        for j in range(i + 1):
            assert_close(bias[:, i, j], -slopes * (i - j))


def test_the_price_differs_from_that_of_transformers_only_by_a_constant_in_each_row() -> None:
    """Bloom adds m j instead of -m (i - j): softmax takes the constant m i away again."""
    theirs = build_alibi_tensor(torch.ones(1, 6), 4, torch.float32)  # (H, 1, T)
    assert_close(alibi_bias(4, 6).softmax(dim=-1), theirs.expand(4, 6, 6).softmax(dim=-1))


@pytest.mark.parametrize("kind", KINDS)
def test_the_fused_path_gives_what_the_steps_give(kind: type[MultiHeadAttention]) -> None:
    layer, x = made(kind), drawn(2, 9, 12)
    assert_close(layer(x), layer.steps(x).output)
    assert_close(layer(x, fused=False), layer.steps(x).output)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fused", [True, False])
def test_reading_on_with_a_cache_gives_the_same(
    kind: type[MultiHeadAttention], fused: bool
) -> None:
    layer, x = made(kind), drawn(2, 9, 12)
    cache = LayerCache(2, 3, 16, 4)
    parts = [layer(part, cache, fused=fused) for part in x.split([4, 1, 1, 3], dim=1)]
    assert_close(torch.cat(parts, dim=1), layer(x))


@pytest.mark.parametrize("kind", KINDS)
def test_no_token_sees_the_future_and_positions_matter(kind: type[MultiHeadAttention]) -> None:
    layer, x = made(kind), drawn(1, 6, 12)
    changed = torch.cat((x[:, :5], drawn(1, 1, 12, seed=9)), dim=1)
    assert_close(layer(changed)[:, :5], layer(x)[:, :5])
    swapped = x[:, [1, 0, 2, 3, 4, 5]]
    assert (layer(swapped) - layer(x))[:, -1].abs().max() > 1e-4
    bare = made(MultiHeadAttention)
    assert_close(bare(swapped)[:, -1], bare(x)[:, -1])


def test_in_steps_the_scaled_scores_hold_the_price() -> None:
    layer, x = made(AlibiAttention), drawn(1, 5, 12)
    steps, bare = layer.steps(x), made(MultiHeadAttention).steps(x)
    assert_close(steps.scores, bare.scores)
    assert_close(steps.scaled[0], bare.scaled[0] + alibi_bias(3, 16)[:, :5, :5])
