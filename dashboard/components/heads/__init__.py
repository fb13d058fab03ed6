"""All heads of a model on one text: a grid of small maps, one of them large, or as lines.

The browser gets every map once, as 16-bit numbers. Layer, head, token and view then change there,
without the server; what the learner has chosen is reported a moment later, for the link.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.components import published
from dashboard.components.sending import message

_component = st.components.v2.component(
    "heads",
    html='<div class="headgrid"></div>\n',
    js=published.loader("heads"),
    isolate_styles=False,
)


def show(head: Mapping[str, Any], maps: bytes, *, key: str) -> Mapping[str, Any]:
    """Draw the grid, or bring the one that is there up to date.

    Args:
        head: what is on screen besides the weights; `dashboard.lessons.attention.grid` makes it.
        maps: the maps one after the other, of each the rows up to the diagonal, 16-bit floats.
        key: names the component; the same key keeps the same node.

    Returns:
        what the learner looks at, as last reported; empty before.
    """
    sent: set[str] = st.session_state.setdefault(f"{key}.sent", set())
    state = _component(
        key=key,
        data=message(head, {"maps": maps}, sent),
        on_seen_change=lambda: None,
        on_lack_change=sent.clear,
    )
    return dict(state.get("seen") or {})
