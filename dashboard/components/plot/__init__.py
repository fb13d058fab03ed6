"""A Plotly figure that stays: same node, zoom and hover kept while its data change.

`st.plotly_chart` takes a chart out of the page and puts a new one in on every change (it flickers,
and zoom is lost). This one calls `Plotly.react`, or `Plotly.extendTraces` when a live run only adds
points, and repaints itself when the theme changes.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import streamlit as st

from dashboard.components import published

_STYLE = """
.plot { width: 100%; }
.plot:not(.zooms) .plotly .cursor-crosshair { cursor: default; }
"""

_component = st.components.v2.component(
    "plot",
    html='<div class="plot"></div>\n',
    css=_STYLE,
    js=published.loader("plot"),
    isolate_styles=False,
)


class Figure(Protocol):
    """What this module needs of a plotly figure."""

    def to_json(self) -> str: ...


def show(
    figure: Figure | str,
    *,
    key: str,
    alt: str,
    height: int = 380,
    pick: bool = False,
) -> dict[str, Any] | None:
    """Draw a figure, or change the one that is there into it.

    Args:
        figure: a plotly figure, or its JSON text if the caller keeps that in a cache.
        key: names the chart; the same key keeps the same node in the browser.
        alt: what the picture shows, in a sentence, for a screen reader.
        height: in pixels; fixed, so that nothing below jumps.
        pick: report the point the learner clicked.

    Returns:
        With `pick`, the clicked point {"curve", "point", "x", "y"} once there is one, else None.
    """
    text = figure if isinstance(figure, str) else figure.to_json()
    head = json.dumps({"alt": alt, "height": height, "pick": pick})
    message = f'{head[:-1]}, "figure": {text}}}'
    state = _component(
        key=key,
        data=message.encode(),
        height=height,
        on_picked_change=lambda: None,
        on_lost_change=lambda: None,
    )
    picked = state.get("picked") if pick else None
    return dict(picked) if picked else None


def extend(
    points: Sequence[Mapping[str, Sequence[float]]],
    *,
    key: str,
    lost: Callable[[], None],
    height: int = 380,
) -> None:
    """Add points to a figure that an earlier `show` with the same key has drawn.

    Args:
        points: for each trace {"x": [...], "y": [...]}, its latest points. Only points to the right
            of the last one drawn are added, so an overlap of a few dozen mends a lost message.
        key: as given to `show`.
        lost: called before the part of the page that the chart stands in runs again, if the browser
            has no figure to add to: the figure's message was overtaken by this one on its way.
        height: as given to `show`.
    """
    message = {"height": height, "extend": points}
    _component(
        key=key,
        data=json.dumps(message, allow_nan=False, separators=(",", ":")).encode(),
        height=height,
        on_picked_change=lambda: None,
        on_lost_change=lost,
    )
