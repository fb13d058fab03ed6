"""The attention page's pictures: steps of llm_core's attention through the charts."""

from html import escape
from typing import Any

from dashboard import charts, palette
from dashboard.drawn import drawn
from dashboard.lessons.attention import formulas, views


def _labels(source: str, sentence: str) -> list[str]:
    """Words for an axis; signs that a chart would read as markup are escaped."""
    return [escape(word, quote=False) for word in views.tokens(source, sentence).labels]


@drawn
def hidden(sentence: str, place: int | None) -> Any:
    """Next-token probabilities with the whole sentence and with one token taken out."""
    seen = views.hide(sentence, place)
    groups = {"the whole sentence": seen.whole}
    if place is not None:
        groups["without that token"] = seen.without
    return charts.bars(
        groups,
        labels=[escape(word, quote=False) for word in seen.words],
        colours={"the whole sentence": palette.OUTPUT, "without that token": palette.VALIDATION},
        value_title="probability of coming next",
        value_range=(0.0, 1.0) if max(seen.whole + seen.without) > 0.5 else None,
        sideways=True,
    )


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
def all_scores(source: str, sentence: str) -> Any:
    """Every token's score with each token."""
    labels = _labels(source, sentence)
    return charts.heatmap(
        views.simple(source, sentence).scores,
        rows=labels,
        columns=labels,
        unit="score",
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


@drawn
def matrix(
    source: str, sentence: str, rung: str, width: int, heads: int, seed: int, head: int, part: str
) -> Any:
    """One matrix of a rung: `part` is the name of a field of AttentionSteps."""
    steps = views.climb(source, sentence, rung, width, heads, seed)
    values = getattr(steps, part)
    if values.ndim == 3:
        values = values[head]  # (T, T) or (T, D)
    labels = _labels(source, sentence)
    between_tokens = part in formulas.SQUARE
    channels = [str(i + 1) for i in range(values.shape[-1])]
    return charts.heatmap(
        values,
        rows=labels,
        columns=labels if between_tokens else channels,
        row_title="",
        column_title="looked at" if between_tokens else f"channels of the {part}",
        unit="" if between_tokens else part,
        low=0.0 if part == "weights" else None,
        high=1.0 if part == "weights" else None,
        diverging=part != "weights",
        numbers=None if between_tokens else values.shape[-1] <= 4,
    )


MASKING = ("zeroed", "renormalised", "masked", "softmax")
"""The two ways to hide the future: the first two, and the last two."""


@drawn
def masking(source: str, sentence: str, stage: str, width: int, seed: int) -> Any:
    """One matrix of the causal mask, put on before or after softmax."""
    both = views.mask_both_ways(source, sentence, width, seed)
    values = {
        "zeroed": both.long_way.zeroed,
        "renormalised": both.long_way.renormalised,
        "masked": both.short_way.masked,
        "softmax": both.short_way.weights,
    }[stage]
    labels = _labels(source, sentence)
    return charts.heatmap(
        values,
        rows=labels,
        columns=labels,
        low=None if stage == "masked" else 0.0,
        high=None if stage == "masked" else 1.0,
        diverging=stage == "masked",
    )


@drawn
def all_heads(sentence: str, layer: int) -> Any:
    """The weights of every head of one layer of the model in memory."""
    heads = views.model_heads(sentence)[layer]
    return charts.small_heatmaps(
        heads,
        titles=[f"head {i + 1}" for i in range(len(heads))],
        labels=[escape(word, quote=False) for word in views.sentence_words(sentence)],
    )


@drawn
def one_head(sentence: str, layer: int, head: int) -> Any:
    """The weights of one head, enlarged."""
    labels = [escape(word, quote=False) for word in views.sentence_words(sentence)]
    return charts.heatmap(
        views.model_heads(sentence)[layer, head],
        rows=labels,
        columns=labels,
        low=0.0,
        high=1.0,
        unit="weight",
        row_title="asks",
        column_title="is looked at",
    )
