"""Areas: where the parameters of a model live."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def treemap(
    names: Sequence[str],
    parents: Sequence[str],
    values: Sequence[float],
    *,
    unit: str,
    tones: Sequence[palette.Tone],
) -> go.Figure:
    """Nested areas, each as large as its value.

    Args:
        names: distinct labels; a parent stands before its children.
        parents: the label each lies in, "" for the outermost.
        values: for a parent the sum of its children.
        unit: of a value, for the hover.
        tones: one for each name.
    """
    trace = go.Treemap(
        labels=list(names),
        parents=list(parents),
        values=list(values),
        branchvalues="total",
        marker={"colors": [tone.light for tone in tones], "line": {"width": 1}},
        texttemplate="%{label}<br>%{value:,}",
        hovertemplate="%{label}: %{value:,} " + unit + " (%{percentRoot:.1%})<extra></extra>",
        pathbar={"visible": False},
        tiling={"pad": 2},
    )
    return figure([trace], margin={"l": 0, "r": 0, "t": 0, "b": 0})
