"""A map of words: points with names in groups, and the way some of them have come."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure

SYMBOLS = {
    2: ("circle", "square", "diamond", "cross", "x", "diamond-open"),
    3: ("circle", "square", "diamond", "cross", "square-open", "diamond-open"),
}
"""For each number of dimensions one sign for each group, beside its colour."""

_WIDTH, _HEIGHT, _LETTER, _LINE = 860, 430, 7.2, 15
"""Pixels of the map, of a letter and of a line of names, to see which names would meet."""

_FAINT = 0.35
"""Opacity of points that belong to no group."""


def word_map(
    points: Any,
    *,
    labels: Sequence[str],
    groups: Mapping[str, tuple[palette.Tone, Collection[int]]],
    named: Collection[int] = (),
    lit: Sequence[int] = (),
    trails: Sequence[Any] = (),
    limits: Sequence[float] = (),
    titles: Sequence[str] = ("", "", ""),
    rest: str = "other words",
) -> go.Figure:
    """Words where their vectors lie, in two or three dimensions.

    Args:
        points: (N, 2) or (N, 3).
        labels: N names; under the pointer always, beside their points where there is room.
        groups: name -> tone and places of its points; a point is in one group at most.
        named: places of the points whose names are written too: in three dimensions, where nobody
            knows which names will meet, only these; in two, those of all groups as well.
        lit: places of the points that are asked about, the most important first: with a ring and
            bold names.
        trails: ways that points have come, each (steps, 2) or (steps, 3).
        limits: how far each axis reaches from 0 to both sides; the points' own range if left out.
        titles: of the axes.
        rest: what the points of no group are called in the legend.
    """
    places = np.asarray(points, dtype=np.float32)
    members = {i for _, group in groups.values() for i in group}
    others = [i for i in range(len(labels)) if i not in members]
    wanted = [*lit, *sorted((members | set(named)) - set(lit))]
    sides = (
        with_room(places, labels, wanted, limits)
        if places.shape[1] == 2
        else dict.fromkeys([*named, *lit], "top center")
    )
    quiet_sides = {i: side for i, side in sides.items() if i not in lit}
    signs = SYMBOLS[places.shape[1]]
    rows = [(rest, palette.MUTED, "circle", others)]
    rows += [
        (name, tone, symbol, sorted(group))
        for (name, (tone, group)), symbol in zip(groups.items(), signs, strict=False)
    ]
    # Always in the same order, so that what changes from map to map glides to its new place.
    traces = [
        _cloud(places, labels, own, name, tone, symbol, quiet_sides, name == rest)
        for name, tone, symbol, own in rows
    ]
    traces.append(_rings(places, labels, lit, sides))
    traces += [_way(np.asarray(trail, dtype=np.float32)) for trail in trails]
    spans: list[dict[str, Any]] = [{"range": [-limit, limit]} for limit in limits] or [{}, {}, {}]
    axes = [
        {"title": {"text": title}, "showticklabels": False, **span}
        for title, span in zip(titles, spans, strict=False)
    ]
    if places.shape[1] == 3:
        quiet = [{**axis, "showspikes": False} for axis in axes]
        scene = dict(zip(("xaxis", "yaxis", "zaxis"), quiet, strict=True))
        camera = {"eye": {"x": 1.3, "y": 1.3, "z": 0.8}}
        drawn = figure(
            traces,
            scene={**scene, "aspectmode": "cube", "camera": camera},
            margin={"l": 0, "r": 0, "t": 40, "b": 0},
            legend=True,
            dragmode="orbit",
        )
        return drawn.update_layout(legend_itemsizing="constant")
    return figure(
        traces,
        legend=True,
        xaxis=axes[0],
        yaxis=axes[1],
        dragmode="zoom",
        margin={"l": 40, "r": 16, "t": 40, "b": 40},
        transition={"duration": 500, "easing": "linear"},
    )


def with_room(
    places: Any, labels: Sequence[str], wanted: Sequence[int], limits: Sequence[float] = ()
) -> dict[int, str]:
    """Which names can be written without meeting another one, and on which side of their points.

    Args:
        places: (N, 2).
        labels: N names.
        wanted: places of the points, the most important first.
        limits: as given to `word_map`.
    """
    reach = 2 * np.array(limits) if limits else np.maximum(np.ptp(places, axis=0), 1e-9)
    pixels = places / reach * np.array([_WIDTH, _HEIGHT])  # (N, 2)
    taken = np.empty((0, 4))  # left, right, bottom, top of each name
    sides: dict[int, str] = {}
    for i in wanted:
        x, y = pixels[i]
        half = len(labels[i]) * _LETTER / 2
        for side, (dx, dy) in {
            "top center": (0.0, 15.0),
            "bottom center": (0.0, -15.0),
            "middle right": (half + 9, 0.0),
            "middle left": (-half - 9, 0.0),
        }.items():
            box = np.array([x + dx - half, x + dx + half, y + dy - _LINE / 2, y + dy + _LINE / 2])
            meets = (taken[:, 0] < box[1]) & (box[0] < taken[:, 1])
            meets &= (taken[:, 2] < box[3]) & (box[2] < taken[:, 3])
            if not meets.any():
                taken = np.vstack([taken, box])
                sides[i] = side
                break
    return sides


def _along(places: Any) -> dict[str, Any]:
    """Coordinates by the names of the axes."""
    return {name: places[:, i] for i, name in zip(range(places.shape[1]), "xyz", strict=False)}


def _trace(places: Any, **settings: Any) -> Any:
    if places.shape[1] == 3:
        settings.pop("cliponaxis", None)
        return go.Scatter3d(**_along(places), **settings)
    return go.Scatter(**_along(places), **settings)


def _cloud(
    places: Any, labels: Sequence[str], own: Sequence[int], name: str, tone: palette.Tone,
    symbol: str, sides: Mapping[int, str], faint: bool,
) -> Any:  # fmt: skip
    flat = places.shape[1] == 2
    size = (5 if faint else 8) if flat else (2.5 if faint else 4.5)
    return _trace(
        places[list(own)].reshape(len(own), places.shape[1]),
        name=name,
        mode="markers+text",
        text=[labels[i] if i in sides else "" for i in own],
        textposition=[sides.get(i, "top center") for i in own],
        textfont={"size": 11, "color": tone.light},
        hovertext=[labels[i] for i in own],
        hovertemplate="%{hovertext}<extra>" + name + "</extra>",
        marker={
            "size": size, "color": tone.light, "symbol": symbol, "line": {"width": 0},
            "opacity": _FAINT if faint else 0.85,
        },
        cliponaxis=False,
    )  # fmt: skip


def _rings(places: Any, labels: Sequence[str], lit: Sequence[int], sides: Mapping[int, str]) -> Any:
    return _trace(
        places[list(lit)].reshape(len(lit), places.shape[1]),
        name="asked",
        showlegend=False,
        mode="markers+text",
        text=[f"<b>{labels[i]}</b>" if i in sides else "" for i in lit],
        textposition=[sides.get(i, "top center") for i in lit],
        textfont={"size": 14, "color": palette.INK.light},
        hovertext=[labels[i] for i in lit],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "size": 16 if places.shape[1] == 2 else 10,
            "color": palette.INK.light,
            "symbol": "circle-open",
            "line": {"width": 1.5},
        },
        cliponaxis=False,
    )


def _way(trail: Any) -> Any:
    return _trace(
        trail,
        name="way",
        showlegend=False,
        mode="lines",
        line={"width": 1.5, "color": palette.MUTED.light},
        opacity=0.5,
        hoverinfo="skip",
    )
