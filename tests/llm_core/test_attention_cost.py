"""What attention costs is measured on what really runs."""

import pytest
import torch

from llm_core.attention import MultiHeadAttention
from llm_core.attention.cost import WAYS, Written, costs, growth, with_room_for
from llm_core.random_state import RandomState


@pytest.fixture(scope="module")
def layer() -> MultiHeadAttention:
    with RandomState(1).borrowed():
        return MultiHeadAttention(32, 32, context_length=16, dropout=0.0, num_heads=4).eval()


def test_every_way_is_measured_at_every_length_beyond_the_context_too(
    layer: MultiHeadAttention,
) -> None:
    found = list(costs(layer, (8, 64), repeats=1))
    assert [(row.tokens, row.way) for row in found] == [(n, way) for n in (8, 64) for way in WAYS]
    assert all(row.seconds > 0 for row in found)
    assert layer.context_length == 16


def test_the_memory_of_the_readable_path_grows_with_the_square_and_that_of_the_others_does_not(
    layer: MultiHeadAttention,
) -> None:
    lengths = (256, 512, 1024)
    found = list(costs(layer, lengths, repeats=1))
    powers = {way: growth(lengths, [r.bytes for r in found if r.way == way]) for way in WAYS}
    assert powers["readable"] == pytest.approx(2, abs=0.15)
    assert powers["fused"] == pytest.approx(1, abs=0.1)
    assert powers["cached"] == pytest.approx(1, abs=0.1)


def test_the_readable_path_writes_down_scores_scaled_masked_and_weights(
    layer: MultiHeadAttention,
) -> None:
    readable, fused, _ = costs(layer, (64,), repeats=1)
    square = 4 * 64 * 64 * 4  # heads, queries, keys, bytes
    assert readable.bytes - fused.bytes >= 4 * square


def test_the_layer_with_more_room_has_the_same_weights(layer: MultiHeadAttention) -> None:
    longer = with_room_for(layer, 40)
    x = torch.randn(1, 10, 32, generator=torch.Generator().manual_seed(1))
    assert longer.W_query.weight is layer.W_query.weight
    torch.testing.assert_close(longer(x), layer(x))
    assert longer(torch.zeros(1, 40, 32)).shape == (1, 40, 32)


def test_views_and_what_was_there_before_are_not_counted() -> None:
    ones = torch.ones(100)
    with Written() as written:
        ones.view(10, 10).T.contiguous().add_(1)
    assert written.bytes == 400


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0, 3.0])
def test_growth_finds_the_power(power: float) -> None:
    lengths = [10.0, 30.0, 90.0]
    assert growth(lengths, [7 * n**power for n in lengths]) == pytest.approx(power, abs=1e-9)


def test_what_cannot_be_measured_is_refused_with_the_remedy(layer: MultiHeadAttention) -> None:
    with pytest.raises(ValueError, match="from 1 on"):
        list(costs(layer, (0, 4)))
    with pytest.raises(ValueError, match="two different lengths"):
        growth([3], [1])
