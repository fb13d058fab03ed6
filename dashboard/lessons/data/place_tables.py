"""A model's table of places beside waves: both as pictures, and how alike their places are."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import streamlit as st
from torch import Tensor

from dashboard import charts, palette
from dashboard.drawn import kept
from dashboard.lessons.data.places import BY_NAME, Source
from llm_core import embeddings

_SIDE = 64  # squares of a heatmap along each side

WAVES = "Waves"
TABLES, ALIKE = "The tables", "How alike the places are"
GUESSES = MappingProxyType(
    {"The next one": 0.0, "One in the middle of the table": 0.5, "The last one": 1.0}
)
"""Places to compare one with, and how far in the table they stand; 0 stands for the next one."""


class Structure(NamedTuple):
    """A model's table of places, beside waves of the same size."""

    tables: dict[str, Tensor]
    """By name, (T, C) each."""
    alike: dict[str, Tensor]
    """Cosine of the angle between every two places, (T, T)."""
    by_distance: dict[str, Tensor]
    """How alike places k apart are on average, (T,)."""


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=BY_NAME)
def structure(source: Source) -> Structure:
    """Both tables, and how alike their places are.

    Raises:
        ValueError: the table has too few places for anything to be seen.
    """
    own = source.model.pos_emb.weight.detach().float()
    if len(own) < 8:
        raise ValueError(
            f"this model has {len(own)} places only; look at one with a context of 8 or more"
        )
    tables = {WAVES: embeddings.sinusoidal_positions(*own.shape), source.title: own}
    return Structure(
        tables,
        {name: embeddings.similarities(table) for name, table in tables.items()},
        {name: embeddings.similarity_by_distance(table) for name, table in tables.items()},
    )


def compared(source: Source) -> tuple[int, dict[str, tuple[int, float]]]:
    """A place of the model's table, and for each of `GUESSES` its place and how alike the two are.

    Places count from 1.
    """
    alike = structure(source).alike[source.title]
    at, last = len(alike) // 4, len(alike) - 1
    others = {name: round(share * last) if share else at + 1 for name, share in GUESSES.items()}
    return at + 1, {name: (i + 1, float(alike[at, i])) for name, i in others.items()}


def told(others: Mapping[str, tuple[int, float]]) -> str:
    """How alike each of these places is, as a sentence."""
    parts = [f"{value:.2f} to place {place}" for place, value in others.values()]
    return f"The cosine of the angle: {', '.join(parts)}."


def what_is_drawn(source: Source, what: str) -> str:
    """Which part of the tables the heatmaps show, and what to look for."""
    n_places, n_channels = structure(source).tables[WAVES].shape
    if what == TABLES:
        channels = len(_spaced(n_channels))
        some = f"{channels} of {n_channels}" if channels < n_channels else f"all {n_channels}"
        return (
            f"The first {min(_SIDE, n_places)} of {n_places:,} places in {some} channels. The "
            "colours end where one number in a hundred lies beyond."
        )
    some = f"{len(_spaced(n_places))} of {n_places:,}"
    return (
        f"{some if len(_spaced(n_places)) < n_places else f'All {n_places}'} places, each compared "
        "with each. Look how the colour fades away from the diagonal, and whether it comes back."
    )


@kept(BY_NAME)
def table_figure(source: Source, name: str, what: str) -> Any:
    """One of the two tables as a heatmap, or how alike its places are."""
    found = structure(source)
    if what == TABLES:
        table = found.tables[name]
        places = list(range(min(_SIDE, len(table))))
        channels = _spaced(table.shape[1])
        part = table[places][:, channels]
        strong = float(part.abs().quantile(0.99))
        return _picture(part, places, channels, "channels", "place {} → channel {}", strong)
    places = _spaced(len(found.alike[name]))
    part = found.alike[name][places][:, places]
    return _picture(part, places, places, "places", "place {} → place {}", 1.0)


def _spaced(count: int) -> list[int]:
    """At most `_SIDE` numbers below `count`, evenly spaced."""
    step = -(-count // _SIDE)
    return list(range(0, count, step))


def _picture(
    part: Tensor, rows: list[int], columns: list[int], title: str, told: str, most: float
) -> Any:
    marks = (range(0, len(rows), max(1, len(rows) // 8)), range(0, len(columns), 8))
    drawn = charts.heatmap(
        part.clamp(-most, most).numpy(),
        rows=[str(i + 1) for i in rows],
        columns=[str(i + 1) for i in columns],
        row_title="places",
        column_title=title,
        diverging=True,
        low=-most,
        high=most,
        numbers=False,
    )
    drawn.data[0].customdata = [[told.format(r + 1, c + 1) for c in columns] for r in rows]
    drawn.data[0].hovertemplate = "%{customdata}: %{z:.3f}<extra></extra>"
    drawn.data[0].update(xgap=0, ygap=0)
    drawn.update_layout(
        margin={"l": 56},
        yaxis={"tickvals": list(marks[0]), "ticktext": [str(rows[i] + 1) for i in marks[0]]},
        xaxis={"tickvals": list(marks[1]), "ticktext": [str(columns[i] + 1) for i in marks[1]]},
    )
    return drawn


@kept(BY_NAME)
def distance_figure(source: Source) -> Any:
    """How alike places are, by how far they stand apart."""
    found = structure(source).by_distance
    steps = list(range(len(found[WAVES])))
    return charts.curves(
        {name: (steps, values.tolist()) for name, values in found.items()},
        colours={WAVES: palette.MUTED, source.title: palette.ACCENT},
        dashed=frozenset({WAVES}),
        x_title="places apart",
        y_title="cosine similarity, mean",
        x_range=(0, len(steps) - 1),
        y_range=(-1.0, 1.05),
    )
