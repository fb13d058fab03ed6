"""The embedding table: one row lifted out, the same as a product, and which rows learning moves."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st
import torch
from torch import Tensor, nn

from dashboard import charts, chips, palette
from dashboard.charts.grid import grid
from dashboard.drawn import drawn
from dashboard.lessons.data import cells, places
from llm_core import embeddings, observing
from llm_core.attention import largest_difference
from llm_core.random_state import RandomState

LEARNING_RATE = 0.1
"""Of the one update: large, so that something can be seen."""
_BARS = 12
_MOST_IDS = 12


class LookUp(NamedTuple):
    """A small embedding table, and one id looked up in it in three ways."""

    table: Tensor
    """(V, C)"""
    one_hot: Tensor
    """(1, V)"""
    looked_up: Tensor
    """(1, C); by `nn.Embedding`."""
    multiplied: Tensor
    """(1, C); the one-hot vector times the table."""
    by_linear: Tensor
    """(1, C); by an `nn.Linear` that holds the same table."""
    gap: float
    """The largest difference between the three."""


def read_ids(typed: str, n_rows: int) -> tuple[int, ...]:
    """Ids that a person typed, with blanks or commas between them.

    Raises:
        ValueError: there are none, or one that the table has no row for.

    >>> read_ids("2, 3 5", 6)
    (2, 3, 5)
    """
    words = typed.replace(",", " ").split()[:_MOST_IDS]
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        raise ValueError("type ids as whole numbers with blanks between them, such as 2 3 5 1")
    ids = tuple(int(word[:9]) for word in words)
    if max(ids) >= n_rows:
        raise ValueError(
            f"id {max(ids)} has no row in a table with the rows 0 to {n_rows - 1}; "
            "type a smaller one, or give the table more rows under More"
        )
    return ids


@st.cache_resource(show_spinner=False, max_entries=128)
def look_up(token_id: int, rows: int, channels: int, seed: int) -> LookUp:
    """An id through `nn.Embedding`, through a product of matrices, and through `nn.Linear`."""
    with RandomState(seed).borrowed():
        layer = nn.Embedding(rows, channels)
    one = torch.tensor([token_id])
    with torch.inference_mode():
        row = layer(one)  # (1, C)
        product = embeddings.look_up_by_product(one, layer.weight)
        linear = embeddings.as_linear(layer)(product.one_hot)  # (1, C)
    gap = max(largest_difference(row, other) for other in (product.vectors, linear))
    table = layer.weight.detach()
    return LookUp(table, product.one_hot, row, product.vectors, linear, gap)


def lifted(found: LookUp, token_id: int) -> str:
    """The table with one row lifted out, and beside each row its part of the product: HTML."""
    most = float(found.table.abs().max())
    width = found.table.shape[1]
    weights = found.one_hot[0].tolist()
    lines = []
    for i, (row, weight) in enumerate(zip(found.table.tolist(), weights, strict=True)):
        own = "".join(cells.cell(value, most, digits=2) for value in row)
        products = "".join(cells.cell(value * weight, most, digits=2) for value in row)
        lines.append(
            f'<tr class="{"lit" if i == token_id else "pale"}"><th scope="row">id {i}</th>'
            f'<td class="weight">{weight:.0f}</td><td class="sign">×</td>{own}'
            f'<td class="sign">=</td>{products}</tr>'
        )
    total = "".join(cells.cell(value, most, digits=2) for value in found.multiplied[0].tolist())
    head = (
        f'<tr><th></th><th scope="col">one-hot</th><th></th><th colspan="{width}">the table</th>'
        f'<th></th><th colspan="{width}">each row’s part</th></tr>'
    )
    foot = (
        f'<tr class="gap"><td></td></tr><tr class="sum"><th colspan="{width + 4}">'
        f"added up, column by column</th>{total}</tr>"
    )
    return (
        f'<div class="cells lifted" tabindex="0"><table>{head}{"".join(lines)}{foot}</table></div>'
    )


def stacked(found: LookUp, ids: Sequence[int], token_id: int) -> str:
    """The rows of several ids below each other: HTML."""
    most, width = float(found.table.abs().max()), found.table.shape[1]
    rows = found.table[list(ids)]  # (N, C)
    lines = [
        f'<tr class="{"lit" if i == token_id else ""}"><th scope="row">id {i}</th>'
        + "".join(cells.cell(value, most, digits=4) for value in row)
        + "</tr>"
        for i, row in zip(ids, rows.tolist(), strict=True)
    ]
    head = f'<tr><th></th><th colspan="{width}">looked up</th></tr>'
    return f'<div class="cells" tabindex="0"><table>{head}{"".join(lines)}</table></div>'


# One step of learning -----------------------------------------------------------------------------


class Moved(NamedTuple):
    """One update of the starter model on a sentence."""

    words: list[str]
    """The tokens of the sentence; all but the last are read, the last is only to be named."""
    ids: list[int]
    read: list[bool]
    """For each token, whether its row was read."""
    result: observing.RowsMoved
    n_moved: int
    """Rows that have moved."""
    kind: str
    """One of `KINDS`, or `OTHERS`."""


KINDS = ("Those of the tokens it reads", "Those it reads or has to name", "All of them")
OTHERS = "Others"
"""What is said where none of `KINDS` is true."""


@st.cache_resource(show_spinner="One step of training …", max_entries=32)
def one_step(sentence: str, tied: bool) -> Moved:
    """One update on the sentence, and which rows of the table it has moved.

    Raises:
        ValueError: the sentence has only one token.
    """
    source = places.starter()
    ids = source.read(sentence)
    result = observing.rows_moved(source.model, ids, LEARNING_RATE, tied=tied)
    moved = set(result.distances.nonzero().flatten().tolist())
    rows = (set(ids[:-1]), set(ids), set(range(len(result.distances))))
    kinds = (kind for kind, own in zip(KINDS, rows, strict=True) if own == moved)
    words = [places.on_a_chip(source.bytes_of(i)) for i in ids]
    return Moved(words, ids, [i in rows[0] for i in ids], result, len(moved), next(kinds, OTHERS))


@drawn
def whole_table(sentence: str, tied: bool) -> Any:
    """Every row of the table as a square, coloured by how far it has moved."""
    found = one_step(sentence, tied)
    distances = found.result.distances.tolist()
    names = [f"id {i} {_label(i)}" for i in range(len(distances))]
    return grid(distances, names=names, unit="moved by")


def _label(token_id: int) -> str:
    return chips.label(places.on_a_chip(places.starter().bytes_of(token_id)))


@drawn
def farthest(sentence: str, tied: bool) -> Any:
    """The rows that have moved farthest, as bars."""
    found = one_step(sentence, tied)
    best = found.result.distances.topk(min(_BARS, found.n_moved))
    read = set(found.ids[:-1])
    marks = {True: "", False: " (not read)"}
    return charts.bars(
        {"moved by": best.values.tolist()},
        labels=[_label(i) + marks[i in read] for i in best.indices.tolist()],
        colours={"moved by": palette.ACCENT},
        value_title="length of the step",
        sideways=True,
        number_format=".2~g",
    )


def why(found: Moved, tied: bool) -> str:
    """Why these rows have moved and no others, in the numbers of this step."""
    count = f"{found.n_moved:,} of {len(found.result.distances):,} rows."
    if tied:
        return (
            f"{count} The head, which turns the model's last vector into a chance for each token, "
            "now compares that vector with every row of this table. So every row has a part in the "
            "loss: the right one is pulled nearer, the others are pushed away a little."
        )
    last = "" if found.read[-1] else " The last token is only to be named, so its row rests."
    return (
        f"{count} A row that nobody looked up had no part in the loss, so there is nothing to "
        f"change in it.{last}"
    )
