"""A run's numbers are its own: alone or among others, in one go or in pieces, they are the same."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from dashboard import dataset_choice, surroundings
from dashboard.job import Job
from dashboard.lessons.classify import runs as classification_runs
from dashboard.lessons.pretraining import plans, runs
from dashboard.lessons.pretraining.plans import Settings
from dashboard.lessons.pretraining.speed import Speed
from dashboard.limits import Limits
from dashboard.turns import Scheduler
from llm_core import corpus
from llm_core.random_state import RandomState
from tests.dashboard.test_jobs import until
from tests.dashboard.test_pretraining_runs import made

DROPPING = Settings(steps=24, batch_size=4, context_length=32, eval_freq=5, drop_rate=0.2)

Steps = Callable[[Job], Iterator[Any]]


@pytest.fixture(autouse=True)
def afterwards_as_before() -> Iterator[None]:
    """What the tests of this file set for the whole process does not reach other files."""
    before = surroundings.now()
    yield
    torch.set_num_threads(before.threads)  # in any case: new threads take what was set last
    surroundings.set_to(before)


def pretraining(settings: Settings = DROPPING) -> Steps:
    ready = made(corpus.story())
    return runs.steps(ready, settings, plans.plan(ready, settings), "The lamp", Speed())


def classifying() -> Steps:
    rows = tuple(corpus.Message(("ham", "spam")[i % 2], f"call me {i} at noon") for i in range(80))
    split = classification_runs.balanced(dataset_choice.Examples("x", "few", rows, "few")).split
    settings = classification_runs.Settings(batch_size=8, max_length=16, epochs=2)
    return classification_runs.make_steps(split, settings)


def careless(job: Job) -> Iterator[SimpleNamespace]:
    """A run that draws from everybody's stream and changes whatever torch lets it change."""
    for i in range(200):
        torch.rand(3)
        torch.manual_seed(i)
        torch.set_num_threads(2)
        torch.set_grad_enabled(False)
        torch.set_float32_matmul_precision("medium")
        yield SimpleNamespace(step=i)


def numbers(job: Job) -> tuple[list[tuple[Any, ...]], list[bytes]]:
    """Every number of the curves, and every weight of the last snapshot, to the last bit."""
    weights = job.products["snapshot"].model.state_dict().values()
    return (
        [tuple(repr(value) for value in record) for record in job.history],
        [weight.contiguous().numpy().tobytes() for weight in weights],
    )


def alone(steps: Steps) -> Job:
    scheduler = Scheduler(Limits(turn=60))
    job = scheduler.start(Job(steps, kind="t"))
    until(lambda: not job.active, 60)
    assert job.state == "done", job.error
    return job


@pytest.fixture(scope="module")
def lone() -> tuple[list[tuple[Any, ...]], list[bytes]]:
    return numbers(alone(pretraining()))


def test_a_run_among_others_of_all_kinds_is_the_lone_run_to_the_last_bit(lone: Any) -> None:
    scheduler = Scheduler(Limits(turn=0.001, at_once=20))
    same = [scheduler.start(Job(pretraining(), kind="t")) for _ in range(4)]
    other = scheduler.start(Job(pretraining(replace(DROPPING, seed=7)), kind="t"))
    classify = scheduler.start(Job(classifying(), kind="c"))
    loud = scheduler.start(Job(careless, kind="x"))
    until(lambda: not any(job.active for job in [*same, other, classify, loud]), 90)
    assert [job.error for job in [*same, other, classify]] == [""] * 6
    assert all(numbers(job) == lone for job in same)
    assert numbers(other) != lone
    assert numbers(classify) == numbers(alone(classifying()))


def test_a_run_paused_stepped_and_gone_on_with_is_the_run_in_one_go(lone: Any) -> None:
    scheduler = Scheduler(Limits(turn=0.001))
    job = scheduler.start(Job(pretraining(), kind="t"))
    until(lambda: len(job.history) > 3, 30)
    scheduler.ask(job, "pause")
    until(lambda: job.state == "paused")
    for _ in range(3):
        there = len(job.history)
        scheduler.ask(job, "step")
        until(lambda there=there: len(job.history) == there + 1, 30)
    scheduler.ask(job, "run")
    until(lambda: job.state == "done", 60)
    assert numbers(job) == lone


def test_a_page_that_draws_and_computes_meanwhile_changes_nothing(lone: Any) -> None:
    over = threading.Event()

    def page() -> None:
        while not over.is_set():
            torch.set_num_threads(2)
            with RandomState(0).borrowed():
                torch.rand(64, 64) @ torch.rand(64, 64)
            time.sleep(0.001)

    reader = threading.Thread(target=page)
    reader.start()
    try:
        job = alone(pretraining())
    finally:
        over.set()
        reader.join()
    assert numbers(job) == lone


def test_a_run_gets_its_own_surroundings_back_at_every_turn() -> None:
    met: list[tuple[bool, int]] = []

    def steps(job: Job) -> Iterator[SimpleNamespace]:
        torch.set_grad_enabled(False)
        for i in range(30):
            met.append((torch.is_grad_enabled(), torch.get_num_threads()))
            yield SimpleNamespace(step=i)

    scheduler = Scheduler(Limits(turn=0.0001))
    loud = scheduler.start(Job(careless, kind="x"))
    job = scheduler.start(Job(steps, kind="t"))
    until(lambda: job.state == loud.state == "done")
    assert set(met) == {(False, surroundings.STANDARD.threads)}
