"""Buttons for the exact view on screen: copy its address, present it."""

from collections.abc import Callable

import streamlit as st

from dashboard.components import published

_component = st.components.v2.component(
    "share",
    html="""
<button class="present" type="button" hidden>Present it</button>
<button class="share" type="button" disabled>Copy link to this view</button>
<input class="address" aria-label="Address of this view" readonly hidden />
""",
    css="""
button { font: 0.875rem var(--st-font); color: var(--st-text-color); cursor: pointer;
  background: transparent; border: 1px solid var(--st-border-color); padding: 0.4rem 0.8rem;
  border-radius: var(--st-button-radius); white-space: nowrap; margin: 0 0.3rem 0.4rem 0; }
button[hidden] { display: none; }
button:disabled { cursor: default; }
button:hover, button:focus-visible { border-color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); }
.address { width: 100%; margin-top: 0.4rem; font: 0.8rem var(--st-code-font); color: inherit;
  background: var(--st-secondary-background-color); border: 0; padding: 0.4rem; }
""",
    js=published.loader("share"),
)


def show(*, key: str, present: Callable[[], None] | None = None) -> None:
    """Draw the buttons.

    What is copied is the browser's own address, which the controls keep, with the idea that the
    learner is looking at behind the "#". The first of these components on a page also brings a
    link's idea on screen, and keeps it there while the ideas above it still grow.

    Args:
        key: names the component.
        present: called before the page runs again when the lecturer wants to present; None leaves
            that button out.
    """
    _component(
        key=key,
        data={"label": "Copy link to this view", "done": "Link copied", "presents": bool(present)},
        on_presented_change=present or (lambda: None),
    )
