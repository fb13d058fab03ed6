"""Models drawn to scale: the published ones, the bundled one and the learner's configuration."""

from typing import NamedTuple

import streamlit as st

from dashboard import palette
from dashboard.charts.squares import squares
from dashboard.lessons.architecture import ledgers, model_choice, tables
from llm_core.accounting import parameter_ledger
from llm_core.config import GPTConfig

YOURS = "As configured"
SMALL, XL, LARGEST, STARTER = "GPT-2 small", "GPT-2 XL", "GPT-3", "Starter model"
PUBLISHED = (STARTER, SMALL, "GPT-2 medium", "GPT-2 large", XL, LARGEST)


TONES = {
    "token embedding": palette.RUNS[0],
    "position embedding": palette.RUNS[4],
    "attention": palette.RUNS[3],
    "feed-forward": palette.RUNS[2],
    "layer norms": palette.MUTED,
    "output head": palette.RUNS[1],
}
"""The parts' hues of the ledgers, strong enough for a square of a few pixels."""


class Sized(NamedTuple):
    """A model and how large it is."""

    name: str
    config: GPTConfig
    tied: bool
    parameters: int


def published(name: str) -> Sized:
    """A model that others made: its head and token embedding share one table."""
    config = model_choice.PRESETS[name]
    return Sized(name, config, True, parameter_ledger(config).total_tied)


def yours(config: GPTConfig, tied: bool) -> Sized:
    """The learner's configuration."""
    ledger = parameter_ledger(config)
    return Sized(YOURS, config, tied, ledger.total_tied if tied else ledger.total)


def models(config: GPTConfig, tied: bool) -> list[Sized]:
    """All of them, the smallest first."""
    every = [*map(published, PUBLISHED), yours(config, tied)]
    return sorted(every, key=lambda model: (model.parameters, model.name))


@st.cache_data(show_spinner=False, max_entries=64)
def drawn(config: GPTConfig, tied: bool, fit: str, until: str | None = None) -> str:
    """Squares with areas in proportion to the parameters, in layers as large as the parts.

    Args:
        config: the learner's.
        tied: whether its head has no table of its own.
        fit: the model that fills the picture; the largest drawn, where it is not among them.
        until: this published model, and what is larger, is left out; None shows all.
    """
    every = models(config, tied)
    if until is not None:
        most = published(until).parameters
        every = [model for model in every if model.parameters < most]
    names = [model.name for model in every]
    place = names.index(fit) if fit in names else len(names) - 1
    counted = [ledgers.parts(model.config, model.tied) for model in every]
    figure = squares(
        names,
        {part: [float(count.get(part, 0)) for count in counted] for part in reversed(TONES)},
        fit=place,
        tones=TONES,
        notes=[tables.large(model.parameters) for model in every],
        marked=names.index(YOURS) if YOURS in names else -1,
        unit="parameters",
    )
    return str(figure.to_json())


def waits(config: GPTConfig, tied: bool) -> str:
    """Says so where the learner's own model would give the answer away."""
    if yours(config, tied).parameters < published(LARGEST).parameters:
        return ""
    return f"Yours is as large as {LARGEST} or larger: it joins when you have answered."


def steps_table(config: GPTConfig, tied: bool) -> str:
    """Each model with its size, and how many times GPT-2 small that is, counted alike."""
    small = parameter_ledger(model_choice.PRESETS[SMALL])
    base = {True: small.total_tied, False: small.total}
    rows = [
        [
            f"**{model.name}**" if model.name == YOURS else model.name,
            tables.by((model.config.n_layers, model.config.emb_dim)),
            tables.large(model.parameters),
            f"× {tables.short(model.parameters / base[model.tied])}",
        ]
        for model in models(config, tied)
    ]
    return tables.table(["model", "blocks × width", "parameters", f"times {SMALL}"], rows)


def counted_alike(tied: bool) -> str:
    """What the last column of `steps_table` holds against what."""
    alone = "The published models have one table of the vocabulary for both ends"
    if tied:
        return f"{alone}, and so has yours."
    total = parameter_ledger(model_choice.PRESETS[SMALL]).total
    return f"{alone}. Yours has two, so it is held against {SMALL} with two: {tables.large(total)}."
