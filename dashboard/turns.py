"""Live runs advance in turns on one thread, whoever started them. Knows no page and no Streamlit.

Wishes are heard between any two turns, so nobody waits longer than one turn and one
step. A run yields one record for each step, or None for a breath: nothing to record, but others
may have a turn. Pages come first: training waits a moment while one is being computed.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from dashboard import memory, surroundings
from dashboard.courtesy import Courtesy, step_back
from dashboard.job import Job, State, Wish, nothing, reason
from dashboard.limits import Allowance, Limits, megabytes

_log = logging.getLogger(__name__)

LOOKERS = 4
"""How many pages look at their runs as often as they like; more take turns at it, so that all of
them together cost a rerun elsewhere no more than these do."""

MOST_STRETCH = 5.0
"""How much more seldom a page looks at its run while a whole class trains, at most."""

_TIDY = 2.0
"""Seconds between two looks whether somebody is still there."""

_GLANCE = 0.005
"""Seconds between two looks whether a run has obeyed."""


class Scheduler:
    """Runs jobs in turns on one thread."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        courtesy: Courtesy | None = None,
        present: Callable[[str], bool] = lambda session: False,
    ) -> None:
        """
        Args:
            limits: how the server is shared.
            courtesy: knows whether a page is being computed.
            present: whether a session still has its page open.
        """
        self.limits = limits or Limits()
        self.allowance = Allowance(self.limits.share)
        self._courtesy = courtesy or Courtesy()
        self._present = present
        self._jobs: dict[str, Job] = {}
        self._steps: dict[str, Iterator[Any]] = {}
        self._around: dict[str, surroundings.Surroundings] = {}
        self._at_turn: Job | None = None
        self._line: list[Job] = []
        """Runs that want to go on; the first ones have the places."""
        self._stayed: dict[str, float] = {}
        """Seconds that each run has computed since it got its place."""
        self._tidied = 0.0
        self._lock = threading.RLock()
        self._work = threading.Event()
        threading.Thread(target=self._loop, name="scheduler", daemon=True).start()

    def start(self, job: Job, *, instead_of: Job | None = None) -> Job:
        """Enter a run; it begins as soon as it has a place.

        Args:
            job: the run.
            instead_of: a run that stops for it.

        Raises:
            ValueError: its browser has no computing time left, or the server no memory.
        """
        with self._lock:
            self.allowance.check(job.owner)
            self._check_memory(job, instead_of)
            if instead_of is not None:
                instead_of.wish = "stop"
            self._jobs[job.id] = job
            self._line.append(job)
        self._work.set()
        return job

    def get(self, job_id: str | None) -> Job | None:
        """The run of that id, or None if there is none (any more)."""
        return self._jobs.get(job_id or "")

    def ask(self, job: Job, wish: Wish) -> None:
        """Tell a run what to do; it obeys after the step it is in, and at once while in none."""
        with self._lock:
            job.wish = wish
            if job.active:
                job.error = ""
                if wish == "pause" and self._at_turn is not job:
                    job.state = "paused"
        job.touch()
        self._work.set()

    def obeyed(self, job: Job, at_most: float) -> bool:
        """Wait until a run does as it was told, but no longer than so many seconds."""
        end = time.monotonic() + at_most
        while not self._content(job) and time.monotonic() < end:
            time.sleep(_GLANCE)
        return self._content(job)

    @staticmethod
    def _content(job: Job) -> bool:
        wanted = {"pause": job.state == "paused", "stop": not job.active}
        return wanted.get(job.wish, job.wish == "run") or not job.active

    def waiting(self, job: Job) -> int:
        """The run's number in the queue, 1 for the next one; 0 while it does not have to wait."""
        line = self._line[:]
        return max(0, line.index(job) + 1 - self.limits.at_once) if job in line else 0

    def pace(self, seconds: float) -> float:
        """Seconds between two looks of a page at its run: more, the more runs are looked at."""
        return seconds * min(MOST_STRETCH, max(1.0, len(self._active()) / LOOKERS))

    def room(self, without: Job | None = None) -> int:
        """Bytes that a further run may hold.

        Args:
            without: a run that would stop for it.
        """
        held = sum(job.memory for job in self._active() if job is not without)
        return max(0, self.limits.memory - held)

    def _check_memory(self, job: Job, instead_of: Job | None) -> None:
        room, whole = self.room(instead_of), self.limits.memory
        if job.memory > whole:
            raise ValueError(
                f"this run would hold {megabytes(job.memory)} of memory, and all runs on this "
                f"server together may hold {megabytes(whole)}; choose a smaller model, batch or "
                "context"
            )
        if job.memory > room:
            raise ValueError(
                f"this run would hold {megabytes(job.memory)} of memory, and the other runs on "
                f"this server leave {megabytes(room)}; choose a model, batch or context that fits "
                "into that, or wait until one of them has ended"
            )

    def _active(self) -> list[Job]:
        with self._lock:
            return [job for job in self._jobs.values() if job.active]

    def _loop(self) -> None:
        step_back()
        while True:
            try:
                worked = self._round()
            except Exception:  # a fault of the scheduler must not stop everybody's training
                _log.exception("a round of turns failed")
                worked = False
            if not worked:
                self._work.wait(0.5 if self._jobs else 5.0)
                self._work.clear()

    def _round(self) -> bool:
        """A turn for each run that has a place, or is asked for one step; True if any computed."""
        self._tidy()
        self._obey()
        chosen = self._line[: self.limits.at_once]
        chosen += [job for job in self._active() if job.wish == "step"]
        worked = False
        for job in chosen:
            with self._lock:
                self._at_turn = job if job.active and job.wish in ("run", "step") else None
            if self._at_turn is not None:
                worked = self._give_turn(job) or worked
            self._at_turn = None
            self._obey()
        self._move_on()
        return worked

    def _obey(self) -> None:
        """Hear every run's wish: stop, pause, or take a place in the line."""
        for job in self._active():
            if job.wish == "stop":
                self._finish(job, "stopped")
            elif job.wish == "pause":
                job.state = "paused"
        with self._lock:
            new = [job for job in self._active() if job not in self._line]
            self._line = [job for job in [*self._line, *new] if job.active and job.wish == "run"]
            for place, job in enumerate(self._line):
                going = place < self.limits.at_once and job.history
                job.state = "running" if going else "queued"

    def _move_on(self) -> None:
        """A run that has had its place for long goes to the end, if others wait."""
        if len(self._line) <= self.limits.at_once:
            return
        for job in self._line[: self.limits.at_once]:  # a copy, so that it may be changed
            if self._stayed.get(job.id, 0.0) > self.limits.stay:
                self._stayed[job.id] = 0.0
                self._line.remove(job)
                self._line.append(job)

    def _give_turn(self, job: Job) -> bool:
        """Let a run make steps for one turn; True if it computed anything."""
        if self.allowance.used_up(job.owner):
            with self._lock:
                if job.wish != "stop":
                    job.wish, job.error = "pause", self.allowance.sentence(job.owner)
            return False
        around = self._around.get(job.id, surroundings.STANDARD)
        try:
            with surroundings.inside(around) as left:
                self._advance(job)
            self._around[job.id] = left()
        except StopIteration:
            self._finish(job, "done")
        except MemoryError:
            job.error = "The server has no memory left for this run; choose a smaller model."
            self._finish(job, "failed")
        except Exception as error:
            _log.info("run %s ended: %s", job.id, error, exc_info=error)
            job.error = reason(error)
            self._finish(job, "failed")
        return True

    def _advance(self, job: Job) -> None:
        """Steps until the turn is over or the wish has changed; raises what the run raises."""
        if job.id not in self._steps:
            self._steps[job.id] = job.make_steps(job)
        steps = self._steps[job.id]
        left = self.limits.turn
        while job.wish in ("run", "step") and left > 0:
            self._courtesy.give_way()
            begun = time.monotonic()
            try:
                record = next(steps)
            finally:
                took = time.monotonic() - begun
                left -= took
                job.seconds += took
                self._stayed[job.id] = self._stayed.get(job.id, 0.0) + took
                self.allowance.spend(job.owner, took)
            if record is None:
                continue
            job.history.append(record)
            with self._lock:
                if job.wish == "step":
                    job.wish = "pause"

    def _finish(self, job: Job, state: State) -> None:
        steps = self._steps.pop(job.id, None)
        close = getattr(steps, "close", None)
        try:
            if close:
                with surroundings.inside(self._around.pop(job.id, surroundings.STANDARD)):
                    close()
        except Exception as error:  # its last words failed; it is over all the same
            _log.info("run %s could not close: %s", job.id, error, exc_info=error)
        job.make_steps = nothing  # lets go of the optimizer and the data it holds
        self._stayed.pop(job.id, None)
        job.state = state

    def _tidy(self) -> None:
        """End runs that nobody has looked at for long; forget ended ones nobody comes back to."""
        now = time.monotonic()
        if now - self._tidied < min(_TIDY, self.limits.orphan_after / 10):
            return
        self._tidied = now
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.watchers -= {one for one in job.watchers.copy() if not self._present(one)}
            if job.watchers:
                job.touch()
            elif job.active and now - job.seen > self.limits.orphan_after:
                self._finish(job, "stopped")
        ended = sorted(
            (job for job in jobs if not job.active), key=lambda job: (not job.watchers, -job.seen)
        )
        held, forgotten = 0, False
        for place, job in enumerate(ended):
            held += job.memory // 2  # its weights and moments, without gradients and activations
            late = now - job.seen > self.limits.forget_after
            if late or place >= self.limits.keep or (place and held > self.limits.kept_memory):
                self._forget(job)
                forgotten = True
        if forgotten:
            memory.give_back()

    def _forget(self, job: Job) -> None:
        with self._lock:
            self._jobs.pop(job.id, None)
        job.products.clear()  # a page that is still open somewhere may hold the job itself
