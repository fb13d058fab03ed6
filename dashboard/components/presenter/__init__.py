"""Presenter mode: one idea at a time on a clean page; the arrow keys move on."""

from collections.abc import Callable

import streamlit as st

from dashboard.components import published

_component = st.components.v2.component(
    "presenter",
    html='<nav class="presenter" aria-label="Ideas of this page"></nav>\n',
    css="""
.presenter { position: fixed; top: 0.4rem; right: 0.8rem; z-index: 10; display: flex; gap: 0.5rem;
  align-items: center; font: 1rem var(--st-font); color: var(--st-text-color);
  background: color-mix(in srgb, var(--st-background-color) 85%, transparent);
  border-radius: 1.2rem; }
.presenter[hidden] { display: none; }
.presenter button { font: inherit; color: inherit; background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: 50%; width: 2.2rem; height: 2.2rem;
  cursor: pointer; }
.presenter button:disabled { opacity: 0.35; cursor: default; }
""",
    js=published.loader("presenter"),
    isolate_styles=False,
)


def show(leave: Callable[[], None]) -> None:
    """Place the arrows and listen to the keyboard.

    Args:
        leave: called before the page runs again, when the lecturer has had enough.
    """
    _component(key="presenter", data={}, on_left_change=leave)
