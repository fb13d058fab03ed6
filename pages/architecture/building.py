"""From parts to a model that writes."""

import streamlit as st

from dashboard import chips, frame, source
from dashboard.lessons.architecture import views
from llm_core.sampling import generate_text_simple


@frame.idea("What does it write before it has learnt anything?")
def gibberish(sentence: str) -> None:
    """Greedy generation with the untrained model."""
    config, inside = views.built(sentence)
    count = st.slider("New tokens", 1, 30, 10, key="architecture.new", bind="query-params")
    tokens, ids = views.written(config, sentence, min(max(int(count), 1), 30))
    read = list(inside.tokens)
    chips.show(
        [*read, *tokens],
        ids=[*inside.ids, *ids],
        marks=["dim"] * len(read) + ["lit"] * len(tokens),
    )
    st.caption(
        "Framed: what the model appends, each time the likeliest token. The sentence goes in again "
        "with every new token. Training is all that is missing."
    )
    source.show(
        generate_text_simple, key="architecture.source.generate",
        shapes={"idx": (1, len(read)), "result": (1, len(read) + len(ids))},
    )  # fmt: skip
