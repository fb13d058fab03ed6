"""Which heads a learner has pressed on a board of squares, in the session and in the link."""

import re

import streamlit as st

from llm_core.config import GPTConfig
from llm_core.induction import Head

_ONE = re.compile(r"(\d{1,3})\.(\d{1,3})")


def written(heads: tuple[Head, ...]) -> str:
    """Heads as they stand in a link, counted from 1.

    >>> written((Head(1, 2), Head(4, 3)))
    '2.3-5.4'
    """
    return "-".join(f"{head.layer + 1}.{head.number + 1}" for head in heads)


def read(text: str, config: GPTConfig) -> tuple[Head, ...]:
    """Heads out of a link; what this model does not have is left out."""
    found = {Head(int(a) - 1, int(b) - 1) for a, b in _ONE.findall(text)}
    fits = {h for h in found if 0 <= h.layer < config.n_layers and 0 <= h.number < config.n_heads}
    return tuple(sorted(fits))


def heads(key: str, name: str, version: str, config: GPTConfig) -> tuple[Head, ...]:
    """What is pressed now: as the browser says, as before, or as the link says; kept for the link.

    Args:
        key: of the board.
        name: of what is kept, in the session and in the address.
        version: of the board; what the browser says of another one is old.
        config: of the model, which may have fewer heads than the one before.
    """
    told = st.session_state.get(key, {}).get("pressed")
    if told and told.get("version") == version:
        spots = [Head(int(layer), int(number)) for layer, number in told["heads"]]
        text = written(read(written(tuple(spots)), config))
    else:
        text = str(st.session_state.get(f"{name}.kept", st.query_params.get(name, "")))
    now = read(text, config)
    keep(name, written(now))
    return now


def keep(name: str, text: str) -> None:
    """Hold this in the session and in the address; nothing is written there for nothing."""
    st.session_state[f"{name}.kept"] = text
    if not text:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != text:
        st.query_params[name] = text
