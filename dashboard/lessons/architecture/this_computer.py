"""What the computer that runs the page could train: its speed, measured, and times that follow."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st
import torch

from dashboard import cached, jobs, own_run
from dashboard.charts.sizes import sizes
from dashboard.lessons.architecture import scale, tables, training_bill
from llm_core import accounting
from llm_core.config import GPTConfig

YEAR = 365.25 * 86400
TICKS = {
    "1 second": 1.0,
    "1 hour": 3600.0,
    "1 month": YEAR / 12,
    "100 years": 100 * YEAR,
    "1 million years": 1e6 * YEAR,
}
_HORIZON = 1e10 * YEAR


class Speed(NamedTuple):
    """Of this computer."""

    operations: float
    """A second."""
    threads: int


@st.cache_resource(show_spinner=False)
def speed() -> Speed:
    """Measured once, until somebody asks for it anew (`speed.clear`)."""
    return Speed(accounting.matmul_speed(), torch.get_num_threads())


def seconds(model: scale.Sized, operations: float) -> float:
    """To train a model on 20 tokens for each of its parameters, at full speed."""
    parameters = training_bill.multiplied(model)
    tokens = accounting.compute_optimal_tokens(parameters)
    flops = accounting.training_flops(parameters, tokens)
    return accounting.Cluster(peak=operations, utilisation=1.0).bill(flops).seconds


@st.cache_data(show_spinner=False, max_entries=32)
def times(config: GPTConfig, tied: bool, operations: float, hidden: bool) -> str:
    """Dots on an axis from a second to billions of years, one for each model.

    Args:
        config: the learner's.
        tied: whether its head has no table of its own.
        operations: a second.
        hidden: leave GPT-3 out, and what is larger.
    """
    every = scale.models(config, tied)
    if hidden:
        most = scale.published(scale.LARGEST).parameters
        every = [model for model in every if model.parameters < most]
    lasts = [seconds(model, operations) for model in every]
    figure = sizes(
        [model.name for model in every],
        lasts,
        kinds=["at full speed"] * len(every),
        faint=[model.name != scale.YOURS for model in every],
        value_title="time at full speed",
        value_range=(min(1.0, lasts[0] / 3), _HORIZON),
        said=[tables.lasting(time) for time in lasts],
        ticks=TICKS,
        unit="seconds",
    )
    return str(figure.to_json())


def nearest(lasts: float, powers: Mapping[str, int]) -> str:
    """The answer whose power of ten, in years, is nearest to so many seconds.

    >>> nearest(3e13, {"a year": 0, "a million years": 6})
    'a million years'
    """
    years = math.log10(max(lasts / YEAR, 1e-9))
    return min(powers, key=lambda answer: abs(powers[answer] - years))


class Update(NamedTuple):
    """One update of the learner's own run, as the rule promises it and as it was."""

    operations: int
    promised: float
    """Seconds, at the speed of the matrix product."""
    measured: float
    """Seconds; evaluations and samples of the run are part of it."""

    @property
    def utilisation(self) -> float:
        """Share of the computer's speed that the run got out of it."""
        return self.promised / self.measured


def update(operations: float) -> Update | None:
    """Of the run on the page about pretraining; None if there is none that has got anywhere."""
    job = jobs.current(own_run.KIND)
    if job is None or not job.history or not job.seconds:
        return None
    made: cached.Loaded | None = job.products.get("model")
    rows, length = job.settings.get("batch_size"), job.settings.get("context_length")
    if made is None or not rows or not length:
        return None
    flops = accounting.flops_ledger(made.config, rows, length).training_step
    updates = job.history[-1].tokens_seen / (rows * length)
    return Update(flops, flops / operations, job.seconds / updates)


def update_table(own: Update) -> str:
    """Promised and measured time of an update beside each other."""
    rows = [
        ["promised, at the speed of the product", tables.lasting(own.promised)],
        ["measured in your run, with its tests and samples", tables.lasting(own.measured)],
        ["so this much of the speed arrives in the model", f"{own.utilisation:.0%}"],
    ]
    head = [f"one update, {tables.large(own.operations)} operations", ""]
    return tables.table(head, rows)
