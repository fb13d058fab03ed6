"""Runs advance in turns, obey, survive, and end."""

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from dashboard import limits
from dashboard.courtesy import PATIENCE, Courtesy
from dashboard.job import Job
from dashboard.limits import Limits
from dashboard.turns import MOST_STRETCH, Scheduler
from llm_core.tokenizers import BPETokenizer

MB = 1024**2


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


def test_a_breath_is_no_record_and_lets_others_have_a_turn(scheduler: Scheduler) -> None:
    def slow(job: Job) -> Iterator[SimpleNamespace | None]:
        for i in range(3):
            for _ in range(10):  # one long step in ten pieces
                time.sleep(0.01)
                yield None
            yield SimpleNamespace(step=i)

    long = scheduler.start(Job(slow, kind="t"))
    short = scheduler.start(Job(counting(20), kind="t"))
    until(lambda: short.state == "done")
    assert len(long.history) < 3
    until(lambda: long.state == "done")
    assert [record.step for record in long.history] == [0, 1, 2]


def test_one_step_goes_on_over_breaths_until_there_is_a_record(scheduler: Scheduler) -> None:
    def breathing(job: Job) -> Iterator[SimpleNamespace | None]:
        for i in range(50):
            for _ in range(5):
                time.sleep(0.01)
                yield None
            yield SimpleNamespace(step=i)

    job = scheduler.start(Job(breathing, kind="t", wish="pause"))
    until(lambda: job.state == "paused")
    for steps in (1, 2):
        scheduler.ask(job, "step")
        until(lambda: job.wish == "pause")
        assert len(job.history) == steps


def test_a_pure_python_trainer_works_in_turns(scheduler: Scheduler) -> None:
    def merging(job: Job) -> Iterator[list[int]]:
        tokenizer = BPETokenizer.train("the cat sat on the mat " * 20, 258)
        yield tokenizer.encode_ordinary("the cat")
        for size in range(260, 270, 2):
            yield BPETokenizer.train("the cat sat on the mat " * 20, size).encode_ordinary("the")

    python = scheduler.start(Job(merging, kind="bpe"))
    other = scheduler.start(Job(counting(30), kind="t"))
    until(lambda: python.state == other.state == "done")
    assert len(python.history) == 6


def test_twenty_runs_are_paused_at_once_and_make_no_step_more() -> None:
    class_of_twenty = Scheduler(Limits(turn=0.1))
    jobs = [class_of_twenty.start(Job(counting(pause=0.02), kind="t")) for _ in range(20)]
    until(lambda: jobs[0].state == "running")
    for job in jobs:
        class_of_twenty.ask(job, "pause")
    assert all(class_of_twenty.obeyed(job, 5) for job in jobs)
    there = [len(job.history) for job in jobs]
    time.sleep(0.2)
    assert [len(job.history) for job in jobs] == there
    for job in jobs:
        class_of_twenty.ask(job, "stop")


def test_a_paused_run_gives_its_place_to_the_next_in_the_queue() -> None:
    one = Scheduler(Limits(turn=0.02, at_once=1))
    first = one.start(Job(counting(), kind="t"))
    second = one.start(Job(counting(), kind="t"))
    until(lambda: first.state == "running")
    assert one.waiting(second) == 1
    one.ask(first, "pause")
    until(lambda: second.state == "running")
    one.ask(first, "run")
    until(lambda: one.waiting(first) == 1)
    for job in (first, second):
        one.ask(job, "stop")


def test_a_long_run_does_not_keep_its_place_while_others_wait() -> None:
    one = Scheduler(Limits(turn=0.01, at_once=1, stay=0.05))
    long = one.start(Job(counting(), kind="t"))
    later = one.start(Job(counting(3), kind="t"))
    until(lambda: later.state == "done")
    there = len(long.history)
    until(lambda: len(long.history) > there)
    one.ask(long, "stop")


def test_a_run_too_large_for_the_rest_of_the_memory_is_refused_with_what_fits() -> None:
    small = Scheduler(Limits(memory=100 * MB))
    first = small.start(Job(counting(), kind="t", memory=70 * MB))
    assert small.room() == 30 * MB
    with pytest.raises(ValueError, match=r"hold 40 MB .* leave 30 MB; .* wait until one"):
        small.start(Job(counting(), kind="t", memory=40 * MB))
    with pytest.raises(ValueError, match=r"together may hold 100 MB; choose a smaller model"):
        small.start(Job(counting(), kind="t", memory=101 * MB))
    second = small.start(Job(counting(), kind="t", memory=90 * MB), instead_of=first)
    until(lambda: first.state == "stopped" and second.state == "running")
    small.ask(second, "stop")
    until(lambda: small.room() == 100 * MB)


