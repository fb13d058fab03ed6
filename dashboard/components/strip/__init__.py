"""Lets the links of the slim drawing on top of a page lead to other pages without a reload."""

import streamlit as st

from dashboard.components import published

_component = st.components.v2.component(
    "strip", html='<span class="strip-follower" hidden></span>\n', js=published.loader("strip"),
    isolate_styles=False,
)  # fmt: skip


def follow(key: str = "strip") -> None:
    """Listen to the drawing of this page."""
    _component(key=key, data={})
