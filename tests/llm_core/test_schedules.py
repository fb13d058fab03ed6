"""The learning rate climbs, falls, and never leaves its bounds."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_core.schedules import Schedule, cosine_decay, linear_decay, linear_warmup


@settings(deadline=None)
@given(st.data())
def test_the_rate_climbs_to_the_peak_then_falls_and_stays_within_its_bounds(data):
    total = data.draw(st.integers(1, 300))
    warmup = data.draw(st.integers(0, total))
    schedule = Schedule(
        peak_lr=0.01,
        total_steps=total,
        warmup_steps=warmup,
        initial_lr=1e-4,
        min_lr=1e-6,
        decay=data.draw(st.sampled_from(["cosine", "linear", "stable"])),
        decay_steps=data.draw(st.integers(0, total - warmup)),
    )
    rates = [schedule(step) for step in range(total + 20)]
    assert all(1e-6 <= rate <= 0.01 for rate in rates)
    assert rates[:warmup] == sorted(rates[:warmup])
    assert rates[warmup:] == sorted(rates[warmup:], reverse=True)
    assert rates[total:] == [1e-6] * 20
    if warmup < total:
        assert rates[warmup] == 0.01


@given(st.integers(1, 100), st.integers(0, 50), st.integers(0, 50))
def test_a_stable_rate_keeps_its_peak_until_the_last_steps_and_then_falls_in_a_line(
    stable, warmup, falling
):
    total = warmup + stable + falling
    schedule = Schedule(
        peak_lr=1.0,
        total_steps=total,
        warmup_steps=warmup,
        min_lr=0.0,
        decay="stable",
        decay_steps=falling,
    )
    assert [schedule(step) for step in range(warmup, total - falling)] == [1.0] * stable
    falls = [schedule(step) for step in range(total - falling, total + 1)]
    assert falls[-1] == 0.0
    assert falls[:-1] == pytest.approx([1 - i / falling for i in range(falling)])


def test_a_constant_rate_stays_at_the_peak_whatever_the_minimum():
    schedule = Schedule(peak_lr=0.01, total_steps=10, warmup_steps=2, decay="constant")
    assert [schedule(step) for step in range(2, 15)] == [0.01] * 13


def test_a_straight_line_falls_by_the_same_amount_at_every_step():
    rates = [
        linear_decay(step, first_step=3, total_steps=13, peak_lr=1.0, min_lr=0.0)
        for step in range(14)
    ]
    assert rates[:4] == [1.0] * 4
    assert [a - b for a, b in pairwise(rates[3:])] == pytest.approx([0.1] * 10)


# Appendix D.1 and D.2: 15 epochs of 9 batches, a fifth of the 135 steps for the warmup.


def test_the_books_warmup():
    increment = (0.01 - 0.0001) / 27
    for step in range(135):
        book = 0.0001 + step * increment if step < 27 else 0.01
        rate = linear_warmup(step, warmup_steps=27, initial_lr=0.0001, peak_lr=0.01)
        assert rate == pytest.approx(book, rel=1e-12)


def test_the_books_cosine_decay():
    schedule = Schedule(
        peak_lr=0.01, total_steps=135, warmup_steps=27, initial_lr=1e-4, min_lr=1e-5
    )
    for step in range(27, 135):
        progress = (step - 27) / (135 - 27)
        book = 1e-5 + (0.01 - 1e-5) * 0.5 * (1 + math.cos(math.pi * progress))
        assert schedule(step) == pytest.approx(book, rel=1e-12)
    assert schedule(81) == pytest.approx((0.01 + 1e-5) / 2)


def test_the_cosine_equals_torchs_own():
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40, eta_min=1e-5)
    for step in range(41):
        ours = cosine_decay(step, first_step=0, total_steps=40, peak_lr=0.01, min_lr=1e-5)
        assert ours == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-6)
        optimizer.step()
        theirs.step()


def test_a_minimum_as_high_as_the_peak_keeps_the_rate_constant():
    schedule = Schedule(peak_lr=0.01, total_steps=10, min_lr=0.01)
    assert [schedule(step) for step in range(12)] == [0.01] * 12


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"peak_lr": 0.01, "total_steps": 0}, "choose 1 or more"),
        ({"peak_lr": 0.01, "total_steps": 5, "warmup_steps": 6}, "choose 0 to 5"),
        ({"peak_lr": 0.01, "total_steps": 5, "warmup_steps": -1}, "choose 0 to 5"),
        ({"peak_lr": 1e-7, "total_steps": 5}, "choose a rate between"),
        ({"peak_lr": 0.01, "total_steps": 5, "min_lr": -1e-6}, "choose a rate between"),
        ({"peak_lr": 0.01, "total_steps": 5, "decay": "sine"}, "choose one of"),
        ({"peak_lr": 0.01, "total_steps": 5, "warmup_steps": 2, "decay_steps": 4}, "choose 0 to 3"),
        ({"peak_lr": math.nan, "total_steps": 5}, "choose a rate between"),
    ],
)
def test_numbers_that_describe_no_run_are_refused_with_the_remedy(settings, remedy):
    with pytest.raises(ValueError, match=remedy):
        Schedule(**settings)


def test_a_step_before_the_first_is_refused():
    with pytest.raises(ValueError, match="count from 0"):
        Schedule(peak_lr=0.01, total_steps=5)(-1)
