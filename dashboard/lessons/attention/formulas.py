"""The attention page's formulas, with the numbers of the tensors in memory in them."""

from collections.abc import Sequence

from dashboard.lessons.attention import views

_SHOWN = 3  # terms written out; the rest become dots


def dot_product(source: str, sentence: str, row: int, other: int) -> str:
    """The score of two tokens, written out."""
    vectors = views.tokens(source, sentence).vectors
    one, two = vectors[row].tolist(), vectors[other].tolist()
    score = views.simple(source, sentence).scores[row, other].item()
    terms = [
        rf"{_number(a)} \cdot {_number(b)}" for a, b in zip(one[:_SHOWN], two[:_SHOWN], strict=True)
    ]
    return (
        rf"x^{{({row + 1})}} \cdot x^{{({other + 1})}} = "
        rf"{_sum(terms, len(one))} = {score:.4f}"
    )


def weighted_sum(source: str, sentence: str, row: int) -> str:
    """A context vector as the sum of all vectors, each times its weight."""
    steps = views.simple(source, sentence)
    terms = [
        rf"{weight:.2f}\,{_column(vector)}"
        for weight, vector in zip(
            steps.weights[row].tolist()[:_SHOWN], steps.values.tolist()[:_SHOWN], strict=True
        )
    ]
    context = _column(steps.context[row].tolist())
    return rf"z^{{({row + 1})}} = {_sum(terms, len(steps.values))} = {context}"


def _sum(terms: Sequence[str], of: int) -> str:
    return " + ".join(terms) + (r" + \dots" if of > len(terms) else "")


def _number(value: float) -> str:
    return f"({value:.2f})" if value < 0 else f"{value:.2f}"


def _column(vector: Sequence[float]) -> str:
    rows = [f"{value:.2f}" for value in vector[:_SHOWN]]
    if len(vector) > _SHOWN:
        rows.append(r"\vdots")
    return r"\begin{pmatrix}" + r"\\".join(rows) + r"\end{pmatrix}"
