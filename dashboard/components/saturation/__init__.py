"""Rows of scores, and what softmax makes of them with and without the division by the root.

All rows are in the browser after one message; which row, and whether it is divided, is decided
there. softmax.js repeats what llm_core/attention/scaling.py computes.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st
from torch import Tensor

from dashboard.components import published

_component = st.components.v2.component(
    "saturation", html='<div class="saturation"></div>\n', js=published.loader("saturation")
)


class Dial(NamedTuple):
    """One of the choices that together decide which row is shown."""

    label: str
    options: Sequence[str]


def show(
    scores: Tensor,
    widths: Sequence[int],
    dials: Sequence[Dial],
    labels: Sequence[str],
    *,
    shown: str,
    choice: Sequence[int],
    key: str,
) -> None:
    """Draw a row of scores as weights.

    Args:
        scores: (N, T), not divided; the last dial turns fastest.
        widths: N widths of the queries and keys that made them.
        dials: their numbers of options multiply to N.
        labels: T names, as an axis says them.
        shown: names what is on screen; a new name takes `choice` over.
        choice: a place for each dial, then 1 if divided, else 0.
        key: names the component; its state "chosen" is {"shown", "choice"}, joined by points.
    """
    head = {
        "widths": list(widths),
        "dials": [{"label": dial.label, "options": list(dial.options)} for dial in dials],
        "labels": list(labels),
        "shown": shown,
        "choice": list(choice),
    }
    _component(key=key, data=message(head, scores), on_chosen_change=lambda: None)


def message(head: dict[str, object], scores: Tensor) -> bytes:
    """Length of the head in four bytes, the head as JSON, the scores as float32."""
    text = json.dumps(head, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text + scores.numpy().astype("<f4").tobytes()
