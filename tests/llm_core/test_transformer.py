"""The block and its parts: what each does to a vector, the book's numbers, and torch."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from llm_core.config import GPT_CONFIG_124M, GPTConfig
from llm_core.transformer import (
    GELU,
    ExampleDeepNeuralNetwork,
    FeedForward,
    LayerNorm,
    TransformerBlock,
    gelu,
    gradient_means,
)

TINY = GPTConfig(vocab_size=50, context_length=8, emb_dim=12, n_heads=3, n_layers=2, drop_rate=0.0)


def random_vectors(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@given(seed=st.integers(0, 10_000), spread=st.floats(0.1, 100), place=st.floats(-100, 100))
@settings(deadline=None)
def test_a_normalised_vector_has_mean_0_and_variance_1_wherever_it_started(seed, spread, place):
    x = random_vectors(seed, 4, 64) * spread + place
    output = LayerNorm(64)(x)
    assert torch.allclose(output.mean(dim=-1), torch.zeros(4), atol=1e-3)
    assert torch.allclose(output.var(dim=-1, unbiased=False), torch.ones(4), atol=5e-3)


def test_a_constant_vector_is_normalised_to_zeros_and_not_to_nan():
    assert torch.equal(LayerNorm(4)(torch.full((1, 4), 7.0)), torch.zeros(1, 4))


def test_each_token_is_thought_about_on_its_own():
    feed_forward = FeedForward(TINY)
    x = random_vectors(0, 1, 5, 12)
    assert torch.allclose(feed_forward(x)[:, 3], feed_forward(x[:, 3]), atol=1e-6)
    assert feed_forward.steps(x).expanded.shape == (1, 5, 48)


def test_a_block_hands_on_its_input_when_both_halves_add_nothing():
    block = TransformerBlock(TINY)
    for layer in (block.att.out_proj, block.ff.layers[2]):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    x = random_vectors(0, 2, 8, 12)
    assert torch.equal(block(x), x)


def test_the_steps_of_a_block_add_up_to_its_output():
    block = TransformerBlock(TINY)
    x = random_vectors(0, 2, 8, 12)
    steps = block.steps(x)
    assert torch.allclose(steps.output, block(x), atol=1e-6)
    assert torch.equal(steps.after_attention, x + steps.attention_output)
    assert torch.equal(steps.output, steps.after_attention + steps.feed_forward_output)
    assert steps.attention.weights.shape == (2, 3, 8, 8)
    assert block.steps(x, fused=True).attention is None


@pytest.mark.parametrize("causal", [True, False])
def test_a_block_sees_the_future_only_when_it_is_not_causal(causal):
    block = TransformerBlock(TINY, causal=causal)
    x = random_vectors(0, 1, 8, 12)
    altered = x.clone()
    altered[:, -1] += 10.0
    assert torch.equal(block(x)[:, 0], block(altered)[:, 0]) == causal


def test_dropout_makes_a_block_random_in_training_only():
    block = TransformerBlock({**TINY, "drop_rate": 0.5})
    x = random_vectors(0, 1, 8, 12)
    assert not torch.equal(block(x), block(x))
    block.eval()
    assert torch.equal(block(x), block(x))


def test_layer_norm_brings_the_books_example_to_variance_one_but_for_eps():
    """The book, section 4.2, seed 123: a small ReLU layer, then the batch itself normalised."""
    torch.manual_seed(123)
    batch = torch.randn(2, 5)
    activated = torch.nn.Sequential(torch.nn.Linear(5, 6), torch.nn.ReLU())(batch)
    assert torch.allclose(activated.mean(dim=-1), torch.tensor([0.1324, 0.2170]), atol=1e-4)
    assert torch.allclose(activated.var(dim=-1), torch.tensor([0.0231, 0.0398]), atol=1e-4)
    variance = LayerNorm(6)(activated).var(dim=-1, unbiased=False)
    assert torch.allclose(variance, torch.tensor([0.9995, 0.9997]), atol=1e-4)


def test_gradients_vanish_without_shortcuts_and_arrive_with_them():
    """The book, section 4.4, seed 123."""
    means = {}
    for use_shortcut in (False, True):
        torch.manual_seed(123)
        model = ExampleDeepNeuralNetwork([3, 3, 3, 3, 3, 1], use_shortcut)
        means[use_shortcut] = gradient_means(model, torch.tensor([[1.0, 0.0, -1.0]]))
    assert means[False] == pytest.approx(
        [2.0174e-4, 1.2011e-4, 7.1520e-4, 1.3989e-3, 5.0496e-3], rel=1e-4
    )
    assert min(means[True]) > 100 * min(means[False])


def test_blocks_have_the_books_number_of_parameters():
    """The book, exercise 4.1; a block of GPT-2 124M without biases on queries, keys and values."""
    block = TransformerBlock(GPT_CONFIG_124M)
    count = {
        name: sum(parameter.numel() for parameter in part.parameters())
        for name, part in (("ff", block.ff), ("att", block.att), ("block", block))
    }
    assert count == {"ff": 4_722_432, "att": 2_360_064, "block": 7_085_568}


def test_fused_and_readable_layer_norm_agree_in_value_and_gradient():
    norm = LayerNorm(12)
    with torch.no_grad():
        norm.scale.copy_(random_vectors(1, 12))
        norm.shift.copy_(random_vectors(2, 12))
    x = (5 * random_vectors(0, 4, 12)).requires_grad_()
    wanted = [x, norm.scale, norm.shift]
    fused, readable = norm(x), norm.steps(x).output
    assert torch.allclose(fused, readable, atol=1e-6)
    for one, other in zip(
        torch.autograd.grad(fused.square().sum(), wanted),
        torch.autograd.grad(readable.square().sum(), wanted),
        strict=True,
    ):
        assert torch.allclose(one, other, atol=1e-4)


def test_fused_and_readable_gelu_agree_in_value_and_gradient():
    x = torch.linspace(-6, 6, 201, requires_grad=True)
    fused, readable = GELU()(x), gelu(x)
    assert torch.allclose(fused, readable, atol=1e-6)
    (one,) = torch.autograd.grad(fused.sum(), x)
    (other,) = torch.autograd.grad(readable.sum(), x)
    assert torch.allclose(one, other, atol=1e-5)


def test_gelu_is_close_to_x_times_the_normal_distribution():
    x = torch.linspace(-6, 6, 201)
    assert torch.allclose(gelu(x), F.gelu(x), atol=1e-3)
