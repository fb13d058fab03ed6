"""The attention page's pictures: steps of llm_core's attention through the charts."""

from html import escape
from typing import Any

from dashboard import charts, palette
from dashboard.drawn import drawn
from dashboard.lessons.attention import views


def _labels(source: str, sentence: str) -> list[str]:
    """Words for an axis; signs that a chart would read as markup are escaped."""
    return [escape(word, quote=False) for word in views.tokens(source, sentence).labels]


@drawn
def row_of_scores(source: str, sentence: str, row: int) -> Any:
    """One token's score with each token; with four decimals, as in the book, while they fit."""
    labels = _labels(source, sentence)
    return charts.bars(
        {"score": views.simple(source, sentence).scores[row].tolist()},
        labels=labels,
        colours={"score": palette.QUERY},
        value_title="score (dot product)",
        number_format=".4f" if len(labels) <= 12 else ".2~g",
    )


@drawn
def three_normalisations(source: str, sentence: str, row: int, enlarged: float) -> Any:
    """One row of scores made to sum to one in three ways."""
    ways = views.normalised(source, sentence, row, enlarged)
    return charts.bars(
        {
            "divided by the sum": ways.by_sum.tolist(),
            "softmax by its definition": ways.naive_softmax.tolist(),
            "torch.softmax": ways.softmax.tolist(),
        },
        labels=_labels(source, sentence),
        colours={
            "divided by the sum": palette.TEST,
            "softmax by its definition": palette.VALIDATION,
            "torch.softmax": palette.ACCENT,
        },
        value_title="weight",
    )
