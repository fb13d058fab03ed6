"""Greedy writing as a loop that can be stepped through: ids in, last logits, largest, append.

All tokens are in the browser after one message; steps, play and slider stay there.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.components import published
from dashboard.components.sending import packed

PHASES = 3
"""Steps of one token: read, score, append."""

_component = st.components.v2.component(
    "greedy", html='<div class="greedy"></div>\n', js=published.loader("greedy")
)


def show(head: Mapping[str, Any], *, key: str) -> None:
    """Draw the loop, or bring the one that is there up to date.

    Args:
        head: shown, words, ids, prompt, context, vocabulary, tokens, choice, veiled; see
            `lessons.architecture.generating`.
        key: names the component; its state "chosen" is {"shown", "choice"}.
    """
    _component(key=key, data=packed(head), on_chosen_change=lambda: None)
