"""The data page's pictures: what views.py gives, through the charts."""

from html import escape
from typing import Any

from dashboard import charts
from dashboard.corpus_choice import Corpus
from dashboard.drawn import drawn
from dashboard.lessons.data import views

_CHANNELS = 8  # of a vector, drawn; the rest would only be more of the same


@drawn
def table(token_id: int, seed: int) -> Any:
    """The embedding table; the row of the id is named."""
    found = views.look_up(token_id, seed)
    return charts.heatmap(
        found.table,
        rows=[f"<b>id {i} →</b>" if i == token_id else f"id {i}" for i in range(6)],
        columns=["1", "2", "3"],
        column_title="channels",
        diverging=True,
    )


@drawn
def one_hot(token_id: int, seed: int) -> Any:
    """The one-hot vector of the id."""
    return charts.heatmap(
        views.look_up(token_id, seed).one_hot,
        rows=["one-hot"],
        columns=[f"id {i}" for i in range(6)],
        low=0.0,
        high=1.0,
    )


@drawn
def looked_up(token_id: int, seed: int) -> Any:
    """The row, looked up and multiplied."""
    found = views.look_up(token_id, seed)
    return charts.heatmap(
        [found.looked_up[0].tolist(), found.multiplied[0].tolist()],
        rows=["looked up", "multiplied"],
        columns=["1", "2", "3"],
        column_title="channels",
        diverging=True,
    )


@drawn
def adding_up(sentence: str, place: int) -> Any:
    """A token's vector, its position's vector and their sum, the first channels."""
    steps = views.embedded(sentence).steps
    rows = [steps.token_vectors[place], steps.position_vectors[place], steps.sum[place]]
    return charts.heatmap(
        [row[:_CHANNELS].tolist() for row in rows],
        rows=["token", "+ position", "= input"],
        columns=[str(i + 1) for i in range(_CHANNELS)],
        column_title="channels",
        diverging=True,
        numbers=True,
        digits=3,
    )


@drawn
def word_map(corpus: Corpus, dimensions: int) -> Any:
    """Token vectors of the text in two or three dimensions."""
    seen = views.flat_map(corpus, dimensions)
    shares = [f"direction {i + 1} ({x:.1%})" for i, x in enumerate(seen.projection.explained)]
    return charts.scatter(
        seen.projection.coordinates,
        labels=[escape(word, quote=False) for word in seen.words],
        named=seen.frequent,
        x_title=shares[0],
        y_title=shares[1],
        z_title=shares[2] if dimensions == 3 else "",
    )
