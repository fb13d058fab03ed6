"""What grows with the size of a model: lines over many powers of ten, models as dots on them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure

_DASHES = ("solid", "dash")


def bills(
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    colours: Mapping[str, palette.Tone],
    dots: Sequence[tuple[str, float, float]],
    here: tuple[str, float, float],
    x_title: str,
    y_title: str,
    y_range: tuple[float, float],
) -> go.Figure:
    """Lines on two logarithmic axes.

    Args:
        lines: name -> (sizes, values above zero).
        colours: name -> tone.
        dots: other models: name, size, value.
        here: the model that is asked about.
        x_title: with unit.
        y_title: with unit.
        y_range: powers of ten at both ends.
    """
    traces: list[Any] = [
        go.Scatter(
            x=list(x), y=list(y), name=name, mode="lines",
            line={"color": colours[name].light, "width": 2, "dash": dash},
            hovertemplate="%{x:.3s} parameters: $%{y:.3s}<extra>" + name + "</extra>",
        )
        for dash, (name, (x, y)) in zip(_DASHES, lines.items(), strict=False)
    ]  # fmt: skip
    for group, tone, size in ((dots, palette.MUTED, 7), ([here], palette.ACCENT, 13)):
        traces.append(
            go.Scatter(
                x=[x for _, x, _ in group],
                y=[y for _, _, y in group],
                text=[name for name, _, _ in group],
                mode="markers+text",
                textposition="bottom right",
                cliponaxis=False,
                showlegend=False,
                marker={"color": tone.light, "size": size, "line": {"width": 0}},
                textfont={"color": tone.light, "size": 12},
                hovertemplate="%{text}: %{x:.4s} parameters, $%{y:.3s}<extra></extra>",
            )
        )
    every = [x for points, _ in lines.values() for x in points]
    axis = {"type": "log", "fixedrange": True, "exponentformat": "SI", "dtick": 1}
    return figure(
        traces,
        x_title=x_title,
        y_title=y_title,
        legend=True,
        margin={"l": 72, "r": 24, "t": 48, "b": 52},
        xaxis=axis
        | {"tickformat": "~s", "range": [math.log10(min(every)), math.log10(max(every))]},
        yaxis=axis | {"tickformat": "$~s", "dtick": 2, "range": list(y_range)},
    )
