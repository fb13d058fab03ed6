"""What a learner can set of a pretraining run, the text made ready for it, and what it will cost.

The page asks `material` for the text and `plan` for the cost; `pretraining_runs.start` begins.
"""

from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import streamlit as st
import tiktoken

from dashboard import cached, own_run
from dashboard.corpus_choice import BY_DIGEST, Corpus
from llm_core.accounting import flops_ledger, parameter_ledger, training_memory
from llm_core.batches import END_OF_TEXT
from llm_core.config import GPTConfig
from llm_core.corpus import split_text
from llm_core.schedules import Schedule
from llm_core.tokenizers import BPETokenizer

SIZES = MappingProxyType({"Tiny": (64, 4, 2), "Small": (128, 4, 4), "GPT-2 small": (768, 12, 12)})
"""Width, heads and blocks by name. The last one stands here to show what it would cost."""

OWN, GPT2 = "Learnt from this text", "GPT-2's"
OWN_TOKENS = 512
"""Size of the vocabulary that is learnt from the text."""

MOST_STEPS = 2000

EVAL_BATCHES = 3
"""Batches of each part that an evaluation looks at."""

MEMORY_BUDGET = 600 * 1024**2
"""Bytes that one run may hold; several share the server."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One run, to be started again with the same curve."""

    size: str = "Tiny"
    vocabulary: str = OWN
    steps: int = 300
    learning_rate: float = 0.005
    """At its peak."""
    seed: int = 123
    batch_size: int = 8
    context_length: int = 64
    drop_rate: float = 0.0
    weight_decay: float = 0.1
    warmup: float = 0.1
    """Share of the steps in which the learning rate climbs."""
    final_share: float = 0.1
    """Where the learning rate ends, as a share of its peak."""
    max_norm: float | None = 1.0
    eval_freq: int = 10

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
        return Schedule(
            peak_lr=self.learning_rate,
            total_steps=self.steps,
            warmup_steps=round(self.warmup * self.steps),
            initial_lr=self.learning_rate / 100,
            min_lr=self.learning_rate * self.final_share,
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
    train_text, val_text = split_text(text.text)
    own = vocabulary == OWN
    tokenizer = BPETokenizer.train(train_text, OWN_TOKENS) if own else cached.gpt2_tokenizer()
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
    measured: bool
    """Whether the time comes from a run on this machine, not from a guess."""


@dataclass
class Speed:
    """How fast this machine trains."""

    operations: float = 3e10
    """Floating-point operations a second."""
    measured: bool = False


@st.cache_resource(show_spinner=False)
def speed() -> Speed:
    """The server's speed: a guess until the first run has ended."""
    return Speed()


def plan(ready: Material, settings: Settings) -> Plan:
    """What a run will take, before it begins.

    Raises:
        ValueError: the text is too short for it, or the server's memory too small; with the remedy.
    """
    config = settings.config(ready.tokenizer.n_vocab)
    memory = _memory(settings, config.vocab_size)
    if memory > MEMORY_BUDGET:
        raise ValueError(
            f"this model would hold {_megabytes(memory)} of memory while it trains, and a run here "
            f"may take {_megabytes(MEMORY_BUDGET)}; {_what_fits(settings, config.vocab_size)}"
        )
    batches = _batches(ready, settings)
    step = flops_ledger(config, settings.batch_size, settings.context_length).training_step
    looking = 2 * EVAL_BATCHES / 3 / settings.eval_freq  # an evaluation has no backward pass
    now = speed()
    return Plan(
        config,
        parameter_ledger(config).total,
        memory,
        batches,
        step * settings.steps * (1 + looking) / now.operations,
        now.measured,
    )


def _memory(settings: Settings, vocab_size: int) -> int:
    config = settings.config(vocab_size)
    return training_memory(config, settings.batch_size, settings.context_length).total


def _megabytes(count: int) -> str:
    return f"{count / 1024**2:,.0f} MB"


def _what_fits(settings: Settings, vocab_size: int) -> str:
    """The end of a sentence that names the largest size within the budget."""
    for size in reversed(SIZES):
        needed = _memory(replace(settings, size=size), vocab_size)
        if needed <= MEMORY_BUDGET:
            return f"{size} would need {_megabytes(needed)}"
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
    return asdict(settings) | {"text": ready.text.title, "vocab_size": size}
