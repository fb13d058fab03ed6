"""Figures kept as the text the browser gets, so that a rerun draws nothing again."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

from dashboard import corpus_choice

P = ParamSpec("P")


def drawn(draw: Callable[P, Any]) -> Callable[P, str]:
    """Keep what a drawing function makes, as JSON text that `plot.show` takes.

    The function's arguments name the figure: plain values, or a Corpus.
    """

    @st.cache_data(show_spinner=False, max_entries=512, hash_funcs=corpus_choice.BY_DIGEST)
    @wraps(draw)
    def text(*args: P.args, **kwargs: P.kwargs) -> str:
        return str(draw(*args, **kwargs).to_json())

    return text
