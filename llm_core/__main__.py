"""What is done once, from the command line: making the small model that comes with the program.

In:     python -m llm_core pretrain tales --work FOLDER [--out FOLDER] [--stop N]
        python -m llm_core examine FOLDER [--real FOLDER]
Out:    --out: the model in GPT-2's layout, its tokenizer, moments of its training, a card
        examine: what the model knows, beside what its card says

The text is written while it is read, nothing is downloaded. The run is kept in the work folder:
stop it at any time, and the same command goes on. Several processes:
torchrun --nproc_per_node=2 -m llm_core pretrain tales --work FOLDER
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from llm_core.bundled import making, recipe
from llm_core.bundled.examination import examine
from llm_core.gpt2_weights import load_gpt2
from llm_core.pretraining import last_update
from llm_core.processes import joined
from llm_core.tokenizers import BPETokenizer
from llm_core.training import TrainStep

EVERY = 50
"""Updates between two lines of progress."""

REAL = "folder with the-verdict.txt and SMSSpamCollection.tsv, to examine the model on them too"


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m llm_core", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True, dest="command")
    pretrain = commands.add_parser("pretrain", help="train a model from nothing")
    pretrain.add_argument("model", choices=["tales"], help="the small model in assets/tales")
    pretrain.add_argument("--work", type=Path, required=True, help="folder that holds the run")
    pretrain.add_argument("--out", type=Path, help="folder to write the model to at the end")
    pretrain.add_argument("--real", type=Path, help=REAL)
    pretrain.add_argument("--stop", type=_at_least_one, help="end after so many updates")
    asked = commands.add_parser("examine", help="find out what a model knows")
    asked.add_argument("folder", type=Path, help="where the model and its card are")
    asked.add_argument("--real", type=Path, help=REAL)
    chosen = parser.parse_args(arguments)
    if chosen.command == "examine":
        _examine(chosen.folder, chosen.real)
    else:
        _pretrain(chosen.work, chosen.out, chosen.stop, chosen.real)


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("choose 1 or more")
    return number


def _pretrain(work: Path, out: Path | None, stop: int | None, real: Path | None) -> None:
    with joined() as group:
        progress = Progress(last_update(recipe.TALES, stop))
        for step in making.follow(work, stop=stop, group=group):
            if group.rank == 0:
                progress.report(step)
        if out is not None and group.rank == 0:
            making.export(work, out, real)


class Progress:
    """A line about the first updates, about each that was measured, and about some others.

    Args:
        total: how many updates the run shall have made at its end.
    """

    def __init__(self, total: int) -> None:
        self._total, self._begun = total, time.monotonic()
        self._first: TrainStep | None = None

    def report(self, step: TrainStep) -> None:
        """Write a line, or none."""
        self._first = self._first or step
        made = step.step + 1
        if made > making.FIRST and made % EVERY and step.val_loss is None:
            return
        words = [f"update {made:,} of {self._total:,}: loss {step.loss:.4f}"]
        if step.val_loss is not None:
            words.append(f"validation loss {step.val_loss:.3f}")
        if step.step > self._first.step:
            seconds = (time.monotonic() - self._begun) / (step.step - self._first.step)
            pace = (step.tokens_seen - self._first.tokens_seen) / (time.monotonic() - self._begun)
            words.append(f"{pace:,.0f} tokens a second")
            words.append(f"about {seconds * (self._total - made) / 60:,.0f} min left")
        sys.stderr.write(", ".join(words) + "\n")


def _examine(folder: Path, real: Path | None) -> None:
    """What the model knows now, beside what the card says."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    saved = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    model, tokenizer = load_gpt2(folder), BPETokenizer.from_dict(saved)
    found = examine(model, tokenizer, documents=card["documents"], real_text=real)
    for name, value in found.items():
        told = card["examination"].get(name, float("nan"))
        sys.stderr.write(f"{name:45}{value:8.3f}   card: {told:8.3f}\n")


if __name__ == "__main__":
    main()
