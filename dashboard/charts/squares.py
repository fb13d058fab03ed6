"""Squares beside each other, their areas to scale: from a dot to one that fills the picture."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure

_GAP = 0.11
"""Between two squares, as a share of the largest side that fits."""

_SLANT_ROOM = 0.3
"""More of a gap where a square is so much larger that the name before it would run into it."""

_FLAT = 0.6
"""A square narrower than this share of the largest has its name aslant above it."""

_ROOM = 1.24
"""Height of the picture in the largest side, so that its name has a place above it."""


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
    for before, after in pairwise(sides):
        wall = after > 3 * before and after > sides[fit] / 4
        far = _SLANT_ROOM * sides[fit] if wall else 0.0
        lefts.append(lefts[-1] + before + gap + far)
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
        margin={"l": 8, "r": 8, "t": 40, "b": 8},
        annotations=[
            _label(names[i], notes[i], middles[i], sides[i], sides[fit], i == marked)
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
        ],
        xaxis=hidden | {"range": [-gap / 2, right + beyond], "constraintoward": "left"},
        yaxis=hidden
        | {
            "range": [-0.01 * sides[fit], _ROOM * sides[fit]],
            "scaleanchor": "x",
            "constraintoward": "bottom",
        },
        uirevision=f"{names[fit]} {sides[fit]}",
    ).update_layout(legend_traceorder="reversed")


def _label(
    name: str, note: str, x: float, side: float, largest: float, marked: bool
) -> dict[str, Any]:
    """A square's name above it: aslant where the square is narrower than the words."""
    wide = side > _FLAT * largest
    colour = palette.ACCENT if marked else palette.INK
    words = f"<b>{name}</b>" if marked else name
    return {
        "x": x,
        "y": side,
        "text": f"{words}<br>{note}" if wide else f"{words}  {note}",
        "textangle": 0 if wide else -60,
        "showarrow": False,
        "xanchor": "center" if wide else "left",
        "yanchor": "bottom",
        "font": {"color": colour.light, "size": 12},
    }
