"""A search as a tree that grows to the right: each text that was followed, and each one dropped."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure

Fate = Literal["dropped", "kept", "best"]

ROW = 22
"""Pixels from one branch to the next."""

_THINNEST, _THICKEST = 1.0, 9.0
_LETTERS = 9  # of a label; the whole of it stands under the pointer


class Node(NamedTuple):
    """One token of one text."""

    depth: int
    """How many tokens come before it; the root has depth 0."""
    parent: int
    """Where its parent stands in the list of nodes; -1 for the root."""
    label: str
    probability: float
    """Of the token after those before it: the width of the branch that leads here."""
    fate: Fate
    note: str
    """What is said under the pointer."""
    greedy: bool = False
    """Whether always taking the likeliest token leads here too."""


def tree(nodes: Sequence[Node], *, shown: int | None = None) -> go.Figure:
    """Nodes from left to right, the branches to each node's children fanned out without crossing.

    Args:
        nodes: each after its parent; children in the order in which they stand from top to bottom.
        shown: nodes up to this depth are drawn; the places are those of the whole tree, so that
            nothing moves while it grows.
    """
    heights = _heights(nodes)
    depth = max(node.depth for node in nodes)
    visible = [
        i for i, node in enumerate(nodes) if node.depth <= (depth if shown is None else shown)
    ]
    tones = {"dropped": palette.MUTED, "kept": palette.ACCENT, "best": palette.ACCENT}
    traces = [
        _marks(
            [i for i in visible if nodes[i].fate == fate], nodes, heights, tones[fate].light, fate
        )
        for fate in ("dropped", "kept", "best")
    ]
    return figure(
        [*traces, *_legend()],
        x_title="tokens written",
        legend=True,
        margin={"l": 12, "r": 24, "t": 36, "b": 44},
        shapes=[_branch(i, nodes, heights) for i in visible if nodes[i].parent >= 0],
        xaxis={
            "range": [-0.35, depth + 0.45],
            "tickvals": list(range(depth + 1)),
            "showgrid": False,
            "fixedrange": True,
        },
        yaxis={
            "range": [max(heights) + 0.8, -0.9],
            "showticklabels": False,
            "showgrid": False,
            "fixedrange": True,
        },
        hovermode="closest",
    )


def rows(nodes: Sequence[Node]) -> int:
    """How many branches end below each other: a tree is that many times `ROW` high."""
    parents = {node.parent for node in nodes}
    return sum(i not in parents for i in range(len(nodes)))


def _heights(nodes: Sequence[Node]) -> list[float]:
    """Leaves one below the other; every other node beside the middle of its children."""
    children: list[list[int]] = [[] for _ in nodes]
    for i, node in enumerate(nodes):
        if node.parent >= 0:
            children[node.parent].append(i)
    heights = [0.0] * len(nodes)
    leaves = 0

    def place(i: int) -> None:
        nonlocal leaves
        for child in children[i]:
            place(child)
        if children[i]:
            heights[i] = (heights[children[i][0]] + heights[children[i][-1]]) / 2
        else:
            heights[i] = float(leaves)
            leaves += 1

    place(0)
    return heights


def _branch(i: int, nodes: Sequence[Node], heights: Sequence[float]) -> dict[str, Any]:
    """A soft line from the parent, as wide as the token is likely."""
    node, x, y = nodes[i], nodes[i].depth, heights[i]
    left, start = x - 1, heights[node.parent]
    dropped = node.fate == "dropped"
    return {
        "type": "path",
        "path": f"M {left},{start} C {left + 0.5},{start} {left + 0.5},{y} {x},{y}",
        "layer": "below",
        "opacity": {"dropped": 0.28, "kept": 0.45, "best": 1.0}[node.fate],
        "line": {
            "color": (palette.MUTED if dropped else palette.ACCENT).light,
            "width": _THINNEST + (_THICKEST - _THINNEST) * node.probability,
        },
    }


def _marks(
    which: Sequence[int], nodes: Sequence[Node], heights: Sequence[float], colour: str, fate: Fate
) -> go.Scatter:
    """Dots with the tokens above them."""
    chosen = [nodes[i] for i in which]
    words = [_short(node.label) for node in chosen]
    return go.Scatter(
        x=[node.depth for node in chosen],
        y=[heights[i] for i in which],
        mode="markers+text",
        text=[f"<b>{word}</b>" for word in words] if fate == "best" else words,
        textposition="top center",
        textfont={
            "size": 11 if fate == "dropped" else 12,
            "color": palette.MUTED.light if fate == "dropped" else palette.INK.light,
        },
        cliponaxis=False,
        marker={
            "color": colour,
            "size": [9 if node.greedy else 7 if fate == "best" else 5 for node in chosen],
            "symbol": ["diamond-open" if node.greedy else "circle" for node in chosen],
            "line": {"width": 2, "color": colour},
            "opacity": 0.6 if fate == "dropped" else 1.0,
        },
        customdata=[node.note for node in chosen],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )


def _legend() -> list[go.Scatter]:
    """What the lines and marks mean."""
    meanings = [
        ("best so far", palette.ACCENT, 5, 1.0, "lines"),
        ("kept", palette.ACCENT, 2, 0.45, "lines"),
        ("dropped", palette.MUTED, 2, 0.35, "lines"),
        ("greedy", palette.ACCENT, 0, 1.0, "markers"),
    ]
    return [
        go.Scatter(
            x=[None],
            y=[None],
            name=meaning,
            mode=mode,
            opacity=opacity,
            line={"color": tone.light, "width": width},
            marker={
                "color": tone.light,
                "size": 9,
                "symbol": "diamond-open",
                "line": {"width": 2, "color": tone.light},
            },
            hoverinfo="skip",
        )
        for meaning, tone, width, opacity, mode in meanings
    ]


def _short(label: str) -> str:
    return label if len(label) <= _LETTERS else label[: _LETTERS - 1] + "…"
