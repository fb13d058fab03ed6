"""The fast path computes what the readable path computes."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llm_core.attention import MultiHeadAttention
from llm_core.config import GPTConfig
from llm_core.fast import pieces
from llm_core.fast.training import NO_RUNGS, FastLoss, Rungs
from llm_core.gpt import GPTModel
from llm_core.lora import LinearWithLoRA
from llm_core.loss import IGNORE_INDEX, calc_loss_batch, cross_entropy
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.transformer import gelu

FLOAT32 = Rungs(bf16=False)


def model_of(*, seed: int = 1, drop_rate: float = 0.0, **other: int | bool) -> GPTModel:
    shape = {"vocab_size": 61, "context_length": 150, "emb_dim": 24, "n_heads": 3, "n_layers": 2}
    config = GPTConfig(**(shape | {"drop_rate": drop_rate} | other))
    with RandomState(seed).borrowed():
        return GPTModel(config)


def batch(model: GPTModel, tokens: int, rows: int = 3) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(5)
    ids = torch.randint(0, model.config.vocab_size, (rows, tokens + 1), generator=generator)
    return ids[:, :-1], ids[:, 1:]


def gradients(
    loss_function: FastLoss | None, model: GPTModel, inputs: Tensor, targets: Tensor
) -> tuple[float, dict[str, Tensor | None]]:
    model.zero_grad()
    loss = (loss_function or calc_loss_batch)(inputs, targets, model, "cpu")
    loss.backward()
    return loss.item(), {
        name: None if p.grad is None else p.grad.clone() for name, p in model.named_parameters()
    }


@pytest.mark.parametrize("tokens", [1, 63, 64, 65, 128, 150])
@pytest.mark.parametrize("qkv_bias", [False, True])
def test_loss_and_every_gradient_equal_the_readable_ones(tokens: int, qkv_bias: bool) -> None:
    model = model_of(qkv_bias=qkv_bias)
    inputs, targets = batch(model, tokens)
    loss, slopes = gradients(None, model, inputs, targets)
    fast, fast_slopes = gradients(FastLoss(FLOAT32), model, inputs, targets)
    assert fast == pytest.approx(loss, abs=1e-5)
    assert fast_slopes.keys() == slopes.keys()
    for name, slope in slopes.items():
        torch.testing.assert_close(fast_slopes[name], slope, atol=2e-6, rtol=1e-4, msg=name)


@pytest.mark.parametrize("rung", ["onednn", "blocks", "sigmoid", "head"])
def test_each_rung_alone_changes_nothing(rung: str) -> None:
    model = model_of()
    inputs, targets = batch(model, 70)
    loss, slopes = gradients(FastLoss(NO_RUNGS), model, inputs, targets)
    only = Rungs(**(dict.fromkeys(NO_RUNGS.__dict__, False) | {rung: True}))
    fast, fast_slopes = gradients(FastLoss(only), model, inputs, targets)
    assert fast == pytest.approx(loss, abs=1e-5)
    for name, slope in slopes.items():
        torch.testing.assert_close(fast_slopes[name], slope, atol=2e-6, rtol=1e-4, msg=name)


def test_bfloat16_rounds_and_no_more() -> None:
    model = model_of(vocab_size=300, emb_dim=64, n_heads=4)
    inputs, targets = batch(model, 100)
    loss, slopes = gradients(None, model, inputs, targets)
    fast, fast_slopes = gradients(FastLoss(Rungs(bf16=True)), model, inputs, targets)
    assert fast == pytest.approx(loss, rel=5e-3)
    for name, slope in slopes.items():
        assert slope is not None
        other = fast_slopes[name]
        assert other is not None
        assert other.dtype == torch.float32
        alike = F.cosine_similarity(slope.flatten(), other.flatten(), dim=0)
        assert alike > 0.998, name
        assert other.norm() == pytest.approx(slope.norm().item(), rel=0.03), name


def test_training_with_bfloat16_copies_follows_the_readable_curve() -> None:
    curves = []
    for loss_function in (calc_loss_batch, FastLoss(Rungs(bf16=True)), FastLoss(FLOAT32)):
        model = model_of(vocab_size=40)
        optimizer = adamw(model, learning_rate=2e-3)
        inputs, targets = batch(model, 48, rows=8)
        losses = []
        for _ in range(60):
            optimizer.zero_grad()
            loss = loss_function(inputs, targets, model, "cpu")
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        curves.append(losses)
    readable, rounded, float32 = curves
    assert readable[-1] < 0.6 * readable[0]
    assert float32 == pytest.approx(readable, rel=1e-3)
    assert rounded == pytest.approx(readable, rel=0.03)


def test_targets_that_ask_for_nothing_add_nothing() -> None:
    model = model_of()
    inputs, targets = batch(model, 66)
    targets = targets.clone()
    targets[0, 10:] = IGNORE_INDEX
    loss, slopes = gradients(None, model, inputs, targets)
    fast, fast_slopes = gradients(FastLoss(FLOAT32), model, inputs, targets)
    assert fast == pytest.approx(loss, abs=1e-5)
    for name, slope in slopes.items():
        torch.testing.assert_close(fast_slopes[name], slope, atol=2e-6, rtol=1e-4, msg=name)


def test_what_comes_after_a_texts_last_target_gets_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of()
    inputs, targets = batch(model, 20)
    targets = targets.clone()
    targets[0, 5:] = targets[1] = IGNORE_INDEX
    rows: list[int] = []
    linear = pieces.linear

    def counting(x: Tensor, *others: Any) -> Tensor:
        rows.append(len(x))
        return linear(x, *others)

    monkeypatch.setattr(pieces, "linear", counting)
    FastLoss(FLOAT32)(inputs, targets, model)
    assert set(rows) == {5 + 1 + 20}


def test_a_tied_table_gets_both_gradients() -> None:
    model = model_of()
    model.tie_weights()
    inputs, targets = batch(model, 30)
    _, slopes = gradients(None, model, inputs, targets)
    _, fast_slopes = gradients(FastLoss(FLOAT32), model, inputs, targets)
    torch.testing.assert_close(
        fast_slopes["tok_emb.weight"], slopes["tok_emb.weight"], atol=2e-6, rtol=1e-4
    )


def test_frozen_weights_get_no_gradient_and_the_rest_get_theirs() -> None:
    model = model_of()
    model.trf_blocks[0].requires_grad_(False)
    model.trf_blocks[1].att.W_key.requires_grad_(False)
    model.tok_emb.requires_grad_(False)
    inputs, targets = batch(model, 30)
    _, slopes = gradients(None, model, inputs, targets)
    _, fast_slopes = gradients(FastLoss(FLOAT32), model, inputs, targets)
    for name, slope in slopes.items():
        if slope is None:
            assert fast_slopes[name] is None, name
        else:
            torch.testing.assert_close(fast_slopes[name], slope, atol=2e-6, rtol=1e-4, msg=name)


def test_without_gradients_it_only_measures() -> None:
    model = model_of(drop_rate=0.5).eval()
    inputs, targets = batch(model, 40)
    with torch.no_grad():
        fast = FastLoss(FLOAT32)(inputs, targets, model, "cpu")
        expected = calc_loss_batch(inputs, targets, model, "cpu")
    assert not fast.requires_grad
    torch.testing.assert_close(fast, expected, atol=1e-5, rtol=0)


def test_it_sees_every_update_of_the_weights() -> None:
    model, fast = model_of(), FastLoss(Rungs(bf16=True))
    inputs, targets = batch(model, 20)
    before = fast(inputs, targets, model, "cpu").item()
    with torch.no_grad():
        model.out_head.weight.mul_(3)
    after = fast(inputs, targets, model, "cpu").item()
    assert after != before
    assert after == pytest.approx(calc_loss_batch(inputs, targets, model, "cpu").item(), rel=0.01)


def test_a_model_with_other_layers_takes_the_readable_path() -> None:
    model = model_of()
    block = model.trf_blocks[0]
    block.att.W_query = LinearWithLoRA(block.att.W_query, rank=2, alpha=4)
    inputs, targets = batch(model, 20)
    fast = FastLoss(FLOAT32)(inputs, targets, model, "cpu")
    assert fast.item() == calc_loss_batch(inputs, targets, model, "cpu").item()


def test_dropout_belongs_to_the_stream_it_is_drawn_from() -> None:
    model = model_of(drop_rate=0.3)
    inputs, targets = batch(model, 70)
    losses = []
    for seed in (1, 1, 2):
        with RandomState(seed).borrowed():
            losses.append(FastLoss(FLOAT32)(inputs, targets, model, "cpu").item())
    assert losses[0] == losses[1] != losses[2]


def test_the_gradient_under_dropout_is_the_slope_of_that_very_loss() -> None:
    model = model_of(drop_rate=0.3).double()
    inputs, targets = batch(model, 70)
    fast = FastLoss(FLOAT32)

    def loss() -> Tensor:
        with RandomState(4).borrowed():
            return fast(inputs, targets, model, "cpu")

    loss().backward()
    for weight in (model.trf_blocks[0].att.W_value.weight, model.trf_blocks[1].att.W_key.weight):
        assert weight.grad is not None
        direction = weight.grad / weight.grad.norm()
        with torch.no_grad():
            weight.add_(direction, alpha=1e-2)
            high = loss().item()
            weight.add_(direction, alpha=-2e-2)
            low = loss().item()
            weight.add_(direction, alpha=1e-2)
        # HeadLoss sums in float32, so a difference over 0.02 has about four digits
        assert (high - low) / 2e-2 == pytest.approx(weight.grad.norm().item(), rel=2e-2)


def test_gelu_by_a_sigmoid_is_gelu_by_a_tanh() -> None:
    x = torch.linspace(-6, 6, 1001, dtype=torch.float64, requires_grad=True)
    fast = pieces.gelu(x)
    torch.testing.assert_close(fast, gelu(x))
    upward = torch.linspace(-1, 2, 1001, dtype=torch.float64)
    torch.testing.assert_close(
        torch.autograd.grad(fast, x, upward)[0], torch.autograd.grad(gelu(x), x, upward)[0]
    )


@pytest.mark.parametrize("tokens", [5, 64, 200])
def test_attention_in_blocks_is_the_readable_attention(tokens: int) -> None:
    with RandomState(3).borrowed():
        layer = MultiHeadAttention(12, 12, 200, 0.0, num_heads=2).double()
        x = torch.rand(2, tokens, 12, dtype=torch.float64)
    nn.init.eye_(layer.out_proj.weight)
    nn.init.zeros_(layer.out_proj.bias)
    qkv = torch.cat([w(x) for w in (layer.W_query, layer.W_key, layer.W_value)], dim=-1)
    qkv = qkv.detach().flatten(0, 1).requires_grad_()
    context = pieces.attention(qkv, 2, 2, 0.0)
    torch.testing.assert_close(context.view(2, tokens, 12), layer.steps(x).output)
    few = qkv.detach()[: 2 * min(tokens, 66)].clone().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda rows: pieces.attention(rows, 2, 2, 0.0), few, fast_mode=True
    )


def test_head_and_loss_in_pieces_equal_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "SCRATCH", 7 * 50)  # seven rows at a time
    monkeypatch.setattr(pieces, "FEWEST", 1)
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(40, 16, generator=generator, requires_grad=True)
    weight = torch.randn(50, 16, generator=generator, requires_grad=True)
    targets = torch.randint(0, 50, (40,), generator=generator)
    targets[::9] = IGNORE_INDEX
    expected = cross_entropy(x @ weight.T, targets)
    found = pieces.head_loss(x, weight, targets)
    torch.testing.assert_close(found, expected)
    for fast, slow in zip(
        torch.autograd.grad(3 * found, (x, weight)),
        torch.autograd.grad(3 * expected, (x, weight)),
        strict=True,
    ):
        torch.testing.assert_close(fast, slow, atol=1e-5, rtol=1e-4)


def test_a_hopeless_target_gives_a_large_finite_loss() -> None:
    x, weight = torch.tensor([[1.0]]), torch.tensor([[0.0], [300.0]])
    loss = pieces.head_loss(x, weight.requires_grad_(), torch.tensor([0]))
    assert 80 < loss.item() < 300


def test_float32_products_stay_float32() -> None:
    generator = torch.Generator().manual_seed(2)
    a, b = torch.randn(200, 300, generator=generator), torch.randn(300, 200, generator=generator)
    exact = a.double() @ b.double()
    error = (pieces.product(a, b, onednn=True) - exact).abs().max() / exact.abs().max()
    assert error < 1e-5  # bfloat16 would be wrong by about 3e-3
