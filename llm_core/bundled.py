"""The model that comes with the program: how it was made, and what it knows.

In:     a folder to work in
Out:    the model in GPT-2's layout, its tokenizer, a few moments of its training, and a card
Next:   __main__.py, the command line

The card says how the model was made and what it can and cannot do, so that nobody has to believe
it: the same commands give the same figures.

Source: Mitchell et al. 2019, "Model Cards for Model Reporting".
"""

import json
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

import torch

from llm_core import tales
from llm_core.batches import END_OF_TEXT
from llm_core.checkpoints.compact import write_compact
from llm_core.config import GPTConfig
from llm_core.evaluation import bits_per_byte, finds_right, prefers, writes
from llm_core.fast.machine import machine
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights import export_gpt2
from llm_core.pretraining import Recipe, prepared_tokenizer, pretrain
from llm_core.processes import Group
from llm_core.schedules import Schedule
from llm_core.tokenizers import BPETokenizer
from llm_core.training import TrainStep

TALES = Recipe(
    config=GPTConfig(
        vocab_size=4096,
        context_length=256,
        emb_dim=256,
        n_heads=4,
        n_layers=6,
        drop_rate=0.0,
        qkv_bias=True,
    ),
    document=tales.document,
    documents_for_tokenizer=12_000,
    batch_size=32,
    schedule=Schedule(
        peak_lr=3e-3,
        total_steps=12_000,
        warmup_steps=100,
        min_lr=1e-5,
        decay="stable",
        decay_steps=2_400,
    ),
    optimizer="Muon",
)
"""What the bundled model was made by."""

MOMENTS = (100, 250, 500, 1000, 2000, 4000, 8000, 11_000)
"""Updates after which the model is kept, to look at its training later."""

QUESTIONS = 500
"""Of each kind in an examination."""


FIRST = 20
"""Updates whose losses the card names one by one, so that a short run can be held against it."""

LOG = "log.jsonl"
"""In the work folder: a line for each update that was measured, and for the first ones."""


def follow(
    work: Path,
    *,
    recipe: Recipe | None = None,
    stop: int | None = None,
    group: Group | None = None,
    eval_freq: int = 250,
) -> Iterator[TrainStep]:
    """Train the model, or go on training it; writes down the curve and the moments.

    Args:
        work: folder that holds the run; an empty one begins a new run.
        recipe: what is trained; `TALES` if none is given.
        stop: end after this many updates, counted from the first.
        group: the processes that train together.
        eval_freq: measure the validation loss after every so many updates.
    """
    recipe, group = recipe or TALES, group or Group()
    begun = time.monotonic()  # of the updates since the last line
    for step, model in pretrain(recipe, work, group=group, eval_freq=eval_freq, stop=stop):
        made = step.step + 1
        if group.rank == 0 and made in MOMENTS:
            (work / "moments").mkdir(exist_ok=True)
            facts = {"step": made, "tokens": step.tokens_seen}
            write_compact(work / "moments" / f"{made:05}.safetensors", model, facts)
        if group.rank == 0 and (step.val_loss is not None or made <= FIRST):
            entry = {
                "step": made,
                "loss": step.loss,
                "train": step.train_loss,
                "validation": step.val_loss,
                "seconds": time.monotonic() - begun,
            }
            begun = time.monotonic()
            with (work / LOG).open("a", encoding="utf-8") as log:
                log.write(json.dumps(entry) + "\n")
        yield step


def export(work: Path, out: Path, model: GPTModel, recipe: Recipe | None = None) -> None:
    """Write the model, its tokenizer, the moments of its training and the card."""
    recipe = recipe or TALES
    tokenizer = prepared_tokenizer(recipe, work)
    end = tokenizer.special_tokens[END_OF_TEXT]
    export_gpt2(model, out, dtype=torch.float16, end_of_text=end)
    _write_json(out / "tokenizer.json", tokenizer.to_dict())
    (out / "moments").mkdir(exist_ok=True)
    for kept in sorted((work / "moments").glob("*.safetensors")):
        (out / "moments" / kept.name).write_bytes(kept.read_bytes())
    _write_json(out / "card.json", card(work, model, tokenizer, recipe))


def card(work: Path, model: GPTModel, tokenizer: BPETokenizer, recipe: Recipe) -> dict[str, Any]:
    """Everything that is known about the model, ready for JSON."""
    lines = (work / LOG).read_text(encoding="utf-8").splitlines()
    log = {entry["step"]: entry for entry in map(json.loads, lines)}  # the last one counts
    curve = [entry for entry in log.values() if entry["validation"] is not None]
    tokens = recipe.batch_size * recipe.config.context_length
    return {
        "made_by": "python -m llm_core pretrain tales --work WORK --out assets/tales",
        "trained_on": "documents 0, 1, 2, ... of llm_core.tales, each read once",
        "validated_on": f"documents {recipe.validation_from:,} and up",
        "limits": LIMITS,
        "world_seed": tales.SEED,
        "weights_seed": recipe.seed,
        "parameters": model.num_parameters(),
        "config": dict(recipe.config),
        "schedule": asdict(recipe.schedule),
        "optimizer": recipe.optimizer,
        "batch_size": recipe.batch_size,
        "steps": max(log),
        "tokens_seen": max(log) * tokens,
        "seconds": sum(entry["seconds"] for entry in log.values()),
        "hardware": f"{torch.get_num_threads()} threads, {machine().capability}",
        "torch": torch.__version__,
        "python": platform.python_version(),
        "first_losses": [log[step]["loss"] for step in range(1, FIRST + 1) if step in log],
        "curve": [
            {"step": e["step"], "train": e["train"], "validation": e["validation"]} for e in curve
        ],
        "examination": examine(model, tokenizer),
    }


LIMITS = (
    "It knows a small world in plain British English and nothing else: no history, no science, no "
    "other language, no names but its own. It has read about 60 people and their village, a "
    "primer's worth of facts, and short messages. Whatever it says about the real world is a guess."
)
"""What the card warns of."""


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def examine(
    model: GPTModel, tokenizer: BPETokenizer, questions: int | None = None
) -> dict[str, Any]:
    """What the model makes of documents and questions that it was not trained on.

    Args:
        model: in evaluation mode.
        tokenizer: its own.
        questions: of each kind; `QUESTIONS` if no number is given.

    Returns:
        Shares of right answers, and bits per byte, by name.
    """
    text = "\n".join(map(TALES.document, range(TALES.validation_from, TALES.validation_from + 200)))
    found: dict[str, Any] = {"bits_per_byte": bits_per_byte(model, tokenizer, text)}
    rng = Random("examination")
    right: dict[str, list[bool]] = {}
    for _ in range(questions or QUESTIONS):
        kind, good, bad = tales.minimal_pairs(rng)
        right.setdefault(f"minimal_pairs.{kind}", []).append(prefers(model, tokenizer, good, bad))
        right.setdefault("tracking", []).append(
            finds_right(model, tokenizer, *tales.tracking_question(rng))
        )
        for task in ("opposite", "plural"):
            prompt, answer, wrong = tales.few_shot(task, rng, 8)
            right.setdefault(f"few_shot.{task}", []).append(
                finds_right(model, tokenizer, prompt, answer, wrong)
            )
            right.setdefault(f"few_shot.{task}.written", []).append(
                writes(model, tokenizer, prompt, answer + "\n")
            )
    found |= {name: sum(answers) / len(answers) for name, answers in sorted(right.items())}
    pairs = [answer for name, found_ in right.items() if "minimal" in name for answer in found_]
    return found | {"minimal_pairs": sum(pairs) / len(pairs)}
