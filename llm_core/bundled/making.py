"""From an empty folder to the model's files: train, keep moments, write the card.

In:     a folder to work in
Out:    the model in GPT-2's layout, its tokenizer, a few moments of its training, and a card
Next:   ../__main__.py, the command line

The card says how the model was made and what it can and cannot do, so that nobody has to believe
it: the same commands give the same figures.

Source: Mitchell et al. 2019, "Model Cards for Model Reporting".
"""

import json
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

from llm_core import tales
from llm_core.batches import END_OF_TEXT
from llm_core.bundled import recipe
from llm_core.bundled.examination import examine
from llm_core.checkpoints import load_checkpoint
from llm_core.checkpoints.compact import write_compact
from llm_core.fast.machine import machine
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights import export_gpt2, load_gpt2
from llm_core.pretraining import last_update, prepared_tokenizer, pretrain
from llm_core.processes import Group
from llm_core.shards import DOCUMENTS
from llm_core.training import TrainStep

FIRST = 20
"""Updates whose losses the card names one by one, so that a short run can be held against it."""

FINGERPRINTED = 200
"""Documents that the card's fingerprint is of."""

LOG = "log.jsonl"
"""In the work folder: a line for each update that was measured, and for the first ones."""


LIMITS = (
    "It knows a small world in plain British English and nothing else: no history, no science, no "
    "other language, no names but its own. It has read about 60 people and their village, a "
    "primer's worth of facts, and short messages. Whatever it says about the real world is a guess."
)
"""What the card warns of."""


def follow(
    work: Path,
    *,
    stop: int | None = None,
    group: Group | None = None,
    eval_freq: int | None = 250,
) -> Iterator[TrainStep]:
    """Train the model, or go on training it; writes down the curve and the moments.

    Args:
        work: folder that holds the run; an empty one begins a new run.
        stop: end after this many updates, counted from the first.
        group: the processes that train together.
        eval_freq: measure the validation loss after every so many updates.
    """
    group, end = group or Group(), last_update(recipe.TALES, stop)
    begun = time.monotonic()  # of the updates since the last line
    for step, model in pretrain(recipe.TALES, work, group=group, eval_freq=eval_freq, stop=stop):
        made = step.step + 1
        if group.rank == 0 and made in recipe.MOMENTS:
            (work / "moments").mkdir(exist_ok=True)
            facts = {"step": made, "tokens": step.tokens_seen}
            write_compact(work / "moments" / f"{made:05}.safetensors", model, facts)
        if group.rank == 0 and (step.val_loss is not None or made <= FIRST or made == end):
            entry = {
                "step": made,
                "loss": step.loss,
                "train": step.train_loss,
                "validation": step.val_loss,
                "seconds": time.monotonic() - begun,
                "threads": torch.get_num_threads() * group.world,
            }
            begun = time.monotonic()
            with (work / LOG).open("a", encoding="utf-8") as log:
                log.write(json.dumps(entry) + "\n")
        yield step


def export(work: Path, out: Path, real_text: Path | None = None) -> None:
    """Write the model as it was kept last, its tokenizer, moments of its training and the card.

    Args:
        work: folder that holds the run.
        out: made if it does not exist.
        real_text: see `examine`.
    """
    kept = load_checkpoint(work)
    model, steps = kept.model.eval(), int(kept.extra["state"]["next_step"])
    tokenizer = prepared_tokenizer(recipe.TALES, work)
    end = tokenizer.special_tokens[END_OF_TEXT]
    export_gpt2(model, out, dtype=torch.float16, end_of_text=end)
    _write_json(out / "tokenizer.json", tokenizer.to_dict())
    (out / "moments").mkdir(exist_ok=True)
    for moment in sorted((work / "moments").glob("*.safetensors")):
        (out / "moments" / moment.name).write_bytes(moment.read_bytes())
    documents = DOCUMENTS * len(list((work / "shards").glob("*.ids")))
    found = examine(load_gpt2(out), tokenizer, documents=documents, real_text=real_text)
    _write_json(out / "card.json", _card(work, model, steps, documents) | {"examination": found})


def _card(work: Path, model: GPTModel, steps: int, documents: int) -> dict[str, Any]:
    """How the model was made, ready for JSON."""
    made = recipe.TALES
    lines = (work / LOG).read_text(encoding="utf-8").splitlines()
    entries = [entry for entry in map(json.loads, lines) if entry["step"] <= steps]
    log = {entry["step"]: entry for entry in entries}  # of an update made twice the last one
    curve = [entry for entry in log.values() if entry["validation"] is not None]
    return {
        "made_by": "python -m llm_core pretrain tales --work WORK --out assets/tales",
        "trained_on": f"documents 0 to {documents:,} at most of llm_core.tales, each read once",
        "validated_on": f"documents {made.validation_from:,} and up",
        "limits": LIMITS,
        "world_seed": tales.SEED,
        "weights_seed": made.seed,
        "documents": documents,
        "first_documents": fingerprint(),
        "parameters": model.num_parameters(),
        "config": dict(made.config),
        "optimizer": made.optimizer,
        "schedule": asdict(made.schedule),
        "batch_size": made.batch_size,
        "steps": steps,
        "tokens_seen": steps * made.batch_size * made.config.context_length,
        "seconds": round(sum(entry["seconds"] for entry in log.values())),
        "hardware": f"{entries[-1]['threads']} threads, {machine().capability}",
        "torch": torch.__version__,
        "python": platform.python_version(),
        "first_losses": [log[step]["loss"] for step in range(1, FIRST + 1) if step in log],
        "curve": [
            {"step": entry["step"], "train": entry["train"], "validation": entry["validation"]}
            for entry in sorted(curve, key=lambda entry: entry["step"])
        ],
    }


def fingerprint() -> str:
    """SHA-256 of the first documents: another one, and the model was trained on another text."""
    text = "\n".join(map(recipe.TALES.document, range(FINGERPRINTED)))
    return sha256(text.encode()).hexdigest()


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
