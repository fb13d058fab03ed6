"""A button that copies the address of the exact view on screen."""

import streamlit as st

from dashboard.components import published

_component = st.components.v2.component(
    "share",
    html="""
<button class="share" type="button" disabled>Copy link to this view</button>
<input class="address" aria-label="Address of this view" readonly hidden />
""",
    css="""
.share { font: 0.875rem var(--st-font); color: var(--st-text-color); cursor: pointer;
  background: transparent; border: 1px solid var(--st-border-color); padding: 0.4rem 0.8rem;
  border-radius: var(--st-button-radius); white-space: nowrap; }
.share:disabled { cursor: default; }
.share:hover, .share:focus-visible { border-color: var(--st-primary-color); }
.share:focus-visible { outline: 2px solid var(--st-primary-color); }
.address { width: 100%; margin-top: 0.4rem; font: 0.8rem var(--st-code-font); color: inherit;
  background: var(--st-secondary-background-color); border: 0; padding: 0.4rem; }
""",
    js=published.loader("share"),
)


def show(*, key: str) -> None:
    """Draw the button.

    What it copies is the browser's own address, which the controls keep, with the idea that the
    learner is looking at behind the "#".
    """
    _component(key=key, data={"label": "Copy link to this view", "done": "Link copied"})
