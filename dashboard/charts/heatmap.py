"""A matrix as a heatmap: attention weights, scores, embeddings."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure, scale


def heatmap(
    values: Any,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    row_title: str = "",
    column_title: str = "",
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    diverging: bool = False,
    numbers: bool | None = None,
    digits: int = 2,
    hover: str = "from %{y} to %{x}: %{z:.4f}",
) -> go.Figure:
    """One square per number.

    Args:
        values: (R, C); what is not finite leaves a square empty (a masked position).
        rows: R labels, from top to bottom. Repeated words stay distinct rows.
        columns: C labels.
        row_title: what a row is.
        column_title: what a column is.
        unit: written at the colour scale.
        low: value of the first colour; the smallest value if left out.
        high: value of the last colour; the largest if left out.
        diverging: two-sided scale with zero in the middle.
        numbers: write the values into the squares; by default only where they fit.
        digits: decimals of the values written into the squares.
        hover: text under the pointer.
    """
    matrix = np.asarray(values, dtype=np.float32)
    finite = matrix[np.isfinite(matrix)]
    matrix = np.where(np.isfinite(matrix), matrix, np.float32(np.nan))
    smallest, largest = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    bottom = float(smallest if low is None else low)
    top = float(largest if high is None else high)
    if diverging:
        top = max(abs(bottom), abs(top), 1e-9)
        bottom = -top
    write = matrix.shape[1] <= 10 if numbers is None else numbers
    trace = go.Heatmap(
        z=matrix,
        x=list(range(matrix.shape[1])),
        y=list(range(matrix.shape[0])),
        zmin=bottom,
        zmax=top if top > bottom else bottom + 1e-9,
        colorscale=scale(palette.DIVERGING if diverging else palette.SEQUENTIAL),
        xgap=1,
        ygap=1,
        texttemplate=f"%{{z:.{digits}f}}" if write else None,
        hoverongaps=False,
        customdata=[[f"{r} → {c}" for c in columns] for r in rows],
        hovertemplate=hover.replace("%{y}", "").replace("from  to %{x}", "%{customdata}")
        + "<extra></extra>",
        colorbar={
            "title": {"text": unit, "side": "right"},
            "thickness": 10,
            "outlinewidth": 0,
            "tickvals": [bottom, (bottom + top) / 2, top],
            "tickformat": ".3~g",
        },
    )
    return figure(
        [trace],
        x_title=column_title,
        y_title=row_title,
        margin={"l": 90, "r": 10, "t": 40, "b": 16},
        xaxis={
            "tickvals": list(range(len(columns))),
            "ticktext": list(columns),
            "side": "top",
            "showgrid": False,
            "tickangle": -45 if max(map(len, columns), default=0) > 4 else 0,
            "fixedrange": True,
        },
        yaxis={
            "tickvals": list(range(len(rows))),
            "ticktext": list(rows),
            "autorange": "reversed",
            "showgrid": False,
            "fixedrange": True,
        },
    )
