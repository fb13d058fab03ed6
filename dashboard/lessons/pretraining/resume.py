"""A run that can go on: everything it takes, held whole between two steps, in memory or in a file.

`Standing` is that everything while the run is alive. `as_file` and `keep` write it down, `opened`
reads it again, and `runs.go_on` lets it go on: the further steps are those of a run that was never
interrupted, to the last bit.
"""

import hashlib
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch

from dashboard import cached
from dashboard.corpus_choice import UPLOADED, Corpus
from dashboard.lessons.pretraining.plans import LONGEST, Material, Settings, read_with
from llm_core.checkpoints import (
    Checkpoint,
    CheckpointError,
    checkpoint_bytes,
    load_checkpoint,
    save_checkpoint,
)
from llm_core.config import GPTConfig
from llm_core.corpus import clean_text
from llm_core.gpt import GPTModel
from llm_core.optimizers import OPTIMIZERS
from llm_core.random_state import RandomState
from llm_core.tokenizers import Tokenizer
from llm_core.training import TrainingState, TrainStep

SHORT_TEXT = 300_000
"""Characters of a text that travels in its run's file; of a longer one only the digest does."""

LARGEST = 200 * 1024**2
"""Bytes of weights and moments that stay in memory after a run has ended."""

FOLDER = cached.ROOT / "runs" / "kept"
KEPT = 16
"""Runs on the server's disk, one for each browser; the oldest makes way for a further one."""

LARGEST_KEPT = 80 * 1024**2
"""Bytes of each of them."""


