"""The three families as small drawings, with real words going in and coming out."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

_CSS = (Path(__file__).parent / "family.css").read_text(encoding="utf-8")

_DOWN = '<div class="down" aria-hidden="true">↓</div>'


def style() -> None:
    """The look of the drawings; once a page."""
    st.html(f"<style>{_CSS}</style>")


def reads_then_writes(read: Sequence[str], written: Sequence[str]) -> None:
    """Encoder and decoder: a sentence goes in on the left, its translation comes out."""
    _draw(
        "Encoder-decoder",
        "Reads one sentence, writes another.",
        '<div class="two"><div class="half">'
        + _words(read)
        + _DOWN
        + _stack("encoder", "reads")
        + '</div><div class="across">looks<br>across<b aria-hidden="true">←</b></div>'
        + '<div class="half">'
        + _words(("words", "so", "far"), "none")
        + _DOWN
        + _stack("decoder", "writes")
        + '</div><div></div><div></div><div class="half">'
        + _DOWN
        + "</div></div>"
        + _words(written, "new"),
    )


def fills_gaps(before: Sequence[str], after: Sequence[str], found: str) -> None:
    """The encoder alone: a sentence with a gap goes in, the missing word comes out."""
    gap = '<span class="gap" title="hidden word">&nbsp;</span>'
    _draw(
        "BERT: the encoder alone",
        "Finds the word that was hidden.",
        '<div class="half">'
        + f'<div class="text">{_spans(before)}{gap}{_spans(after)}</div>'
        + _DOWN
        + _stack("encoder", "reads")
        + _DOWN
        + _words((found,), "new")
        + "</div>",
    )


def goes_on(before: Sequence[str], further: Sequence[str]) -> None:
    """The decoder alone: the beginning of a sentence goes in, its end comes out."""
    _draw(
        "GPT: the decoder alone",
        "Goes on where the text stops.",
        '<div class="half">'
        + _words(before)
        + _DOWN
        + _stack("decoder", "writes")
        + _DOWN
        + _words(further, "new")
        + "</div>",
    )


def _draw(name: str, manner: str, inside: str) -> None:
    st.html(f'<div class="kin"><h4>{name}</h4><p class="manner">{manner}</p>{inside}</div>')


def _stack(name: str, does: str) -> str:
    return f'<div class="stack">{name}<small>{does}</small></div>'


def _words(words: Sequence[str], kind: str = "") -> str:
    return f'<div class="text">{_spans(words, kind)}</div>'


def _spans(words: Sequence[str], kind: str = "") -> str:
    return "".join(f'<span class="{kind}"><bdi>{escape(word)}</bdi></span>' for word in words)
