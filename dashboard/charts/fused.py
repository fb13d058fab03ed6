"""One wide matrix that holds three: each part in a colour of its own."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure

_GAP = 3  # empty columns between two parts


def fused(
    parts: Mapping[str, Sequence[Sequence[float]]],
    *,
    starts: Sequence[int],
    colours: Mapping[str, palette.Tone],
    row_title: str,
    column_title: str,
) -> go.Figure:
    """Parts side by side, each square as dark as its number is large.

    Args:
        parts: name -> some rows and columns of that part, without their signs.
        starts: the number of each part's first column in the whole matrix.
        colours: name -> tone.
        row_title: what a row is.
        column_title: what a column is.
    """
    largest = max(max(max(row) for row in part) for part in parts.values()) or 1.0
    traces, names, ticks, labels = [], [], [], []
    left = 0
    for (name, part), start in zip(parts.items(), starts, strict=True):
        wide = len(part[0])
        tone = colours[name].light
        columns = list(range(start, start + wide))
        traces.append(
            go.Heatmap(
                z=[list(row) for row in part],
                x=list(range(left, left + wide)),
                zmin=0,
                zmax=largest,
                colorscale=[[0, palette.GROUND.light], [1, tone]],
                showscale=False,
                customdata=[columns] * len(part),
                hovertemplate="row %{y}, column %{customdata}: %{z:.3f}<extra>" + name + "</extra>",
            )
        )
        names.append(
            {
                "x": left + wide / 2 - 0.5,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "text": f"<b>{name}</b>",
                "font": {"color": tone, "size": 14},
                "showarrow": False,
            }
        )
        ticks.append(left + wide / 2 - 0.5)
        labels.append(f"{start:,} to {start + wide - 1:,}")
        left += wide + _GAP
    return figure(
        traces,
        x_title=column_title,
        y_title=row_title,
        annotations=names,
        margin={"l": 56, "r": 10, "t": 32, "b": 48},
        xaxis={"tickvals": ticks, "ticktext": labels, "showgrid": False, "fixedrange": True},
        yaxis={"autorange": "reversed", "showgrid": False, "fixedrange": True, "nticks": 4},
    )