@dataclass(eq=False)
class Standing:
    """A run's live parts, changed by the scheduler's thread in each step."""

    ready: Material
    settings: Settings
    model: GPTModel
    optimizer: torch.optim.Optimizer
    random_state: RandomState
    state: TrainingState
    history: list[TrainStep] = field(default_factory=list)
    """All updates so far."""
    seconds: float = 0.0
    """Computed before this part of the run began."""
    samples: tuple[Any, ...] = ()
    """What it wrote before this part of the run began."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asked: int = 0

    @contextmanager
    def stepping(self) -> Iterator[None]:
        """Inside, the run makes one step; it lets those go first who want it to stand still."""
        while self._asked:
            time.sleep(0.001)
        with self._lock:
            yield

    @contextmanager
    def still(self) -> Iterator[None]:
        """Inside, no step is being made: model, optimizer, numbers and history belong together."""
        self._asked += 1
        try:
            with self._lock:
                yield
        finally:
            self._asked -= 1

    @property
    def size(self) -> int:
        """Bytes of its weights and of what the optimizer remembers."""
        moments = [value for kept in self.optimizer.state.values() for value in kept.values()]
        tensors = [*self.model.parameters(), *(m for m in moments if torch.is_tensor(m))]
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors)

    def rest(self) -> None:
        """Let go of what the next step makes anew."""
        self.optimizer.zero_grad()


def newborn(ready: Material, settings: Settings, config: GPTConfig) -> Standing:
    """A run before its first step: the seed decides everything."""
    random_state = RandomState(settings.seed)
    with random_state.borrowed():
        model = GPTModel(config)
    optimizer = OPTIMIZERS[settings.optimizer](
        model,
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        momentum=settings.momentum,
    )
    return Standing(ready, settings, model, optimizer, random_state, TrainingState())


def as_file(standing: Standing, seconds: float) -> bytes:
    """The run as one .safetensors file.

    Args:
        standing: the run, whether it is going on or not.
        seconds: it has computed so far.
    """
    with standing.still():
        return checkpoint_bytes(*_parts(standing, seconds))


def keep(standing: Standing, seconds: float, owner: str) -> None:
    """Write the run to the server's disk, in place of the one this owner kept before.

    Whenever the server stops, that folder holds this run or the one before.

    Raises:
        ValueError: it is too large.
    """
    if standing.size > LARGEST_KEPT:
        raise ValueError(
            f"this run has {standing.size / 1024**2:,.0f} MB, and at most "
            f"{LARGEST_KEPT / 1024**2:,.0f} MB can be kept here; save it on your own computer"
        )
    with standing.still():
        save_checkpoint(FOLDER / owner, *_parts(standing, seconds))
    folders = sorted(FOLDER.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for old in folders[: max(0, len(folders) - KEPT)]:
        shutil.rmtree(old, ignore_errors=True)


def kept(owner: str) -> Path | None:
    """The file of this owner's run on the server's disk."""
    return next((FOLDER / owner).glob("*.safetensors"), None)


def _parts(
    standing: Standing, seconds: float
) -> tuple[GPTModel, torch.optim.Optimizer, Tokenizer, RandomState, dict[str, Any]]:
    """What a checkpoint is made of."""
    tokenizer = cast(Tokenizer, standing.ready.tokenizer)
    facts = _facts(standing, seconds)
    return standing.model, standing.optimizer, tokenizer, standing.random_state, facts


def _facts(standing: Standing, seconds: float) -> dict[str, Any]:
    """What a checkpoint does not have a place for."""
    text = standing.ready.text
    rows = [[_number(value) for value in record] for record in standing.history]
    return {
        "run": {
            "settings": asdict(standing.settings),
            "state": asdict(standing.state),
            "history": torch.tensor(rows, dtype=torch.float64),  # (steps, fields of a TrainStep)
            "seconds": seconds,
            "title": text.title[:200],
            "digest": text.digest,
            "text": text.text if len(text.text) <= SHORT_TEXT else None,
        }
    }


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


class Saved(NamedTuple):
    """What a saved run says about itself."""

    settings: Settings
    step: int
    """Updates made."""
    title: str
    """Of the text it learns from."""


def described(checkpoint: Checkpoint) -> Saved | None:
    """The run in a checkpoint; None if it holds a model alone.

    Raises:
        ValueError: it is damaged.
    """
    if "run" not in checkpoint.extra or checkpoint.optimizer is None:
        return None
    with _sound():
        run = checkpoint.extra["run"]
        settings = _settings(run["settings"])
        return Saved(settings, int(run["state"]["next_step"]), str(run["title"])[:200])


def opened(source: bytes | Path, at_hand: Corpus) -> Standing:
    """A saved run, ready to go on.

    Args:
        source: the file, or its content.
        at_hand: the text chosen on the page, for a run whose own is too long to be in the file.

    Raises:
        ValueError: no run, damaged, or its text is not at hand; one sentence with the remedy.
    """
    checkpoint = load_checkpoint(source)
    saved = described(checkpoint)
    if saved is None or checkpoint.optimizer is None or checkpoint.random_state is None:
        raise ValueError("this file holds a model, not a run; start a new run with Train")
    with _sound():
        run = checkpoint.extra["run"]
        text = _text(run, saved.title, at_hand)
        ready = read_with(cast(Any, checkpoint.tokenizer), text)
        if checkpoint.model.config != saved.settings.config(ready.tokenizer.n_vocab):
            raise KeyError("config")
        history = [_record(row) for row in run["history"].reshape(-1, _FIELDS).tolist()]
        state = TrainingState(**run["state"])
        if state.next_step != len(history):
            raise KeyError("history")
        return Standing(
            ready,
            saved.settings,
            checkpoint.model,
            checkpoint.optimizer,
            checkpoint.random_state,
            state,
            history,
            float(run["seconds"]),
        )


@contextmanager
def _sound() -> Iterator[None]:
    """Turns what a damaged file leads to into one sentence."""
    try:
        yield
    except CheckpointError:
        raise
    except (KeyError, TypeError, AttributeError, IndexError, RuntimeError, OverflowError) as error:
        raise ValueError(
            "this file's run is damaged, so that it cannot go on; save it once more"
        ) from error


_FIELDS = len(TrainStep._fields)


def _record(row: list[float]) -> TrainStep:
    """A step as it was before `_facts` made numbers of it."""
    found: dict[str, Any] = dict(zip(TrainStep._fields, row, strict=True))
    for name in ("step", "epoch", "tokens_seen", "examples_seen"):
        found[name] = int(found[name])
    found["clipped"] = bool(found["clipped"])
    for name in ("train_loss", "val_loss"):
        found[name] = None if found[name] != found[name] else found[name]  # not a number
    return TrainStep(**found)


def _settings(saved: Mapping[str, Any]) -> Settings:
    """Settings of the types and within the bounds that the page knows."""
    standard = asdict(Settings())
    for name, value in saved.items():
        usual = standard[name]
        kinds = (int, float) if isinstance(usual, float) else (type(usual),)
        if not (isinstance(value, kinds) or (name == "max_norm" and value is None)):
            raise TypeError(name)
    settings = Settings.of(dict(saved))
    known = settings.optimizer in OPTIMIZERS and settings.steps <= LONGEST
    if not known or settings.context_length > 1024:
        raise KeyError("settings")
    return settings


def _text(run: Mapping[str, Any], title: str, at_hand: Corpus) -> Corpus:
    """The very text the run has learnt from."""
    if run["text"] is None:
        if at_hand.digest != run["digest"]:
            raise ValueError(
                f"this run learns from “{title}”, which is too long to be kept in its file; choose "
                "that text at the top of this page, then let it go on"
            )
        return at_hand
    text = clean_text(run["text"])
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    if digest != run["digest"]:
        raise KeyError("digest")
    return Corpus(UPLOADED, title, text, digest)


def with_steps(standing: Standing, steps: int) -> Standing:
    """The same run, to be stretched or shortened to so many steps in all.

    Raises:
        ValueError: it has made them already.
    """
    if steps <= standing.state.next_step:
        raise ValueError(
            f"it has made {standing.state.next_step:,} steps already; choose more than that"
        )
    standing.settings = replace(standing.settings, steps=steps)
    return standing
