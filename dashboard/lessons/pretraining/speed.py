"""How fast this machine trains: measured, not guessed, before the button and again by each run.

A few steps of a model with one block of the wanted width say what an operation costs there; whole
runs correct it, since they also write samples and record what happens.
"""

import time
from dataclasses import dataclass, field, replace
from statistics import median
from typing import NamedTuple

import streamlit as st
import torch

from llm_core.accounting import flops_ledger
from llm_core.config import GPTConfig
from llm_core.fast.training import FastLoss
from llm_core.gpt import GPTModel
from llm_core.loss import LossFunction, calc_loss_batch
from llm_core.optimizers import OPTIMIZERS
from llm_core.random_state import RandomState

EVAL_BATCHES = 3
"""Batches of each part that an evaluation looks at."""

SAMPLES = 8
"""How often in a run the model writes something; once more before the first step."""

SAMPLE_TOKENS = 32

_TRIED = 512
"""Tokens in a step of the measurement, and its vocabulary: small, so that it takes a moment."""


_MOMENT = 0.3  # seconds that the measurement may take


class Work(NamedTuple):
    """What a run's time depends on, besides the number of its steps."""

    config: GPTConfig
    batch_size: int
    optimizer: str
    eval_freq: int
    fast: bool

    @property
    def step(self) -> int:
        """Floating-point operations of an update."""
        return flops_ledger(self.config, self.batch_size, self.config.context_length).training_step

    @property
    def kind(self) -> tuple[object, ...]:
        """Runs alike in this have operations that cost alike."""
        config = self.config
        return config.emb_dim, config.n_heads, config.context_length, self.optimizer, self.fast


class Costs(NamedTuple):
    """What was measured, in seconds."""

    operation: float
    """Of one floating-point operation in an update."""
    block: float
    """Of handing a sample's tokens through one block, without learning."""


@dataclass
class Speed:
    """What operations cost on this machine, by the kind of work."""

    costs: dict[tuple[object, ...], Costs] = field(default_factory=dict)

    def seconds(self, work: Work, steps: int) -> float:
        """Time of a run of so many steps; the first of its kind is measured for a moment."""
        if work.kind not in self.costs:
            self.costs[work.kind] = measured(work)
        return self._said(work, steps)

    def learn(self, work: Work, steps: int, seconds: float) -> None:
        """A run of so many steps took this long."""
        if steps and work.kind in self.costs:
            longer = min(max(seconds / self._said(work, steps), 0.2), 5.0)
            operation, block = self.costs[work.kind]
            self.costs[work.kind] = Costs(longer * operation, longer * block)

    def _said(self, work: Work, steps: int) -> float:
        costs = self.costs[work.kind]
        looking = 2 * EVAL_BATCHES / 3 / work.eval_freq  # an evaluation has no backward pass
        moments = 1 + min(SAMPLES, steps / 5)
        writing = 2 * moments * SAMPLE_TOKENS * work.config.n_layers * costs.block
        return work.step * steps * (1 + looking) * costs.operation + writing


def measured(work: Work) -> Costs:
    """Make a few steps with one block of this width and see how long they take."""
    config = replace(work.config, vocab_size=_TRIED, n_layers=1, drop_rate=0.0)
    rows = max(1, min(work.batch_size, _TRIED // config.context_length))
    with RandomState(0).borrowed():
        model = GPTModel(config)
    optimizer = OPTIMIZERS[work.optimizer](model, learning_rate=1e-3)
    ids = torch.arange(rows * config.context_length).remainder(_TRIED)
    ids = ids.reshape(rows, config.context_length)  # (B, T)
    learning: list[float] = []
    looking: list[float] = []
    while len(learning) < 4 and sum(learning) < _MOMENT:
        begun = time.perf_counter()
        optimizer.zero_grad()
        torch.autograd.backward(loss_function(work.fast)(ids, ids, model, "cpu"))
        optimizer.step()
        learning.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        with torch.no_grad():
            model(ids[:1, :SAMPLE_TOKENS])
        looking.append(time.perf_counter() - begun)
    operations = flops_ledger(config, rows, config.context_length).training_step
    return Costs(median(learning[1:] or learning) / operations, median(looking[1:] or looking))


def span(seconds: float) -> str:
    """A time as a reader wants it.

    >>> span(42.3), span(600)
    ('42 s', '10 min')
    """
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:,.0f} min"


_FAST = FastLoss()


def loss_function(fast: bool) -> LossFunction:
    """The loss that a run trains with: both paths are the same mathematics."""
    return _FAST if fast else calc_loss_batch


@st.cache_resource(show_spinner=False)
def speed() -> Speed:
    """The server's one record of how fast it is."""
    return Speed()
