"""Runs that are compared: who is among them, what differs, and what is said about it."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from dashboard import palette
from dashboard.jobs import Job
from dashboard.lessons.pretraining import clipping, compare, compared
from dashboard.lessons.pretraining.compared import Compared, Entry, of_job, of_recording, parsed
from dashboard.lessons.pretraining.plans import Settings
from dashboard.lessons.pretraining.recorded import SHIPPED, shipped
from llm_core.training import TrainStep

FACTS = {"text": "a text", "digest": "d1", "vocab_size": 512}


def job(losses: list[float], settings: Settings | None = None, **facts: Any) -> Job:
    settings = settings or Settings()
    history = [
        TrainStep(i, 0, 0, 0, loss, 0.1, 1.0, False, loss - 0.1, loss)
        for i, loss in enumerate(losses)
    ]
    return Job(
        lambda job: iter(()),
        kind="pretraining",
        settings=asdict(settings) | FACTS | facts,
        total=10,
        state="done",
        history=history,
        seconds=2.0,
    )


def run(
    place: int, losses: list[float], settings: Settings | None = None, **facts: Any
) -> Compared:
    return of_job(Entry(place, f"id{place}"), job(losses, settings, **facts))


def test_a_sixth_run_takes_the_place_of_the_oldest_and_all_others_keep_theirs() -> None:
    found: list[Entry] = []
    for name in "abcde":
        found = compared.with_new(found, name)
    assert [entry.place for entry in found] == [0, 1, 2, 3, 4]
    sixth = compared.with_new(found, "f")
    assert sixth == [*found[1:], Entry(0, "f")]
    assert compared.with_new(found, "c")[-1] == Entry(2, "c")


def test_an_address_brings_back_places_and_order_and_nonsense_is_left_out() -> None:
    assert parsed("3x_-,1*by-heart") == [Entry(2, "x_-"), Entry(0, "*by-heart")]
    for nonsense in ("", ",,,", "abc", "0a,6b,9c", "1", "²x", "<script>"):
        assert parsed(nonsense) == []
    assert len(parsed(",".join(f"{n % 7}run{n}" for n in range(50)))) == 5


def test_only_what_differs_becomes_a_column() -> None:
    one = run(0, [6, 5])
    assert compared.differing([one, run(1, [6, 5])]) == []
    other = run(1, [6, 5], Settings(learning_rate=0.02, seed=7))
    assert compared.differing([one, other]) == ["learning_rate", "seed"]


def test_two_texts_of_one_name_are_told_apart_by_their_digests() -> None:
    one = run(0, [6, 5])
    assert compared.differing([one, run(1, [6, 5], digest="d2")]) == ["digest"]
    assert compared.differing([one, run(1, [6, 5], digest="d2", text="other")]) == ["text"]


def test_a_run_of_before_a_setting_existed_had_its_standard_value() -> None:
    old = job([6, 5])
    del old.settings["optimizer"]
    assert compared.differing([of_job(Entry(0, "a"), old), run(1, [6, 5])]) == []


@pytest.mark.parametrize(
    ("losses", "says"),
    [
        ([6, 4.5], "Lower by 0.50 nats: as if it chose among 90 tokens instead of 148"),
        ([6, 5.5], "Higher by 0.50 nats"),
        ([6, 5.001], "no difference worth the name"),
    ],
)
def test_one_change_is_named_with_what_it_did(losses: list[float], says: str) -> None:
    words = compare.outcome(run(0, [6, 5]), run(1, losses, Settings(drop_rate=0.2)))
    assert "in one thing: **dropout 0 → 0.2**" in words
    assert says in words


def test_several_changes_at_once_prove_nothing() -> None:
    words = compare.outcome(run(0, [6, 5]), run(1, [6, 4], Settings(drop_rate=0.2, seed=5)))
    assert "cannot say which of them did it" in words
    assert "repeats Run 1" in compare.outcome(run(0, [6, 5]), run(1, [6, 5]))


def test_losses_of_two_vocabularies_are_not_compared() -> None:
    other = run(1, [9, 8], Settings(vocabulary="GPT-2's"), vocab_size=50257)
    words = compare.outcome(run(0, [6, 5]), other)
    assert "line of blind guessing" in words
    assert "nats" not in words


def test_a_text_with_signs_of_markdown_is_shown_as_it_is() -> None:
    words = compare.outcome(run(0, [6, 5]), run(1, [6, 5], text="**bold** <b> [a](b)"))
    assert r"\*\*bold\*\* \<b\> \[a\](b)" in words


def test_each_run_has_its_colour_its_dash_and_both_its_losses() -> None:
    found = [run(place, [6.0, 5.0 - place / 10]) for place in (0, 3)]
    traces = json.loads(compare.drawn(found, over_tokens=False))["data"]
    named = {trace["name"]: trace for trace in traces if trace.get("name")}
    assert list(named) == [
        "Run 1, training", "Run 1, validation", "Run 4, training", "Run 4, validation",
    ]  # fmt: skip
    dashes = {trace["line"]["dash"] for trace in named.values()}
    assert dashes == {"solid", "dashdot"}
    assert named["Run 4, validation"]["line"]["color"] == palette.RUNS[3].light
    assert named["Run 4, validation"]["y"] == [6.0, 4.7]
    assert named["Run 4, training"]["line"]["width"] < named["Run 4, validation"]["line"]["width"]


def test_over_tokens_a_step_of_a_larger_batch_is_longer() -> None:
    found = [run(0, [6, 5]), run(1, [6, 5], Settings(batch_size=16))]
    traces = json.loads(compare.drawn(found, over_tokens=True))["data"]
    assert [trace["x"][1] for trace in traces[:4:2]] == [8 * 64, 16 * 64]


def test_the_line_of_blind_guessing_names_every_vocabulary() -> None:
    found = [run(0, [6, 5]), run(1, [9, 8], vocab_size=50257)]
    text = compare.drawn(found, over_tokens=False)
    assert "ln 50,257 = 10.82; ln 512 = 6.24" in text


@pytest.mark.parametrize("name", [each.name for each in SHIPPED])
def test_a_run_that_ships_can_join(name: str) -> None:
    recording = shipped(name)
    if recording is None:
        pytest.skip("the recordings are not made yet")
    found = of_recording(Entry(1, f"*{name}"), recording)
    assert found.lowest is not None
    assert found.checks[0][0] == 0
    words = compare.outcome(run(0, [6, 5], replace(Settings(), seed=9)), found)
    assert found.name in words


# The gradient of four numbers.


def test_the_courses_gradient_of_length_five_is_divided_by_five() -> None:
    made = clipping.clip(clipping.STANDARD, 1.0)
    assert made.norm == 5.0
    assert made.clipped
    for row, entries in zip(made.after, clipping.STANDARD, strict=True):
        assert row == pytest.approx([entry / 5 for entry in entries], rel=1e-5)
    assert (made.highest_before, made.highest_after) == (4.0, pytest.approx(0.8, rel=1e-5))
    assert clipping.answer() == "By 5, the length"


def test_a_gradient_within_the_limit_stays_as_it_is() -> None:
    made = clipping.clip(((0.0, -3.0), (4.0, 0.0)), 5.0)
    assert (made.norm, made.clipped, made.after) == (5.0, False, made.before)
    assert "(-3)^2" in clipping.formula(made, 5.0)
    assert clipping.clip(((0.0, 0.0), (0.0, 0.0)), 1.0).after == ((0.0, 0.0), (0.0, 0.0))
