"""Proves what four bits a weight keep, and what they cost."""

from pathlib import Path

import pytest
import torch

from llm_core.checkpoints import CheckpointError
from llm_core.checkpoints.compact import (
    normal_levels,
    read_compact,
    squeeze,
    unsqueeze,
    write_compact,
)
from llm_core.pretraining import starting_model
from tests.llm_core.small_recipe import SMALL


def test_levels_are_those_of_the_paper() -> None:
    # QLoRA, appendix E: the 16 values of NF4
    published = [
        -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
        -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
        0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
        0.7229568362236023, 1.0,
    ]  # fmt: skip
    torch.testing.assert_close(normal_levels(), torch.tensor(published), atol=1e-3, rtol=0)


def test_a_bell_of_weights_uses_the_levels_more_evenly_than_equal_steps() -> None:
    torch.manual_seed(1)
    weight = torch.randn(640, 64)
    packed, scales = squeeze(weight)
    ours = torch.stack([packed // 16, packed % 16]).flatten().long()
    equal = ((weight / scales[:, None] + 1) * 7.5).round().clamp(0, 15).flatten().long()

    def bits(numbers: torch.Tensor) -> float:
        shares = torch.bincount(numbers, minlength=16) / len(numbers)
        return -(shares * shares.log2()).sum().item()  # 4 if all are used alike

    assert bits(ours) > 3.8 > bits(equal) + 0.2


@pytest.mark.parametrize("shape", [(3, 5), (64, 64), (7, 129)])
def test_no_weight_moves_further_than_half_the_widest_gap(shape: tuple[int, int]) -> None:
    torch.manual_seed(2)
    weight = torch.randn(shape)
    back = unsqueeze(*squeeze(weight), weight.shape)
    gap = (normal_levels()[1:] - normal_levels()[:-1]).max()
    assert back.shape == weight.shape
    assert (back - weight).abs().max() <= weight.abs().max() * (gap / 2 + 1e-3)
    assert (back - weight).std() < 0.12 * weight.std()


def test_zeros_stay_zeros() -> None:
    assert not unsqueeze(*squeeze(torch.zeros(4, 64)), torch.Size((4, 64))).any()


def test_a_model_comes_back_smaller_tied_and_almost_the_same(tmp_path: Path) -> None:
    model = starting_model(SMALL)
    path = tmp_path / "small.safetensors"
    write_compact(path, model, {"step": 7})
    back, facts = read_compact(path)
    assert facts == {"step": 7}
    assert back.out_head.weight is back.tok_emb.weight
    assert not back.training
    assert path.stat().st_size < 0.3 * 4 * model.num_parameters()
    ids = torch.arange(16)[None]
    with torch.no_grad():
        ours, theirs = model.eval()(ids), back(ids)
    assert torch.nn.functional.cosine_similarity(ours, theirs, dim=-1).min() > 0.97


def test_a_broken_or_foreign_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    path.write_bytes(b"no tensors at all")
    with pytest.raises(CheckpointError):
        read_compact(path)
    write_compact(path, starting_model(SMALL))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError):
        read_compact(path)


def test_a_diverged_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no finite number"):
        squeeze(torch.tensor([1.0, float("nan")]))
