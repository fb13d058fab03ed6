"""Training steps against the book's and transformers': python -m benchmarks.training

One step is forward, backward and AdamW on the same batch from the same weights, dropout off. The
models take turns step by step, so that whatever else the machine does hits all of them alike; a
ratio is the median over these rounds.
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from benchmarks import peers
from llm_core.accounting import flops_ledger
from llm_core.config import GPTConfig
from llm_core.fast.machine import machine
from llm_core.fast.training import FastLoss, Rungs
from llm_core.gpt import GPTModel
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState

Step = Callable[[], float]
"""Make one update; gives the loss before it."""

FLOAT32 = Rungs(bf16=False)


def config_of(vocab: int, context: int, width: int, heads: int, layers: int) -> GPTConfig:
    """A model without dropout."""
    return GPTConfig(
        vocab_size=vocab, context_length=context, emb_dim=width, n_heads=heads, n_layers=layers,
        drop_rate=0.0,
    )  # fmt: skip


WORK: Mapping[str, tuple[GPTConfig, int, int]] = {
    "124M": (config_of(50257, 256, 768, 12, 12), 2, 9),
    "demo_v50257": (config_of(50257, 128, 128, 4, 4), 16, 15),
    "demo_v4096": (config_of(4096, 128, 128, 4, 4), 16, 25),
    "demo_v256": (config_of(256, 128, 128, 4, 4), 16, 35),
    "small": (config_of(4096, 256, 256, 8, 6), 16, 11),
}
"""Name -> model, batch size, rounds."""


def batch_of(config: GPTConfig, batch_size: int) -> tuple[Tensor, Tensor]:
    """Random ids and the ids after them, (B, T) each."""
    generator = torch.Generator().manual_seed(7)
    shape = (batch_size, config.context_length + 1)
    ids = torch.randint(0, config.vocab_size, shape, generator=generator)
    return ids[:, :-1].contiguous(), ids[:, 1:].contiguous()


def ours(config: GPTConfig, batch: tuple[Tensor, Tensor], rungs: Rungs | None = None) -> Step:
    """A step of this project's model on the fast path."""
    with RandomState(123).borrowed():
        model = GPTModel(config)
    loss_function, optimizer = FastLoss(rungs), adamw(model)

    def step() -> float:
        optimizer.zero_grad()
        loss = loss_function(*batch, model)
        torch.autograd.backward(loss)
        optimizer.step()
        return loss.item()

    return step


def medians(steps: Mapping[str, Step], rounds: int) -> dict[str, list[float]]:
    """Seconds of each step in each round; one round before is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for count in range(rounds + 1):
        for name, step in steps.items():
            begun = time.perf_counter()
            step()
            if count:
                seconds[name].append(time.perf_counter() - begun)
    return seconds


def ratio(seconds: Mapping[str, list[float]], peer: str, own: str) -> float:
    """How many times as fast as the peer, the median over rounds."""
    pairs = zip(seconds[peer], seconds[own], strict=True)
    return statistics.median(theirs / mine for theirs, mine in pairs)


def limit(seconds: list[float], config: GPTConfig, batch_size: int) -> float:
    """How many times as fast as the peer a step would be that did nothing but its products.

    At the rate this machine multiplies large bfloat16 matrices, or float32 ones if those are
    faster.
    """
    work = flops_ledger(config, batch_size, config.context_length).training_step
    rate = max(product_rate(torch.float32), product_rate(torch.bfloat16))
    return statistics.median(seconds) / (work / rate)


def product_rate(dtype: torch.dtype, size: int = 2048) -> float:
    """Operations a second in products of large matrices."""
    one, other = (torch.randn(size, size).to(dtype) for _ in range(2))
    seconds = []
    for _ in range(7):
        begun = time.perf_counter()
        torch.mm(one, other)
        seconds.append(time.perf_counter() - begun)
    return 2 * size**3 / min(seconds)


def measure(names: tuple[str, ...] = tuple(WORK)) -> dict[str, float]:
    """All ratios of training speed."""
    found: dict[str, float] = {}
    print(f"{machine().words}; {torch.get_num_threads()} threads")
    for name in names:
        config, batch_size, rounds = WORK[name]
        batch = batch_of(config, batch_size)
        steps = {"book": peers.book_step(config, batch), "ours": ours(config, batch)}
        if name == "small":
            steps |= {
                "ours in float32": ours(config, batch, FLOAT32),
                "transformers": peers.transformers_step(config, batch),
            }
        seconds = medians(steps, rounds)
        found[f"train.{name}.vs_book"] = ratio(seconds, "book", "ours")
        found[f"limit.train.{name}.vs_book"] = limit(seconds["book"], config, batch_size)
        if name == "small":
            found["train.small.fp32.vs_book"] = ratio(seconds, "book", "ours in float32")
            found["train.small.vs_hf"] = ratio(seconds, "transformers", "ours")
        tokens = batch[0].numel()
        for who, times in seconds.items():
            middle = statistics.median(times)
            print(f"{name:12} {who:16} {1000 * middle:8.1f} ms {tokens / middle:10,.0f} tokens/s")
    return found


PARITY_STEPS = 200
TOLERANCE = {"float32": 0.002, "bfloat16": 0.05}
"""How far the mean loss of ten steps may lie from the book's, in nats."""


def parity(steps: int = PARITY_STEPS) -> dict[str, float]:
    """Train the book's model and ours on the same text from the same weights.

    Returns:
        the largest difference of the mean loss of ten steps, in nats.
    """
    config, batch_size, _ = WORK["demo_v256"]
    batches = peers.batches_of_bytes(config.context_length, batch_size, steps)
    curves = {"book": peers.book_curve(config, batches)}
    for name, rungs in (("float32", FLOAT32), ("bfloat16", Rungs(bf16=True))):
        curves[name] = _curve(config, batches, rungs)
    found = {}
    for name in ("float32", "bfloat16"):
        gaps = [
            abs(ours - theirs)
            for ours, theirs in zip(_tens(curves[name]), _tens(curves["book"]), strict=True)
        ]
        found[f"parity.train.{name}.largest_gap"] = max(gaps)
        print(
            f"{steps} steps, {name}: last loss {curves[name][-1]:.4f}, the book's "
            f"{curves['book'][-1]:.4f}; largest gap {max(gaps):.5f}, allowed {TOLERANCE[name]}"
        )
        if max(gaps) > TOLERANCE[name]:
            raise SystemExit(f"{name} does not learn as the book's model does")
    return found


def _tens(losses: list[float]) -> list[float]:
    """Means of ten losses at a time."""
    return [statistics.fmean(losses[i : i + 10]) for i in range(0, len(losses), 10)]


def _curve(config: GPTConfig, batches: list[tuple[Tensor, Tensor]], rungs: Rungs) -> list[float]:
    with RandomState(123).borrowed():
        model: Any = GPTModel(config)
    loss_function, optimizer, losses = FastLoss(rungs), adamw(model), []
    for batch in batches:
        optimizer.zero_grad()
        loss = loss_function(*batch, model)
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    return losses


if __name__ == "__main__":
    for key, value in (measure(tuple(sys.argv[1:]) or tuple(WORK)) | parity()).items():
        print(f"{key:34} {value:8.4g}")
