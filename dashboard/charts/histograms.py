"""Two heaps of numbers over one axis: weights before and after."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure

_BINS = 80


def histograms(
    heaps: Mapping[str, Any],
    *,
    colours: Mapping[str, palette.Tone],
    dashed: frozenset[str] = frozenset(),
    value_title: str,
) -> go.Figure:
    """Outlines over shared bins; the height is the share of a heap that lies in a bin.

    Args:
        heaps: name -> its numbers.
        colours: name -> tone.
        dashed: names drawn dashed, so that colour is not the only difference.
        value_title: what a number is.
    """
    values = {name: np.asarray(heap, dtype=np.float32).ravel() for name, heap in heaps.items()}
    low = min(float(np.quantile(v, 0.001)) for v in values.values())
    high = max(float(np.quantile(v, 0.999)) for v in values.values())
    if high - low < 1e-6:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, _BINS + 1)
    traces = []
    for name, heap in values.items():
        counts, _ = np.histogram(np.clip(heap, low, high), bins=edges)
        traces.append(
            go.Scatter(
                x=(edges[:-1] + edges[1:]) / 2,
                y=100 * counts / max(1, heap.size),
                name=name,
                mode="lines",
                line={
                    "color": colours[name].light,
                    "width": 2,
                    "shape": "hvh",
                    "dash": "dash" if name in dashed else "solid",
                },
                hovertemplate="%{y:.2f} % near %{x:.3f}<extra>" + name + "</extra>",
            )
        )
    return figure(
        traces,
        x_title=value_title,
        y_title="share of the weights in per cent",
        legend=True,
        margin={"l": 56, "r": 16, "t": 32, "b": 48},
        xaxis={"fixedrange": True},
        yaxis={"rangemode": "tozero", "fixedrange": True},
    )
