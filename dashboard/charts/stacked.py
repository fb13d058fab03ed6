"""Bars made of parts: where memory goes."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def stacked(
    parts: Mapping[str, Sequence[float]],
    *,
    labels: Sequence[str],
    colours: Mapping[str, palette.Tone],
    value_title: str,
    unit: str,
) -> go.Figure:
    """Sideways bars, first label on top; each a sum of parts, with the sum written at its end.

    Args:
        parts: name -> its share of each bar; 0 where a bar has none of it.
        labels: what each bar stands for.
        colours: name -> tone.
        value_title: with unit.
        unit: written after the sum and under the pointer.
    """
    places = list(range(len(labels)))
    sums = [sum(values[i] for values in parts.values()) for i in places]
    traces: list[go.Bar | go.Scatter] = [
        go.Bar(
            x=list(values),
            y=places,
            name=name,
            orientation="h",
            marker={"color": colours[name].light, "line": {"width": 0}},
            hovertemplate="%{x:,.4~g} " + unit + "<extra>" + name + "</extra>",
        )
        for name, values in parts.items()
    ]
    traces.append(
        go.Scatter(
            x=sums,
            y=places,
            mode="text",
            text=[f" {total:,.{0 if total >= 100 else 1}f} {unit}" for total in sums],
            textposition="middle right",
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        )
    )
    drawn = figure(
        traces,
        x_title=value_title,
        legend=True,
        barmode="stack",
        bargap=0.35,
        margin={"l": 110, "r": 84, "t": 32, "b": 48},
        xaxis={"range": [0, max(sums) or 1], "fixedrange": True},
        yaxis={
            "tickvals": places,
            "ticktext": list(labels),
            "autorange": "reversed",
            "showgrid": False,
            "fixedrange": True,
        },
    )
    return drawn.update_layout(legend_traceorder="normal")
