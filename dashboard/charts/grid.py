"""Very many numbers, none below zero, as a square of small squares: what is zero stays empty."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure, scale

_DECADES = 4
"""How far below the largest value the first colour stands, in powers of ten."""


def grid(values: Sequence[float], *, names: Sequence[str], unit: str) -> go.Figure:
    """One square per number, row by row; the colours stand for powers of ten.

    Args:
        values: N of them.
        names: N, under the pointer.
        unit: written at the colour scale, and before the value under the pointer.
    """
    across = max(1, math.ceil(math.sqrt(len(values))))
    missing = -len(values) % across
    flat = np.array([*values, *[0.0] * missing], dtype=np.float64)
    top = math.log10(max(float(flat.max()), 1e-30))
    powers = np.where(flat > 0, np.log10(np.maximum(flat, 1e-300)), np.nan)
    told = [f"{name}: {unit} {value:.2g}" for name, value in zip(names, values, strict=True)]
    text = np.array([*told, *[""] * missing], dtype=object).reshape(-1, across)
    ticks = [top - _DECADES, top - _DECADES / 2, top]
    trace = go.Heatmap(
        z=np.maximum(powers, top - _DECADES).reshape(-1, across),
        zmin=top - _DECADES - 1,  # so that the smallest is still told from nothing
        zmax=top,
        text=text,
        hovertemplate="%{text}<extra></extra>",
        hoverongaps=False,
        xgap=0.5,
        ygap=0.5,
        colorscale=scale(palette.SEQUENTIAL),
        colorbar={
            "title": {"text": unit, "side": "right"},
            "thickness": 10,
            "outlinewidth": 0,
            "tickvals": ticks,
            "ticktext": [f"{10**tick:.1g}" for tick in ticks],
        },
    )
    bare = {"visible": False, "fixedrange": True, "constrain": "domain"}
    return figure(
        [trace],
        margin={"l": 4, "r": 10, "t": 8, "b": 4},
        xaxis=bare,
        yaxis=bare | {"autorange": "reversed"},
        shapes=[
            {"type": "rect", "xref": "x domain", "yref": "y domain", "x0": 0, "x1": 1, "y0": 0}
            | {"y1": 1, "line": {"color": palette.LINE.light, "width": 1}}
        ],
    )
