"""Which token and which block of the model on show an idea looks at, and what takes long there."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import cached, chips, wording
from dashboard.lessons.reading import Reading

_MOST_PARAMETERS = 30_000_000
"""A larger model reads a sentence many times only when it is asked to."""


def token(place: DeltaGenerator, text: Reading, *, key: str) -> int:
    """Which token of the sentence, from 0; the last one by default."""
    places = wording.numbered(text.words)
    choice = place.selectbox("Token", places, index=len(places) - 1, key=key, bind="query-params")
    return places.index(choice)


def block(place: DeltaGenerator, loaded: cached.Loaded, *, key: str) -> int:
    """Which transformer block, from 0; named from 1."""
    names = [f"block {i + 1}" for i in range(loaded.config.n_layers)]
    return names.index(place.selectbox("Block", names, key=key, bind="query-params"))


def spoken(loaded: cached.Loaded, number: int) -> str:
    """A token of the vocabulary, as it stands in a sentence of the page."""
    word = chips.visible(loaded.tokenizer.decode([number])).removeprefix("␣")
    return "“" + "".join(f"\\{c}" if c in "\\`*_$[]<>:#~|" else c for c in word) + "”"


def asked_for(loaded: cached.Loaded, label: str, about: object, *, key: str) -> bool:
    """Whether to compute now what a large model needs seconds for: a button, once for each text.

    Args:
        loaded: the model on show; a small one is not asked about.
        label: of the button.
        about: what it is computed from.
        key: names the button.
    """
    if sum(p.numel() for p in loaded.model.parameters()) <= _MOST_PARAMETERS:
        return True
    asked = st.session_state.setdefault(f"{key}.asked", set())
    mark = (loaded.name, about)
    if mark not in asked and st.button(label, key=key, icon=":material/timer:"):
        asked.add(mark)
    return mark in asked
