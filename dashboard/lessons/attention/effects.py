"""What is lost without a head: the switches, the guess before and after, each head alone."""

import string
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

import streamlit as st
import torch
from torch import Tensor

from dashboard import cached, charts, chips, palette
from dashboard.components import switchboard
from dashboard.drawn import kept
from dashboard.lessons import reading
from dashboard.lessons.attention import pressed
from llm_core.heads import divergence, logits_without, logits_without_each
from llm_core.induction import Head
from llm_core.sampling import likeliest

SWITCHES = "attention-switches"
ZEROS, MEAN = "Zeros", "Its mean over the text"
STAND_INS = (ZEROS, MEAN)

NONE, FEW, MORE = "None of them", "One or two", "Three or more"

_QUICK = 30_000_000_000
"""Products of one round of switching off that nobody has to ask for: about a second."""

Ids = tuple[int, ...]


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs=cached.BY_NAME)
def _written(loaded: cached.Loaded) -> dict[int, str]:
    """The tokens of the vocabulary that have been written so far; it grows."""
    return {}


def tokens(loaded: cached.Loaded, numbers: Sequence[int]) -> dict[int, str]:
    """Tokens of the vocabulary as they are written on chips, by their ids."""
    known, there = _written(loaded), loaded.tokenizer.n_vocab
    for new in (number for number in numbers if number not in known):
        text = loaded.tokenizer.decode([new]) if new < there else f"id {new}"
        known[new] = chips.visible(text)
    return {number: known[number] for number in numbers}


def token(loaded: cached.Loaded, number: int) -> str:
    """A token of the vocabulary as it is written on a chip."""
    return tokens(loaded, [number])[number]


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def without(loaded: cached.Loaded, ids: Ids, off: tuple[Head, ...], stand_in: str) -> Tensor:
    """Scores of the next token with these heads switched off, (V,)."""
    with torch.inference_mode():
        return logits_without(loaded.model, reading.steps(loaded, ids), off, mean=stand_in == MEAN)


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=cached.BY_NAME)
def without_each(loaded: cached.Loaded, ids: Ids, stand_in: str) -> Tensor:
    """Scores of the next token with each head alone switched off, (L, H, V)."""
    with torch.inference_mode():
        steps = reading.steps(loaded, ids)
        by_layer = dict(logits_without_each(loaded.model, steps, mean=stand_in == MEAN))
    return torch.stack([by_layer[layer] for layer in range(loaded.config.n_layers)])


def quick(loaded: cached.Loaded, ids: Ids) -> bool:
    """Whether all heads can be switched off in turn without asking."""
    rounds = loaded.config.n_heads * loaded.config.n_layers / 2
    return loaded.model.num_parameters() * len(ids) * rounds < _QUICK


def ready(loaded: cached.Loaded, ids: Ids, stand_in: str) -> bool:
    """Whether all heads may be switched off in turn: it is quick, or the learner asked for it."""
    asked: set[tuple[object, ...]] = st.session_state.setdefault("attention.each", set())
    return quick(loaded, ids) or (loaded.name, ids, stand_in) in asked


def measured(loaded: cached.Loaded, ids: Ids, stand_in: str, key: str) -> bool:
    """`ready`, with a button where it has to be asked for, and a word while it is computed."""
    if not ready(loaded, ids, stand_in):
        count = loaded.config.n_layers * loaded.config.n_heads
        if not st.button(f"Switch off all {count} heads, one after the other", key=key):
            st.caption("A model of this size takes a while: it reads the sentence once for each.")
            return False
        st.session_state["attention.each"].add((loaded.name, ids, stand_in))
    with st.spinner("Each head is switched off in turn", show_time=True):
        without_each(loaded, ids, stand_in)
    return True


def plain(written: str) -> str:
    r"""A token as a metric writes it, none of its signs read as markup.

    >>> plain("*a_b")
    '\\*a\\_b'
    """
    return "".join(f"\\{sign}" if sign in string.punctuation else sign for sign in written)


class Moved(NamedTuple):
    """The guess before and after heads were switched off."""

    best: str
    """The first guess of the whole model."""
    before: float
    """Its probability."""
    after: float
    """Its probability without the heads."""
    best_after: str
    """The first guess without the heads."""
    bits: float
    """How far the whole distribution has moved."""


