"""Norms, hidden units, shortcuts and dropout one at a time, held to hooks and to torch."""

import copy

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llm_core import parts
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.random_state import RandomState
from llm_core.transformer import LayerNorm, gelu

CONFIG = GPTConfig(
    vocab_size=60, context_length=16, emb_dim=24, n_heads=3, n_layers=3, drop_rate=0.3
)
IDS = (5, 17, 3, 3, 44, 59, 0, 21)


@pytest.fixture(scope="module")
def model() -> GPTModel:
    with RandomState(7).borrowed(), torch.no_grad():
        born = GPTModel(CONFIG)
        for parameter in born.parameters():  # norms and biases are no longer as they were born
            parameter.add_(0.2 * torch.randn_like(parameter))
    return born.eval()


def test_another_eps_changes_nothing_else_and_not_the_norm_itself() -> None:
    norm = LayerNorm(6)
    with torch.no_grad():
        norm.scale.mul_(3)
        norm.shift.add_(1)
    other, x = parts.with_eps(norm, 0.5), torch.arange(6.0)
    assert torch.allclose(other(x), F.layer_norm(x, (6,), norm.scale, norm.shift, 0.5))
    assert norm.eps == 1e-5


@pytest.mark.parametrize("unbiased", [False, True])
def test_the_variance_afterwards_falls_short_by_eps_and_by_the_divisor(unbiased: bool) -> None:
    x = parts.books_example()
    steps = LayerNorm(6, eps=1e-3).steps(x, unbiased=unbiased)
    assert torch.allclose(steps.variance[:, 0], torch.var(x, dim=-1, unbiased=unbiased))
    own, divided = x.var(dim=-1, unbiased=False), steps.variance[:, 0]
    assert torch.allclose(
        steps.normalised.var(dim=-1, unbiased=False), own / (divided + 1e-3), atol=1e-6
    )


def test_slopes_are_those_of_small_differences() -> None:
    x = torch.linspace(-3, 3, 100, dtype=torch.float64)
    near = (gelu(x + 1e-6) - gelu(x - 1e-6)) / 2e-6
    assert torch.allclose(parts.slope(gelu, x), near, atol=1e-7)
    assert torch.equal(parts.slope(torch.relu, x), (x > 0).double())


def test_a_unit_is_silent_behind_relu_if_it_is_positive_at_no_token() -> None:
    expanded = torch.tensor([[-1.0, 2.0, 0.0], [-3.0, -1.0, 0.0]])
    assert parts.never_positive(expanded).tolist() == [True, False, True]


def test_what_all_units_write_is_the_feed_forwards_output_but_for_the_bias(model: GPTModel) -> None:
    half = model.trf_blocks[1].get_submodule("ff")
    x = model.steps(torch.tensor([IDS])).blocks[1].feed_forward_input[0, 2]
    steps = half.steps(x)
    writes = parts.written(model, 1, steps.activated, range(4 * CONFIG.emb_dim))
    bias = half.get_parameter("layers.2.bias")
    assert torch.allclose(writes.sum(dim=0) + bias, steps.output, atol=1e-5)


def hooked(model: GPTModel, layer: int, place: int, count: int) -> Tensor:
    """Logits at a place of a copy whose hook zeroes the strongest units there."""
    mine = copy.deepcopy(model)

    def silence(_: nn.Module, __: object, given: Tensor) -> Tensor:
        given = given.clone()
        strongest = given[0, place].abs().topk(count).indices
        given[0, place, strongest] = 0.0
        return given

    mine.trf_blocks[layer].get_submodule("ff.layers.1").register_forward_hook(silence)
    return mine(torch.tensor([IDS]))[0, place]


@pytest.mark.parametrize("layer", [0, 2])
@pytest.mark.parametrize("place", [0, 4, 7])
def test_units_switched_off_are_those_of_a_hook_on_the_model(
    model: GPTModel, layer: int, place: int
) -> None:
    counts = (0, 1, 7, 4 * CONFIG.emb_dim)
    with torch.inference_mode():
        steps = model.steps(torch.tensor([IDS]))
        found = parts.logits_without_strongest(model, steps, layer, place, counts)
        for row, count in zip(found, counts, strict=True):
            assert torch.allclose(row, hooked(model, layer, place, count), atol=1e-5)


