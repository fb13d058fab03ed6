"""How one server is shared: turns, places, memory, and each browser's computing time.

Every limit has a standard for a server with two cores and 2.7 GB, and can be set by the environment
variable that its description names.
"""

import os
import time
from dataclasses import dataclass

_MB = 1024**2
_MINUTE = 60.0
_HOUR = 60  # minutes


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What runs may take of the server."""

    turn: float = 0.1
    """Seconds of computing a run gets before the next one has its turn."""
    at_once: int = 6
    """How many runs share the turns; further ones wait in a visible queue (RUNS_AT_ONCE)."""
    stay: float = 10.0
    """Seconds of computing after which a run goes to the end of the queue, if there is one."""
    tick: float = 0.7
    """Seconds between two looks of a page at its run (RUNS_TICK); more while many runs go on."""
    orphan_after: float = 180.0
    """Seconds after everybody has left at which a run ends (RUNS_ORPHAN_AFTER)."""
    forget_after: float = 900.0
    """Seconds after everybody has left at which an ended run's model goes (RUNS_FORGET_AFTER)."""
    keep: int = 48
    """How many ended runs stay readable."""
    memory: int = 1200 * _MB
    """Bytes that all runs together may hold while they train (RUNS_MEMORY_MB). A server with the
    heavy packages, models and figures takes about 600 MB besides."""
    kept_memory: int = 400 * _MB
    """Bytes that the models of ended runs may hold together."""
    share: float = 1200.0
    """Seconds of computing a browser may take within an hour (RUNS_SECONDS_AN_HOUR): a third of
    what the one training thread has to give, and about a hundred standard runs."""


def from_environment() -> Limits:
    """The limits of this server."""
    standard = Limits()

    def number(name: str, otherwise: float) -> float:
        text = os.environ.get(name, "")
        try:
            return float(text) if text else otherwise
        except ValueError:
            raise ValueError(f"{name}={text} is no number; leave it out or set one") from None

    return Limits(
        at_once=max(1, int(number("RUNS_AT_ONCE", standard.at_once))),
        tick=number("RUNS_TICK", standard.tick),
        orphan_after=number("RUNS_ORPHAN_AFTER", standard.orphan_after),
        forget_after=number("RUNS_FORGET_AFTER", standard.forget_after),
        memory=int(number("RUNS_MEMORY_MB", standard.memory / _MB) * _MB),
        share=number("RUNS_SECONDS_AN_HOUR", standard.share),
    )


class Allowance:
    """Seconds that each browser has computed within the last hour, to the minute."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._spent: dict[str, dict[int, float]] = {}
        """Browser -> minute -> seconds."""

    def spend(self, owner: str, seconds: float) -> None:
        """Note that this browser's run has computed."""
        now = _minute()
        mine = self._spent.setdefault(owner, {})
        if now not in mine:
            mine[now] = 0.0
            for old in [minute for minute in mine if minute <= now - _HOUR]:
                del mine[old]
        mine[now] += seconds

    def spent(self, owner: str) -> float:
        """Seconds within the last hour."""
        first = _minute() - _HOUR
        mine = self._spent.get(owner, {}).copy()
        return sum(seconds for minute, seconds in mine.items() if minute > first)

    def used_up(self, owner: str) -> bool:
        """Whether this browser has had its share."""
        return self.spent(owner) >= self._share

    def check(self, owner: str) -> None:
        """
        Raises:
            ValueError: this browser has had its share; with the remedy.
        """
        if self.used_up(owner):
            raise ValueError(self.sentence(owner))

    def sentence(self, owner: str) -> str:
        """Why this browser's runs stand still, and until when."""
        return (
            f"This browser has computed for {self._share / _MINUTE:.0f} minutes within an hour, "
            f"which is its share of this server; go on in {self._wait(owner)} minutes, or look at "
            "a recorded run until then."
        )

    def _wait(self, owner: str) -> int:
        """Minutes until enough of what this browser has computed is more than an hour ago."""
        over = self.spent(owner) - self._share
        for minute, seconds in sorted(self._spent.get(owner, {}).copy().items()):
            over -= seconds
            if over < 0:
                return max(1, minute + _HOUR - _minute())
        return _HOUR


def _minute() -> int:
    return int(time.monotonic() // _MINUTE)


def megabytes(count: int) -> str:
    """Bytes as a reader wants them.

    >>> megabytes(1_300_000_000)
    '1,240 MB'
    """
    return f"{count / _MB:,.0f} MB"
