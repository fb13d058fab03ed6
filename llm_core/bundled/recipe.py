"""What decides how the bundled model was made, and how its copies are taught a task.

In:     nothing
Out:    a recipe of the pretraining, and two of finetuning
Next:   examination.py, what such a model knows
"""

from dataclasses import dataclass

from llm_core import tales
from llm_core.classification import Read, Trainable
from llm_core.config import GPTConfig
from llm_core.pretraining import Recipe
from llm_core.schedules import Schedule

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
        total_steps=10_000,
        warmup_steps=100,
        min_lr=1e-5,
        decay="stable",
        decay_steps=1_800,
    ),
    optimizer="Muon",
    validation_from=tales.HELD_OUT,
)
"""What the bundled model was made by."""

MOMENTS = (100, 250, 500, 1000, 2000, 4000, 8000)
"""Updates after which the model is kept, to look at its training later."""


@dataclass(frozen=True, kw_only=True)
class Finetuning:
    """How a copy of the model is taught a task."""

    learning_rate: float
    """The highest; see `rise_and_fall`."""
    epochs: int
    """How often the examples are gone through."""
    batch_size: int
    """Examples an update sees."""
    seed: int = 123
    """Where new weights and the order of the examples come from."""


@dataclass(frozen=True, kw_only=True)
class Sorting(Finetuning):
    """How a copy of the model learns to tell two kinds of texts apart."""

    trainable: Trainable
    """Which of its parts change."""
    read: Read
    """Where the answer is read."""
    max_length: int
    """Tokens of a text; longer ones are cut, shorter ones filled up."""


SPAM_FILTER = Sorting(
    learning_rate=2e-3,
    epochs=2,
    batch_size=32,
    trainable="all",
    read="last_real_token",
    max_length=48,
)
"""How page 6 begins."""

ASSISTANT = Finetuning(learning_rate=5e-4, epochs=4, batch_size=8)
"""How page 7 begins; everything is trained, on the answers alone: 600,000 tokens."""

ANSWER_LENGTH = 32
"""Tokens of an answer at most."""

GRADIENT_NORM = 1.0
"""Longer gradients are shortened to this, in finetuning."""


def rise_and_fall(learning_rate: float, total_steps: int) -> Schedule:
    """The learning rate of a finetuning: a short climb, then all the way down to zero.

    What the last few batches happen to hold then weighs no more than what came before.
    """
    return Schedule(
        peak_lr=learning_rate,
        total_steps=total_steps,
        warmup_steps=min(20, total_steps // 10),
        initial_lr=learning_rate / 20,
        min_lr=0.0,
        decay="linear",
    )
