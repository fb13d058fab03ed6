"""Runs advance in turns, obey, survive, and end."""

import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from dashboard.limits import Limits
from dashboard.turns import Job, Scheduler


def counting(
    limit: int = 10**9, pause: float = 0.002
) -> Callable[[Job], Iterator[SimpleNamespace]]:
    def steps(job: Job) -> Iterator[SimpleNamespace]:
        for i in range(limit):
            time.sleep(pause)
            yield SimpleNamespace(step=i)

    return steps


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    made = Scheduler(Limits(turn=0.02, orphan_after=60))
    yield made
    for job in list(made._jobs.values()):
        made.ask(job, "stop")


def test_a_run_ends_by_itself_with_all_its_steps(scheduler: Scheduler) -> None:
    job = scheduler.start(Job(counting(5), kind="t"))
    until(lambda: job.state == "done")
    assert [r.step for r in job.history] == [0, 1, 2, 3, 4]


def test_pause_stops_the_steps_and_going_on_loses_none(scheduler: Scheduler) -> None:
    job = scheduler.start(Job(counting(), kind="t"))
    until(lambda: len(job.history) > 3)
    scheduler.ask(job, "pause")
    until(lambda: job.state == "paused")
    there = len(job.history)
    time.sleep(0.1)
    assert len(job.history) == there
    scheduler.ask(job, "run")
    until(lambda: len(job.history) > there + 3)
    assert [r.step for r in job.history] == list(range(len(job.history)))


def test_one_step_is_one_step(scheduler: Scheduler) -> None:
    job = scheduler.start(Job(counting(), kind="t"))
    scheduler.ask(job, "pause")
    until(lambda: job.state == "paused")
    there = len(job.history)
    scheduler.ask(job, "step")
    until(lambda: len(job.history) == there + 1)
    time.sleep(0.1)
    assert len(job.history) == there + 1


def test_two_runs_share_the_time(scheduler: Scheduler) -> None:
    first = scheduler.start(Job(counting(), kind="t"))
    second = scheduler.start(Job(counting(), kind="t"))
    until(lambda: len(first.history) + len(second.history) > 120)
    assert 0.5 < len(first.history) / len(second.history) < 2


def test_a_failing_run_says_why_and_leaves_the_others_alone(scheduler: Scheduler) -> None:
    def bad(job: Job) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(step=0)
        raise ValueError("the text is shorter than one window; paste more text")

    good = scheduler.start(Job(counting(), kind="t"))
    job = scheduler.start(Job(bad, kind="t"))
    until(lambda: job.state == "failed")
    assert job.error == "the text is shorter than one window; paste more text"
    assert len(job.history) == 1
    there = len(good.history)
    until(lambda: len(good.history) > there)


def test_a_run_nobody_looks_at_ends() -> None:
    short = Scheduler(Limits(turn=0.02, orphan_after=0.15))
    job = short.start(Job(counting(), kind="t"))
    until(lambda: job.state == "stopped")


def test_a_looked_at_run_goes_on() -> None:
    short = Scheduler(Limits(turn=0.02, orphan_after=0.3))
    job = short.start(Job(counting(), kind="t"))
    for _ in range(30):
        job.touch()
        time.sleep(0.02)
    assert job.active
    short.ask(job, "stop")


def test_runs_beyond_the_places_wait_in_a_queue_and_then_come_in() -> None:
    one = Scheduler(Limits(turn=0.02, at_once=1))
    first = one.start(Job(counting(), kind="t"))
    until(lambda: first.state == "running")
    second = one.start(Job(counting(3), kind="t"))
    third = one.start(Job(counting(3), kind="t"))
    until(lambda: len(first.history) > 5)
    assert second.state == third.state == "queued"
    assert (one.waiting(first), one.waiting(second), one.waiting(third)) == (0, 1, 2)
    one.ask(first, "stop")
    until(lambda: second.state == third.state == "done")


def test_an_ended_run_lets_go_of_what_its_generator_held(scheduler: Scheduler) -> None:
    closed = threading.Event()

    def steps(job: Job) -> Iterator[SimpleNamespace]:
        try:
            while True:
                yield SimpleNamespace(step=0)
        finally:
            closed.set()

    job = scheduler.start(Job(steps, kind="t"))
    until(lambda: len(job.history) > 0)
    scheduler.ask(job, "stop")
    assert closed.wait(5)


def test_only_so_many_ended_runs_are_kept() -> None:
    few = Scheduler(Limits(turn=0.02, keep=3))
    for _ in range(6):
        job = few.start(Job(counting(1), kind="t"))
        until(lambda job=job: job.state == "done")
    until(lambda: len(few._jobs) <= 3)
