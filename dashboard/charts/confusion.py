"""Right and wrong decisions, counted in a square of four."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def confusion(
    counts: Sequence[Sequence[int]], *, names: tuple[str, str], words: Sequence[Sequence[str]]
) -> go.Figure:
    """Rows are the truth, columns the decision; right ones lie on the falling diagonal.

    Args:
        counts: two rows of two numbers.
        names: the two classes, in the order of rows and columns.
        words: what each of the four squares means.
    """
    most = max(1, *(sum(row) for row in counts))
    signed = [
        [(1 if i == j else -1) * (0.12 + 0.88 * counts[i][j] / most) for j in (0, 1)]
        for i in (0, 1)
    ]
    trace = go.Heatmap(
        z=signed,
        x=[0, 1],
        y=[0, 1],
        zmin=-1.6,
        zmax=1.6,
        colorscale=[[0, palette.BAD.light], [0.5, palette.GROUND.light], [1, palette.GOOD.light]],
        showscale=False,
        xgap=3,
        ygap=3,
        text=[[f"<b>{counts[i][j]:,}</b><br>{words[i][j]}" for j in (0, 1)] for i in (0, 1)],
        texttemplate="%{text}",
        textfont={"size": 15, "color": palette.INK.light},
        hovertemplate="%{text}<extra></extra>",
    )
    bare = {"showgrid": False, "fixedrange": True, "tickvals": [0, 1], "ticktext": list(names)}
    return figure(
        [trace],
        x_title="the model says",
        y_title="it is",
        margin={"l": 80, "r": 8, "t": 48, "b": 8},
        xaxis=bare | {"side": "top"},
        yaxis=bare | {"autorange": "reversed"},
    )
