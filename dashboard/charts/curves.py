"""Lines over steps: losses, accuracies, learning rates, functions."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def curves(
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    colours: Mapping[str, palette.Tone],
    x_title: str,
    y_title: str,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    dashed: frozenset[str] = frozenset(),
    level: tuple[float, str] | None = None,
    second_x: tuple[str, Sequence[float], Sequence[str]] | None = None,
) -> go.Figure:
    """Named lines with a legend.

    Args:
        lines: name -> (x values, y values), possibly empty for a run that has just begun.
        colours: name -> tone.
        x_title: with unit.
        y_title: with unit.
        x_range: fixed ends, so that the axis stays while a run adds points.
        y_range: the same for y.
        dashed: names drawn dashed, so that colour is not the only difference.
        level: a horizontal reference line and what it means.
        second_x: title, positions (in x) and labels of a second axis on top, e.g. tokens seen.
    """
    traces: list[Any] = [
        go.Scatter(
            x=list(x),
            y=list(y),
            name=name,
            mode="lines",
            line={
                "color": colours[name].light,
                "width": 2,
                "dash": "dash" if name in dashed else "solid",
            },
            hovertemplate="%{y:.4g}<extra>" + name + "</extra>",
        )
        for name, (x, y) in lines.items()
    ]
    layout: dict[str, Any] = {"hovermode": "x unified"}
    if second_x:
        title, positions, labels = second_x
        layout["xaxis2"] = {
            "overlaying": "x",
            "matches": "x",
            "side": "top",
            "tickvals": list(positions),
            "ticktext": list(labels),
            "title": {"text": title, "standoff": 4},
            "showgrid": False,
        }
        traces.append(go.Scatter(x=[None], y=[None], xaxis="x2", showlegend=False))
    if level:
        height, meaning = level
        layout["shapes"] = [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": height,
                "y1": height,
                "line": {"color": palette.MUTED.light, "width": 1, "dash": "dot"},
            }
        ]
        layout["annotations"] = [
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
        ]
    return figure(
        traces,
        x_title=x_title,
        y_title=y_title,
        legend=len(lines) > 1,
        margin={"l": 56, "r": 16, "t": 64 if second_x else 32, "b": 48},
        xaxis={"range": list(x_range)} if x_range else {},
        yaxis={"range": list(y_range)} if y_range else {},
        **layout,
    )
