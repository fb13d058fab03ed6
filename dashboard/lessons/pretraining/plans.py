"""What a learner can set of a pretraining run, the text made ready for it, and what it will cost.

The page asks `material` for the text and `plan` for the cost; `pretraining_runs.start` begins.
"""

from dataclasses import asdict, dataclass, fields, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import streamlit as st
import tiktoken

from dashboard import cached, jobs, own_run
from dashboard.corpus_choice import BY_DIGEST, Corpus
from dashboard.lessons.pretraining.speed import Speed as Speed
from dashboard.lessons.pretraining.speed import Work, span, speed
from llm_core.accounting import (
    bytes_per_number,
    parameter_ledger,
    training_memory,
    weight_bytes,
)
from llm_core.batches import END_OF_TEXT
from llm_core.config import GPTConfig
from llm_core.corpus import split_text
from llm_core.schedules import Decay, Schedule
from llm_core.tokenizers import BPETokenizer

LARGEST = "GPT-2 small (124M)"
SIZES = MappingProxyType(
    {"Tiny": (64, 4, 2), "Small": (128, 4, 4), "Middle": (256, 8, 6), LARGEST: (768, 12, 12)}
)
"""Width, heads and blocks by name."""

CONTEXTS = MappingProxyType({"Tiny": 64, "Small": 64, "Middle": 256, LARGEST: 256})
"""The context that choosing a size sets; any other can be set afterwards."""

OWN, GPT2 = "Learnt from this text", "GPT-2's"
OWN_TOKENS = 512
"""Size of the vocabulary that is learnt from the text."""

MOST_STEPS = 2000
"""Steps of a new run."""

LONGEST = 10_000
"""Steps of a run that goes on again and again."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One run, to be started again with the same curve."""

    size: str = "Tiny"
    vocabulary: str = OWN
    steps: int = 300
    learning_rate: float = 0.005
    """At its peak."""
    optimizer: str = "AdamW"
    """One of `llm_core.optimizers.OPTIMIZERS`."""
    momentum: float = 0.9
    """Share of the earlier direction that is kept."""
    seed: int = 123
    batch_size: int = 8
    context_length: int = 64
    drop_rate: float = 0.0
    weight_decay: float = 0.1
    warmup: float = 0.1
    """Share of the steps in which the learning rate climbs."""
    initial_share: float = 0.01
    """Where it begins to climb, as a share of its peak."""
    decay: Decay = "cosine"
    decay_share: float = 0.2
    """Share of the steps in which it falls, if the decay is "stable"."""
    final_share: float = 0.1
    """Where the learning rate ends, as a share of its peak."""
    max_norm: float | None = 1.0
    eval_freq: int = 10
    fast: bool = True
    """Take the fast path of the same mathematics."""

    @classmethod
    def of(cls, saved: dict[str, Any]) -> "Settings":
        """The settings in a saved run's facts; what they do not name has its standard value.

        Raises:
            ValueError: a value with which no run can have been made.
        """
        known = {entry.name for entry in fields(cls)}
        made = cls(**{name: value for name, value in saved.items() if name in known})
        if made.size not in SIZES:
            raise ValueError(f"size={made.size!r} is unknown; choose one of {list(SIZES)}")
        made.schedule()
        return made

    def config(self, vocab_size: int) -> GPTConfig:
        """The model it trains."""
        emb_dim, n_heads, n_layers = SIZES[self.size]
        return GPTConfig(
            vocab_size=vocab_size,
            context_length=self.context_length,
            emb_dim=emb_dim,
            n_heads=n_heads,
            n_layers=n_layers,
            drop_rate=self.drop_rate,
        )

    def schedule(self) -> Schedule:
        """The learning rate of each of its steps."""
        climbing = round(self.warmup * self.steps)
        return Schedule(
            peak_lr=self.learning_rate,
            total_steps=self.steps,
            warmup_steps=climbing,
            initial_lr=self.learning_rate * self.initial_share,
            min_lr=self.learning_rate * self.final_share,
            decay=self.decay,
            decay_steps=min(round(self.decay_share * self.steps), self.steps - climbing),
        )

    def work(self, vocab_size: int) -> Work:
        """What its time depends on."""
        return Work(
            self.config(vocab_size), self.batch_size, self.optimizer, self.eval_freq, self.fast
        )


@dataclass(frozen=True)
class Material:
    """A text made ready for a model: split, and with the tokenizer that reads it."""

    text: Corpus
    tokenizer: BPETokenizer | tiktoken.Encoding
    train_text: str
    val_text: str
    train_tokens: int
    val_tokens: int


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def material(text: Corpus, vocabulary: str) -> Material:
    """Split a text and learn its vocabulary from the training part, or take GPT-2's."""
    own = vocabulary == OWN
    train_text, _ = split_text(text.text)
    return read_with(
        BPETokenizer.train(train_text, OWN_TOKENS) if own else cached.gpt2_tokenizer(), text
    )


