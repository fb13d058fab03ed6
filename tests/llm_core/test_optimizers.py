"""Four rules move weights downhill, each in its own way."""

import copy
import math

import pytest
import torch
from torch import Tensor, nn

from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.loss import calc_loss_batch
from llm_core.optimizers import OPTIMIZERS, adam, adamw, muon, sgd
from llm_core.random_state import RandomState

TINY = GPTConfig(vocab_size=23, context_length=8, emb_dim=16, n_heads=2, n_layers=2, drop_rate=0.0)
IDS = torch.randint(0, 23, (4, 9), generator=torch.Generator().manual_seed(1))


def tiny_model() -> GPTModel:
    with RandomState(123).borrowed():
        return GPTModel(TINY)


def loss_of(model: nn.Module) -> Tensor:
    return calc_loss_batch(IDS[:, :-1], IDS[:, 1:], model, "cpu")


def with_gradients() -> GPTModel:
    model = tiny_model()
    loss_of(model).backward()
    return model


# Properties.


@pytest.mark.parametrize(
    ("name", "rate"), [("AdamW", 0.003), ("Adam", 0.003), ("Muon", 0.003), ("SGD", 0.1)]
)
def test_every_rule_lowers_the_loss_and_moves_every_weight(name, rate):
    model = tiny_model()
    before = copy.deepcopy(model.state_dict())
    optimizer = OPTIMIZERS[name](model, learning_rate=rate, weight_decay=0.0, momentum=0.9)
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = loss_of(model)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
    learnt = dict(model.named_parameters())
    assert all(not torch.equal(weight, before[key]) for key, weight in learnt.items())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_learning_rate_of_zero_moves_nothing_in_any_group(name):
    model = with_gradients()
    before = copy.deepcopy(model.state_dict())
    optimizer = OPTIMIZERS[name](model, learning_rate=1.0, weight_decay=0.1, momentum=0.9)
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    optimizer.step()
    assert all(torch.equal(weight, before[key]) for key, weight in model.state_dict().items())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_frozen_weights_are_left_alone_and_nothing_to_train_is_refused(name):
    model = tiny_model()
    model.trf_blocks[0].requires_grad_(False)
    loss_of(model).backward()
    frozen = copy.deepcopy(model.trf_blocks[0].state_dict())
    OPTIMIZERS[name](model, learning_rate=0.1).step()
    now = model.trf_blocks[0].state_dict()
    assert all(torch.equal(now[key], frozen[key]) for key in frozen)
    with pytest.raises(ValueError, match="requires_grad"):
        OPTIMIZERS[name](model.requires_grad_(False), learning_rate=0.1)


def test_muon_takes_the_matrices_inside_the_blocks_and_adamw_everything_else():
    model = tiny_model()
    groups = muon(model, learning_rate=0.1).param_groups
    names = {id(weight): name for name, weight in model.named_parameters()}
    matrices, others = ([names[id(weight)] for weight in group["params"]] for group in groups)
    assert len(matrices) == 2 * (4 + 2)
    assert all(name.startswith("trf_blocks") and name.endswith("weight") for name in matrices)
    assert {"tok_emb.weight", "pos_emb.weight", "out_head.weight"} <= set(others)
    assert len(matrices) + len(others) == len(names)


def test_muons_step_is_about_equally_long_in_every_direction():
    model = with_gradients()
    weight = model.trf_blocks[0].ff.layers[0].weight
    before = weight.detach().clone()
    gradient = torch.linalg.svdvals(weight.grad)[:-1]  # the norm before it leaves one empty
    muon(model, learning_rate=0.01, weight_decay=0.0).step()
    lengths = torch.linalg.svdvals(weight.detach() - before)[:-1]
    assert gradient.max() / gradient.min() > 10
    assert lengths.max() / lengths.min() < 2.5
    expected = 0.01 * 0.2 * math.sqrt(max(weight.shape))  # the size of AdamW's steps
    assert lengths.mean().item() == pytest.approx(expected, rel=0.25)


def test_muon_without_a_matrix_and_with_a_closure_names_the_remedy():
    model = tiny_model()
    optimizer = muon(model, learning_rate=0.1)
    with pytest.raises(ValueError, match="without a closure"):
        optimizer.step(lambda: 0.0)
    model.trf_blocks.requires_grad_(False)
    with pytest.raises(ValueError, match="take AdamW"):
        muon(model, learning_rate=0.1)


# Worked by hand, with the papers' formulas.


def one_weight(gradient: float) -> nn.Linear:
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 2.0)
    model.weight.grad = torch.tensor([[gradient]])
    return model


def test_sgd_moves_by_rate_times_gradient_and_gathers_speed():
    model = one_weight(0.5)
    optimizer = sgd(model, learning_rate=0.1, momentum=0.9)
    optimizer.step()
    assert model.weight.item() == pytest.approx(2.0 - 0.1 * 0.5)
    optimizer.step()
    assert model.weight.item() == pytest.approx(2.0 - 0.05 - 0.1 * (0.9 * 0.5 + 0.5))


@pytest.mark.parametrize("gradient", [0.001, 0.5, 400.0])
def test_adams_first_step_is_the_learning_rate_however_steep_the_slope(gradient):
    model = one_weight(gradient)
    adam(model, learning_rate=0.1).step()
    assert model.weight.item() == pytest.approx(1.9, abs=1e-5)


def test_adamw_shrinks_every_weight_alike_and_adam_hides_the_decay_in_the_gradient():
    decoupled, coupled = one_weight(0.5), one_weight(0.5)
    adamw(decoupled, learning_rate=0.1, weight_decay=0.1).step()
    adam(coupled, learning_rate=0.1, weight_decay=0.1).step()
    assert decoupled.weight.item() == pytest.approx(2.0 * (1 - 0.1 * 0.1) - 0.1)
    assert coupled.weight.item() == pytest.approx(2.0 - 0.1)  # divided out again


# Equality with torch.


def test_both_parts_of_muon_step_as_torchs_own():
    ours, theirs = with_gradients(), with_gradients()
    optimizer = muon(ours, learning_rate=0.02, weight_decay=0.1, momentum=0.95)
    matrices = [w for w in theirs.trf_blocks.parameters() if w.ndim == 2]
    chosen = {id(weight) for weight in matrices}
    parts = (
        torch.optim.Muon(
            matrices, lr=0.02, weight_decay=0.1, momentum=0.95, adjust_lr_fn="match_rms_adamw"
        ),
        torch.optim.AdamW(
            [w for w in theirs.parameters() if id(w) not in chosen],
            lr=0.02,
            weight_decay=0.1,
            fused=True,
        ),
    )
    for _ in range(3):
        optimizer.step()
        for part in parts:
            part.step()
    for mine, torchs in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(mine, torchs)
