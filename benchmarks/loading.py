"""From a file to a model ready for use, against transformers': python -m benchmarks.loading

Both load a model of GPT-2's 124 million numbers from a .safetensors file that they wrote
themselves. Every load has a process of its own, whose imports are not counted, so what is done at
first use is; the files have been read before, so they lie in memory. The two take turns.
"""

import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks import peers
from benchmarks.training import config_of
from llm_core.checkpoints import save_checkpoint
from llm_core.gpt import GPTModel
from llm_core.random_state import RandomState

ROUNDS = 7
ROOT = Path(__file__).resolve().parents[1]

TIMED = """
import sys, time
{imports}
begun = time.perf_counter()
model = {load}
print(time.perf_counter() - begun)
assert sum(weight.numel() for weight in model.parameters()) == {numbers}
"""
"""What each process runs."""

CONTENDERS = {
    "transformers": (
        "from transformers import GPT2LMHeadModel",
        "GPT2LMHeadModel.from_pretrained(sys.argv[1])",
    ),
    "ours": (
        "from llm_core.checkpoints import load_checkpoint",
        "load_checkpoint(sys.argv[1]).model",
    ),
    "ours, from GPT-2's layout": (
        "from llm_core.gpt2_weights import load_gpt2",
        "load_gpt2(sys.argv[1])",
    ),
}
"""Name -> what is imported before the clock starts, and what is timed."""


def seconds_of(contender: str, folder: Path, numbers: int) -> float:
    """One load in a process of its own."""
    imports, load = CONTENDERS[contender]
    program = TIMED.format(imports=imports, load=load, numbers=numbers)
    command = [sys.executable, "-c", program, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """The ratio of loading times."""
    config = config_of(50257, 1024, 768, 12, 12)
    with tempfile.TemporaryDirectory() as folder, RandomState(123).borrowed():
        own, peer = Path(folder) / "own", Path(folder) / "peer"
        model = GPTModel(replace(config, qkv_bias=True))
        model.tie_weights()
        save_checkpoint(own, model)
        peers.transformers_model(config).save_pretrained(peer)
        places = {"transformers": peer, "ours": own, "ours, from GPT-2's layout": peer}
        seconds: dict[str, list[float]] = {who: [] for who in places}
        for count in range(rounds + 1):
            for who, place in places.items():
                taken = seconds_of(who, place, model.num_parameters())
                if count:  # the first reads the file
                    seconds[who].append(taken)
    for who, times in seconds.items():
        print(f"124M   {who:26} {1000 * statistics.median(times):8.1f} ms")
    pairs = zip(seconds["transformers"], seconds["ours"], strict=True)
    return {"load.124M.vs_hf": statistics.median(theirs / mine for theirs, mine in pairs)}


if __name__ == "__main__":
    for key, value in measure().items():
        print(f"{key:34} {value:8.4g}")
