"""The data page's pictures: what views.py gives, through the charts."""

from html import escape
from typing import Any

from dashboard import charts, chips, palette
from dashboard.corpus_choice import Corpus
from dashboard.drawn import drawn
from dashboard.lessons.data import views


def written(token: bytes) -> str:
    """A token of bytes as it stands at an axis."""
    return escape(chips.visible(token.decode("utf-8", "backslashreplace")), quote=False)


@drawn
def lengths(text: str) -> Any:
    """How long the same text is in words, byte pairs, characters and bytes."""
    counts = {
        "words and marks": len(views.cuts(text).tokens),
        "GPT-2 tokens": len(views.gpt2_pieces(text)),
        "characters": len(text),
        "bytes": len(text.encode("utf-8", "replace")),
    }
    return charts.bars(
        {"length": list(counts.values())},
        labels=list(counts),
        colours={"length": palette.ACCENT},
        value_title="pieces",
        sideways=True,
        number_format=",d",
    )


@drawn
def candidates(corpus: Corpus, n: int) -> Any:
    """The most frequent pairs before merge n + 1, the winner on top."""
    rows = views.merges(corpus)[n].candidates
    labels = [f"{written(row.pair[0])} + {written(row.pair[1])}" for row in rows]
    return charts.bars(
        {"count": [row.count for row in rows]},
        labels=[f"<b>{labels[0]}</b>", *labels[1:]],
        colours={"count": palette.OUTPUT},
        value_title="times",
        sideways=True,
        number_format=",d",
    )
