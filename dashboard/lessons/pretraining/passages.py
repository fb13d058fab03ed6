"""Running text with stretches marked: training and validation text, a prompt, what was copied."""

from collections.abc import Sequence
from html import escape
from typing import Literal

import streamlit as st

Mark = Literal["", "prompt", "train", "validation"]


def html(pieces: Sequence[tuple[str, Mark]]) -> str:
    """The marked text, safe to show whatever it holds; line breaks stay.

    >>> html([("a<b", "train"), ("\\x07", "")])
    '<p class="passage"><span class="train">a&lt;b</span><span class="">‹7›</span></p>'
    """
    spans = (f'<span class="{mark}">{escape(_readable(text))}</span>' for text, mark in pieces)
    return f'<p class="passage">{"".join(spans)}</p>'


def show(pieces: Sequence[tuple[str, Mark]]) -> None:
    """Draw the text; what the marks mean belongs into a caption near it."""
    st.html(html(pieces))


def _readable(text: str) -> str:
    """The text with signs in place of characters that cannot be seen."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"‹{ord(c):x}›" for c in text)
