"""A recorded run under one slider: five linked views that move without asking the server.

The browser gets a recording once, later only what is new, and keeps it while the page is open. If
a message went missing it says so, and gets everything again.
"""

from typing import Any

import streamlit as st

from dashboard.components import published
from dashboard.components.scrubber.figures import figures
from dashboard.recording import Recording, Sent, as_plain, as_text, changes, sent_with

_component = st.components.v2.component(
    "scrubber",
    html='<div class="scrubber"></div>\n',
    js=published.loader("scrubber"),
    isolate_styles=False,
)


def show(recording: Recording, *, key: str, live: bool = False, play: bool = False) -> None:
    """Draw a recording, or add to the one on screen what is new.

    Args:
        recording: with at least one frame.
        key: names the component; the same key keeps its place, its slider and its views.
        live: more is to come; while the slider stands at the end it follows.
        play: play it once by itself as soon as it is seen, unless the reader wants less motion.
    """
    place = f"{key}.sent"
    sent: Sent | None = st.session_state.get(place)
    _component(
        key=key,
        data=message(recording, sent, live=live, play=play),
        on_lack_change=lambda: st.session_state.pop(place, None),
    )
    st.session_state[place] = sent_with(recording)


def message(recording: Recording, sent: Sent | None, *, live: bool, play: bool) -> bytes:
    """What the browser needs to show this recording, given what it has been sent."""
    news: dict[str, Any] = {"id": recording.id, "live": live, "play": play}
    if sent is None or sent.id != recording.id:
        head = as_text(news | {"recording": as_plain(recording)})
        return f'{head[:-1]},"figures":{figures(recording)}}}'.encode()
    return as_text(news | {"changes": changes(recording, sent)}).encode()
