"""Who may look at whom: a square for each pair of words, filled or empty."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def mask(
    allowed: Sequence[Sequence[bool]],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    row_title: str,
    column_title: str,
) -> go.Figure:
    """Filled squares where a row may look at a column, small dots where it may not.

    Args:
        allowed: (R, C).
        rows: R words that look. Repeated words stay distinct rows.
        columns: C words that are looked at.
        row_title: what a row is.
        column_title: what a column is.
    """
    traces = []
    side = min(15, 180 // max(len(rows), len(columns), 1))
    for may, tone in ((True, palette.SEQUENTIAL[5]), (False, palette.MUTED)):
        places = [
            (r, c) for r in range(len(rows)) for c in range(len(columns)) if allowed[r][c] == may
        ]
        verb = "may look at" if may else "must not look at"
        traces.append(
            go.Scatter(
                x=[c for _, c in places],
                y=[r for r, _ in places],
                mode="markers",
                marker={
                    "symbol": "square" if may else "circle",
                    "size": side if may else 3,
                    "color": tone.light,
                    "line": {"width": 0},
                },
                customdata=[f"{rows[r]} {verb} {columns[c]}" for r, c in places],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    names = {"showgrid": False, "fixedrange": True}
    return figure(
        traces,
        x_title=column_title,
        y_title=row_title,
        margin={"l": 80, "r": 8, "t": 70, "b": 8},
        xaxis=names
        | {
            "tickvals": list(range(len(columns))),
            "ticktext": list(columns),
            "range": [-0.6, len(columns) - 0.4],
            "side": "top",
            "tickangle": -60,
        },
        yaxis=names
        | {
            "tickvals": list(range(len(rows))),
            "ticktext": list(rows),
            "range": [len(rows) - 0.4, -0.6],
        },
    )
