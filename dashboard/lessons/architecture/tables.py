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


MEGABYTE = "1 MB is 1,048,576 bytes, as in the course, and 1 GB is 1,024 MB."


def memory_unit(size: float) -> tuple[int, str]:
    """Bytes of the unit in which so many bytes are said, and its name; kilobytes have 1,024 bytes.

    >>> memory_unit(3 * 1024**3)
    (1073741824, 'GB')
    """
    power = min(max(int(size).bit_length() - 1, 10) // 10, 4)
    return 1024**power, ("kB", "MB", "GB", "TB")[power - 1]


def memory(size: float) -> str:
    """Bytes in words, three digits.

    >>> memory(652_038_144), memory(1024**4)
    ('622 MB', '1 TB')
    """
    unit, name = memory_unit(size)
    return f"{short(size / unit)} {name}"


def short(number: float) -> str:
    """Three digits, and zeros in place of the others.

    >>> short(3.14159), short(1403.4), short(0.5)
    ('3.14', '1,400', '0.5')
    """
    if number >= 1000:
        return f"{float(f'{number:.3g}'):,.0f}"
    return f"{number:.3g}"


def amount(number: float) -> str:
    """A number that may be large, or below 1.

    >>> amount(3_330_000), amount(0.1447)
    ('3.33 million', '0.145')
    """
    if 0 < number < 0.001:
        return "under 0.001"
    return large(number) if number >= 1000 else short(number)


def lasting(seconds: float) -> str:
    """A time in words, as short or as long as it is.

    >>> lasting(0.025), lasting(5400), lasting(86400 * 14), lasting(6.1e13)
    ('25 ms', '1.5 hours', '14 days', '1.93 million years')
    """
    if seconds < 1e-6:
        return "under 1 µs"
    year = 365.25 * 86400
    for size, word in ((1e9 * year, "billion years"), (1e6 * year, "million years")):
        if seconds >= size:
            return f"{short(seconds / size)} {word}"
    for size, word in ((year, "years"), (86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 1.5 * size:
            return f"{short(seconds / size)} {word}"
    return f"{short(seconds)} seconds" if seconds >= 1 else f"{short(1000 * seconds)} ms"


def dollars(amount: float) -> str:
    """Money in words, without its sign.

    >>> dollars(4_672_500), dollars(12345), dollars(12.5)
    ('4.67 million', '12,345', '12.50')
    """
    return large(amount) if amount >= 1000 else f"{amount:.2f}"


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
    """Operations of each part for one token, and its share: a multiply-add is two of them."""
    rows = [
        [
            row.part,
            f"2 × {row.formula}",
            f"{2 * row.multiply_adds // tokens:,}",
            f"{2 * row.multiply_adds / ledger.total:.1%}",
        ]
        for row in ledger.rows
    ]
    return table(["part", "formula", "operations per token", "share"], rows, words=2)
