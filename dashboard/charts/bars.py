"""Bars: probabilities of next tokens, counts."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def bars(
    groups: Mapping[str, Sequence[float]],
    *,
    labels: Sequence[str],
    colours: Mapping[str, palette.Tone],
    value_title: str,
    label_title: str = "",
    value_range: tuple[float, float] | None = None,
    sideways: bool = False,
    number_format: str = ".3~g",
    log: bool = False,
    level: tuple[float, str] | None = None,
) -> go.Figure:
    """One bar per label and group.

    Args:
        groups: name -> one value per label.
        labels: what each bar stands for; repeated labels stay distinct bars.
        colours: name -> tone.
        value_title: with unit.
        label_title: what a label is.
        value_range: fixed ends of the value axis.
        sideways: horizontal bars, first label on top: for words.
        number_format: of the value written at the bar.
        level: a reference line across upright bars, and what it means.
        log: each line of the value axis is a power of ten; needs a `value_range` above zero.
    """
    places = list(range(len(labels)))
    traces: list[Any] = []
    for name, values in groups.items():
        along, across = ("x", "y") if sideways else ("y", "x")
        traces.append(
            go.Bar(
                {along: list(values), across: places},
                name=name,
                orientation="h" if sideways else "v",
                marker={"color": colours[name].light, "line": {"width": 0}},
                texttemplate=f"%{{{along}:{number_format}}}",
                textposition="outside" if len(groups) == 1 else "none",
                cliponaxis=False,
                customdata=list(labels),
                hovertemplate=f"%{{customdata}}: %{{{along}:.4g}}<extra>{name}</extra>",
            )
        )
    if level:
        height, meaning = level
        traces.append(
            go.Scatter(
                x=[-0.5, len(labels) - 0.5],
                y=[height, height],
                name=meaning,
                mode="lines",
                line={"color": palette.MUTED.light, "width": 1, "dash": "dot"},
                hoverinfo="skip",
            )
        )
    names = {"tickvals": places, "ticktext": list(labels), "showgrid": False, "fixedrange": True}
    value: dict[str, Any] = {"range": list(value_range)} if value_range else {}
    value["fixedrange"] = True
    if log and value_range:
        ends = [math.log10(end) for end in value_range]
        value |= {"type": "log", "range": ends, "exponentformat": "power", "dtick": 2}
    return figure(
        traces,
        x_title=value_title if sideways else label_title,
        y_title=label_title if sideways else value_title,
        legend=len(traces) > 1,
        xaxis=value if sideways else names,
        yaxis=names | {"autorange": "reversed"} if sideways else value,
        margin={"l": 96 if sideways else 56, "r": 40, "t": 32 if len(traces) > 1 else 16, "b": 48},
        bargap=0.3,
    )
