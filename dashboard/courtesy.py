"""Pages come first: a page says that it is being computed, and training waits a moment.

A rerun takes tens of milliseconds, and somebody is waiting for it; a training step beside it makes
it up to twice as long, because the two share cores and caches. So training waits between two steps
while any page is being computed, but never longer than `PATIENCE` at a time: a class that clicks
without end slows training down and cannot stop it. And its thread gets a core only where no page
wants it: that keeps a rerun beside training within about a tenth of its idle time.
"""

import os
import sys
import threading
import time

PATIENCE = 0.1
"""Seconds that training waits for pages before each step, at most."""

_LONG = 2.0
"""Seconds after which a page no longer counts: it waits for something itself."""

_GLANCE = 0.002
"""Seconds between two looks whether the pages are ready."""


_NICENESS = 10
"""How much less than a page's thread the training thread counts where both want a core."""


def step_back() -> None:
    """Let other threads have the cores first; Linux alone can say so of a single thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


class Courtesy:
    """Which pages are being computed right now, each known by the thread of its script run."""

    def __init__(self) -> None:
        self._begun: dict[threading.Thread, float] = {}

    def page_begins(self) -> None:
        """A page, or a part of one, is being computed until the thread of its script run ends."""
        self._begun[threading.current_thread()] = time.monotonic()

    def give_way(self) -> None:
        """Wait until no page is being computed, but not for long."""
        end = time.monotonic() + PATIENCE
        while self._busy() and time.monotonic() < end:
            time.sleep(_GLANCE)

    def _busy(self) -> bool:
        now = time.monotonic()
        for thread, begun in self._begun.copy().items():
            if not thread.is_alive() or now - begun > _LONG:
                self._begun.pop(thread, None)
        return bool(self._begun)
