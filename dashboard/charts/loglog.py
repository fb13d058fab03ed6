"""Measurements against a size on two logarithmic axes, where a power is a straight line."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")


def loglog(
    measured: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    colours: Mapping[str, palette.Tone],
    x_title: str,
    y_title: str,
    laws: Mapping[str, tuple[Sequence[float], Sequence[float]]] | None = None,
    joined: bool = True,
    base_two: bool = True,
) -> go.Figure:
    """Points with a symbol for each name, and thin dashed lines for what a law would give.

    Args:
        measured: name -> (sizes, values above zero).
        colours: name -> tone.
        x_title: with unit.
        y_title: with unit.
        laws: name -> (sizes, values), drawn dashed behind the points.
        joined: whether a line joins the points.
        base_two: ticks below at the sizes themselves, not at powers of ten.
    """
    traces: list[Any] = [
        go.Scatter(
            x=list(x), y=list(y), name=name, mode="lines", hoverinfo="skip",
            line={"color": palette.MUTED.light, "width": 1.2, "dash": "dash"},
        )
        for name, (x, y) in (laws or {}).items()
    ]  # fmt: skip
    for number, (name, (x, y)) in enumerate(measured.items()):
        tone = colours[name].light
        traces.append(
            go.Scatter(
                x=list(x),
                y=list(y),
                name=name,
                mode="lines+markers" if joined else "markers",
                marker={"color": tone, "size": 8, "symbol": SYMBOLS[number % len(SYMBOLS)]},
                line={"color": tone, "width": 2},
                hovertemplate="%{x:,}: %{y:.5g}<extra>" + name + "</extra>",
            )
        )
    sizes = sorted({size for x, _ in measured.values() for size in x})
    ticks = {"tickvals": sizes, "ticktext": [f"{n:,g}" for n in sizes]} if base_two else {}
    return figure(
        traces,
        x_title=x_title,
        y_title=y_title,
        legend=True,
        margin={"l": 64, "r": 16, "t": 48, "b": 48},
        xaxis={"type": "log", "fixedrange": True, "tickangle": 0, **ticks},
        yaxis={"type": "log", "fixedrange": True, "exponentformat": "power", "dtick": 1},
    )
