"""Lines over steps: losses, accuracies, learning rates, functions."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure, level_line


def curves(
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    colours: Mapping[str, palette.Tone],
    x_title: str,
    y_title: str,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    dashed: frozenset[str] = frozenset(),
    faint: frozenset[str] = frozenset(),
    points: frozenset[str] = frozenset(),
    dashes: Mapping[str, str] | None = None,
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
        faint: names drawn thin and pale, behind what matters.
        points: names drawn as points that nothing joins.
        dashes: name -> plotly's name of a dash, where several lines need patterns of their own.
        level: a horizontal reference line and what it means.
        second_x: title, positions (in x) and labels of a second axis on top, e.g. tokens seen; the
            axis below has its gridlines at the same places.
    """
    traces: list[Any] = [
        go.Scatter(
            x=list(x),
            y=list(y),
            name=name,
            mode="markers" if name in points else "lines",
            marker={"color": colours[name].light, "size": 6, "symbol": "triangle-down"},
            line={
                "color": colours[name].light,
                "width": 1 if name in faint else 2,
                "dash": (dashes or {}).get(name, "dash" if name in dashed else "solid"),
            },
            opacity=0.45 if name in faint else 1.0,
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
            "automargin": True,
            "tickangle": 0,
            "tickvals": list(positions),
            "ticktext": list(labels),
            "title": {"text": title, "standoff": 4},
            "showgrid": False,
        }
        traces.append(go.Scatter(x=[None], y=[None], xaxis="x2", showlegend=False))
    if level:
        layout |= level_line(level)
    drawn = figure(
        traces,
        x_title=x_title,
        y_title=y_title,
        legend=len(lines) > 1,
        margin={"l": 56, "r": 16, "t": 76 if second_x else 32, "b": 48},
        xaxis=({"range": list(x_range)} if x_range else {})
        | ({"tickvals": list(second_x[1])} if second_x else {}),
        yaxis={"range": list(y_range)} if y_range else {},
        **layout,
    )
    if second_x:
        drawn.update_layout(legend={"yref": "container", "y": 1, "yanchor": "top"})
    return drawn


def round_places(end: float, most: int = 6) -> list[int]:
    """Round numbers from 0 to `end`, at most so many, for the ticks of two axes at once.

    >>> round_places(300), round_places(198), round_places(20)
    ([0, 100, 200, 300], [0, 50, 100, 150], [0, 5, 10, 15, 20])
    """
    power = 10 ** math.floor(math.log10(max(end, 1)))
    widths = [power * share // 10 for share in (1, 2, 5, 10, 20, 50)]
    width = next(w for w in widths if w >= 1 and end / w <= most - 1)
    return list(range(0, math.floor(end) + 1, width))
