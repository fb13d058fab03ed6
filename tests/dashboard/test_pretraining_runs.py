"""Runs of the pretraining page: cost, refusals, the same curve again, what is kept."""

import hashlib
import math
import re
from dataclasses import replace

import pytest

from dashboard import own_run
from dashboard.corpus_choice import Corpus
from dashboard.job import records
from dashboard.jobs import Job
from dashboard.lessons.pretraining import plans as pretraining_plans
from dashboard.lessons.pretraining import runs as pretraining_runs
from dashboard.lessons.pretraining import surprise
from dashboard.lessons.pretraining import views as pretraining_views
from dashboard.lessons.pretraining.plans import GPT2, LARGEST, Settings
from dashboard.lessons.pretraining.speed import Costs, Speed
from llm_core import corpus
from llm_core.optimizers import OPTIMIZERS
from llm_core.schedules import Decay
from llm_core.training import DivergedError, TrainStep

SHORT = Settings(steps=12, batch_size=2, context_length=16, eval_freq=4)


def made(text: str, vocabulary: str = pretraining_plans.OWN) -> pretraining_plans.Material:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return pretraining_plans.material(Corpus("Paste", "a text", text, digest), vocabulary)


def ran(settings: Settings, text: str | None = None) -> Job:
    ready = made(text or corpus.story())
    planned = pretraining_plans.plan(ready, settings)
    job = Job(
        pretraining_runs.steps(ready, settings, planned, "The lamp", Speed()),
        kind="pretraining",
    )
    for record in records(job.make_steps(job)):
        job.history.append(record)
    return job


def test_the_same_settings_give_the_same_curve_and_the_same_samples() -> None:
    first, second = ran(SHORT), ran(SHORT)
    assert first.history == second.history
    assert first.products["samples"] == second.products["samples"]
    assert ran(replace(SHORT, seed=7)).history != first.history


def test_samples_do_not_disturb_the_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = ran(replace(SHORT, drop_rate=0.2))
    monkeypatch.setattr(pretraining_runs, "SAMPLES", 1)
    assert ran(replace(SHORT, drop_rate=0.2)).history == quiet.history


def test_a_run_begins_at_blind_guessing_and_gets_better() -> None:
    history = ran(replace(SHORT, steps=60)).history
    assert history[0].loss == pytest.approx(math.log(512), rel=0.05)
    assert history[-1].loss < history[0].loss - 1


def test_both_evaluation_curves_reach_the_last_step() -> None:
    whole, part = ran(SHORT).history, ran(replace(SHORT, steps=11, warmup=0.0)).history
    assert [r.step for r in whole if r.val_loss is not None] == [0, 4, 8, 11]
    assert [r.step for r in part if r.val_loss is not None] == [0, 4, 8, 10]


def test_what_a_run_keeps_is_a_copy_that_further_steps_leave_alone() -> None:
    ready = made(corpus.story())
    planned = pretraining_plans.plan(ready, SHORT)
    job = Job(
        pretraining_runs.steps(ready, SHORT, planned, "a", Speed()),
        kind="pretraining",
    )
    stream = records(job.make_steps(job))
    next(stream)
    kept = job.products["model"].model.tok_emb.weight
    before = kept.clone()
    next(stream)
    assert kept.equal(before)
    stream.close()
    assert job.products["model"].name.endswith("step 2")  # a stopped run keeps its last state
    assert not job.products["model"].model.tok_emb.weight.equal(before)


def test_too_large_a_learning_rate_ends_the_run_with_a_lesson_and_keeps_what_was_before() -> None:
    ready = made(corpus.story())
    settings = replace(SHORT, learning_rate=1.0, steps=200, warmup=0.0)
    planned = pretraining_plans.plan(ready, settings)
    job = Job(
        pretraining_runs.steps(ready, settings, planned, "a", Speed()),
        kind="pretraining",
    )
    with pytest.raises(DivergedError, match="Choose a learning rate below 1"):
        for _ in job.make_steps(job):
            pass
    assert job.products["model"].model.tok_emb.weight.isfinite().all()


@pytest.mark.parametrize("text", ["a", "two words", "word " * 60])
def test_a_text_shorter_than_a_window_is_refused_with_both_numbers(text: str) -> None:
    ready = made(text)
    with pytest.raises(ValueError, match=r"has \d+ tokens, and one window .* needs 65"):
        pretraining_plans.plan(ready, Settings())


def test_a_batch_larger_than_the_text_is_refused() -> None:
    ready = made(corpus.story()[:3000])
    with pytest.raises(ValueError, match="one batch takes 32"):
        pretraining_plans.plan(ready, Settings(batch_size=32))


def test_a_model_beyond_the_budget_is_refused_with_what_would_fit() -> None:
    ready = made(corpus.story(), GPT2)
    with pytest.raises(ValueError, match=r"may take 600 MB; Small would need \d+ MB"):
        pretraining_plans.plan(ready, Settings(size=LARGEST))
    assert pretraining_plans.plan(ready, Settings(size="Tiny")).parameters > 6_000_000


