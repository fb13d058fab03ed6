"""Every token of a text hidden in turn: chips as dark as the prediction moved, bars for the chosen.

All variants are in the browser after one message: choosing a token asks the server for nothing.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from dashboard.components import published

_component = st.components.v2.component(
    "hiding", html='<div class="hiding"></div>\n', js=published.loader("hiding")
)


class Bar(NamedTuple):
    """One token that may come next."""

    word: str
    before: float
    """Its probability with nothing hidden."""
    after: float
    """Its probability with one token hidden."""


class Variant(NamedTuple):
    """The text without one of its tokens."""

    place: int
    bits: float
    """How far the prediction moved."""
    bars: Sequence[Bar]
    """The likeliest of the whole text, then the likeliest without the token, if that is another."""


def show(
    words: Sequence[str],
    whole: Sequence[Bar],
    variants: Sequence[Variant],
    *,
    shown: str,
    choice: int,
    key: str,
) -> None:
    """Draw a text whose tokens can be hidden.

    Args:
        words: T tokens, as a chip says them.
        whole: the likeliest next tokens with nothing hidden; `after` as `before`.
        variants: for each token that was hidden in turn what came of it.
        shown: names text and model; a new name takes `choice` over, else the browser keeps its own.
        choice: place of the token that is hidden; -1 for none.
        key: names the component; its state "chosen" is {"shown", "choice"}.
    """
    head = {
        "words": list(words),
        "whole": [_row(bar) for bar in whole],
        "variants": [
            [v.place, round(v.bits, 5), [_row(bar) for bar in v.bars]] for v in variants
        ],
        "shown": shown,
        "choice": choice,
    }  # fmt: skip
    data = json.dumps(head, allow_nan=False, separators=(",", ":")).encode()
    _component(key=key, data=data, on_chosen_change=lambda: None)


def _row(bar: Bar) -> list[object]:
    return [bar.word, float(f"{bar.before:.6g}"), float(f"{bar.after:.6g}")]
