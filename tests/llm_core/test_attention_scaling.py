"""Why scores are divided: the variance of dot products, and softmax that saturates."""

import math

import pytest
import torch

from llm_core.attention.scaling import (
    random_scores,
    saturation,
    scaling_experiment,
    slopes,
    spread_of_scores,
)


def test_the_variance_of_a_dot_product_is_the_width_and_1_after_the_division() -> None:
    """Vaswani et al. 2017, footnote 4."""
    for row in spread_of_scores((1, 4, 64, 1024), count=4_000):
        assert row.raw == pytest.approx(row.width, rel=0.15)
        assert row.divided == pytest.approx(1, rel=0.15)


def test_slopes_are_those_that_autograd_finds() -> None:
    scores = torch.tensor([1.0, -2.0, 0.5, 3.0])
    found = torch.autograd.functional.jacobian(lambda s: s.softmax(dim=-1), scores)
    torch.testing.assert_close(slopes(scores.softmax(dim=-1)), found)
    assert saturation(scores).slope == pytest.approx(found.norm().item(), rel=1e-5)


@pytest.mark.parametrize("tokens", [1, 2, 16])
def test_equal_scores_leave_all_bits_of_choice(tokens: int) -> None:
    even = saturation(torch.zeros(tokens))
    assert even.bits == pytest.approx(math.log2(tokens), abs=1e-6)
    assert even.largest == pytest.approx(1 / tokens)
    assert even.slope == pytest.approx(math.sqrt(tokens - 1) / tokens, abs=1e-6)


def test_wide_vectors_saturate_softmax_and_the_division_prevents_it() -> None:
    runs = [scaling_experiment(1024, 16, seed) for seed in range(10)]
    assert sum(run.raw.largest for run in runs) / 10 > 0.9
    assert sum(run.divided.largest for run in runs) / 10 < 0.5
    assert sum(run.raw.slope for run in runs) < sum(run.divided.slope for run in runs) / 2


def test_at_width_1_the_division_changes_nothing() -> None:
    run = scaling_experiment(1)
    assert torch.equal(run.raw.weights, run.divided.weights)


def test_the_experiment_divides_its_own_scores() -> None:
    run = scaling_experiment(64, 8, seed=2)
    torch.testing.assert_close(run.divided.scores, run.raw.scores / 8)
    torch.testing.assert_close(run.divided.weights, (run.raw.scores / 8).softmax(dim=-1))


def test_a_width_of_nothing_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="width 1 or more"):
        random_scores(0, 5)
    with pytest.raises(ValueError, match="1 or more"):
        scaling_experiment(4, 0)
