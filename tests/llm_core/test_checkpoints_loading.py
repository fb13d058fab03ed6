"""A loaded model lies in its file, and the file never changes."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from llm_core.attention.multi import shared_mask
from llm_core.attention.weights import causal_mask
from llm_core.checkpoints import (
    checkpoint_bytes,
    load_checkpoint,
    read_tensors,
    save_checkpoint,
    write_tensors,
)
from llm_core.checkpoints.tensor_files import ALIGNED, TYPES
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.loss import calc_loss_batch
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState

SHAPE = GPTConfig(
    vocab_size=61, context_length=24, emb_dim=32, n_heads=2, n_layers=2, drop_rate=0.0
)


@pytest.fixture
def model() -> GPTModel:
    with RandomState(5).borrowed():
        return GPTModel(SHAPE)


def train(model: nn.Module, steps: int = 3) -> list[float]:
    generator = torch.Generator().manual_seed(2)
    ids = torch.randint(0, 61, (4, 25), generator=generator)
    optimizer, losses = adamw(model, learning_rate=1e-2), []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = calc_loss_batch(ids[:, :-1], ids[:, 1:], model, "cpu")
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_training_a_loaded_model_goes_as_without_the_file_and_leaves_the_file_alone(
    model: GPTModel, tmp_path: Path
) -> None:
    path = save_checkpoint(tmp_path, model)
    before, loaded = path.read_bytes(), load_checkpoint(path).model
    other = load_checkpoint(path).model
    assert train(loaded) == train(model)
    for mine, theirs in zip(model.parameters(), loaded.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert path.read_bytes() == before
    again = load_checkpoint(path).model
    for one, two, trained in zip(
        other.parameters(), again.parameters(), loaded.parameters(), strict=True
    ):
        assert torch.equal(one, two)
        assert not torch.equal(one, trained)


def test_saving_over_the_file_leaves_a_model_that_lies_in_it_as_it_was(
    model: GPTModel, tmp_path: Path
) -> None:
    path = save_checkpoint(tmp_path, model)
    loaded = load_checkpoint(path).model
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    train(model)
    save_checkpoint(tmp_path, model)
    for name, weight in loaded.state_dict().items():
        assert torch.equal(weight, before[name])


def test_no_weight_is_copied_when_a_checkpoint_is_loaded(
    model: GPTModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_checkpoint(tmp_path, model)
    copied: list[int] = []
    clone = torch.Tensor.clone
    monkeypatch.setattr(
        torch.Tensor, "clone", lambda self, **how: copied.append(self.nbytes) or clone(self, **how)
    )
    loaded = load_checkpoint(path).model
    assert not copied
    for weight in loaded.parameters():
        assert weight.data_ptr() % ALIGNED == 0
        assert weight.is_contiguous()
        assert weight.requires_grad


@pytest.mark.parametrize("dtype", TYPES)
def test_a_written_file_is_what_the_library_reads(dtype: torch.dtype, tmp_path: Path) -> None:
    tensors = {
        "odd": torch.arange(7).to(dtype),
        "even": torch.arange(64).view(8, 8).T.to(dtype),
        "one ü": torch.tensor(1).to(dtype),
        "none": torch.zeros(0, 3).to(dtype),
    }
    path = tmp_path / "some.safetensors"
    write_tensors(path, tensors, {"b": "2", "a": "ü"})
    found, (mine, facts) = load_file(path), read_tensors(path)
    assert found.keys() == mine.keys() == tensors.keys()
    assert facts == {"a": "ü", "b": "2"}
    for name, tensor in tensors.items():
        for copy in (found[name], mine[name]):
            assert copy.dtype == dtype
            assert torch.equal(copy, tensor)
    assert mine["even"].data_ptr() % ALIGNED == 0


def test_the_file_and_its_content_in_memory_are_the_same(model: GPTModel, tmp_path: Path) -> None:
    assert save_checkpoint(tmp_path, model).read_bytes() == checkpoint_bytes(model)


def test_all_layers_of_all_models_share_one_mask_and_no_one_has_spoilt_it(
    model: GPTModel, tmp_path: Path
) -> None:
    loaded = load_checkpoint(save_checkpoint(tmp_path, model)).model
    assert not list(loaded.buffers())
    shared_mask.cache_clear()
    cpu = torch.device("cpu")
    ids = torch.zeros(1, SHAPE.context_length, dtype=torch.long)
    with torch.inference_mode():
        for reader in (model, loaded):
            reader(ids)
    assert shared_mask.cache_info().misses == 1
    mask = shared_mask(SHAPE.context_length, cpu)
    assert torch.equal(mask, causal_mask(SHAPE.context_length))
    assert not mask.is_inference()
