"""Points with names: embeddings projected to two or three dimensions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def scatter(
    points: Any,
    *,
    labels: Sequence[str],
    x_title: str,
    y_title: str,
    z_title: str = "",
    colour: palette.Tone = palette.ACCENT,
    lit: Sequence[int] = (),
) -> go.Figure:
    """Named points.

    Args:
        points: (N, 2) or (N, 3).
        labels: N names.
        x_title: with the share of variance, if it is a projection.
        y_title: likewise.
        z_title: likewise, for three dimensions.
        colour: of the points.
        lit: indices drawn larger, in the validation colour, with a diamond.
    """
    places = np.asarray(points, dtype=np.float32)
    chosen = set(lit)
    marker = {
        "size": [11 if i in chosen else 7 for i in range(len(labels))],
        "color": [
            (palette.VALIDATION if i in chosen else colour).light for i in range(len(labels))
        ],
        "symbol": ["diamond" if i in chosen else "circle" for i in range(len(labels))],
        "line": {"width": 0},
    }
    common: dict[str, Any] = {
        "mode": "markers+text",
        "text": list(labels),
        "hovertext": list(labels),
        "marker": marker,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    if places.shape[1] == 3:
        trace = go.Scatter3d(x=places[:, 0], y=places[:, 1], z=places[:, 2], **common)
        axes = {"xaxis": x_title, "yaxis": y_title, "zaxis": z_title}
        scene = {name: {"title": {"text": title}} for name, title in axes.items()}
        return figure(
            [trace], scene=scene, margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode="orbit"
        )
    trace = go.Scatter(
        x=places[:, 0], y=places[:, 1], textposition="top center", cliponaxis=False, **common
    )
    return figure([trace], x_title=x_title, y_title=y_title, dragmode="pan")
