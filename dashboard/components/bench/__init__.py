"""The decoding bench: the scores of one place in a text, and every setting that turns them to text.

The browser gets the logits of a place once. Temperature, top-k, top-p, min-p and the penalty then
act there (chain.js, equal to llm_core/sampling), without a forward pass and without the server;
what the learner has set is reported a moment later, so that a link can hold it.
"""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import streamlit as st
from torch import Tensor

from dashboard.components import published
from dashboard.components.sending import message

_component = st.components.v2.component(
    "bench", html='<div class="bench"></div>\n', js=published.loader("bench")
)


def show(
    head: Mapping[str, Any],
    logits: Tensor,
    numbers: Tensor,
    names: tuple[str, ...],
    *,
    key: str,
    on_look: Callable[[], None],
    on_branch: Callable[[], None],
    on_way: Callable[[], None],
) -> None:
    """Draw the bench, or bring the one that is there up to date.

    What the learner turns is found under `st.session_state[key]["turned"]` in the next run.

    Args:
        head: what is on screen; `dashboard.lessons.pretraining.bench` makes it.
        logits: scores of what may stand at the place looked at, (V,).
        numbers: the numbers that decide the draws, (N,), double precision.
        names: how each token is written, by id.
        key: names the component; the same key keeps the same node.
        on_look: called when the learner clicks a token of the text: `["look"]` is its place.
        on_branch: called when another token is chosen: `["branch"]` has its "place" and "id".
        on_way: called when an earlier way of the text is chosen: `["way"]` is its number.
    """
    place = f"{key}.sent"
    sent: set[str] = st.session_state.setdefault(place, set())
    parts = {
        "logits": logits.float().numpy().astype("<f4").tobytes(),
        "numbers": numbers.numpy().astype("<f8").tobytes(),
        "names": written(names),
    }
    _component(
        key=key,
        data=message(head, parts, sent),
        on_turned_change=lambda: None,
        on_look_change=on_look,
        on_branch_change=on_branch,
        on_way_change=on_way,
        on_lack_change=sent.clear,
    )


@lru_cache(maxsize=8)
def written(names: tuple[str, ...]) -> bytes:
    """All token texts of a vocabulary as JSON."""
    return json.dumps(names, separators=(",", ":")).encode()
