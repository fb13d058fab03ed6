"""Which parts of a model are trained, for several ways to finetune it."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def freeze_map(
    trained: Mapping[str, Sequence[int]],
    *,
    sizes: Mapping[str, Sequence[int]],
    parts: Sequence[str],
) -> go.Figure:
    """One column per way, one row per part, first part on top; a filled square is trained.

    Args:
        trained: way -> for each part, how many of its numbers are trained.
        sizes: way -> for each part, how many numbers it has.
        parts: names of the rows.
    """
    ways = list(trained)
    shares = [[trained[way][i] / sizes[way][i] for way in ways] for i in range(len(parts))]
    fill = [[(0.35 + 0.65 * share) if share else 0.0 for share in row] for row in shares]
    counts = [[f"{trained[way][i]:,}" for way in ways] for i in range(len(parts))]
    trace = go.Heatmap(
        z=fill,
        x=list(range(len(ways))),
        y=list(range(len(parts))),
        zmin=0,
        zmax=1,
        colorscale=[
            [0, palette.SURFACE.light],
            [0.34, palette.SEQUENTIAL[1].light],
            [1, palette.SEQUENTIAL[5].light],
        ],
        showscale=False,
        xgap=3,
        ygap=3,
        text=[
            [count if share else "frozen" for count, share in zip(*row, strict=True)]
            for row in zip(counts, shares, strict=True)
        ],
        texttemplate="%{text}",
        customdata=[
            [f"{part}, {way}: {trained[way][i]:,} of {sizes[way][i]:,} trained" for way in ways]
            for i, part in enumerate(parts)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    bare = {"showgrid": False, "fixedrange": True}
    return figure(
        [trace],
        margin={"l": 110, "r": 8, "t": 44, "b": 8},
        xaxis=bare | {"tickvals": list(range(len(ways))), "ticktext": ways, "side": "top"},
        yaxis=bare
        | {"tickvals": list(range(len(parts))), "ticktext": list(parts), "autorange": "reversed"},
    )
