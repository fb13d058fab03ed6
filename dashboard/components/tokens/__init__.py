"""A text under several ways of cutting it: point at a piece anywhere, and it lights everywhere.

The browser draws the text in colours, below it one row of chips for each way of cutting ("lane"),
and, where a model knows the tokens, their rows of its embedding table. All stay in their place
between runs: a new text changes what the nodes say, not the nodes.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from dashboard import chips
from dashboard.components import published

_component = st.components.v2.component(
    "tokens", html='<div class="tokens"></div>\n', js=published.loader("tokens")
)

SHOWN = 400
"""Characters of a text that are drawn; what follows them is only counted."""


class Chip(NamedTuple):
    """One piece of the text."""

    written: str
    """As the chip says it, with signs for what cannot be seen."""
    start: int
    """Its first character in the text."""
    end: int
    """The one after its last; equal to `start` for an empty piece."""
    token_id: int | None = None
    note: str = ""
    """Said when it is pointed at: its bytes, for instance."""
    mark: str = ""
    """"", "new" or "bad"."""


class Lane(NamedTuple):
    """One way of cutting the text."""

    name: str
    chips: Sequence[Chip]
    facts: str
    """Beside the name: how many pieces, for instance."""
    more: int = 0
    """Further chips, left out because they begin after the first SHOWN characters."""


class Row(NamedTuple):
    """A token's row of an embedding table, its first channels."""

    token_id: int
    written: str
    numbers: Sequence[float]


class Table(NamedTuple):
    """The rows of an embedding table that a lane's tokens have."""

    title: str
    lane: int
    """The lane whose ids they belong to."""
    reach: float
    """The number with the strongest colour, above or below zero."""
    rows: Sequence[Row]


class Box(NamedTuple):
    """A box to type in, above the text."""

    label: str
    text: str
    version: int
    """Changes whenever the page, and not the learner, has set the text."""
    room: int
    """Characters that it holds."""


def show(
    text: str,
    lanes: Sequence[Lane],
    *,
    key: str,
    focus: int = 0,
    box: Box | None = None,
    table: Table | None = None,
) -> dict[str, Any]:
    """Draw a text and its lanes, or bring what is there up to date.

    Args:
        text: what was cut.
        lanes: ways of cutting it; the chips that begin in its first SHOWN characters are drawn.
        key: names the component; the same key keeps the same node.
        focus: number of the lane whose pieces give the text its colours.
        box: a box to type in.
        table: rows of an embedding table.

    Returns:
        with a box, what was last typed: {"text", "version", "rest"}; `rest` is true after a pause.
    """
    state = _component(
        key=key, data=message(text, lanes, focus, box, table), on_typed_change=lambda: None
    )
    return dict(state.get("typed") or {})


def message(
    text: str, lanes: Sequence[Lane], focus: int, box: Box | None, table: Table | None
) -> bytes:
    """What the browser needs, as JSON."""
    head: dict[str, Any] = {
        "signs": [chips.visible(character) for character in text[:SHOWN]],
        "more": max(0, len(text) - SHOWN),
        "focus": focus,
        "lanes": [_lane(lane) for lane in lanes],
        "box": box._asdict() if box else None,
    }
    if table:
        head["table"] = {
            "title": table.title,
            "lane": table.lane,
            "reach": table.reach,
            "rows": [[r.token_id, r.written, [float(f"{x:.3g}") for x in r.numbers]]
                     for r in table.rows],
        }  # fmt: skip
    return json.dumps(head, allow_nan=False, separators=(",", ":")).encode()


def _lane(lane: Lane) -> Mapping[str, Any]:
    drawn = [list(chip) for chip in lane.chips if chip.start < SHOWN]
    return {
        "name": lane.name,
        "facts": lane.facts,
        "chips": drawn,
        "more": lane.more + len(lane.chips) - len(drawn),
    }