@st.cache_data(show_spinner=False, max_entries=256, hash_funcs=cached.BY_NAME)
def moved(loaded: cached.Loaded, ids: Ids, off: tuple[Head, ...], stand_in: str) -> Moved:
    """How the guess of the next token moves when these heads are switched off."""
    whole = reading.steps(loaded, ids).logits[0, -1]  # (V,)
    now = without(loaded, ids, off, stand_in)  # (V,)
    best = int(whole.argmax())
    return Moved(
        token(loaded, best),
        whole.softmax(dim=-1)[best].item(),
        now.softmax(dim=-1)[best].item(),
        token(loaded, int(now.argmax())),
        divergence(whole, now).item(),
    )


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def costs(loaded: cached.Loaded, ids: Ids, stand_in: str) -> list[list[float]]:
    """How far the guess moves without each head alone, in bits, (L, H)."""
    whole = reading.steps(loaded, ids).logits[0, -1]
    return [list(row) for row in divergence(whole, without_each(loaded, ids, stand_in)).tolist()]


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def deciding(loaded: cached.Loaded, ids: Ids, stand_in: str) -> tuple[Head, ...]:
    """The heads without which, one alone, another token is the first guess."""
    best = reading.steps(loaded, ids).logits[0, -1].argmax()
    others = (without_each(loaded, ids, stand_in).argmax(dim=-1) != best).nonzero().tolist()
    return tuple(Head(layer, number) for layer, number in others)


def named(heads: tuple[Head, ...], most: int = 4) -> str:
    """Heads in a sentence.

    >>> named((Head(1, 2), Head(4, 3)))
    'layer 2 head 3, layer 5 head 4'
    """
    first = ", ".join(f"layer {head.layer + 1} head {head.number + 1}" for head in heads[:most])
    return first + (f" and {len(heads) - most} more" if len(heads) > most else "")


def heads_off(loaded: cached.Loaded) -> tuple[Head, ...]:
    """The heads that the learner has switched off."""
    return pressed.heads(SWITCHES, "attention.off", loaded.name, loaded.config)


def switches(
    loaded: cached.Loaded, off: tuple[Head, ...], values: list[list[float]] | None
) -> None:
    """Draw a switch for each head, coloured by what it alone costs once that is measured."""
    switchboard.board(
        key=SWITCHES,
        version=loaded.name,
        shape=(loaded.config.n_layers, loaded.config.n_heads),
        pressed=off,
        several=True,
        values=values,
        unit="bits",
        says="Click a square to switch a head off, or the name of a layer for all of it. Tab "
        "reaches the squares, the arrow keys walk, the space bar switches.",
    )


@kept(cached.BY_NAME)
def before_and_after(loaded: cached.Loaded, ids: Ids, off: tuple[Head, ...], stand_in: str) -> Any:
    """The likeliest next tokens of the whole model and of the one with heads switched off."""
    whole = reading.steps(loaded, ids).logits[0, -1].softmax(dim=-1)  # (V,)
    now = without(loaded, ids, off, stand_in).softmax(dim=-1)
    union = dict.fromkeys(i for shares in (whole, now) for i, _ in likeliest(shares, 5))
    there = list(union)
    groups = {"all heads on": whole[there].tolist()}
    if off:
        groups["as switched"] = now[there].tolist()
    return charts.bars(
        groups,
        labels=[escape(token(loaded, i), quote=False) for i in there],
        colours={"all heads on": palette.TEST, "as switched": palette.OUTPUT},
        value_title="probability of coming next",
        value_range=(0.0, 1.0),
        sideways=True,
    )


def say(loaded: cached.Loaded, ids: Ids, off: tuple[Head, ...], stand_in: str) -> None:
    """How the guess has moved, in numbers."""
    seen = moved(loaded, ids, off, stand_in)
    left, middle, right = st.columns(3)
    best, best_after = plain(seen.best), plain(seen.best_after)
    left.metric(
        "First guess", best_after,
        None if best == best_after else f"was {best}", delta_color="off",
        delta_arrow="off",
    )  # fmt: skip
    middle.metric(
        f"Probability of {best}", f"{seen.after:.3g}", f"{seen.after - seen.before:+.2g}",
        delta_color="off", delta_arrow="off" if seen.after == seen.before else "auto",
    )  # fmt: skip
    right.metric(
        "Guess moved by", f"{seen.bits:.3g} bits",
        help="The Kullback-Leibler divergence: so many bits more each next token would cost, on "
        "average, if the whole model is right and one listens to the switched one.",
    )  # fmt: skip
    silent = f"Off: {named(off, 6)}. " if off else "All heads are on. "
    single = "One token is its own mean, so the mean takes nothing away. " if len(ids) == 1 else ""
    st.caption(
        f"{silent}{single if stand_in == MEAN else ''}Only the layers from the first silent head "
        "on are read again, in blocks of your own around the model's weights: the model that "
        "others use stays whole."
    )
