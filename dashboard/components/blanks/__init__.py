"""Code with blanks: whole numbers are filled in where they stand, and what came of them is said."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from dashboard.components import published

_component = st.components.v2.component(
    "blanks", html='<div class="blanks"></div>\n', js=published.loader("blanks")
)


class Said(NamedTuple):
    """What came of the numbers."""

    right: bool
    words: Sequence[str]
    """One sentence in pieces; every second piece stands out."""
    error: str = ""
    """The program's own words, if it stopped."""
    line: int = -1
    """In which line it stopped."""


def show(
    lines: Sequence[Sequence[str]],
    blanks: Sequence[str],
    numbers: Mapping[str, int],
    said: Said | None,
    *,
    shown: str,
    smallest: int,
    largest: int,
    key: str,
) -> None:
    """Draw the code.

    Args:
        lines: each in pieces; a piece that names a blank becomes one: a field where it stands for
            the first time, its number where it stands again.
        blanks: their names.
        numbers: what they hold; those that are empty are left out.
        said: of these numbers; None before they were tried.
        shown: names the puzzle; a new name takes `numbers` over, else the browser keeps its own.
        smallest: that may be filled in.
        largest: that may be filled in.
        key: names the component; its state "filled" is {"shown", "numbers"}.
    """
    head = {
        "lines": [list(pieces) for pieces in lines],
        "blanks": list(blanks),
        "numbers": dict(numbers),
        "said": said and said._asdict(),
        "shown": shown,
        "ends": [smallest, largest],
    }
    data = json.dumps(head, allow_nan=False, separators=(",", ":")).encode()
    _component(key=key, data=data, on_filled_change=lambda: None)
