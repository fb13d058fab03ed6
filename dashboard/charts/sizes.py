"""Sizes over many powers of ten: one dot a model, on a line of its own."""

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure

_SYMBOLS = ("circle", "square", "diamond")


def sizes(
    names: Sequence[str],
    values: Sequence[float],
    *,
    kinds: Sequence[str],
    faint: Sequence[bool],
    value_title: str,
    value_range: tuple[float, float],
    said: Sequence[str] | None = None,
    ticks: Mapping[str, float] | None = None,
    unit: str = "parameters",
) -> go.Figure:
    """Dots on a logarithmic axis, the first name on top, each with its number beside it.

    Args:
        names: what each dot is.
        values: above zero.
        kinds: a dot's kind decides its sign; at most three different ones.
        faint: dots that are there for comparison only.
        value_title: with unit.
        value_range: ends of the axis, above zero.
        said: each value in words; left out, as people say numbers of parameters.
        ticks: places of the axis by what is written there; left out, each power of ten.
        unit: of a value.
    """
    written = said or [_short(value) for value in values]
    low, high = (math.log10(end) for end in value_range)
    far = low + 0.55 * (high - low)  # from here on words stand to the left of their dot
    traces = []
    for symbol, kind in zip(_SYMBOLS, dict.fromkeys(kinds), strict=False):
        rows = [i for i, each in enumerate(kinds) if each == kind]
        traces.append(
            go.Scatter(
                x=[values[i] for i in rows],
                y=rows,
                name=kind,
                mode="markers+text",
                marker={
                    "symbol": f"{symbol}",
                    "size": 12,
                    "color": [(palette.TEST if faint[i] else palette.ACCENT).light for i in rows],
                    "line": {"width": 0},
                },
                text=[f"  {written[i]}  " for i in rows],
                textposition=[
                    "middle left" if said and math.log10(values[i]) > far else "middle right"
                    for i in rows
                ],
                cliponaxis=False,
                customdata=[names[i] for i in rows],
                hovertemplate=f"%{{customdata}}: %{{x:,}} {unit}<extra>{kind}</extra>",
            )
        )
    powers = [10.0**power for power in range(math.ceil(low), math.floor(high) + 1)]
    places = ticks or {_short(power): power for power in powers}
    return figure(
        traces,
        x_title=value_title,
        legend=len(set(kinds)) > 1,
        margin={"l": 150, "r": 60, "t": 36, "b": 52},
        xaxis={
            "type": "log",
            "range": [low, high],
            "tickvals": list(places.values()),
            "ticktext": list(places),
            "fixedrange": True,
        },
        yaxis={
            "tickvals": list(range(len(names))),
            "ticktext": list(names),
            "range": [len(names) - 0.5, -0.5],
            "showgrid": True,
            "fixedrange": True,
        },
    )


def _short(value: float) -> str:
    """A number of parameters as people say it.

    >>> [_short(n) for n in (70_912, 65e6, 1.542e9, 175e9)]
    ['71 k', '65 M', '1.5 B', '175 B']
    """
    for size, sign in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            number = value / size
            return f"{number:.1f} {sign}" if number < 10 and number % 1 else f"{number:.0f} {sign}"
    return f"{value:.0f}"