def test_a_browser_that_has_had_its_share_is_refused_until_an_hour_has_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = Scheduler(Limits(turn=0.02, share=0.1))
    job = shared.start(Job(counting(), kind="t", owner="me"))
    until(lambda: job.state == "paused")
    assert "which is its share" in job.error
    with pytest.raises(ValueError, match=r"go on in \d+ minutes, or look at a recorded run"):
        shared.start(Job(counting(), kind="t", owner="me"))
    other = shared.start(Job(counting(3), kind="t", owner="you"))
    until(lambda: other.state == "done")
    now = time.monotonic()
    monkeypatch.setattr(limits, "_minute", lambda: int(now // 60) + 61)
    shared.ask(job, "run")
    there = len(job.history)
    until(lambda: len(job.history) > there)
    shared.ask(job, "stop")


class Weights:
    """Stands for a model, an optimizer, the data: something large."""

    itself: object = None


def test_the_more_runs_go_on_the_more_seldom_pages_look() -> None:
    scheduler = Scheduler(Limits(turn=0.02, at_once=4))
    assert scheduler.pace(0.5) == 0.5
    class_ = [scheduler.start(Job(counting(), kind="t")) for _ in range(8)]
    assert scheduler.pace(0.5) == 1.0
    class_ += [scheduler.start(Job(counting(), kind="t")) for _ in range(40)]
    assert scheduler.pace(0.5) == 0.5 * MOST_STRETCH
    for job in class_:
        scheduler.ask(job, "stop")


def test_an_ended_run_lets_go_of_everything_but_its_products(scheduler: Scheduler) -> None:
    held: dict[str, weakref.ref[Weights]] = {}

    def steps(job: Job) -> Iterator[SimpleNamespace]:
        optimizer, model, snapshot = Weights(), Weights(), Weights()
        held.update(
            optimizer=weakref.ref(optimizer), model=weakref.ref(model), kept=weakref.ref(snapshot)
        )
        job.products["snapshot"] = snapshot
        for i in range(5):
            yield SimpleNamespace(step=i)
        if job.kind == "bad":
            raise MemoryError
        assert optimizer
        assert model

    for kind in ("good", "bad"):
        job = scheduler.start(Job(steps, kind=kind))
        until(lambda job=job: not job.active)
        until(lambda: held["optimizer"]() is None and held["model"]() is None)
        assert held["kept"]() is job.products["snapshot"]
    assert "no memory left" in job.error


def test_torchs_own_way_to_say_that_memory_is_out_is_understood(scheduler: Scheduler) -> None:
    def steps(job: Job) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(step=0)
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: not enough memory"
        )

    job = scheduler.start(Job(steps, kind="t"))
    until(lambda: job.state == "failed")
    assert job.error == "The server has no memory left for this run; choose a smaller model."


def test_a_run_stays_while_somebodys_page_is_open_and_is_forgotten_after_they_left() -> None:
    here = {"session"}
    short = Scheduler(
        Limits(turn=0.02, orphan_after=0.1, forget_after=0.3), present=here.__contains__
    )
    job = short.start(Job(counting(10), kind="t"))
    job.watchers.add("session")
    job.products["model"] = Weights()
    model = weakref.ref(job.products["model"])
    until(lambda: job.state == "done")
    time.sleep(0.5)
    assert short.get(job.id) is job
    here.clear()
    until(lambda: short.get(job.id) is None)
    assert model() is None


def test_what_a_forgotten_run_left_in_a_circle_is_collected_without_waiting_for_python() -> None:
    short = Scheduler(Limits(turn=0.02, orphan_after=0.1, forget_after=0.1))
    job = short.start(Job(counting(1), kind="t"))
    circle = job.products["model"] = Weights()
    circle.itself = circle
    left = weakref.ref(circle)
    del circle
    gc.disable()
    try:
        until(lambda: short.get(job.id) is None)
        until(lambda: left() is None)
    finally:
        gc.enable()


def test_ended_runs_nobody_looks_at_make_way_when_they_hold_too_much() -> None:
    here = {"session"}
    few = Scheduler(
        Limits(turn=0.02, kept_memory=50 * MB, orphan_after=2), present=here.__contains__
    )
    looked_at = few.start(Job(counting(1), kind="t", memory=60 * MB))
    looked_at.watchers.add("session")
    left = [few.start(Job(counting(1), kind="t", memory=60 * MB)) for _ in range(3)]
    until(lambda: sum(few.get(job.id) is not None for job in left) == 0)
    assert few.get(looked_at.id) is looked_at


def test_training_waits_while_a_page_is_computed_but_not_for_long() -> None:
    courtesy = Courtesy()
    ready = threading.Event()
    page = threading.Thread(target=lambda: (courtesy.page_begins(), ready.wait(5)))
    page.start()
    until(lambda: courtesy._busy())
    begun = time.monotonic()
    courtesy.give_way()
    assert time.monotonic() - begun >= PATIENCE  # the page goes on, and so does training
    ready.set()
    page.join()
    assert not courtesy._busy()
