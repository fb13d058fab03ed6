"""All measurements, or some of them by name: python -m benchmarks [training generation ...]

What was measured is printed and kept in results.json beside this file: "ratios" against peers in
the same run, larger is better, and "figures" of this server in the units that their names say.
"""

import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks import browser, classroom, generation, loading, pages, tokenizers, training
from llm_core.fast.machine import machine

RECORD = Path(__file__).with_name("results.json")
RATIOS = ("train.", "generate.", "load.", "limit.", "bpe_train.", "encode.", "windows.")
"""How the keys of ratios begin."""

PARTS: dict[str, Callable[[], dict[str, float]]] = {
    "training": training.measure,
    "parity": training.parity,
    "generation": generation.measure,
    "loading": loading.measure,
    "tokenizers": tokenizers.measure,
    "pages": pages.measure,
    "browser": browser.measure,
    "classroom": classroom.measure,
}


def about_this_machine() -> dict[str, Any]:
    """What the ratios depend on."""
    found = machine()
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "detected": found.words,
        "bf16": found.bf16,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "fp32_gflops": round(training.product_rate(torch.float32) / 1e9),
        "bf16_gflops": round(training.product_rate(torch.bfloat16) / 1e9),
    }


def _processor() -> str:
    """Its name, as Linux says it, or as Python does."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def main(names: list[str]) -> None:
    """Measure and write the record; parts that were not asked for keep what they had."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise SystemExit(f"there is no {unknown[0]}; choose from {', '.join(PARTS)}")
    record = json.loads(RECORD.read_text()) if names and RECORD.exists() else {}
    ratios, figures = record.get("ratios", {}), record.get("figures", {})
    for name in names or PARTS:
        print(f"\n{name}", flush=True)
        for key, value in PARTS[name]().items():
            kept = ratios if key.startswith(RATIOS) else figures
            kept[key] = float(f"{value:.4g}")
            print(f"{key:44}{value:12,.4g}", flush=True)
        whole = {"machine": about_this_machine(), "ratios": ratios, "figures": figures}
        RECORD.write_text(json.dumps(whole, indent=1) + "\n")
    print(f"\nwritten to {RECORD.parent.name}/{RECORD.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
