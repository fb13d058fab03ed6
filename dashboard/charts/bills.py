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
    dots: Sequence[tuple[str, float, float, bool]],
    here: tuple[str, float, float, bool],
    x_title: str,
    y_title: str,
    x_ticks: Mapping[str, float],
    y_ticks: Mapping[str, float],
    y_range: tuple[float, float],
) -> go.Figure:
    """Lines on two logarithmic axes.

    Args:
        lines: name -> (sizes, values above zero).
        colours: name -> tone.
        dots: other models: name, size, value, and whether the name stands above the line.
        here: the model that is asked about.
        x_title: with unit.
        y_title: with unit.
        x_ticks: places of the axis by what is written there.
        y_ticks: likewise.
        y_range: both ends, above zero.
    """
    traces: list[Any] = [
        go.Scatter(
            x=list(x), y=list(y), name=name, mode="lines",
            line={"color": colours[name].light, "width": 2, "dash": dash},
            hovertemplate="%{x:,.0f} parameters: $%{y:,.2f}<extra>" + name + "</extra>",
        )
        for dash, (name, (x, y)) in zip(_DASHES, lines.items(), strict=False)
    ]  # fmt: skip
    for group, tone, size in ((dots, palette.MUTED, 7), ([here], palette.ACCENT, 13)):
        traces.append(
            go.Scatter(
                x=[x for _, x, _, _ in group],
                y=[y for _, _, y, _ in group],
                text=[name for name, *_ in group],
                mode="markers+text",
                textposition=["top left" if above else "bottom right" for *_, above in group],
                cliponaxis=False,
                showlegend=False,
                marker={"color": tone.light, "size": size, "line": {"width": 0}},
                textfont={"color": tone.light, "size": 12},
                hovertemplate="%{text}: %{x:,.0f} parameters, $%{y:,.2f}<extra></extra>",
            )
        )
    every = [x for points, _ in lines.values() for x in points]
    return figure(
        traces,
        x_title=x_title,
        y_title=y_title,
        legend=True,
        margin={"l": 72, "r": 24, "t": 48, "b": 52},
        xaxis=_axis(x_ticks, (min(every), max(every))),
        yaxis=_axis(y_ticks, y_range),
    )


def _axis(ticks: Mapping[str, float], ends: tuple[float, float]) -> dict[str, Any]:
    return {
        "type": "log",
        "fixedrange": True,
        "range": [math.log10(end) for end in ends],
        "tickvals": list(ticks.values()),
        "ticktext": list(ticks),
    }
