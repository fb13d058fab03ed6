"""Proves that a recipe gives the same model in one go and with interruptions."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from llm_core import shards
from llm_core.pretraining import BatchesOfText, prepared_tokenizer, pretrain, starting_model
from llm_core.shards import Shards
from tests.llm_core.small_recipe import SMALL, STEPS, follow


@pytest.fixture(autouse=True)
def short_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that several are needed, and none takes long; written here, not by other processes."""
    monkeypatch.setattr(shards, "DOCUMENTS", 40)
    monkeypatch.setattr(shards, "AHEAD", 1)


@pytest.fixture(scope="module")
def in_one_go(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    return follow(tmp_path_factory.mktemp("whole"))


def test_the_loss_falls(in_one_go: dict[str, list[float]]) -> None:
    assert len(in_one_go["losses"]) == STEPS
    assert in_one_go["losses"][-1] < 0.9 * in_one_go["losses"][0]


def test_a_stopped_run_goes_on_as_if_it_had_not_been(
    in_one_go: dict[str, list[float]], tmp_path: Path
) -> None:
    first = follow(tmp_path, stop=7)
    second = follow(tmp_path)
    assert first["losses"] + second["losses"] == in_one_go["losses"]
    assert second["weights"] == in_one_go["weights"]


def test_rows_that_cannot_be_shared_evenly_are_refused(tmp_path: Path) -> None:
    tokenizer = prepared_tokenizer(SMALL, tmp_path)
    with pytest.raises(ValueError, match="8 rows of a batch cannot be shared by 3 processes"):
        BatchesOfText(Shards(SMALL.document, tokenizer, tmp_path), 1, 8, 16, 0, 3)


def test_another_runs_checkpoint_is_refused(tmp_path: Path) -> None:
    follow(tmp_path, stop=1)
    other = replace(SMALL, config=replace(SMALL.config, n_layers=3))
    with pytest.raises(ValueError, match="choose an empty folder"):
        next(pretrain(other, tmp_path))


def test_a_model_begins_with_gpt2s_small_weights() -> None:
    model = starting_model(SMALL)
    assert model.out_head.weight is model.tok_emb.weight
    assert model.tok_emb.weight.std().item() == pytest.approx(0.02, rel=0.05)
    narrow = model.trf_blocks[0].ff.layers[2].weight
    assert narrow.std().item() == pytest.approx(0.02 / 2, rel=0.05)  # two layers, two parts each
    again = starting_model(SMALL)
    assert all(
        torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True)
    )
