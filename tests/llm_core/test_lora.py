"""LoRA: a detour that starts as nothing, trains little, and folds back in."""

import math

import pytest
import torch
from torch import nn

from llm_core.config import GPT_CONFIG_124M, GPTConfig
from llm_core.gpt import GPTModel
from llm_core.lora import (
    LinearWithLoRA,
    LoRALayer,
    count_trainable,
    merge_lora,
    replace_linear_with_lora,
    train_only_lora,
)

TINY = GPTConfig(
    vocab_size=40, context_length=8, emb_dim=12, n_heads=3, n_layers=2, drop_rate=0.0, qkv_bias=True
)
IDS = torch.tensor([[3, 1, 4, 1, 5]])


@pytest.fixture
def model() -> GPTModel:
    torch.manual_seed(0)
    return GPTModel(TINY).eval()


def trained_detours(model: nn.Module) -> None:
    """Give every B something, as training would."""
    for part in model.modules():
        if isinstance(part, LoRALayer):
            nn.init.normal_(part.B)


def test_before_training_the_model_computes_what_it_did(model: GPTModel) -> None:
    before = model(IDS)
    replace_linear_with_lora(model, rank=4, alpha=4)
    assert torch.equal(model(IDS), before)


def test_merging_changes_nothing_but_the_number_of_layers(model: GPTModel) -> None:
    plain = {name: weight.shape for name, weight in model.named_parameters()}
    replace_linear_with_lora(model, rank=4, alpha=8)
    trained_detours(model)
    with_detours = model(IDS)
    merge_lora(model)
    torch.testing.assert_close(model(IDS), with_detours)
    assert {name: weight.shape for name, weight in model.named_parameters()} == plain


def test_merging_leaves_a_tied_embedding_as_it_was(model: GPTModel) -> None:
    model.tie_weights()
    embedding = model.tok_emb.weight.clone()
    replace_linear_with_lora(model, rank=2, alpha=2)
    trained_detours(model)
    merge_lora(model)
    assert torch.equal(model.tok_emb.weight, embedding)
    assert not torch.equal(model.out_head.weight, embedding)


def test_only_detours_learn(model: GPTModel) -> None:
    replace_linear_with_lora(model, rank=2, alpha=2)
    train_only_lora(model)
    trained_detours(model)
    model(IDS).sum().backward()
    touched = {name for name, weight in model.named_parameters() if weight.grad is not None}
    assert touched == {name for name, _ in model.named_parameters() if name[-2:] in (".A", ".B")}


def test_the_update_has_no_higher_rank_than_asked_for() -> None:
    torch.manual_seed(0)
    layer = LoRALayer(20, 30, rank=3, alpha=1)
    nn.init.normal_(layer.B)
    assert torch.linalg.matrix_rank(layer.update()) == 3


def test_doubling_alpha_doubles_the_update_and_the_rank_divides_it() -> None:
    torch.manual_seed(0)
    layer = LoRALayer(5, 6, rank=4, alpha=8)
    nn.init.normal_(layer.B)
    torch.testing.assert_close(layer.update(), 8 / 4 * layer.A @ layer.B)
    torch.testing.assert_close(layer(torch.eye(5)), layer.update())


def test_a_starts_as_torch_starts_a_linear_layer_and_b_at_zero() -> None:
    torch.manual_seed(123)
    layer = LoRALayer(6, 8, rank=4, alpha=4)
    torch.manual_seed(123)
    expected = nn.init.kaiming_uniform_(torch.empty(6, 4), a=math.sqrt(5))
    assert torch.equal(layer.A, expected)
    assert not layer.B.any()


def test_the_book_trains_2_666_528_of_124_441_346_numbers() -> None:
    """Appendix E: GPT-2 124M with a head for two classes, rank 16."""
    config = GPTConfig.of({**GPT_CONFIG_124M, "qkv_bias": True, "drop_rate": 0.0})
    with torch.device("meta"):
        model = GPTModel(config)
        model.out_head = nn.Linear(768, 2)
        assert count_trainable(model) == (124_441_346, 124_441_346)
        replace_linear_with_lora(model, rank=16, alpha=16)
    assert train_only_lora(model).trainable == 2_666_528


def test_the_book_trains_7_898_384_numbers_of_gpt2_medium() -> None:
    """Exercise 7.4; the 406,286,336 it starts from count the head as a matrix of its own."""
    config = GPTConfig(
        vocab_size=50257, context_length=1024, emb_dim=1024, n_heads=16, n_layers=24,
        drop_rate=0.0, qkv_bias=True,
    )  # fmt: skip
    with torch.device("meta"):
        model = GPTModel(config)
        assert count_trainable(model).total == 406_286_336
        replace_linear_with_lora(model, rank=16, alpha=16)
    assert train_only_lora(model).trainable == 7_898_384


def test_errors_name_the_remedy(model: GPTModel) -> None:
    with pytest.raises(ValueError, match="choose 1 or more"):
        LoRALayer(4, 4, rank=0, alpha=1)
    with pytest.raises(ValueError, match="replace_linear_with_lora"):
        train_only_lora(nn.Linear(2, 2))
    replace_linear_with_lora(model, rank=2, alpha=2)
    with pytest.raises(ValueError, match="merge_lora"):
        replace_linear_with_lora(model, rank=2, alpha=2)
    assert not any(
        isinstance(part.linear, LinearWithLoRA)
        for part in model.modules()
        if isinstance(part, LinearWithLoRA)
    )
