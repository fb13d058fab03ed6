"""A run that was interrupted, saved and opened goes on as if nothing had happened."""

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from dashboard.corpus_choice import Corpus
from dashboard.job import records
from dashboard.jobs import Job
from dashboard.lessons.pretraining import plans, resume, runs
from dashboard.lessons.pretraining.plans import Settings
from dashboard.lessons.pretraining.resume import Standing
from dashboard.lessons.pretraining.speed import Speed
from llm_core import corpus
from llm_core.checkpoints import checkpoint_bytes, load_checkpoint
from llm_core.optimizers import OPTIMIZERS
from llm_core.training import DivergedError, TrainStep

SHORT = Settings(steps=24, batch_size=8, context_length=32, eval_freq=5, drop_rate=0.2, warmup=0.25)
"""Dropout draws; an epoch has 31 batches or, with GPT-2's tokens, fewer than there are steps."""


def made(text: str, title: str = "a text") -> plans.Material:
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return plans.material(Corpus("Paste", title, text, digest), plans.OWN)


STORY = corpus.story()[:9000]
"""Short, so that an epoch ends within the run."""


def begun(settings: Settings, standing: Standing | None = None) -> tuple[Job, Iterator[TrainStep]]:
    ready = standing.ready if standing else made(STORY)
    planned = plans.plan(ready, settings)
    job = Job(
        runs.steps(ready, settings, planned, "The lamp", Speed(), standing), kind="pretraining"
    )
    return job, records(job.make_steps(job))


def finished(job: Job, stream: Iterator[TrainStep]) -> Job:
    job.history.extend(stream)
    return job


def standing_of(job: Job) -> Standing:
    standing: Standing = job.products["standing"]
    return standing


def weights(job: Job) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = job.products["model"].model.state_dict()
    return found


def same(first: Job, second: Job) -> bool:
    """Whether both have the same curve and the same model, to the last bit."""
    ours, theirs = weights(first), weights(second)
    assert first.history == second.history
    return all(torch.equal(ours[name], theirs[name]) for name in ours)


def stopped_after(settings: Settings, steps: int) -> Job:
    job, stream = begun(settings)
    job.history.extend(islice(stream, steps))
    stream.close()  # type: ignore[attr-defined]
    return job


@pytest.mark.parametrize("rule", OPTIMIZERS)
@pytest.mark.parametrize("steps", [7, 20])
def test_a_run_saved_and_opened_equals_one_that_was_never_interrupted(
    rule: str, steps: int
) -> None:
    settings = replace(SHORT, optimizer=rule)
    whole = finished(*begun(settings))
    epoch = max(record.epoch for record in whole.history)
    assert epoch >= 1
    stopped = stopped_after(settings, steps)
    content = resume.as_file(standing_of(stopped), stopped.seconds)
    del stopped
    again = resume.opened(content, made("something else " * 50).text)
    assert again.settings == settings
    assert again.state.next_step == steps
    assert same(finished(*begun(settings, again)), whole)


def test_a_stopped_run_goes_on_in_place_and_keeps_its_beginning_and_its_samples() -> None:
    whole = finished(*begun(SHORT))
    stopped = stopped_after(SHORT, 13)
    again = finished(*begun(SHORT, standing_of(stopped)))
    assert same(again, whole)
    assert next(iter(again.products["samples"])).step == 13


def test_a_finished_run_goes_on_with_more_steps_as_if_they_had_been_asked_for_at_once() -> None:
    constant = replace(SHORT, decay="constant", warmup=0.0)
    whole = finished(*begun(replace(constant, steps=40)))
    part = finished(*begun(constant))
    longer = resume.with_steps(standing_of(part), 40)
    again = finished(*begun(longer.settings, longer))
    unmeasured = [(one._replace(train_loss=None, val_loss=None)) for one in again.history]
    assert unmeasured == [one._replace(train_loss=None, val_loss=None) for one in whole.history]
    assert all(torch.equal(weights(again)[name], weights(whole)[name]) for name in weights(whole))
    with pytest.raises(ValueError, match="has made 40 steps already"):
        resume.with_steps(standing_of(again), 40)


