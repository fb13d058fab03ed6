"""The induction lab: the bundled run, what is said of any run, heads switched off."""

import math
from itertools import islice

import pytest

from dashboard import snapshots
from dashboard.jobs import Job
from dashboard.lessons.pretraining import induction_curves, induction_lab, induction_runs
from dashboard.lessons.pretraining.induction_curves import BLIND, EVENLY, NEVER, SUDDENLY
from llm_core.induction import Copying, CopyStep, Head, copying, unseen_rows


@pytest.fixture(scope="module")
def bundled() -> induction_runs.Bundled:
    return induction_runs.bundled()


def ran(seed: int, steps: int) -> Job:
    job = Job(induction_runs.steps(seed), kind=induction_runs.KIND)
    stream = job.make_steps(job)
    job.history.extend(islice(stream, steps))
    stream.close()
    return job


def measured(*losses: float) -> list[CopyStep]:
    still = ((0.1, 0.1), (0.1, 0.1))
    return [
        CopyStep(10 * i, loss, Copying(BLIND, loss, still, still)) for i, loss in enumerate(losses)
    ]


# The bundled run.


def test_the_bundled_file_is_small_and_its_last_measurement_is_that_of_its_weights(bundled) -> None:
    assert induction_runs.FILE.stat().st_size < 100_000
    said, now = bundled.history[-1].copying, copying(bundled.copyist.model, unseen_rows())
    assert said is not None
    assert now.again_loss == pytest.approx(said.again_loss, abs=0.01)
    assert now.matching[1] == pytest.approx(said.matching[1], abs=0.01)
    assert bundled.history[-1].step == induction_runs.STEPS - 1


def test_the_bundled_run_falls_suddenly_and_the_sentence_has_its_numbers(bundled) -> None:
    history = bundled.history
    assert induction_curves.fate(history) == SUDDENLY
    sentence = induction_curves.fate_in_numbers(history)
    assert f"ends at {history[-1].copying.again_loss:.2f}" in sentence
    found = next(r.step for r in history if max(r.copying.matching[1]) > 0.5)
    assert f"By step {found:,}, head 2 of layer 2" in sentence


def test_in_the_bundled_model_one_head_looks_back_and_one_matches(bundled) -> None:
    copyist = bundled.copyist
    assert induction_lab.looks_back(copyist) == Head(0, 1)
    assert induction_lab.induction_head(copyist) == Head(1, 1)


# A run.


def test_a_run_repeats_the_bundled_one_with_its_seed_and_keeps_what_it_reached(bundled) -> None:
    job = ran(induction_runs.BUNDLED_SEED, 21)
    here = [r for r in job.history if r.copying]
    for mine, kept in zip(here, bundled.history, strict=False):
        assert mine.step == kept.step
        assert mine.copying.again_loss == pytest.approx(kept.copying.again_loss, abs=0.02)
    snapshot = snapshots.latest(job)
    assert snapshot is not None
    assert snapshot.steps == 21
    assert not snapshot.model.training


def test_the_same_seed_gives_the_same_run_to_the_last_bit() -> None:
    assert ran(7, 12).history == ran(7, 12).history


def test_what_a_run_did_is_read_from_its_measurements() -> None:
    assert induction_curves.fate(measured(*[3.2] * 30)) == NEVER
    assert induction_curves.fate(measured(*[3.2] * 15, *[0.3] * 15)) == SUDDENLY
    evenly = [3.2 - 2.8 * i / 119 for i in range(120)]
    assert induction_curves.fate(measured(*evenly)) == EVENLY
    assert induction_curves.fate(measured(3.2, 1.0)) is None
    assert "ends at 3.20" in induction_curves.fate_in_numbers(measured(*[3.2] * 30))


def test_a_run_under_way_has_no_verdict_yet(bundled) -> None:
    job = Job(induction_runs.steps(1), kind=induction_runs.KIND, history=list(bundled.history))
    assert induction_curves.verdict_of(job) is None
    job.state = "done"
    assert induction_curves.verdict_of(job) == induction_curves.verdict_of(None)


def test_lines_of_the_charts_are_what_was_measured(bundled) -> None:
    last = bundled.history[-1]
    loss, matching, previous = induction_curves.chart_list()
    values = [line.value(last) for line in loss.lines]
    assert values == [last.copying.first_loss, last.copying.again_loss, math.log(26)]
    for chart, scores in ((matching, last.copying.matching), (previous, last.copying.previous)):
        assert [line.value(last) for line in chart.lines] == [*scores[0], *scores[1]]
        assert [line.value(last._replace(copying=None)) for line in chart.lines] == [None] * 4


# Heads on and off.


def test_without_the_head_that_looks_back_nothing_is_copied_and_the_page_says_so(bundled) -> None:
    truth, why = induction_lab.without(bundled.copyist, Head(0, 1))
    assert truth == induction_lab.BREAKS_DOWN
    alone = induction_lab.alone(bundled.copyist)[0][1]
    assert alone > BLIND
    assert f"to {alone:.2f}, worse than blind guessing (3.26)" in why


def test_a_head_that_does_neither_is_hardly_missed(bundled) -> None:
    assert induction_lab.without(bundled.copyist, Head(1, 0))[0] == induction_lab.GOES_ON


def test_the_sentence_beside_the_bars_has_the_numbers_of_the_bars(bundled) -> None:
    off = (Head(0, 1), Head(1, 1))
    now = induction_lab.standing(bundled.copyist, off)
    sentence = induction_lab.reading(bundled.copyist, off)
    assert sentence.startswith("Without layer 1, head 2 and layer 2, head 2: ")
    assert f"{now.again_loss:.2f} instead of" in sentence


@pytest.mark.parametrize("text", [induction_lab.STANDARD, "WALTZ OF RUMP, waltzof", "qwertyuiop q"])
def test_letters_that_repeat_are_gone_on_with(bundled, text) -> None:
    done = induction_lab.completed(bundled.copyist, (), text)
    assert done.right is not None
    assert done.right >= induction_lab.WRITES - 2
    assert all(0 < share <= 1 for share in done.probabilities)


def test_without_the_induction_head_they_are_not(bundled) -> None:
    whole = induction_lab.completed(bundled.copyist, (), induction_lab.STANDARD)
    silent = induction_lab.completed(bundled.copyist, (Head(1, 1),), induction_lab.STANDARD)
    assert (whole.written, whole.right) == ("ksmithblac", 10)
    assert silent.right is not None
    assert silent.right < 5


def test_letters_that_do_not_repeat_have_nothing_to_be_right_about(bundled) -> None:
    assert induction_lab.completed(bundled.copyist, (), "abcd").right is None


@pytest.mark.parametrize("text", ["", "123 ?!", "שלום", "🙂"])
def test_a_text_without_letters_is_refused(bundled, text) -> None:
    with pytest.raises(ValueError, match="letters a to z"):
        induction_lab.completed(bundled.copyist, (), text)


def test_a_single_letter_and_a_long_text_are_read(bundled) -> None:
    assert len(induction_lab.completed(bundled.copyist, (), "a").written) == induction_lab.WRITES
    assert len(induction_lab.completed(bundled.copyist, (), "ab" * 500).typed) == 16
