"""Many small matrices of one kind beside each other: the heads of a layer."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure, scale

_GAP = 0.03  # of the width, between two matrices
_TITLE = 0.09  # of a row's height, above each matrix


def small_heatmaps(
    matrices: Any,
    *,
    titles: Sequence[str],
    labels: Sequence[str],
    columns: int = 4,
    low: float = 0.0,
    high: float = 1.0,
) -> go.Figure:
    """One thumbnail per matrix, all on the same colour scale; words only under the pointer.

    Args:
        matrices: (N, T, S); what is not finite leaves a square empty.
        titles: N, written above the thumbnails.
        labels: T names of rows and columns.
        columns: thumbnails beside each other; fewer if there are fewer.
        low: value of the first colour.
        high: value of the last colour.
    """
    values = np.asarray(matrices, dtype=np.float32)
    across = min(columns, len(values))
    down = -(-len(values) // across)
    pairs = [[f"{row} → {column}" for column in labels] for row in labels]
    traces: list[Any] = []
    layout: dict[str, Any] = {"annotations": []}
    for i, matrix in enumerate(values):
        place = "" if i == 0 else str(i + 1)
        left, top = (i % across) / across, 1 - (i // across) / down
        right, bottom = left + 1 / across - _GAP, top - 1 / down + _GAP
        top -= _TITLE / down
        layout[f"xaxis{place}"] = _bare | {"domain": [left, right], "anchor": f"y{place}"}
        layout[f"yaxis{place}"] = _bare | {
            "domain": [bottom, top],
            "anchor": f"x{place}",
            "autorange": "reversed",
        }
        layout["annotations"].append(
            {
                "text": titles[i],
                "x": left,
                "y": top,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 12, "color": palette.MUTED.light},
            }
        )
        traces.append(
            go.Heatmap(
                z=np.where(np.isfinite(matrix), matrix, np.float32(np.nan)),
                xaxis=f"x{place}",
                yaxis=f"y{place}",
                coloraxis="coloraxis",
                customdata=pairs,
                hovertemplate="%{customdata}: %{z:.3f}<extra>" + titles[i] + "</extra>",
                hoverongaps=False,
                xgap=0.5,
                ygap=0.5,
            )
        )
    layout["coloraxis"] = {
        "cmin": low,
        "cmax": high,
        "colorscale": scale(palette.SEQUENTIAL),
        "colorbar": {"thickness": 10, "outlinewidth": 0, "tickvals": [low, high]},
    }
    return figure(traces, margin={"l": 4, "r": 10, "t": 8, "b": 4}, **layout)


_bare = {
    "showticklabels": False,
    "showgrid": False,
    "zeroline": False,
    "showline": False,
    "ticks": "",
    "fixedrange": True,
}
