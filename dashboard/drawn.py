"""Figures kept as the text the browser gets, so that a rerun draws nothing again."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

from dashboard import corpus_choice

P = ParamSpec("P")


def kept(
    names: Mapping[str | type[Any], Callable[[Any], Any]],
) -> Callable[[Callable[P, Any]], Callable[P, str]]:
    """Keep what a drawing function makes, as JSON text that `plot.show` takes.

    Args:
        names: for the types of its arguments that are no plain values, what names them.
    """

    def decorate(draw: Callable[P, Any]) -> Callable[P, str]:
        @st.cache_data(show_spinner=False, max_entries=512, hash_funcs=dict(names))
        @wraps(draw)
        def text(*args: P.args, **kwargs: P.kwargs) -> str:
            return str(draw(*args, **kwargs).to_json())

        return text

    return decorate


def drawn(draw: Callable[P, Any]) -> Callable[P, str]:
    """`kept` for a function whose arguments are plain values, or a Corpus."""
    return kept(corpus_choice.BY_DIGEST)(draw)
