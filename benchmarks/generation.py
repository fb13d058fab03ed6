"""Greedy texts against transformers', token by token: python -m benchmarks.generation

Both models have the same random weights in GPT-2's shape, with one table for embedding and head,
and both keep keys and values. In float32 they must write the same ids. They take turns text by
text; a ratio is the median over these rounds.
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from benchmarks import peers
from benchmarks.training import config_of, ratio
from llm_core.config import GPTConfig
from llm_core.fast.decoding import FastDecoder
from llm_core.fast.machine import machine
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights.names import theirs_from_ours
from llm_core.random_state import RandomState

Write = Callable[[], Tensor]
"""Continue the prompt; gives all ids (1, T + new)."""

PROMPT = 32
WORK: Mapping[str, tuple[GPTConfig, int, int]] = {
    "124M": (config_of(50257, 1024, 768, 12, 12), 100, 5),
    "demo": (config_of(4096, 128, 128, 4, 4), 90, 15),
}
"""Name -> model, new tokens, rounds."""

KEPT = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def models(config: GPTConfig) -> tuple[GPTModel, Any]:
    """Ours and transformers', with the same weights."""
    with RandomState(123).borrowed():
        ours = GPTModel(replace(config, qkv_bias=True))
        theirs = peers.transformers_model(config)
    ours.tie_weights()
    with torch.no_grad():
        for weight in ours.tok_emb.parameters():
            weight.mul_(0.02)  # as large as GPT-2's before it learned
    weights = theirs_from_ours(ours.config, ours.state_dict(), tied=True)
    left = theirs.load_state_dict({f"transformer.{k}": w for k, w in weights.items()}, strict=False)
    if left.missing_keys != ["lm_head.weight"] or left.unexpected_keys:
        raise SystemExit(f"transformers has other weights: {left}")
    return ours.eval(), theirs.eval()


def by_transformers(model: Any, prompt: Tensor, new_tokens: int) -> Write:
    """As its documentation does, with its cache."""
    settings = {"max_new_tokens": new_tokens, "min_new_tokens": new_tokens, "do_sample": False}
    mask = torch.ones_like(prompt)

    def write() -> Tensor:
        with torch.no_grad():
            ids: Tensor = model.generate(
                prompt, attention_mask=mask, use_cache=True, pad_token_id=0, **settings
            )
        return ids

    return write


def ours(model: GPTModel, prompt: Tensor, new_tokens: int, dtype: torch.dtype) -> Write:
    """Greedy, as `generate` with temperature 0 takes its tokens."""
    decoder, context = FastDecoder(model, dtype=dtype), model.config.context_length

    def write() -> Tensor:
        ids = prompt
        for _ in range(new_tokens):
            ids = torch.cat((ids, decoder(ids, context).argmax(dim=-1, keepdim=True)), dim=1)
        return ids

    return write


def read_rate(size: int = 300_000_000) -> float:
    """Bytes a second at which all threads read a tensor of 1.2 GB, by the fastest way to read."""
    numbers = torch.ones(size)
    half = size // 2
    ways: tuple[Callable[[], Tensor], ...] = (
        numbers.sum,
        numbers.amax,
        lambda: torch.dot(numbers[:half], numbers[half:]),
    )
    best = 0.0
    for way in ways:
        for _ in range(6):
            begun = time.perf_counter()
            way()
            best = max(best, numbers.nbytes / (time.perf_counter() - begun))
    return best


def weights_read(model: GPTModel) -> int:
    """How many weights one more token needs: all but the positions, of which it has one."""
    return model.num_parameters() - model.pos_emb.weight.numel()


def measure(names: tuple[str, ...] = tuple(WORK)) -> dict[str, float]:
    """All ratios of writing speed."""
    found: dict[str, float] = {}
    print(f"{machine().words}; {torch.get_num_threads()} threads")
    for name in names:
        config, new_tokens, rounds = WORK[name]
        mine, theirs = models(config)
        generator = torch.Generator().manual_seed(7)
        prompt = torch.randint(0, config.vocab_size, (1, PROMPT), generator=generator)
        kept = KEPT if name == "124M" else {"fp32": torch.float32}
        writers = {"transformers": by_transformers(theirs, prompt, new_tokens)} | {
            who: ours(mine, prompt, new_tokens, dtype) for who, dtype in kept.items()
        }
        texts = {who: write() for who, write in writers.items()}
        if not torch.equal(texts["fp32"], texts["transformers"]):
            raise SystemExit("in float32 the two models write different texts")
        seconds: dict[str, list[float]] = {who: [] for who in writers}
        rates = []
        for _ in range(rounds):
            for who, write in writers.items():
                begun = time.perf_counter()
                write()
                seconds[who].append(time.perf_counter() - begun)
            if name == "124M":
                rates.append(read_rate())
        for who, times in seconds.items():
            alike = int((texts[who] == texts["transformers"])[0, PROMPT:].sum())
            speed = new_tokens / statistics.median(times)
            print(f"{name:6} {who:14} {speed:8.1f} tokens/s, {alike} of {new_tokens} ids equal")
            if who in kept:
                key = f"generate.{name}.{who}" if name == "124M" else f"generate.{name}"
                found[f"{key}.vs_hf"] = ratio(seconds, "transformers", who)
            if who in ("bf16", "fp16") and name == "124M":
                limit = max(rates) / (2 * weights_read(mine))
                key = "generate.124M" if who == "bf16" else "generate.124M.fp16"
                found[f"{key}.of_bandwidth"] = speed / limit
        if rates:
            print(f"{name:6} reading {max(rates) / 1e9:.1f} GB/s")
    return found


if __name__ == "__main__":
    for key, value in measure(tuple(sys.argv[1:]) or tuple(WORK)).items():
        print(f"{key:34} {value:8.4g}")
