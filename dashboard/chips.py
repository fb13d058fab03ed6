"""Tokens as chips: the pieces of a text, with invisible characters made visible."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

_VISIBLE = {" ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍", "\u00a0": "⍽"}


def visible(token: str) -> str:
    """A token as it is written on a chip: leading spaces and control characters get a sign.

    >>> visible(" cat\\n")
    '␣cat↵'
    """
    signs = "".join(_VISIBLE.get(c, c) for c in token)
    return "".join(c if c.isprintable() else f"‹{ord(c):x}›" for c in signs)


def label(token: str) -> str:
    """A token as it stands at an axis, where plotly would read < as the beginning of a tag.

    >>> label(" <b>")
    '␣&lt;b>'
    """
    return visible(token).replace("&", "&amp;").replace("<", "&lt;")


def show(
    tokens: Sequence[str],
    *,
    ids: Sequence[int] | None = None,
    below: Sequence[str] | None = None,
    notes: Sequence[str] | None = None,
    marks: Sequence[str] | None = None,
    tints: Sequence[str] | None = None,
    most: int = 400,
) -> None:
    """Draw tokens in a row of chips that wraps.

    Args:
        tokens: their texts.
        ids: written small under each token.
        below: texts written there instead.
        notes: shown when the pointer rests on a chip.
        marks: for each token "", "lit", "dim", "good" or "bad"; says what the plain tints do not.
        tints: for each token the palette's name of its ground ("token-2"), where colour shall tell
            tokens apart by what they are; otherwise the tints take turns.
        most: further tokens are counted, not drawn.
    """
    pieces = []
    for i, token in enumerate(tokens[:most]):
        mark = marks[i] if marks else ""
        tint = tints[i] if tints and tints[i] else f"token-{i % 7}"
        under = str(ids[i]) if ids is not None else below[i] if below else ""
        number = f"<small>{escape(under)}</small>" if under else ""
        note = f' title="{escape(notes[i], quote=True)}"' if notes else ""
        pieces.append(
            f'<span class="chip {mark}" style="--tint: var(--{tint})"{note}>'
            f"<bdi>{escape(visible(token))}</bdi>{number}</span>"
        )
    if len(tokens) > most:
        pieces.append(f"<span>and {len(tokens) - most:,} more</span>")
    st.html(f'<div class="chips">{"".join(pieces)}</div>')


def grid(rows: Mapping[str, Sequence[str]], *, marks: Sequence[Sequence[str]]) -> None:
    """Draw rows of tokens exactly below each other; a long row scrolls sideways.

    Args:
        rows: name -> texts of its tokens.
        marks: for each row, a mark for each token, as in `show`.
    """
    lines = []
    for (name, tokens), row_marks in zip(rows.items(), marks, strict=True):
        cells = "".join(
            f'<td><span class="chip {mark}" style="--tint: var(--token-{i % 7})">'
            f"<bdi>{escape(visible(token))}</bdi></span></td>"
            for i, (token, mark) in enumerate(zip(tokens, row_marks, strict=True))
        )
        lines.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    st.html(f'<div class="chip-grid" tabindex="0"><table>{"".join(lines)}</table></div>')
