"""Has one part of a page drawn again, once: what a part that ticks sends when another has news.

A fragment cannot rerun another one, but a callback can, and a component can call back. So instead
of drawing everything at every tick, a page draws this, unseen, when there is something to draw.
"""

import time
from functools import partial

import streamlit as st

_component = st.components.v2.component(
    "news",
    html="""
<span
  hidden></span>
""",
    css="""
[class*="st-key-news-"] {
  display: none;
}
""",
    js="""
export default ({ setTriggerValue }) => {
  setTriggerValue("arrived", true);
};
""",
    isolate_styles=False,
)


def ask(fragment: str) -> None:
    """Let the fragment with this key rerun as soon as the browser has seen this."""
    _component(
        key=f"news-{fragment}",
        data={"asked": time.monotonic_ns()},  # what has not changed, the browser does not look at
        on_arrived_change=partial(st.rerun, fragment),
    )
