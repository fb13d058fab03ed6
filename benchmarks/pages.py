"""Cold start, reruns and memory of a real server: python -m benchmarks.pages"""

import os
import statistics
import subprocess
import time
from pathlib import Path

from benchmarks.client import Visitor
from dashboard.stages import STAGES
from tests.browser.server import dashboard

RERUNS = 60
TICKS = 40
ADDRESSES = ("", *(stage.page.removesuffix(".py").split("_", 1)[1] for stage in STAGES))
"""Every page by the last part of its address; Home is ""."""

LONG_RUN = "pretraining.steps=2000&pretraining.batch=16&pretraining.context=128"


def memory(pid: int) -> float:
    """Resident memory of a process in megabytes (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def server_pid() -> int:
    """The newest streamlit server that this process has started."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True
    )
    return int(next(row.split()[0] for row in listed.stdout.splitlines() if "streamlit" in row))


def reruns(visitor: Visitor, page: str, count: int = RERUNS) -> float:
    """Median seconds of a warm rerun of a page."""
    visitor.open(page)
    return statistics.median(visitor.rerun() for _ in range(count))


def processor_time(pid: int) -> float:
    """Seconds a process has computed, without the threads that step back: without the training."""
    tasks = [_seconds_and_nice(stat) for stat in Path(f"/proc/{pid}/task").glob("*/stat")]
    whole, _ = _seconds_and_nice(Path(f"/proc/{pid}/stat"))
    return whole - sum(seconds for seconds, nice in tasks if nice > 0)


def _seconds_and_nice(stat: Path) -> tuple[float, int]:
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(fields[16])


def ticks(learner: Visitor, pid: int) -> dict[str, float]:
    """What a look of a page at its run costs the server and the network.

    The panel with the curve looks often, other parts that move with the run less so; each is
    measured alone.
    """
    found: dict[str, float] = {}
    parts = sorted(learner.ticks, key=lambda part: learner.ticks[part])
    for place, part in enumerate(parts):
        learner.tick(part)  # the first delivers what was missed
        lengths, waited = [], []
        before = processor_time(pid)
        for _ in range(TICKS):
            time.sleep(0.15)
            waited.append(learner.tick(part))
            lengths.append(learner.bytes)
        name = "tick" if place == 0 else f"tick.part{place + 1}"
        found |= {
            f"{name}.every_s": learner.ticks.get(part, float("nan")),
            f"{name}.bytes": statistics.median(lengths),
            f"{name}.bytes_most": max(lengths),
            f"{name}.cpu_ms": 1000 * (processor_time(pid) - before) / TICKS,
            f"{name}.answer_ms": 1000 * statistics.median(waited),
        }
    return found


def measure() -> dict[str, float]:
    """Milliseconds and megabytes of a server: cold, each page warm, each page beside a run."""
    found: dict[str, float] = {}
    begun = time.perf_counter()
    with dashboard() as address:
        found["server.start_s"] = time.perf_counter() - begun
        pid = server_pid()
        visitor = Visitor(address)
        found["server.first_visitor_s"] = visitor.first
        for page in ADDRESSES:
            found[f"{_name(page)}.first_ms"] = visitor.open(page) * 1000
        for page in ADDRESSES:
            found[f"{_name(page)}.rerun_ms"] = reruns(visitor, page) * 1000
        found["rss.all_pages_mb"] = memory(pid)
        learner = Visitor(address)
        learner.open("Pretraining", LONG_RUN)
        learner.press("pretraining.train")
        for page in ADDRESSES:
            found[f"{_name(page)}.rerun_ms_with_run"] = reruns(visitor, page) * 1000
            learner.tick()
        found |= ticks(learner, pid)
        learner.press("pretraining.stop")
        learner.close()
        visitor.close()
    return found


def _name(page: str) -> str:
    return f"page.{page.lower() or 'home'}"


def main() -> None:
    found = measure()
    for name in (name for name in found if not name.startswith("page.")):
        print(f"{name:34}{found[name]:9.2f}")
    print(f"{'page, milliseconds':34}{'first':>9}{'rerun':>9}{'with run':>10}{'ratio':>8}")
    for page in ADDRESSES:
        first, idle, busy = (
            found[f"{_name(page)}.{what}"] for what in ("first_ms", "rerun_ms", "rerun_ms_with_run")
        )
        print(f"{_name(page):34}{first:9.0f}{idle:9.1f}{busy:10.1f}{busy / idle:8.2f}")


if __name__ == "__main__":
    main()
