"""Numbers and tokens as they stand in a sentence or in a list of a page."""

from collections.abc import Sequence

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def difference(gap: float) -> str:
    """How far two results lie apart; none at all is plainly 0.

    >>> difference(0.0), difference(7.5e-08)
    ('0', '7.5 × 10⁻⁸')
    """
    return scientific(gap, 1) if gap else "0"


def scientific(number: float, digits: int = 2) -> str:
    """A number as a few digits and a power of ten.

    >>> scientific(3.1429e23)
    '3.14 × 10²³'
    """
    mantissa, exponent = f"{number:.{digits}e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_RAISED)}"


def counted(number: int, noun: str) -> str:
    """A number with what it counts.

    >>> counted(1, "token"), counted(1200, "token")
    ('1 token', '1,200 tokens')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def only_first(shown: int, left_out: int) -> str:
    """The sentence that follows where a text is longer than what a picture shows of it.

    >>> only_first(64, 136), only_first(12, 0)
    ("Shown: the first 64 of your sentence's 200 tokens.", '')
    """
    if not left_out:
        return ""
    return f"Shown: the first {shown:,} of your sentence's {shown + left_out:,} tokens."


def numbered(tokens: Sequence[str]) -> list[str]:
    """Tokens as options of a select box: with their places, so that repeated ones stay distinct.

    As text, and not as numbers shown as text: so a box whose tokens change forgets a choice that is
    no longer among them.

    >>> numbered(("the", "cat"))
    ['1 the', '2 cat']
    """
    return [f"{i} {token}" for i, token in enumerate(tokens, 1)]
