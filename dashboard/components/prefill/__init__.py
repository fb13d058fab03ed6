"""What a cache holds while a text is read and written on: prefill at once, then token by token.

Every step is in the browser after one message; the slider and the arrow keys move there.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from dashboard.components import published

_component = st.components.v2.component(
    "prefill", html='<div class="prefill"></div>\n', js=published.loader("prefill")
)


class Step(NamedTuple):
    """One pass through the model."""

    read: int
    """Tokens read in it."""
    kept: int
    """Tokens whose keys and values the cache holds afterwards."""
    held: int
    """Bytes of them."""


def show(
    words: Sequence[str],
    prompt: int,
    steps: Sequence[Step],
    *,
    heads: int,
    set_aside: int,
    shown: str,
    choice: int,
    key: str,
) -> None:
    """Draw the steps of a text that goes on.

    Args:
        words: tokens of the prompt and those that were written after it.
        prompt: how many of them are the prompt's.
        steps: the first reads the prompt, each further one the token that was written last.
        heads: layers times heads: squares of scores in one pass.
        set_aside: bytes the cache takes from the beginning, with room for all its places.
        shown: names what is on screen; a new name takes `choice` over.
        choice: number of the step on show.
        key: names the component; its state "chosen" is {"shown", "choice"}.
    """
    head = {
        "words": list(words),
        "prompt": prompt,
        "steps": [list(step) for step in steps],
        "heads": heads,
        "setAside": set_aside,
        "shown": shown,
        "choice": choice,
    }
    data = json.dumps(head, allow_nan=False, separators=(",", ":")).encode()
    _component(key=key, data=data, on_chosen_change=lambda: None)