@pytest.mark.parametrize(("batch", "length"), [(32, 256), (8, 64), (1, 8)])
def test_what_is_said_to_fit_does_fit(batch: int, length: int) -> None:
    settings = Settings(size=LARGEST, batch_size=batch, context_length=length)
    with pytest.raises(ValueError, match="a run here") as refused:
        pretraining_plans.plan(made(corpus.story(), GPT2), settings)
    named = re.search(r"would need (\d+) MB", str(refused.value))
    assert int(named[1]) <= 600 if named else "choose a smaller batch" in str(refused.value)


def test_whoever_runs_the_server_can_allow_larger_models(monkeypatch: pytest.MonkeyPatch) -> None:
    largest = Settings(size=LARGEST)
    ready = made(corpus.story(), GPT2)
    with pytest.raises(ValueError, match="start the server with a larger RUNS_MEMORY_MB"):
        pretraining_plans.plan(ready, largest)
    monkeypatch.setattr(pretraining_plans, "budget", lambda: 8 * 1024**3)
    planned = pretraining_plans.plan(ready, largest)
    assert planned.parameters > 160_000_000
    assert planned.seconds > 60


def test_the_middle_size_is_the_course_of_six_blocks() -> None:
    planned = pretraining_plans.plan(made(corpus.story()), Settings(size="Middle", batch_size=4))
    assert (planned.config.emb_dim, planned.config.n_heads, planned.config.n_layers) == (256, 8, 6)
    assert pretraining_plans.CONTEXTS["Middle"] == 256


def test_the_time_said_before_grows_with_the_steps_and_follows_what_a_run_took() -> None:
    work = SHORT.work(512)
    machine = Speed({work.kind: Costs(operation=1e-10, block=1e-5)})
    short, long = machine.seconds(work, 100), machine.seconds(work, 1000)
    assert 9 * short < long < 10 * short
    machine.learn(work, 100, 2 * short)
    assert machine.seconds(work, 100) == pytest.approx(2 * short)


def test_each_kind_of_work_is_measured_once_on_this_machine() -> None:
    machine, work = Speed(), SHORT.work(512)
    assert machine.seconds(work, 100) > 0
    measured = dict(machine.costs)
    assert machine.seconds(work._replace(batch_size=7), 100) > 0
    assert machine.costs == measured
    machine.seconds(work._replace(optimizer="SGD"), 100)
    assert len(machine.costs) == 2


@pytest.mark.parametrize("decay", ["cosine", "linear", "stable", "constant"])
def test_a_run_follows_the_schedule_that_the_page_draws(decay: Decay) -> None:
    settings = replace(SHORT, decay=decay, warmup=0.25, initial_share=0.5, decay_share=0.5)
    schedule = settings.schedule()
    assert [r.learning_rate for r in ran(settings).history] == [schedule(n) for n in range(12)]
    assert (schedule(0), schedule(3)) == (settings.learning_rate / 2, settings.learning_rate)


@pytest.mark.parametrize("rule", OPTIMIZERS)
def test_each_optimizer_draws_a_curve_of_its_own_and_the_same_one_again(rule: str) -> None:
    first = ran(replace(SHORT, optimizer=rule)).history
    assert ran(replace(SHORT, optimizer=rule)).history == first
    assert (first == ran(SHORT).history) == (rule == "AdamW")


def test_the_loss_of_a_sentence_is_the_mean_of_its_cells() -> None:
    ready = made(corpus.story())
    cells = surprise.of_sentence(pretraining_plans.newborn(ready), "The lamp went out")
    assert cells.loss == pytest.approx(sum(cells.losses) / len(cells.losses), rel=1e-5)
    assert [math.exp(-x) for x in cells.losses] == pytest.approx(cells.probabilities, rel=1e-4)
    assert cells.blind == pytest.approx(math.log(cells.vocab_size))


def test_a_sentence_of_one_token_has_no_loss() -> None:
    with pytest.raises(ValueError, match="at least two words"):
        surprise.of_sentence(pretraining_plans.newborn(made(corpus.story())), "a")


def measured(*losses: float) -> list[TrainStep]:
    return [TrainStep(i, 0, 0, 0, x, 0.1, 1.0, False, x, x) for i, x in enumerate(losses)]


def test_the_fate_of_a_run_is_read_from_its_curve() -> None:
    assert pretraining_views.fate(measured(6, 5, 4, 3.9)) == pretraining_views.BOTH_FALL
    assert pretraining_views.fate(measured(6, 4, 4.2, 5)) == pretraining_views.TURNS_BACK
    assert pretraining_views.fate(measured(6, 5.9, 6, 6)) == pretraining_views.STAYS
    assert pretraining_views.fate(measured(6, 5)) is None


def test_a_saved_model_opens_again_as_it_was() -> None:
    loaded = ran(SHORT).products["model"]
    opened = own_run.open_file(own_run.as_file(loaded))
    assert opened.config == loaded.config
    assert opened.end_of_text == loaded.end_of_text
    assert opened.model.out_head.weight.equal(loaded.model.out_head.weight)
    words = "The keeper"
    assert opened.tokenizer.encode_ordinary(words) == loaded.tokenizer.encode_ordinary(words)
    assert not opened.model.training
