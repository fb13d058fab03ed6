"""The feed-forward half on one token: wide inside, and what is lost without its strongest units."""

from typing import Any, NamedTuple

import streamlit as st
import torch
from torch import Tensor

from dashboard import cached, charts, chips, palette
from dashboard.charts.widths import widths
from dashboard.drawn import kept
from dashboard.lessons import reading
from dashboard.lessons.architecture import activations, chosen, tables
from llm_core import parts
from llm_core.accounting import parameter_ledger
from llm_core.config import GPT_CONFIG_124M, GPTConfig
from llm_core.heads import read_out

Ids = tuple[int, ...]
ONE, FEW, MANY, NEVER = "The strongest one", "2 to 16 of them", "More than 16", "It never changes"
ANSWERS = (ONE, FEW, MANY, NEVER)
_SHOWN = 8
_WORDS = 2


class Asked(NamedTuple):
    """Which token in which block."""

    ids: Ids
    layer: int
    token: int


def counts(config: GPTConfig) -> list[int]:
    """How many units may be switched off: none, then twice as many each time, up to all."""
    every = 4 * config.emb_dim
    doubled = [2**n for n in range(every.bit_length()) if 2**n < every]
    return [0, *doubled, every]


@kept(cached.BY_NAME)
def picture(loaded: cached.Loaded, asked: Asked) -> Any:
    """The token's vector on its way through: narrow, wide, wide after GELU, narrow."""
    half = activations.feed_forward(loaded, asked.ids, asked.layer)
    enters = reading.steps(loaded, asked.ids).blocks[asked.layer].feed_forward_input[0]
    width = loaded.config.emb_dim
    rows = {
        f"in: {width:,}": enters[asked.token],
        f"widened: {4 * width:,}": half.expanded[asked.token],
        f"GELU: {4 * width:,}": half.activated[asked.token],
        f"out: {width:,}": half.output[asked.token],
    }
    return widths({name: v.tolist() for name, v in rows.items()}, most=3.0, unit="value")


def _activated(loaded: cached.Loaded, asked: Asked) -> Tensor:
    return activations.feed_forward(loaded, asked.ids, asked.layer).activated[asked.token]  # (4C,)


def firing(loaded: cached.Loaded, asked: Asked) -> tuple[int, int]:
    """How many units are above 0, and above 0.5, after GELU."""
    activated = _activated(loaded, asked)
    return int((activated > 0).sum()), int((activated > 0.5).sum())


@kept(cached.BY_NAME)
def units(loaded: cached.Loaded, asked: Asked) -> Any:
    """Bars of the units that fire most, each with the words that it speaks for."""
    with torch.inference_mode():
        activated = _activated(loaded, asked)
        order = parts.strongest(activated)[:_SHOWN].tolist()
        writes = parts.written(loaded.model, asked.layer, activated, order)  # (_SHOWN, C)
        steps = reading.steps(loaded, asked.ids)
        pushed = read_out(loaded.model, steps, writes, asked.token).topk(_WORDS).indices.tolist()
    labels = [
        f"{unit + 1}: " + ", ".join(chips.label(loaded.tokenizer.decode([i])) for i in best)
        for unit, best in zip(order, pushed, strict=True)
    ]
    values = activated[torch.tensor(order)].tolist()
    return charts.bars(
        {"after GELU": values},
        labels=labels,
        colours={"after GELU": palette.ACCENT},
        value_title="value after GELU",
        value_range=(min(0.0, 1.2 * min(values)), max(1.0, 1.2 * max(values))),
        sideways=True,
    )


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def without(loaded: cached.Loaded, asked: Asked) -> Tensor:
    """Scores of what follows the token, a row for each of `counts` switched off, (N, V)."""
    with torch.inference_mode():
        return parts.logits_without_strongest(
            loaded.model,
            reading.steps(loaded, asked.ids),
            asked.layer,
            asked.token,
            counts(loaded.config),
        )


@kept(cached.BY_NAME)
def next_tokens(loaded: cached.Loaded, asked: Asked, off: int) -> Any:
    """Bars of the likeliest next tokens, as it is and with so many units switched off."""
    with torch.inference_mode():
        probabilities = without(loaded, asked).softmax(dim=-1)  # (N, V)
        before, after = probabilities[0], probabilities[counts(loaded.config).index(off)]
        best = list(
            dict.fromkeys([*before.topk(5).indices.tolist(), *after.topk(3).indices.tolist()])
        )
    groups = {
        "all units": [100 * before[i].item() for i in best],
        "without the strongest": [100 * after[i].item() for i in best],
    }
    return charts.bars(
        groups,
        labels=[chips.label(loaded.tokenizer.decode([i])) for i in best],
        colours=dict(zip(groups, (palette.MUTED, palette.ACCENT), strict=True)),
        value_title="probability of coming next, in per cent",
        value_range=(0.0, max(1.0, 110 * probabilities.max().item())),
        sideways=True,
    )


def changed(loaded: cached.Loaded, asked: Asked) -> tuple[str, str]:
    """How many units the favourite hangs on: one of ANSWERS, and the sentence."""
    logits, ladder = without(loaded, asked), counts(loaded.config)
    first = parts.first_change(logits, ladder)
    best = chosen.spoken(loaded, int(logits[0].argmax()))
    if first is None:
        return NEVER, f"{best} stays the favourite, even without this whole feed-forward."
    other = chosen.spoken(loaded, int(logits[ladder.index(first)].argmax()))
    truth = ONE if first == 1 else FEW if first <= 16 else MANY
    off = "1 unit" if first == 1 else f"{first:,} units"
    return truth, (
        f"Without {off} of {ladder[-1]:,}, {other} takes the place of {best}. "
        "Their number was doubled each time, so it may happen a little earlier."
    )


def halves(config: GPTConfig) -> str:
    """Exercise 4.1: parameters of both halves of a block, of this model and of the book's."""
    rows = []
    for name, each in (("model on show", config), ("GPT-2 small, course", GPT_CONFIG_124M)):
        of_all = parameter_ledger(each).by_part
        attention, wide = (of_all[part] // each.n_layers for part in ("attention", "feed-forward"))
        rows.append([name, f"{attention:,}", f"{wide:,}", f"{wide / attention:.2f}"])
    return tables.table(["one block of", "attention", "feed-forward", "times as many"], rows)
