"""The attention page's trials: what the runs record, and what the page says of it."""

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.job import Job
from dashboard.lessons.attention import (
    dropping,
    look_ahead,
    place_runs,
    place_views,
    splitting,
    views,
)
from dashboard.lessons.attention.place_views import shuffled
from llm_core.trials import SCHEMES, CheatStep, Duel, PlaceStep
from llm_core.trials.positions import PLACED, TRAINED

COURSE = (views.COURSE, "")


def cheat(step: int, masked: float, all_seeing: float, writing: Duel | None) -> CheatStep:
    ahead = ((0.1, 0.2), (0.9, 0.0)) if writing else None
    return CheatStep(step, Duel(masked, all_seeing), writing, ahead)


# Looking ahead.


def test_a_run_yields_both_losses_and_lets_both_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ahead, "_EVERY", 2)
    sentence = "One day, 🙂 Lily lost the key, and Ben"
    job = Job(look_ahead.steps(1, sentence), kind=look_ahead.KIND)
    stream = job.make_steps(job)
    records = [record for record in islice(stream, 5) if record]
    stream.close()
    assert [record.step for record in records] == list(range(len(records)))
    said = job.products["written"]
    assert said.prompt == sentence[-32:]
    assert len(said.masked) == len(said.all_seeing) == look_ahead.WRITES


def test_what_became_of_the_cheat_is_read_from_the_latest_measurement() -> None:
    start = cheat(0, 4.9, 4.9, Duel(4.9, 4.9))
    assert look_ahead.fate([]) is look_ahead.fate([start]) is None
    worse = [start, cheat(10, 2.0, 0.1, Duel(2.1, 6.5)), cheat(11, 2.0, 0.1, None)]
    assert look_ahead.fate(worse) == look_ahead.WORSE
    assert look_ahead.fate([cheat(1, 2.0, 0.1, Duel(2.0, 1.0))]) == look_ahead.BETTER
    assert look_ahead.fate([cheat(1, 2.0, 4.0, Duel(2.0, 1.0))]) == look_ahead.HIGHER
    why = look_ahead.fate_in_numbers(worse)
    assert "head 1 of layer 2 gives 90%" in why
    assert "0.10 instead of 2.00" in why
    assert "6.50 instead of 2.10" in why


# Positions.


def test_a_run_of_five_leaves_five_models_that_nobody_changes() -> None:
    job = Job(place_runs.steps(1), kind=place_runs.KIND)
    stream = job.make_steps(job)
    records = list(islice(stream, 2))
    stream.close()
    assert set(records[0].losses) == set(SCHEMES)
    placed = job.products["placed"]
    assert set(placed.models) == set(SCHEMES)
    assert not any(p.requires_grad for m in placed.models.values() for p in m.parameters())
    assert placed.origin == "of your run, after 2 steps"
    assert job.products["by_place"].by_place.keys() == SCHEMES.keys()


def test_the_verdict_names_the_scheme_that_reads_on_best() -> None:
    job = Job(place_runs.steps(1), kind=place_runs.KIND, state="done")
    assert place_runs.verdict_of(None) is place_runs.verdict_of(job) is None
    far = PLACED.context_length - TRAINED
    by_place = dict.fromkeys(SCHEMES, (2.0,) * TRAINED + (3.0,) * far)
    by_place |= {"RoPE": (1.5,) * TRAINED + (3.5,) * far, "ALiBi": (1.75,) * (TRAINED + far)}
    job.products["by_place"] = PlaceStep(place_runs.STEPS - 1, {}, by_place)
    known = place_runs.verdict_of(job)
    assert known is not None
    assert known[0] == "ALiBi"
    assert "its loss is 1.75, after 1.75 before" in known[1]
    assert f"Up to place {TRAINED}, RoPE is lowest with 1.50" in known[1]
    assert "lost by RoPE: from 1.50 to 3.50" in known[1]
    job.state = "running"
    assert place_runs.verdict_of(job) is None


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60).map(lambda text: " ".join(text.split())), st.integers(0, 99))
def test_shuffling_moves_every_character_but_the_last(text: str, seed: int) -> None:
    order = shuffled(text, seed)
    assert sorted(order) == list(range(max(len(text) - 1, 0)))
    if len(order) > 1:
        assert order != sorted(order)
    if text.count(" ") > 1:
        mixed = "".join(text[i] for i in order) + text[-1]
        assert sorted(mixed.split()) == sorted(text.split())
        assert mixed.split()[-1] == text.split()[-1]


def test_untrained_models_are_the_same_for_the_same_seed_and_drawn_for_any_character() -> None:
    placed = place_runs.unborn(3)
    assert place_runs.unborn(3).name == placed.name != place_runs.unborn(4).name
    for scheme in SCHEMES:
        assert '"head 4"' in place_views._distance_figure(placed, scheme, "é")


# Dropout.


def test_with_the_books_seed_half_of_the_factors_are_two_and_the_mean_comes_back() -> None:
    drawn = dropping.drop(*COURSE, 0.5, 123)
    assert set(drawn.multipliers.flatten().tolist()) == {0.0, 2.0}
    near = [dropping.off_by(*COURSE, 0.5, 123, draws) for draws in dropping.DRAWS]
    assert near[-1] < 0.15 < near[0]
    assert dropping.sums(*COURSE, 0.5, 123)[0] == dropping.AVERAGE
    assert dropping.sums(*COURSE, 0.0, 123)[0] == dropping.STAY


# Several heads.


def test_the_exercises_have_the_courses_answers() -> None:
    assert splitting.two_numbers(*COURSE)[0] == "1"
    answers = splitting.exercises(*COURSE)
    assert "2,360,064 parameters, 64 channels per head" in answers
    assert "1 × 2 × 3 × 4" in answers
    assert "1 × 2 × 3 × 3; head by head differs by 0" in answers


@pytest.mark.parametrize(("width", "heads"), [(1, 1), (16, 8), (2, 3)])
def test_the_wide_matrix_and_its_queries_are_cut_between_the_heads(width: int, heads: int) -> None:
    both = splitting.one_matrix(*COURSE, width, heads)
    assert both.shapes["W_query of all heads"] == (3, width * heads)
    assert both.shapes["queries, cut into heads"] == (heads, 6, width)
    assert both.gap < 1e-6
    for part in ("W_query", "queries"):
        assert splitting.cut(*COURSE, width, heads, part).count('"type":"line"') == heads - 1
