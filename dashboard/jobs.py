"""Live training runs: they belong to the server, advance in turns, and survive page changes.

One thread gives each active run about a tenth of a second in turn. The page only writes what it
wishes (`run`, `pause`, `step`, `stop`); only the scheduler writes what is (`state`). A run that
nobody has looked at for a while ends and gives its memory back. `Scheduler` knows no page; the
functions below it tie a run to the session and to the link.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import streamlit as st

from dashboard import session

_log = logging.getLogger(__name__)

Wish = Literal["run", "pause", "step", "stop"]
State = Literal["queued", "running", "paused", "done", "stopped", "failed"]


@dataclass(eq=False)
class Job:
    """One run.

    `history` holds one record for each step and only grows; read it as `job.history[:]`.
    `products` holds what the run made for the page to use: the model, the tokenizer, samples.
    """

    make_steps: Callable[["Job"], Iterator[Any]]
    """Called once, on the scheduler's thread; yields one record for each step."""
    kind: str
    """The stage that started it."""
    settings: dict[str, Any] = field(default_factory=dict)
    """What a reader needs to start the same run again."""
    total: int | None = None
    """How many steps it will take, if known."""
    owner: str = ""
    """The browser that started it: the only one whose buttons move it."""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(6))
    wish: Wish = "run"
    state: State = "queued"
    history: list[Any] = field(default_factory=list)
    products: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    seconds: float = 0.0
    """Time spent computing, without pauses and other runs' turns."""
    seen: float = field(default_factory=time.monotonic)

    @property
    def active(self) -> bool:
        """Whether it can still make steps."""
        return self.state in ("queued", "running", "paused")

    def touch(self) -> None:
        """Somebody is looking at it."""
        self.seen = time.monotonic()


class Scheduler:
    """Runs jobs in turns on one thread."""

    def __init__(
        self, *, turn: float = 0.1, orphan_after: float = 180.0, at_once: int = 6, keep: int = 48
    ) -> None:
        """
        Args:
            turn: seconds of computing a run gets before the next one has its turn.
            orphan_after: seconds without a look after which a run ends. Browsers slow the timers
                of hidden tabs to one a minute, so this is more than a minute.
            at_once: how many runs share the turns; further ones wait in a visible queue.
            keep: how many ended runs stay readable.
        """
        self._turn, self._orphan_after, self._at_once, self._keep = (
            turn,
            orphan_after,
            at_once,
            keep,
        )
        self._jobs: dict[str, Job] = {}
        self._steps: dict[str, Iterator[Any]] = {}
        self._lock = threading.Lock()
        self._work = threading.Event()
        threading.Thread(target=self._loop, name="scheduler", daemon=True).start()

    def start(self, job: Job) -> Job:
        """Enter a run; it begins as soon as it has a place."""
        with self._lock:
            self._jobs[job.id] = job
            ended = [j for j in self._jobs.values() if not j.active]
            for old in ended[: max(0, len(ended) - self._keep)]:
                del self._jobs[old.id]
        self._work.set()
        return job

    def get(self, job_id: str | None) -> Job | None:
        """The run of that id, or None if there is none (any more)."""
        return self._jobs.get(job_id or "")

    def ask(self, job: Job, wish: Wish) -> None:
        """Tell a run what to do; it obeys at its next step."""
        job.wish = wish
        job.touch()
        self._work.set()

    def ahead(self, job: Job) -> int:
        """How many runs wait in the queue before this one; 0 once it has a place."""
        waiting = [j for j in self._active() if j.state == "queued"]
        return waiting.index(job) if job in waiting else 0

    def _active(self) -> list[Job]:
        with self._lock:
            return [job for job in self._jobs.values() if job.active]

    def _loop(self) -> None:
        while True:
            active = self._active()
            entered = [j for j in active if j.state != "queued"]
            queued = [j for j in active if j.state == "queued"]
            places = max(0, self._at_once - sum(j.state == "running" for j in entered))
            worked = [self._give_turn(job) for job in [*entered, *queued[:places]]]
            for job in queued[places:]:
                if job.wish == "stop" or self._forgotten(job):
                    job.state = "stopped"
            if not any(worked):
                self._work.wait(0.5 if active else 5.0)
                self._work.clear()

    def _forgotten(self, job: Job) -> bool:
        return time.monotonic() - job.seen > self._orphan_after

    def _give_turn(self, job: Job) -> bool:
        """Let a run make steps for one turn; True if it computed anything."""
        if job.wish == "stop" or self._forgotten(job):
            self._finish(job, "stopped")
            return False
        if job.wish == "pause":
            job.state = "paused"
            return False
        begun = time.monotonic()
        try:
            if job.id not in self._steps:
                self._steps[job.id] = job.make_steps(job)
            steps = self._steps[job.id]
            if job.wish == "step":
                job.wish = "pause"
                job.history.append(next(steps))
                return True
            job.state = "running"
            while job.wish == "run" and time.monotonic() - begun < self._turn:
                job.history.append(next(steps))
        except StopIteration:
            self._finish(job, "done")
        except MemoryError:
            job.error = "The server has no memory left for this run; choose a smaller model."
            self._finish(job, "failed")
        except Exception as error:
            _log.info("run %s ended: %s", job.id, error, exc_info=error)
            job.error = str(error) or type(error).__name__
            self._finish(job, "failed")
        finally:
            job.seconds += time.monotonic() - begun
        return True

    def _finish(self, job: Job, state: State) -> None:
        steps = self._steps.pop(job.id, None)
        close = getattr(steps, "close", None)
        if close:
            close()
        job.make_steps = _nothing  # lets go of the optimizer and the data it holds
        job.state = state


def _nothing(job: Job) -> Iterator[Any]:
    return iter(())


@st.cache_resource(show_spinner=False)
def scheduler() -> Scheduler:
    """The server's one scheduler; kept over code reloads."""
    return Scheduler()


def start(
    kind: str,
    make_steps: Callable[[Job], Iterator[Any]],
    *,
    settings: dict[str, Any],
    total: int | None = None,
) -> Job:
    """Start a run for this session; an older one of the same kind stops."""
    old = current(kind)
    if old is not None and old.active and owned(old):
        scheduler().ask(old, "stop")
    job = Job(make_steps, kind=kind, settings=settings, total=total, owner=session.browser())
    scheduler().start(job)
    st.session_state[f"run.{kind}"] = job.id
    st.query_params[f"run.{kind}"] = job.id
    return job


def current(kind: str) -> Job | None:
    """The run on screen: this session's own, or the one a link names. Looking keeps it alive."""
    name = f"run.{kind}"
    linked = st.query_params.get(name)
    job = scheduler().get(st.session_state.get(name)) or scheduler().get(linked)
    if job is None or job.kind != kind:
        if linked is not None:
            st.session_state[f"{name}.gone"] = True
            del st.query_params[name]
        return None
    job.touch()
    if linked != job.id:
        st.query_params[name] = job.id
    st.session_state[name] = job.id
    return job


def gone(kind: str) -> bool:
    """Whether a link named a run of this kind that the server no longer has."""
    return bool(st.session_state.get(f"run.{kind}.gone"))


def owned(job: Job) -> bool:
    """Whether this browser started the run; a link lets others watch it, not steer it."""
    return job.owner == session.browser()
