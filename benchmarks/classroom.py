"""A whole class at once: python -m benchmarks.classroom

Twenty visitors open the pretraining page of a real server and press Train with the same settings.
While their runs share the processor, another visitor opens every page and one presses Pause.
"""

import hashlib
import json
import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.client import Visitor
from benchmarks.pages import ADDRESSES, memory, reruns, server_pid
from tests.browser.server import dashboard

VISITORS = 20
QUERY = "pretraining.steps=100&pretraining.dropout=0.1"
CHART = "pretraining-loss"
GLANCE = 0.02  # seconds between two looks whether a timer has run out
RERUNS, ROUNDS = 9, 3  # of each page, and how often all pages have their turn
PAUSES = 5
AFTERWARDS = 25.0  # seconds until a class that has left is forgotten
ORPHANS = {  # a class that has left is forgotten in seconds, so that memory can be measured
    "RUNS_ORPHAN_AFTER": "10",
    "RUNS_FORGET_AFTER": "10",
    "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "5",
}


class Learner:
    """A visitor of the pretraining page whose browser ticks by itself, as a real one does."""

    def __init__(self, address: str, query: str = QUERY) -> None:
        self.page = Visitor(address)
        self.page.open("Pretraining", query)
        self.ticks: list[tuple[float, int]] = []
        """Seconds and bytes of each tick of the run's panel."""
        self._lock = threading.Lock()
        self._left = threading.Event()
        self._browser = threading.Thread(target=self._tick, daemon=True)
        self._browser.start()

    def press(self, button: str) -> None:
        """Press a button of the run."""
        with self._lock:
            self.page.press(f"pretraining.{button}")

    def says(self, word: str) -> bool:
        """Whether the status line of the run begins with this word."""
        with self._lock:
            return f"**{word}" in self.page.text()

    def until(self, *words: str, seconds: float = 900) -> float:
        """Wait until the status line begins with one of these words; seconds waited."""
        begun = time.perf_counter()
        while not any(map(self.says, words)):
            if time.perf_counter() - begun > seconds:
                raise TimeoutError(f"the run never said {' or '.join(words)}")
            time.sleep(0.02)
        return time.perf_counter() - begun

    def curve(self) -> str:
        """A name for the run's curves, drawn afresh: equal only if every number is."""
        with self._lock:
            self.page.rerun()
            traces = self.page.figures[CHART]["data"]
        lines = [(line.get("name"), line["x"], line["y"]) for line in traces if len(line["x"]) > 1]
        return hashlib.sha256(json.dumps(lines).encode()).hexdigest()

    def leave(self) -> None:
        """Close the page."""
        self._left.set()
        self._browser.join()
        self.page.close()

    def _tick(self) -> None:
        """Let each part rerun whenever its own timer says so, as a browser does."""
        due: dict[str, float] = {}
        while not self._left.wait(GLANCE):
            with self._lock:
                due = {part: due.get(part, _now() + every) for part, every in self._timers()}
                for part, every in self._timers():
                    if _now() < due.get(part, 0.0) or part not in self.page.ticks:
                        continue
                    took = self.page.tick(part)
                    due[part] = _now() + every
                    if every == min(self.page.ticks.values(), default=every):
                        self.ticks.append((took, self.page.bytes))

    def _timers(self) -> list[tuple[str, float]]:
        return list(self.page.ticks.items())


def _now() -> float:
    return time.monotonic()


@contextmanager
def _forgetful() -> Iterator[None]:
    """A server started inside forgets runs and sessions quickly."""
    before = dict(os.environ)
    os.environ.update(ORPHANS)
    try:
        yield
    finally:
        for name in ORPHANS:
            os.environ.pop(name, None)
        os.environ.update({name: before[name] for name in ORPHANS if name in before})


def _alone(address: str, pid: int, found: dict[str, float]) -> str:
    """One learner's run with nobody else there; the name of its curve."""
    learner = Learner(address)
    learner.press("train")
    learner.until("Training")
    time.sleep(1)
    found["rss.one_run_mb"] = memory(pid)
    learner.until("Finished")
    curve = learner.curve()
    learner.leave()
    return curve


def _pauses(learners: list[Learner]) -> list[float]:
    """Seconds from pressing Pause to the word Paused, for some runs that are going."""
    took: list[float] = []
    for learner in [one for one in learners if one.says("Training")][:PAUSES]:
        begun = time.perf_counter()
        learner.press("pause")
        learner.until("Paused", "Finished")
        took.append(time.perf_counter() - begun)
        if learner.says("Paused"):
            learner.press("pause")
    return took


def _answers(reader: Visitor) -> dict[str, float]:
    """Median seconds of a rerun of each page; in rounds, since others may use this machine too."""
    rounds = [{page: reruns(reader, page, RERUNS) for page in ADDRESSES} for _ in range(ROUNDS)]
    return {page: statistics.median(each[page] for each in rounds) for page in ADDRESSES}


def _class(address: str, seconds: float) -> list[Learner]:
    """Twenty learners who press Train at the same moment, some seconds ago."""
    learners = [Learner(address) for _ in range(VISITORS)]
    starters = [threading.Thread(target=one.press, args=("train",)) for one in learners]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    time.sleep(seconds)
    return learners


def _curves_of(learners: list[Learner]) -> list[str]:
    """Wait for all runs; then everybody leaves, and the server has time to notice."""
    for learner in learners:
        learner.until("Finished")
    curves = [learner.curve() for learner in learners]
    for learner in learners:
        learner.leave()
    time.sleep(AFTERWARDS)
    return curves


def measure() -> dict[str, float]:
    """Figures of a class of twenty: curves, answers of the pages, pause, ticks, memory."""
    found: dict[str, float] = {"classroom.visitors": VISITORS}
    with _forgetful(), dashboard() as address:
        pid = server_pid()
        reader = Visitor(address)
        for page in ADDRESSES:
            reader.open(page)
        idle = _answers(reader)
        found["rss.idle_mb"] = memory(pid)
        alone = _alone(address, pid, found)
        learners = _class(address, 4.0)
        busy = _answers(reader)
        found["classroom.not_finished_by_then"] = sum(not one.says("Finished") for one in learners)
        pauses = _pauses(learners)
        found["rss.twenty_sessions_mb"] = memory(pid)
        found["classroom.curves_identical"] = sum(one == alone for one in _curves_of(learners))
        found["rss.after_they_left_mb"] = memory(pid)
        _curves_of(_class(address, 0.0))
        found["rss.after_a_second_class_mb"] = memory(pid)
        reader.close()
    ratios = {page: busy[page] / idle[page] for page in ADDRESSES}
    for page, ratio in ratios.items():
        found[f"classroom.page_ratio.{page or 'Home'}"] = ratio
    ticks = [tick for learner in learners for tick in learner.ticks]
    found["classroom.page_ratio_max"] = max(ratios.values())
    found["classroom.pause_s"] = max(pauses, default=float("nan"))
    found["classroom.tick_ms"] = 1000 * statistics.median(took for took, _ in ticks)
    found["classroom.tick_bytes"] = statistics.median(length for _, length in ticks)
    return found


def table(found: dict[str, Any]) -> str:
    """The figures, one a line."""
    return "\n".join(f"{name:44}{value:12,.4g}" for name, value in found.items())


def main() -> None:
    print(table(measure()))


if __name__ == "__main__":
    main()