def read_with(tokenizer: BPETokenizer | tiktoken.Encoding, text: Corpus) -> Material:
    """Split a text and count its tokens."""
    train_text, val_text = split_text(text.text)
    counts = [
        len(tokenizer.encode(part, allowed_special={END_OF_TEXT}))
        for part in (train_text, val_text)
    ]
    return Material(text, tokenizer, train_text, val_text, *counts)


def newborn(ready: Material) -> cached.Loaded:
    """The smallest model for this text's vocabulary as it is born, to look at before any run."""
    config = Settings().config(ready.tokenizer.n_vocab)
    name = f"untrained {ready.text.digest} {config.vocab_size}"
    end = own_run.end_of_text(ready.tokenizer)
    return cached.Loaded(name, cached.untrained(config), ready.tokenizer, config, end)


class Plan(NamedTuple):
    """What a run will take."""

    config: GPTConfig
    parameters: int
    memory: int
    """Bytes held in the middle of a step."""
    batches: int
    """In one pass over the training part."""
    seconds: float
    """Measured on this machine."""


def plan(ready: Material, settings: Settings) -> Plan:
    """What a run will take, before it begins.

    Raises:
        ValueError: the text is too short for it, or the server's memory too small; with the remedy.
    """
    config = settings.config(ready.tokenizer.n_vocab)
    memory = _memory(settings, config.vocab_size)
    seconds = speed().seconds(settings.work(config.vocab_size), settings.steps)
    if memory > budget():
        raise ValueError(
            f"this model would train for about {span(seconds)} and hold {_megabytes(memory)} of "
            f"memory meanwhile, and a run here may take {_megabytes(budget())}; "
            f"{_what_fits(settings, config.vocab_size)}"
        )
    batches = _batches(ready, settings)
    return Plan(config, parameter_ledger(config).total, memory, batches, seconds)


def budget() -> int:
    """Bytes that one run may hold: half of what all runs on this server may."""
    return jobs.scheduler().limits.memory // 2


def _memory(settings: Settings, vocab_size: int) -> int:
    """Bytes in the middle of a step, with the copy of the weights that the page reads.

    Beside what `training_memory` counts, the readable path holds the attention weights before and
    after their softmax (2 H T per token and block) and the logits three times (2 V more per token).
    The fast path holds the visible half of the former and none of the latter, but copies of the
    weights and their gradients.
    """
    config = settings.config(vocab_size)
    step = training_memory(config, settings.batch_size, settings.context_length).total
    weights = weight_bytes(config)
    looked = config.n_heads * config.n_layers * settings.context_length
    per_token = looked - vocab_size if settings.fast else 2 * (looked + vocab_size)
    tokens = settings.batch_size * settings.context_length
    held = tokens * per_token * bytes_per_number("float32")
    copies = weights * (2 if settings.fast else 1)
    return step + copies + held - (weights if settings.optimizer == "SGD" else 0)


def _megabytes(count: int) -> str:
    return f"{count / 1024**2:,.0f} MB"


def _what_fits(settings: Settings, vocab_size: int) -> str:
    """The end of a sentence that names the largest size within the budget, and who can move it."""
    for size in reversed(SIZES):
        needed = _memory(replace(settings, size=size), vocab_size)
        if needed <= budget():
            return (
                f"{size} would need {_megabytes(needed)}. On a computer of your own, start the "
                "server with a larger RUNS_MEMORY_MB"
            )
    return "choose a smaller batch, a shorter context or the vocabulary learnt from this text"


def _batches(ready: Material, settings: Settings) -> int:
    """Batches in one pass over the training part.

    Raises:
        ValueError: a part of the text is shorter than it has to be.
    """
    window = settings.context_length
    for name, tokens in (("training", ready.train_tokens), ("validation", ready.val_tokens)):
        if tokens <= window:
            raise ValueError(
                f"the {name} part of this text has {tokens:,} tokens, and one window with its "
                f"target needs {window + 1:,}; use a longer text or a shorter context"
            )
    windows = (ready.train_tokens - 1) // window
    if windows < settings.batch_size:
        raise ValueError(
            f"the training part gives {windows:,} windows of {window} tokens, and one batch takes "
            f"{settings.batch_size}; use a longer text, a shorter context or a smaller batch"
        )
    return windows // settings.batch_size


def facts(ready: Material, settings: Settings) -> dict[str, Any]:
    """What somebody needs to know to start the same run again."""
    size = ready.tokenizer.n_vocab
    return asdict(settings) | {
        "text": ready.text.title,
        "digest": ready.text.digest,
        "vocab_size": size,
    }
