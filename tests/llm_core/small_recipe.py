"""A recipe so small that a test can follow it, alone or with `torchrun`: writes what came of it."""

import json
import sys
from pathlib import Path
from random import Random

import torch

from llm_core.config import GPTConfig
from llm_core.pretraining import Recipe, pretrain
from llm_core.processes import joined
from llm_core.schedules import Schedule

WORDS = [
    "the",
    "a",
    "cat",
    "dog",
    "bird",
    "sees",
    "hears",
    "likes",
    "red",
    "old",
    "small",
    "and",
    "but",
    "house",
    "tree",
]
STEPS = 12


def document(number: int) -> str:
    """A few words in an order of their own."""
    draw = Random(f"small/{number}")
    return " ".join(draw.choice(WORDS) for _ in range(20)) + "."


SMALL = Recipe(
    config=GPTConfig(
        vocab_size=300, context_length=16, emb_dim=32, n_heads=2, n_layers=2, qkv_bias=True,
        drop_rate=0.0,
    ),
    document=document,
    documents_for_tokenizer=50,
    batch_size=8,
    schedule=Schedule(peak_lr=3e-3, total_steps=STEPS, warmup_steps=2, min_lr=1e-4),
    optimizer="Muon",
    validation_batches=2,
)  # fmt: skip


def follow(work: Path, stop: int | None = None) -> dict[str, list[float]]:
    """Follow the recipe with whoever `torchrun` has started; losses and a few weights."""
    torch.set_num_threads(1)
    losses: list[float] = []
    weights: list[float] = []
    with joined() as group:
        for step, model in pretrain(SMALL, work, group=group, eval_freq=4, keep_freq=5, stop=stop):
            losses.append(step.loss)
            weights = model.tok_emb.weight.detach().flatten()[:50].tolist()
    return {"losses": losses, "weights": weights, "rank": [float(group.rank)]}


if __name__ == "__main__":
    found = follow(Path(sys.argv[1]))
    if found["rank"] == [0.0]:
        Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")
