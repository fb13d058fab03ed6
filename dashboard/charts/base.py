"""The look that all charts share."""

from typing import Any

import plotly.graph_objects as go

from dashboard import palette

GROUND = "rgba(0,0,0,0)"


def figure(
    traces: list[Any],
    *,
    x_title: str = "",
    y_title: str = "",
    legend: bool = False,
    margin: dict[str, int] | None = None,
    **layout: Any,
) -> go.Figure:
    """A figure with thin lines, much air, axis titles with units, and no template.

    `uirevision` keeps the learner's zoom while values move.
    """
    axis = {"showline": False, "zeroline": False, "ticks": "", "automargin": True}
    x_axis = axis | {"title": {"text": x_title, "standoff": 8}} | layout.pop("xaxis", {})
    y_axis = axis | {"title": {"text": y_title, "standoff": 8}} | layout.pop("yaxis", {})
    settings: dict[str, Any] = {
        "template": None,
        "uirevision": "keep",
        "showlegend": legend,
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "title": {"text": ""},
        },
        "margin": margin or {"l": 56, "r": 16, "t": 28 if legend else 12, "b": 48},
        "xaxis": x_axis,
        "yaxis": y_axis,
        "dragmode": False,
    }
    return go.Figure(traces, settings | layout)


def level_line(level: tuple[float, str]) -> dict[str, Any]:
    """Layout entries of a dotted horizontal line with what it means written above its end."""
    height, meaning = level
    line = {"color": palette.MUTED.light, "width": 1, "dash": "dot"}
    return {
        "shapes": [
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": height, "y1": height}
            | {"line": line}
        ],
        "annotations": [
            {
                "xref": "paper",
                "x": 1,
                "y": height,
                "text": meaning,
                "showarrow": False,
                "xanchor": "right",
                "yanchor": "bottom",
                "font": {"color": palette.MUTED.light, "size": 12},
            }
        ],
    }


def scale(tones: tuple[palette.Tone, ...]) -> list[list[Any]]:
    """A palette scale as plotly wants it: [[position, colour], ...]."""
    last = len(tones) - 1
    return [[i / last, tone.light] for i, tone in enumerate(tones)]
