"""Attention: each rung of the ladder against its claim, the book's numbers, and torch."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from llm_core.attention import (
    CausalAttention,
    LayerCache,
    MultiHeadAttention,
    MultiHeadAttentionWrapper,
    SelfAttention_v1,
    SelfAttention_v2,
    attend,
    causal_mask,
    drop_weights,
    join_heads,
    largest_difference,
    mask_then_renormalise,
    mask_then_softmax,
    mean_after_dropout,
    normalisations,
    scores_by_loops,
    simple_attention,
    softmax_naive,
    split_heads,
    toy_inputs,
)
from llm_core.random_state import RandomState


def close(found: torch.Tensor, expected: object, atol: float = 1e-4) -> bool:
    """Equal to the four decimals the book prints."""
    return torch.allclose(found, torch.as_tensor(expected), atol=atol)


def toy_batch() -> torch.Tensor:
    return torch.stack([toy_inputs(), toy_inputs()])


def random_vectors(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def every_rung() -> list[torch.nn.Module]:
    return [
        SelfAttention_v1(4, 6),
        SelfAttention_v2(4, 6, qkv_bias=True),
        CausalAttention(4, 6, 8, 0.0),
        MultiHeadAttentionWrapper(4, 3, 8, 0.0, num_heads=2),
        MultiHeadAttention(4, 6, 8, 0.0, num_heads=2),
        MultiHeadAttention(4, 6, 8, 0.0, num_heads=3, qkv_bias=True),
        MultiHeadAttention(4, 6, 8, 0.0, num_heads=3, causal=False),
    ]


# Properties ---------------------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000), tokens=st.integers(1, 8))
@settings(max_examples=20, deadline=None)
def test_every_token_hands_out_exactly_one_unit_of_attention(seed, tokens):
    x = random_vectors(seed, 2, tokens, 4)
    for rung in every_rung():
        weights = rung.steps(x).weights
        assert weights.min() >= 0
        assert close(weights.sum(dim=-1), 1.0, atol=1e-6)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("changed", range(1, 8))
def test_no_token_sees_the_future(changed, fused):
    attention = MultiHeadAttention(4, 6, 8, 0.0, num_heads=2)
    x = random_vectors(changed, 1, 8, 4)
    altered = x.clone()
    altered[:, changed:] += 10.0
    before, after = attention(x, fused=fused), attention(altered, fused=fused)
    assert torch.equal(before[:, :changed], after[:, :changed])
    assert not close(before[:, changed:], after[:, changed:])


@given(seed=st.integers(0, 10_000), tokens=st.integers(1, 9))
@settings(max_examples=20, deadline=None)
def test_two_loops_of_dot_products_are_one_matrix_product(seed, tokens):
    queries, keys = random_vectors(seed, tokens, 5), random_vectors(seed + 1, 4, 5)
    assert close(scores_by_loops(queries, keys), queries @ keys.T, 1e-5)


def test_without_the_mask_the_future_is_seen():
    attention = MultiHeadAttention(4, 6, 8, 0.0, num_heads=2, causal=False)
    x = random_vectors(0, 1, 8, 4)
    altered = x.clone()
    altered[:, -1] += 10.0
    assert not close(attention(x)[:, 0], attention(altered)[:, 0])


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_attention_without_positions_does_not_care_about_order(seed):
    x = random_vectors(seed, 6, 3)
    order = torch.randperm(6, generator=torch.Generator().manual_seed(seed))
    assert close(simple_attention(x[order]).context, simple_attention(x).context[order], 1e-5)


@given(seed=st.integers(0, 10_000), tokens=st.integers(1, 12))
def test_both_ways_to_mask_give_the_same_weights(seed, tokens):
    scores = 3 * random_vectors(seed, tokens, tokens)
    long_way = mask_then_renormalise(scores, causal_mask(tokens)).renormalised
    assert close(mask_then_softmax(scores, causal_mask(tokens)).weights, long_way, 1e-6)


def test_every_rung_returns_the_output_of_its_steps():
    x = random_vectors(1, 2, 5, 4)
    for rung in every_rung():
        assert close(rung(x), rung.steps(x).output, 1e-6)
        assert rung(x).shape == (2, 5, 6)


def test_splitting_into_heads_and_joining_gives_the_vectors_back():
    x = random_vectors(1, 2, 5, 12)
    assert split_heads(x, 3).shape == (2, 3, 5, 4)
    assert torch.equal(split_heads(x, 3)[:, 1], x[..., 4:8])
    assert torch.equal(join_heads(split_heads(x, 3)), x)


def test_scaling_keeps_the_spread_of_the_scores_the_same_at_any_width():
    for width in (4, 64, 1024):
        steps = attend(*(random_vectors(seed, 200, width) for seed in range(3)))
        assert steps.scaled.std().item() == pytest.approx(1.0, rel=0.05)
        assert steps.scores.std().item() == pytest.approx(width**0.5, rel=0.05)


def test_dropout_zeroes_a_share_of_the_weights_and_enlarges_the_rest():
    weights = torch.full((100, 100), 0.01)
    multipliers, dropped = drop_weights(weights, 0.25, RandomState(123))
    zeroed = multipliers == 0
    assert zeroed.float().mean().item() == pytest.approx(0.25, abs=0.02)
    assert close(multipliers[~zeroed], 1 / 0.75, 1e-6)
    assert torch.equal(dropped, weights * multipliers)
    assert torch.equal(drop_weights(weights, 0.0, RandomState(1)).dropped, weights)


def test_the_mean_of_many_draws_of_dropout_comes_back_to_the_weights():
    weights = causal_mask(5).logical_not() * torch.linspace(0.1, 0.9, 25).view(5, 5)
    once = mean_after_dropout(weights, 0.5, RandomState(4), draws=1)
    assert torch.equal(once, drop_weights(weights[None], 0.5, RandomState(4)).dropped[0])
    often = mean_after_dropout(weights, 0.5, RandomState(4), draws=4000)
    assert close(often, weights, 0.06)
    assert torch.equal(often == 0, weights == 0)


def test_dropout_acts_on_the_weights_in_training_only():
    attention = CausalAttention(4, 6, 8, dropout=0.5)
    x = random_vectors(0, 8, 4)
    assert not torch.equal(attention.steps(x).dropped, attention.steps(x).weights)
    attention.eval()
    assert torch.equal(attention.steps(x).dropped, attention.steps(x).weights)


def test_masks_are_not_saved():
    for rung in every_rung():
        assert not [name for name in rung.state_dict() if "mask" in name]


def test_what_does_not_fit_is_refused_with_both_numbers():
    too_long = torch.zeros(1, 9, 4)
    for attention in (CausalAttention(4, 6, 8, 0.0), MultiHeadAttention(4, 6, 8, 0.0, 2)):
        with pytest.raises(ValueError, match="9 tokens do not fit into context_length=8"):
            attention(too_long)
    with pytest.raises(ValueError, match=r"d_out=100 .* num_heads=12; choose a multiple of 12"):
        MultiHeadAttention(100, 100, 8, 0.0, num_heads=12)


# The book's numbers -------------------------------------------------------------------------------


def test_scores_weights_and_context_of_journey_are_the_books():
    """The book, section 3.3.1."""
    steps = simple_attention(toy_inputs())
    scores = [0.9544, 1.4950, 1.4754, 0.8434, 0.7070, 1.0865]
    by_softmax = [0.1385, 0.2379, 0.2333, 0.1240, 0.1082, 0.1581]
    assert close(steps.scores[1], scores)
    assert close(steps.weights[1], by_softmax)
    assert close(steps.context[1], [0.4419, 0.6515, 0.5683])
    ways = normalisations(steps.scores[1])
    assert close(ways.by_sum, [0.1455, 0.2278, 0.2249, 0.1285, 0.1077, 0.1656])
    assert close(ways.naive_softmax, by_softmax)
    assert close(ways.softmax, by_softmax)


def test_self_attention_v1_and_v2_give_the_books_first_rows():
    """The book, section 3.4.2, seeds 123 and 789."""
    torch.manual_seed(123)
    assert close(SelfAttention_v1(3, 2)(toy_inputs())[0], [0.2996, 0.8053])
    torch.manual_seed(789)
    assert close(SelfAttention_v2(3, 2)(toy_inputs())[0], [-0.0739, 0.0713])


def test_v1_with_the_weights_of_v2_gives_what_v2_gives():
    """The book, exercise 3.1."""
    other = SelfAttention_v2(3, 2)
    assert close(SelfAttention_v1.with_weights_of(other)(toy_inputs()), other(toy_inputs()), 1e-6)


@pytest.mark.parametrize("qkv_bias", [False, True])
def test_heads_stacked_into_one_matrix_give_what_the_heads_give_beside_each_other(qkv_bias):
    wrapper = MultiHeadAttentionWrapper(4, 3, 8, 0.0, num_heads=3, qkv_bias=qkv_bias)
    x = random_vectors(2, 2, 5, 4)
    joined = MultiHeadAttention.with_weights_of(wrapper)
    assert joined(x).shape == (2, 5, 9)
    assert largest_difference(joined(x), wrapper(x)) < 1e-6


def test_masked_weights_are_the_books_either_way():
    """The book, section 3.5.1: the weights of v2, seed 789."""
    torch.manual_seed(789)
    scaled = SelfAttention_v2(3, 2).steps(toy_inputs()).scaled
    for weights in (
        mask_then_renormalise(scaled, causal_mask(6)).renormalised,
        mask_then_softmax(scaled, causal_mask(6)).weights,
    ):
        assert close(weights[1, :2], [0.5517, 0.4483])
        assert close(weights[2, :3], [0.3800, 0.3097, 0.3103])


def test_causal_attention_gives_the_books_rows_in_both_texts_of_the_batch():
    """The book, section 3.5.3, seed 123."""
    torch.manual_seed(123)
    context = CausalAttention(3, 2, 6, 0.0)(toy_batch())
    assert context.shape == (2, 6, 2)
    assert torch.equal(context[0], context[1])
    assert close(context[0, 0], [-0.4519, 0.2216])
    assert close(context[0, 5], [-0.5299, -0.1081])


def test_the_wrappers_first_head_is_the_causal_attention_of_the_same_seed():
    torch.manual_seed(123)
    wrapper = MultiHeadAttentionWrapper(3, 2, 6, 0.0, num_heads=2)
    context = wrapper(toy_batch())
    assert context.shape == (2, 6, 4)
    assert close(context[0, 0, :2], [-0.4519, 0.2216])
    assert wrapper.steps(toy_batch()).weights.shape == (2, 2, 6, 6)


def test_multi_head_attention_has_the_shapes_of_the_book():
    """The book, section 3.6.2, and exercise 3.3 for the size of GPT-2."""
    assert MultiHeadAttention(3, 2, 6, 0.0, num_heads=2)(toy_batch()).shape == (2, 6, 2)
    gpt2 = MultiHeadAttention(768, 768, 1024, 0.0, num_heads=12)
    assert sum(parameter.numel() for parameter in gpt2.parameters()) == 2_360_064


def test_the_naive_softmax_overflows_where_torchs_does_not():
    large = torch.tensor([0.0, 100.0])
    assert softmax_naive(large).isnan().any()
    assert close(large.softmax(dim=-1), [0.0, 1.0])


# Equality with a reference ------------------------------------------------------------------------


@pytest.mark.parametrize("num_heads", [1, 2, 4])
@pytest.mark.parametrize("qkv_bias", [False, True])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("tokens", [1, 5, 8])
def test_fused_and_readable_attention_agree_in_value_and_gradient(
    num_heads, qkv_bias, causal, tokens
):
    attention = MultiHeadAttention(12, 12, 8, 0.1, num_heads, qkv_bias, causal=causal).eval()
    x = random_vectors(0, 2, tokens, 12).requires_grad_()
    wanted = [x, *attention.parameters()]
    fused, readable = attention(x), attention(x, fused=False)
    assert close(fused, readable, 1e-6)
    for one, other in zip(
        torch.autograd.grad(fused.square().sum(), wanted),
        torch.autograd.grad(readable.square().sum(), wanted),
        strict=True,
    ):
        assert close(one, other, 1e-5)


def test_fused_attention_drops_weights_in_training_at_the_same_mean():
    attention = MultiHeadAttention(8, 8, 8, 0.5, num_heads=2)
    x = random_vectors(0, 1, 8, 8)
    with RandomState(1).borrowed():
        drawn = torch.stack([attention(x) for _ in range(2000)])
    assert not torch.equal(drawn[0], drawn[1])
    assert close(drawn.mean(dim=0), attention.eval()(x), 0.05)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("pieces", [[8], [1] * 8, [3, 1, 4], [2, 5, 1]])
def test_attention_read_in_pieces_through_a_cache_is_attention_read_at_once(pieces, fused):
    attention = MultiHeadAttention(12, 12, 8, 0.0, num_heads=3, qkv_bias=True)
    x = random_vectors(0, 2, 8, 12)
    cache = LayerCache(batch_size=2, num_heads=3, context_length=8, head_dim=4)
    read = [attention(piece, cache, fused=fused) for piece in x.split(pieces, dim=1)]
    assert close(torch.cat(read, dim=1), attention(x), 1e-6)
    assert cache.length == 8


def test_a_cache_refuses_more_than_it_has_room_for_and_stays_as_it_was():
    attention = MultiHeadAttention(12, 12, 8, 0.0, num_heads=3)
    cache = LayerCache(batch_size=1, num_heads=3, context_length=8, head_dim=4)
    attention(torch.zeros(1, 6, 12), cache)
    with pytest.raises(ValueError, match="9 tokens do not fit into context_length=8"):
        attention(torch.zeros(1, 3, 12), cache)
    with pytest.raises(ValueError, match="make one with batch_size=2"):
        attention(torch.zeros(2, 1, 12), cache)
    assert cache.length == 6


def test_multi_head_attention_equals_torchs_own():
    ours = MultiHeadAttention(12, 12, 8, 0.0, num_heads=3, qkv_bias=True)
    torchs = torch.nn.MultiheadAttention(12, 3, batch_first=True)
    with torch.no_grad():
        projections = (ours.W_query, ours.W_key, ours.W_value)
        torchs.in_proj_weight.copy_(torch.cat([layer.weight for layer in projections]))
        torchs.in_proj_bias.copy_(torch.cat([layer.bias for layer in projections]))
        torchs.out_proj.load_state_dict(ours.out_proj.state_dict())
    x = random_vectors(0, 2, 8, 12)
    expected, weights = torchs(x, x, x, attn_mask=causal_mask(8), average_attn_weights=False)
    assert close(ours(x), expected, 1e-6)
    assert close(ours.steps(x).weights, weights, 1e-6)


def test_heads_of_the_wrapper_and_of_the_single_piece_agree_given_the_same_weights():
    wrapper = MultiHeadAttentionWrapper(6, 2, 8, 0.0, num_heads=3)
    whole = MultiHeadAttention(6, 6, 8, 0.0, num_heads=3)
    with torch.no_grad():
        for name in ("W_query", "W_key", "W_value"):
            stacked = torch.cat([getattr(head, name).weight for head in wrapper.heads])
            getattr(whole, name).weight.copy_(stacked)
    x = random_vectors(0, 2, 8, 6)
    assert close(whole.steps(x).context, wrapper.steps(x).context, 1e-6)
    assert close(whole(x), F.linear(wrapper(x), whole.out_proj.weight, whole.out_proj.bias), 1e-6)
