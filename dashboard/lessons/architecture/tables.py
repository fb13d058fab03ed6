"""The architecture page's tables, as Markdown: ledgers, stations on a sentence's way, sizes."""

from collections.abc import Sequence

from llm_core.accounting import FlopsLedger, ParameterLedger


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> str:
    """A Markdown table; the columns after the first `words` hold numbers and stand to the right.

    >>> print(table(["part", "count"], [["head", "12"]]))
    | part | count |
    |---|--:|
    | head | 12 |
    """
    rule = ["---" if i < words else "--:" for i in range(len(head))]
    lines = [" | ".join(head), "|".join(rule), *(" | ".join(row) for row in rows)]
    return "\n".join(f"|{line}|" if line is lines[1] else f"| {line} |" for line in lines)


def by(shape: Sequence[int]) -> str:
    """A shape in words.

    >>> by((7, 64))
    '7 × 64'
    """
    return " × ".join(f"{n:,}" for n in shape)


def large(number: float) -> str:
    """A large number in words, three digits.

    >>> large(285_400_000), large(3_500_000_000_000), large(950)
    ('285 million', '3.5 trillion', '950')
    """
    for size, word in (
        (1e15, "quadrillion"),
        (1e12, "trillion"),
        (1e9, "billion"),
        (1e6, "million"),
    ):
        if number >= size:
            return f"{number / size:.3g} {word}" if number < 1000 * size else f"{number:.3g}"
    return f"{number:,.0f}"


def power_of_ten(number: float) -> str:
    """1e-5 as LaTeX writes it.

    >>> power_of_ten(1e-5), power_of_ten(1.0)
    ('10^{-5}', '1')
    """
    mantissa, exponent = f"{number:.0e}".split("e")
    return "1" if int(exponent) == 0 and mantissa == "1" else f"10^{{{int(exponent)}}}"


def ledger_table(ledger: ParameterLedger) -> str:
    """Every tensor with its formula, its shape and its parameters."""
    rows = [
        [row.part, f"`{row.tensor}`", row.formula, by(row.shape), f"{row.copies}", f"{row.count:,}"]
        for row in ledger.rows
    ]
    rows.append(["**all**", "", "", "", "", f"**{ledger.total:,}**"])
    return table(["part", "tensor", "formula", "shape", "copies", "parameters"], rows, words=4)


def flops_table(ledger: FlopsLedger, tokens: int) -> str:
    """Multiply-adds of each part for one token, and its share of the arithmetic."""
    rows = [
        [
            row.part,
            row.formula,
            f"{row.multiply_adds // tokens:,}",
            f"{2 * row.multiply_adds / ledger.total:.1%}",
        ]
        for row in ledger.rows
    ]
    return table(["part", "multiply-adds per token", "number", "share"], rows, words=2)