def test_a_run_saved_while_it_goes_on_is_whole_and_takes_part_in_no_half_step() -> None:
    settings = replace(SHORT, steps=60)
    whole = finished(*begun(settings))
    job, stream = begun(settings)
    next(stream)
    training = threading.Thread(target=lambda: job.history.extend(stream))
    training.start()
    files = []
    while training.is_alive() and len(files) < 6:
        files.append(resume.as_file(standing_of(job), 0.0))
        time.sleep(0.02)
    training.join()
    assert len(files) == 6
    assert [one.step for one in job.history] == list(range(1, 60))
    for content in files[::2]:
        again = resume.opened(content, made(STORY).text)
        assert same(finished(*begun(settings, again)), whole)


def test_a_run_on_the_servers_disk_is_the_newest_and_old_ones_make_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "FOLDER", tmp_path)
    monkeypatch.setattr(resume, "KEPT", 2)
    job, stream = begun(SHORT)
    assert resume.kept("me") is None
    for steps in (3, 5):
        job.history.extend(islice(stream, steps))
        resume.keep(standing_of(job), 1.5, "me")
    path = resume.kept("me")
    assert path is not None
    saved = resume.described(load_checkpoint(path))
    assert saved is not None
    assert (saved.step, saved.title) == (8, "a text")
    assert resume.opened(path, made(STORY).text).seconds == 1.5
    for other in ("second", "third"):
        resume.keep(standing_of(job), 1.5, other)
    assert resume.kept("me") is None
    monkeypatch.setattr(resume, "LARGEST_KEPT", 1000)
    with pytest.raises(ValueError, match="save it on your own computer"):
        resume.keep(standing_of(job), 1.5, "me")


def test_a_long_text_stays_out_of_the_file_and_is_asked_for_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resume, "SHORT_TEXT", 100)
    stopped = stopped_after(SHORT, 5)
    content = resume.as_file(standing_of(stopped), 0.0)
    assert STORY[:200].encode() not in content
    with pytest.raises(ValueError, match=r"learns from “a text”.*choose that text at the top"):
        resume.opened(content, made("something else " * 50).text)
    assert same(
        finished(*begun(SHORT, resume.opened(content, made(STORY).text))),
        finished(*begun(SHORT)),
    )


def test_a_diverged_run_leaves_nothing_to_go_on_from() -> None:
    job, stream = begun(replace(SHORT, learning_rate=1.0, warmup=0.0, steps=200))
    with pytest.raises(DivergedError):
        finished(job, stream)
    assert "standing" not in job.products


def test_a_model_alone_is_no_run() -> None:
    model = stopped_after(SHORT, 2).products["model"].model
    content = checkpoint_bytes(model)
    assert resume.described(load_checkpoint(content)) is None
    with pytest.raises(ValueError, match="start a new run"):
        resume.opened(content, made(STORY).text)


def damaged(change: dict[str, Any]) -> bytes:
    job = stopped_after(replace(SHORT, steps=3), 3)
    standing = standing_of(job)
    model, optimizer, tokenizer, random_state, facts = resume._parts(standing, 0.0)
    facts["run"] |= change
    return checkpoint_bytes(model, optimizer, tokenizer, random_state, facts)


@pytest.mark.parametrize(
    "change",
    [
        {"settings": {"size": "Tiny", "steps": "many"}},
        {"settings": {"a stranger": 1}},
        {"settings": {"size": "Small"}},
        {"settings": None},
        {"state": {"next_step": 2}},
        {"state": {}},
        {"history": torch.zeros(2, 3)},
        {"history": 7},
        {"text": "another text, long enough to be one"},
        {"text": 5},
        {"seconds": "long"},
    ],
)
def test_a_damaged_run_is_refused_in_one_sentence(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"damaged|unknown|could not convert"):
        resume.opened(damaged(change), made(STORY).text)
