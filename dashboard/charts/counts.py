"""How many values of two groups lie in each interval, side by side."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def counts(
    groups: Mapping[str, Sequence[float]],
    *,
    colours: Mapping[str, palette.Tone],
    x_title: str,
    y_title: str,
    value_range: tuple[float, float],
    bins: int = 24,
    mark: tuple[float, str] | None = None,
) -> go.Figure:
    """Bars of counts; values beyond the range are counted at its ends.

    Args:
        groups: name -> its values.
        colours: name -> tone.
        x_title: what a value is, with unit.
        y_title: what is counted.
        value_range: first and last value.
        bins: how many intervals of equal width.
        mark: a vertical line at a value, and what it means.
    """
    edges = np.linspace(*value_range, bins + 1)
    ends = [[f"{a:.3g}", f"{b:.3g}"] for a, b in pairwise(edges)]
    traces: list[Any] = [
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=np.histogram(np.clip(values, *value_range), edges)[0],
            name=name,
            customdata=ends,
            marker={"color": colours[name].light, "line": {"width": 0}},
            hovertemplate=f"%{{customdata[0]}} to %{{customdata[1]}}: %{{y}}<extra>{name}</extra>",
        )
        for name, values in groups.items()
    ]
    return figure(
        traces,
        x_title=x_title,
        y_title=y_title,
        legend=True,
        bargap=0.12,
        barmode="group",
        xaxis={"range": list(value_range), "fixedrange": True},
        yaxis={"fixedrange": True},
        **(_vertical(*mark, value_range) if mark else {}),
    )


def _vertical(value: float, meaning: str, value_range: tuple[float, float]) -> dict[str, Any]:
    """A dotted line at a value; its meaning stands where there is more room."""
    place: dict[str, Any] = {"xref": "x", "yref": "paper"}
    ink = palette.INK.light
    line = {"type": "line", "x0": value, "x1": value, "y0": 0, "y1": 1}
    word = {"x": value, "y": 1, "text": f" {meaning} ", "showarrow": False, "yanchor": "top"}
    side = {"xanchor": "left" if value < sum(value_range) / 2 else "right"}
    return {
        "shapes": [place | line | {"line": {"color": ink, "width": 1, "dash": "dot"}}],
        "annotations": [place | word | side | {"font": {"color": ink, "size": 12}}],
    }
