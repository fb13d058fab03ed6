"""Axes, titles and colours of a recording's charts; the browser fills in the numbers."""

import math

import streamlit as st

from dashboard import charts, chips, palette
from dashboard.charts.curves import round_places
from dashboard.recording import Recording

BATCH, TRAIN, VALIDATION, CURSOR = "each batch", "training text", "validation text", "here"


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs={Recording: lambda r: r.id})
def figures(recording: Recording) -> str:
    """Loss, attention, map, weights, gradients: name -> figure, as JSON text."""
    drawn = {
        "loss": _loss(recording),
        "attention": _attention(recording),
        "map": _map(recording),
        "weights": _lengths(recording, "weights", palette.ACCENT),
        "gradients": _lengths(recording, "gradients", palette.OUTPUT),
    }
    return "{" + ", ".join(f'"{name}": {text}' for name, text in drawn.items()) + "}"


def _loss(recording: Recording) -> str:
    """Both losses over the steps, with a line that the slider moves."""
    blind = _blind(recording)
    tokens = _tokens_of_a_step(recording)
    places = round_places(recording.total)
    drawn = charts.curves(
        {name: ([], []) for name in (BATCH, TRAIN, VALIDATION, CURSOR)},
        colours={
            BATCH: palette.TRAIN,
            TRAIN: palette.TRAIN,
            VALIDATION: palette.VALIDATION,
            CURSOR: palette.INK,
        },
        faint=frozenset({BATCH}),
        dashed=frozenset({VALIDATION}),
        x_title="updates made",
        y_title="loss (nats per token)",
        x_range=(0.0, float(max(recording.total, 1))),
        y_range=(0.0, 1.2 * blind) if blind else None,
        level=(blind, f"blind guessing: {blind:.2f}") if blind else None,
        second_x=(
            ("tokens seen", places, [_short(place * tokens) for place in places])
            if tokens
            else None
        ),
    )
    drawn.data[3].update(showlegend=False, hoverinfo="skip", hovertemplate=None)
    return str(drawn.to_json())


def _blind(recording: Recording) -> float | None:
    size = recording.settings.get("vocab_size")
    return math.log(size) if isinstance(size, int) and size > 1 else None


def _tokens_of_a_step(recording: Recording) -> int | None:
    rows = recording.rows
    if rows.step:
        return rows.tokens[-1] // (rows.step[-1] + 1)
    batch, window = (recording.settings.get(name) for name in ("batch_size", "context_length"))
    return batch * window if isinstance(batch, int) and isinstance(window, int) else None


def _short(count: int) -> str:
    if count >= 1_000_000:
        return f"{count / 1_000_000:,.3g} M"
    return f"{count / 1000:,.0f} k" if count >= 1000 else f"{count:,}"


def _attention(recording: Recording) -> str:
    names = [chips.label(token) for token in recording.sentence]
    drawn = charts.heatmap(
        [[0.0] * len(names) for _ in names],
        rows=names,
        columns=names,
        low=0.0,
        high=1.0,
        numbers=False,
        hover="from %{y} to %{x}: %{z:.0%}",
    )
    drawn.data[0].update(showscale=False)
    drawn.update_layout(margin={"l": 86, "r": 4, "t": 64, "b": 8})
    return str(drawn.to_json())


def _map(recording: Recording) -> str:
    """Points with names, and behind them the way each has come."""
    drawn = charts.scatter(
        [[0.0, 0.0] for _ in recording.words],
        labels=[chips.label(token) for token in recording.words],
        x_title="first direction",
        y_title="second direction",
    )
    point = drawn.data[0]
    point.update(marker={"size": 5}, textposition="middle right")
    way = charts.curves(
        {"way": ([], [])}, colours={"way": palette.ACCENT}, x_title="", y_title="",
        faint=frozenset({"way"}),
    ).data[0]  # fmt: skip
    way.update(hoverinfo="skip", hovertemplate=None, opacity=0.3)
    drawn.add_trace(way)
    side = {"range": [-1.12, 1.12], "showticklabels": False, "fixedrange": True, "zeroline": True}
    drawn.update_layout(
        xaxis=side, yaxis=side, showlegend=False, margin={"l": 28, "r": 30, "t": 8, "b": 32}
    )
    return str(drawn.to_json())


def _lengths(recording: Recording, what: str, tone: palette.Tone) -> str:
    drawn = charts.bars(
        {what: [0.0] * len(recording.parts)},
        labels=[part.replace("&", "&amp;").replace("<", "&lt;") for part in recording.parts],
        colours={what: tone},
        value_title=f"length of the {what}",
        sideways=True,
    )
    drawn.update_layout(margin={"l": 140, "r": 44, "t": 4, "b": 36})
    return str(drawn.to_json())
