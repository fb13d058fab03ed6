"""Cold start, reruns and memory of a real server: python -m benchmarks.pages"""

import os
import statistics
import subprocess
import time
from pathlib import Path

from benchmarks.client import Visitor
from dashboard.stages import STAGES
from tests.browser.server import dashboard

RERUNS = 100


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


def main() -> None:
    begun = time.perf_counter()
    with dashboard() as address:
        print(f"server answers after {time.perf_counter() - begun:5.2f} s")
        pid = server_pid()
        print(f"memory before any visitor {memory(pid):7.0f} MB\n")
        visitor = Visitor(address)
        print(f"first visitor, cold        {visitor.first:5.2f} s\n")
        print(f"{'page':34}{'first':>9}{'rerun median':>15}{'rerun 90 %':>13}")
        rows = [("The big picture", "")]
        rows += [(s.title, s.page.removesuffix(".py").split("_", 1)[1]) for s in STAGES]
        for title, page in rows:
            first = visitor.open(page) * 1000
            again = sorted(visitor.rerun() * 1000 for _ in range(RERUNS))
            median, slow = statistics.median(again), again[int(0.9 * RERUNS)]
            print(f"{title:34}{first:6.0f} ms{median:12.1f} ms{slow:10.1f} ms")
        visitor.close()
        print(f"\nmemory after all pages    {memory(pid):7.0f} MB")


if __name__ == "__main__":
    main()
