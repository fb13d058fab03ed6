"""Squares beside each other, their areas to scale: from a dot to one that fills the picture."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure

_GAP = 0.11
"""Between two squares, as a share of the largest side that fits."""

_LINE = 19
"""Pixels from one name to the next above the squares; the name of the largest has two lines."""


def squares(
    names: Sequence[str],
    parts: Mapping[str, Sequence[float]],
    *,
    fit: int,
    tones: Mapping[str, palette.Tone],
    notes: Sequence[str],
    marked: int,
    unit: str,
) -> go.Figure:
    """Squares from the smallest to the largest, each in layers as large as its parts.

    Args:
        names: what each square stands for, in order of size.
        parts: name -> its share of each area, bottom layer first.
        fit: the largest square that fits; larger ones are cut off at the right edge.
        tones: part -> tone.
        notes: written under each name.
        marked: the square whose name stands out.
        unit: of an area.
    """
    every = range(len(names))
    areas = [sum(values[i] for values in parts.values()) for i in every]
    sides = [area**0.5 for area in areas]
    gap = _GAP * sides[fit]
    lefts = [0.0]
    for before, _ in pairwise(sides):
        lefts.append(lefts[-1] + before + gap)
    middles = [left + side / 2 for left, side in zip(lefts, sides, strict=True)]
    traces = [
        go.Bar(
            x=middles,
            y=[value / side for value, side in zip(values, sides, strict=True)],
            width=sides,
            name=part,
            marker={"color": tones[part].light, "line": {"width": 0}},
            customdata=[
                [names[i], values[i], values[i] / areas[i] if areas[i] else 0] for i in every
            ],
            hovertemplate="%{customdata[0]}: %{customdata[1]:,} "
            + unit
            + " (%{customdata[2]:.1%})<extra>"
            + part
            + "</extra>",
        )
        for part, values in parts.items()
    ]
    right = lefts[fit] + sides[fit]
    beyond = 2.2 * gap if fit < len(names) - 1 else gap / 2
    hidden = {"visible": False, "fixedrange": True}
    return figure(
        traces,
        legend=True,
        barmode="stack",
        bargap=0,
        margin={"l": 8, "r": 8, "t": 40 + _LINE * (fit + 2), "b": 8},
        annotations=[
            _label(names[i], notes[i], middles[i], sides[fit], fit - i, i == marked)
            for i in range(fit + 1)
        ],
        shapes=[
            {
                "type": "rect",
                "x0": left,
                "x1": left + side,
                "y0": 0,
                "y1": side,
                "line": {"width": 1, "color": palette.MUTED.light},
            }
            for left, side in zip(lefts, sides, strict=True)
        ]
        + [
            {
                "type": "line",
                "x0": middle,
                "x1": middle,
                "y0": side,
                "y1": sides[fit],
                "line": {"width": 1, "color": palette.LINE.light},
            }
            for middle, side in zip(middles[:fit], sides, strict=False)
        ],
        xaxis=hidden | {"range": [-gap / 2, right + beyond], "constraintoward": "left"},
        yaxis=hidden
        | {
            "range": [-0.01 * sides[fit], 1.01 * sides[fit]],
            "scaleanchor": "x",
            "constraintoward": "bottom",
        },
        uirevision=f"{names[fit]} {sides[fit]}",
    ).update_layout(
        legend={"traceorder": "reversed", "yref": "container", "y": 1, "yanchor": "top"}
    )


def _label(name: str, note: str, x: float, top: float, row: int, marked: bool) -> dict[str, Any]:
    """A square's name, in a row of its own above all squares; a thin line leads down to it."""
    colour = palette.ACCENT if marked else palette.INK
    words = f"<b>{name}</b>" if marked else name
    label: dict[str, Any] = {
        "x": x,
        "y": top,
        "font": {"color": colour.light, "size": 12},
        "yanchor": "bottom",
    }
    if not row:
        return label | {"text": f"{words}<br>{note}", "showarrow": False, "xanchor": "center"}
    return label | {
        "text": f"{words}  {note}",
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": palette.LINE.light,
        "ax": 0,
        "ay": -_LINE * (row + 1),
        "xanchor": "left",
        "borderpad": 0,
    }
