"""One live run, as its page and the scheduler know it.

The page writes what it wishes (`run`, `pause`, `step`, `stop`); only the scheduler (`turns.py`)
writes what is (`state`).
"""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Wish = Literal["run", "pause", "step", "stop"]
State = Literal["queued", "running", "paused", "done", "stopped", "failed"]


@dataclass(eq=False)
class Job:
    """One run.

    `history` holds one record for each step and only grows; read it as `job.history[:]`.
    `products` holds what the run made for the page to use: the model, the tokenizer, samples.
    """

    make_steps: Callable[["Job"], Iterator[Any]]
    """Called once, on the scheduler's thread; yields a record for each step, None for a breath."""
    kind: str
    """The stage that started it."""
    settings: dict[str, Any] = field(default_factory=dict)
    """What a reader needs to start the same run again."""
    total: int | None = None
    """How many steps it will take, if known."""
    owner: str = ""
    """The browser that started it: the only one whose buttons move it."""
    memory: int = 0
    """Bytes it holds in the middle of a step, by estimate."""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(6))
    wish: Wish = "run"
    state: State = "queued"
    history: list[Any] = field(default_factory=list)
    products: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    """Why it ended early, or what keeps it from going on."""
    seconds: float = 0.0
    """Time spent computing, without pauses and other runs' turns."""
    seen: float = field(default_factory=time.monotonic)
    watchers: set[str] = field(default_factory=set)
    """Sessions that have looked at it."""

    @property
    def active(self) -> bool:
        """Whether it can still make steps."""
        return self.state in ("queued", "running", "paused")

    def touch(self) -> None:
        """Somebody is looking at it."""
        self.seen = time.monotonic()


def records(steps: Iterator[Any]) -> Iterator[Any]:
    """A run's records without its breaths, for whoever reads it outside a scheduler."""
    try:
        yield from (record for record in steps if record is not None)
    finally:
        close = getattr(steps, "close", None)
        if close:
            close()


def reason(error: Exception) -> str:
    """What a run's error means for whoever started it."""
    if "alloc" in str(error) and "memory" in str(error):  # torch has no exception of its own
        return "The server has no memory left for this run; choose a smaller model."
    return str(error) or type(error).__name__


def nothing(job: Job) -> Iterator[Any]:
    """No steps: what a run's own steps are replaced by when it is over."""
    return iter(())
