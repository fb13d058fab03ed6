"""Activation functions as curves, with the numbers of a real layer standing on one of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def activation(
    curves: Mapping[str, Sequence[float]],
    *,
    x: Sequence[float],
    colours: Mapping[str, palette.Tone],
    dashed: frozenset[str],
    marks: tuple[Sequence[float], Sequence[float]],
    mark_name: str,
    mark_tone: palette.Tone,
    all_values: Any = None,
    x_title: str,
    y_title: str,
    y_range: tuple[float, float],
    count_title: str = "",
) -> go.Figure:
    """Curves over `x`, dots on them, and below it, if wanted, a histogram of many more inputs.

    Args:
        curves: name -> height at each `x`.
        x: the inputs the curves are drawn at; its ends are the ends of the axis.
        colours: name -> tone.
        dashed: names drawn dashed, so that colour is not the only difference.
        marks: inputs and outputs of one token.
        mark_name: whose numbers the dots are.
        mark_tone: colour of the dots and of the histogram.
        all_values: inputs counted in the histogram, in any number; left out, there is none.
        x_title: what goes in.
        y_title: what comes out.
        y_range: fixed ends of the curves' axis.
        count_title: of the histogram's axis.
    """
    traces = [
        go.Scatter(
            x=list(x),
            y=list(heights),
            name=name,
            mode="lines",
            line={
                "color": colours[name].light,
                "width": 2,
                "dash": "dash" if name in dashed else "solid",
            },
            hovertemplate="%{x:.2f} becomes %{y:.3f}<extra>" + name + "</extra>",
        )
        for name, heights in curves.items()
    ]
    traces.append(
        go.Scatter(
            x=list(marks[0]),
            y=list(marks[1]),
            name=mark_name,
            mode="markers",
            marker={"color": mark_tone.light, "size": 7, "opacity": 0.5, "line": {"width": 0}},
            hovertemplate="%{x:.3f} becomes %{y:.4f}<extra></extra>",
        )
    )
    drawn = figure(
        traces,
        x_title=x_title,
        y_title=y_title,
        legend=True,
        margin={"l": 60, "r": 16, "t": 32, "b": 48},
        bargap=0.05,
        xaxis={"range": [x[0], x[-1]], "fixedrange": True},
        yaxis={"range": list(y_range), "fixedrange": True},
    )
    if all_values is None:
        return drawn
    counts, edges = np.histogram(np.clip(all_values, x[0], x[-1]), bins=48, range=(x[0], x[-1]))
    drawn.add_bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        yaxis="y2",
        marker={"color": mark_tone.light, "opacity": 0.5, "line": {"width": 0}},
        showlegend=False,
        hovertemplate="%{y} numbers near %{x:.2f}<extra></extra>",
    )
    return drawn.update_layout(
        xaxis_anchor="y2",
        yaxis_domain=[0.3, 1],
        yaxis2={
            "domain": [0, 0.2],
            "title": {"text": count_title},
            "showgrid": False,
            "nticks": 3,
            "fixedrange": True,
            "zeroline": False,
            "rangemode": "tozero",
            "automargin": True,
        },
    )
