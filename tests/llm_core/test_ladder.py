"""The ladder trains the same model on every rung and says truly which one it stands on."""

import pytest
import torch
from torch import Tensor

from llm_core.config import GPTConfig
from llm_core.fast.ladder import ALL, RUNGS, LadderStep, climb
from llm_core.fast.training import Rungs
from llm_core.gpt import GPTModel
from llm_core.loss import calc_loss_batch
from llm_core.random_state import RandomState

EXACT = tuple(name for name in ALL if name != "bf16")


def newborn() -> GPTModel:
    config = GPTConfig(
        vocab_size=61, context_length=70, emb_dim=24, n_heads=3, n_layers=2, drop_rate=0.0
    )
    with RandomState(1).borrowed():
        return GPTModel(config)


def batches() -> list[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(5)
    ids = torch.randint(0, 61, (3, 2, 71), generator=generator)
    return [(rows[:, :-1], rows[:, 1:]) for rows in ids]


def climbed(*stages: tuple[str, ...], each: int = 4) -> list[LadderStep]:
    taken = iter([stage for stage in stages for _ in range(each)])
    return list(climb(newborn(), batches(), steps=each * len(stages), taken=lambda: next(taken)))


def test_every_rung_of_the_training_path_has_its_words() -> None:
    assert {rung.name for rung in RUNGS} == {*Rungs.__dataclass_fields__, "fused"}
    assert all(rung.title and rung.change and rung.same for rung in RUNGS)


def test_without_rungs_it_is_the_readable_path() -> None:
    model, optimizer_of = newborn(), torch.optim.AdamW
    optimizer = optimizer_of(model.parameters(), lr=1e-3, weight_decay=0.1, foreach=False)
    expected = []
    for inputs, targets in batches():
        optimizer.zero_grad()
        loss = calc_loss_batch(inputs, targets, model, "cpu")
        torch.autograd.backward(loss)
        optimizer.step()
        expected.append(loss.item())
    assert [record.loss for record in climbed((), each=3)] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("rungs", [EXACT, ("fused",), ("onednn", "head"), ALL])
def test_the_curve_is_the_same_on_any_rung(rungs: tuple[str, ...]) -> None:
    readable = [record.loss for record in climbed((), each=9)]
    near = 0.02 if "bf16" in rungs else 1e-4
    assert [record.loss for record in climbed(rungs, each=9)] == pytest.approx(readable, abs=near)


def test_rungs_change_between_two_updates_and_learning_goes_on() -> None:
    stages = ((), EXACT, ("blocks",), EXACT)
    readable = [record.loss for record in climbed((), each=16)]
    mixed = climbed(*stages)
    assert [record.rungs for record in mixed] == [stage for stage in stages for _ in range(4)]
    assert [record.loss for record in mixed] == pytest.approx(readable, abs=1e-4)


def test_the_first_updates_after_a_change_are_not_timed() -> None:
    assert [record.warm for record in climbed((), EXACT)] == [False, False, True, True] * 2


def test_the_gradients_difference_is_measured_once_for_each_set_of_rungs() -> None:
    records = climbed((), EXACT, ALL, EXACT)
    measured = {r.rungs: r.difference for r in records if r.difference is not None}
    assert sum(record.difference is not None for record in records) == 3
    assert measured[()] == 0
    assert 0 < measured[EXACT] < 1e-5
    assert 1e-4 < measured[ALL] < 0.1
