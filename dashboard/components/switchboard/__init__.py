"""Layers times heads as a board of small squares, to be switched, looked at, or walked over.

Two pictures share the squares. `board`: squares that can be pressed, one or several, coloured by a
number each. `writing`: one square chosen, and beside it what that head writes to one token. The
browser has all numbers after the first message; what the learner presses is reported for the link
and for what only the model can compute.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from torch import Tensor

from dashboard.components import published
from dashboard.components.sending import packed

_component = st.components.v2.component(
    "switchboard", html='<div class="switchboard"></div>\n', js=published.loader("switchboard")
)


def board(
    *,
    key: str,
    version: str,
    shape: tuple[int, int],
    pressed: Sequence[tuple[int, int]],
    several: bool,
    values: Sequence[Sequence[float]] | None = None,
    columns: Sequence[str] = (),
    signed: bool = False,
    unit: str = "",
    says: str = "",
) -> None:
    """Draw the board; what is pressed stands in `st.session_state[key]["pressed"]` afterwards.

    Args:
        key: names the component; the same key keeps the same node.
        version: while it stays, what the learner has pressed in the browser holds; when it changes,
            `pressed` does.
        shape: layers and heads.
        pressed: (layer, head) of the squares that are pressed, counted from 0.
        several: whether more than one can be pressed, and whole layers at once.
        values: a number for each square, layer by layer; those of `columns` follow the heads'.
        columns: further squares of a layer, which cannot be pressed.
        signed: whether the colours have two sides, with zero in the middle.
        unit: of the values.
        says: below the board while nothing is pointed at.
    """
    head = {
        "kind": "board", "version": version, "layers": shape[0], "heads": shape[1],
        "pressed": [list(spot) for spot in pressed], "several": several,
        "values": values, "columns": list(columns), "signed": signed, "unit": unit, "says": says,
    }  # fmt: skip
    _component(key=key, data=packed(head), on_pressed_change=lambda: None)


def writing(*, key: str, head: Mapping[str, Any], numbers: Mapping[str, Tensor]) -> None:
    """Draw what heads write; where the learner stands is in `st.session_state[key]["standing"]`.

    Args:
        key: names the component.
        head: version, layers, heads, words, places, at, names; see `lessons.attention.writes`.
        numbers: "weights", "reach", "wrote", "ids" and "pushes", as `writes.Written` has them.
    """
    _component(
        key=key,
        data=packed({**head, "kind": "writing"}, numbers),
        on_standing_change=lambda: None,
    )
