"""Vectors as strips of cells, each as wide as it has numbers: a layer that widens and narrows."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure, scale


def widths(vectors: Mapping[str, Sequence[float]], *, most: float, unit: str) -> go.Figure:
    """One strip per vector, the first on top, all centred and drawn to one scale of width.

    Args:
        vectors: name -> its numbers.
        most: the value of the strongest colours, above zero; beyond it they stay the same.
        unit: written at the colour scale.
    """
    widest = max(len(numbers) for numbers in vectors.values())
    traces = []
    for row, (name, numbers) in enumerate(vectors.items()):
        traces.append(
            go.Heatmap(
                z=[list(numbers)],
                x0=(widest - len(numbers)) / 2,
                dx=1,
                ygap=12,
                y=[row],
                zmin=-most,
                zmax=most,
                colorscale=scale(palette.DIVERGING),
                showscale=row == 0,
                customdata=[list(range(1, len(numbers) + 1))],
                hovertemplate="number %{customdata}: %{z:.4g}<extra>" + name + "</extra>",
                colorbar={
                    "title": {"text": unit, "side": "right"},
                    "thickness": 10,
                    "outlinewidth": 0,
                    "tickvals": [-most, 0, most],
                    "tickformat": ".3~g",
                },
            )
        )
    return figure(
        traces,
        margin={"l": 110, "r": 10, "t": 8, "b": 8},
        xaxis={"visible": False, "range": [-1, widest], "fixedrange": True},
        yaxis={
            "range": [len(vectors) - 0.5, -0.5],
            "tickvals": list(range(len(vectors))),
            "ticktext": list(vectors),
            "showgrid": False,
            "fixedrange": True,
        },
    )