def test_no_change_is_found_where_the_favourite_stays() -> None:
    assert parts.first_change(torch.tensor([[1.0, 0.0], [3.0, 2.0]]), (0, 1)) is None


def test_relu_in_every_block_is_a_model_with_other_activations(model: GPTModel) -> None:
    other = copy.deepcopy(model)
    for block in other.trf_blocks:
        block.get_submodule("ff.layers").register_module("1", nn.ReLU())
    with torch.no_grad():
        assert torch.allclose(parts.with_relu(model, IDS), other(torch.tensor([IDS]))[0], atol=1e-5)


@pytest.mark.parametrize("carried", [0.0, 0.5, 1.0])
def test_gradients_of_blocks_are_those_of_a_backward_pass(model: GPTModel, carried: float) -> None:
    mine, text = copy.deepcopy(model), torch.tensor([IDS])
    x = mine.embed(text[:, :-1]).output
    for block in mine.trf_blocks:
        x = carried * x + block.att(block.norm1(x))
        x = carried * x + block.ff(block.norm2(x))
    logits = mine.out_head(mine.final_norm(x))
    loss = F.cross_entropy(logits[0], text[0, 1:])
    loss.backward()
    found = parts.block_gradients(model, IDS, carried)
    wanted = [
        torch.cat([p.grad.abs().flatten() for p in block.parameters() if p.ndim == 2]).mean()
        for block in mine.trf_blocks
    ]
    assert found.sizes == pytest.approx([size.item() for size in wanted], rel=1e-4)
    assert found.loss == pytest.approx(loss.item(), rel=1e-5)
    assert all(p.grad is None for p in model.parameters())
    if carried == 1:
        assert torch.allclose(logits, model(text[:, :-1]), atol=1e-5)


def test_one_token_has_no_gradient_and_the_error_says_what_to_do(model: GPTModel) -> None:
    with pytest.raises(ValueError, match="write a longer sentence"):
        parts.block_gradients(model, IDS[:1], 1.0)


def test_each_place_drops_its_own_share_and_makes_up_for_it(model: GPTModel) -> None:
    rates = parts.DropRates(embedding=0.5, attention=0.2, shortcut=0.0)
    drawn = parts.dropped_places(model, IDS, rates, RandomState(1))
    for factors, rate in zip(drawn, rates, strict=True):
        there = factors[~factors.isnan()]
        assert set(there.tolist()) <= {0.0, torch.tensor(1 / (1 - rate)).item()}
    (words, of_words), (weights, of_weights), (sums, of_sums) = drawn.counts()
    layers, heads, T, C = CONFIG.n_layers, CONFIG.n_heads, len(IDS), CONFIG.emb_dim
    assert (of_words, of_sums) == (T * C, layers * 2 * T * C)
    assert of_weights == layers * heads * T * (T + 1) // 2
    assert words / of_words == pytest.approx(0.5, abs=0.15)
    assert weights / of_weights == pytest.approx(0.2, abs=0.1)
    assert sums == 0


def test_dropout_in_a_copy_leaves_the_model_and_everybodys_random_numbers(model: GPTModel) -> None:
    before, calm = torch.get_rng_state(), model(torch.tensor([IDS]))[0, -1]
    one, again = (
        parts.guesses_with_dropout(model, IDS, parts.DropRates(shortcut=0.5), RandomState(3), 4)
        for _ in range(2)
    )
    assert torch.equal(one, again)
    assert not torch.allclose(one[0], one[1])
    assert torch.equal(torch.get_rng_state(), before)
    assert not any(part.training for part in model.modules())
    assert model.drop_emb.p == CONFIG.drop_rate
    still = parts.guesses_with_dropout(model, IDS, parts.DropRates(), RandomState(3), 2)
    assert torch.allclose(still, calm.expand(2, -1), atol=1e-5)
