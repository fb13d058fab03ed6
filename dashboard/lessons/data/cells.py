"""Numbers as coloured cells of a table in HTML: blue below zero, orange above, the stronger the
farther.

For small tables that have to stand beside words and ids; large ones are drawn by the charts.
"""

from pathlib import Path

import streamlit as st

from dashboard import palette

_SCALE = palette.DIVERGING
_CSS = (Path(__file__).parent / "cells.css").read_text(encoding="utf-8")


def css() -> str:
    """The look of the cells, and a class for each tone of the scale: `tone-0` to `tone-8`.

    Letters on the two outermost tones have the colour of the page; on the next ones they are dark
    in both themes, for there the dark theme's tones are light already.
    """
    last = len(_SCALE) - 1
    letters = {0: palette.GROUND, last: palette.GROUND}
    letters |= dict.fromkeys((1, last - 1), palette.Tone(palette.INK.light, palette.GROUND.dark))
    rules = [
        f".tone-{i} {{ background: light-dark({tone.light}, {tone.dark}); "
        f"color: light-dark({', '.join(letters.get(i, palette.INK))}); }}"
        for i, tone in enumerate(_SCALE)
    ]
    return _CSS + "\n".join(rules)


def tone(value: float, most: float) -> str:
    """The class of a number's tone on a scale that reaches from -most to most.

    >>> tone(0.0, 2.0), tone(-2.0, 2.0), tone(9.0, 2.0)
    ('tone-4', 'tone-0', 'tone-8')
    """
    half = (len(_SCALE) - 1) // 2
    share = max(-1.0, min(1.0, value / most)) if most > 0 else 0.0
    return f"tone-{half + round(share * half)}"


def cell(value: float, most: float, *, digits: int | None = None) -> str:
    """One cell; without digits the number is told under the pointer only."""
    if digits is None:
        return f'<td class="cell {tone(value, most)}" title="{value:.4f}"></td>'
    written = f"{value + 0.0:.{digits}f}"
    return f'<td class="cell {tone(value, most)}" title="{value:.6f}">{written}</td>'


def show(table: str) -> None:
    """Draw a table made of such cells."""
    st.html(f"<style>{css()}</style>{table}")
