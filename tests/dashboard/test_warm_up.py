"""A fresh server paints before the heavy imports, and afterwards collects no heap of theirs."""

import subprocess
import sys

PAINT = """
import sys
import dashboard.frame, dashboard.session, dashboard.chips, dashboard.stages
heavy = {"torch", "pandas", "numpy", "llm_core.gpt", "dashboard.charts"} & set(sys.modules)
assert not heavy, heavy
"""

FREEZE = """
import gc
from dashboard.warm_up import WarmUp
warm = WarmUp()
warm.ready()
import sys, torch
assert "plotly" in sys.modules
assert torch.get_num_threads() == 1
assert gc.get_freeze_count() > 100_000, gc.get_freeze_count()
before = gc.get_freeze_count()
kept = [[] for _ in range(1000)]
warm.freeze("page")
assert gc.get_freeze_count() >= before + 1000
more = [[] for _ in range(1000)]
warm.freeze("page")  # once for each page
assert len(gc.get_objects()) >= 1000
"""


def run(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_home_paints_without_waiting_for_torch_or_charts() -> None:
    run(PAINT)


def test_the_heap_is_frozen_once_the_heavy_imports_are_done() -> None:
    run(FREEZE)
