"""A whole model at work: what it says after each block, and how it writes."""

import streamlit as st

from dashboard import frame, predict, source, wording
from dashboard.lessons import reading
from dashboard.lessons.architecture import lens as lens_shown
from dashboard.lessons.architecture import models
from llm_core import lens as core


@frame.idea("What would it say after each block?")
def lens(sentence: str) -> None:
    """The logit lens: every depth's vectors read as if they were the last."""
    loaded = models.on_show()
    text = reading.read(loaded, sentence)
    st.markdown(
        "A block only **adds** to each token's vector; its shape stays the same. So any of these "
        "vectors can be read as if it were the last one: final norm, output head, softmax. In each "
        "square stands the likeliest next token: a column for each token of **your sentence**, "
        f"from the embedding up through {wording.counted(loaded.config.n_layers, 'block')}."
    )
    choices = lens_shown.moments(loaded)
    before = st.select_slider(
        "The same model after so many updates of its training", list(choices),
        lens_shown.NOT_SHOWN, key="architecture.lens_before", bind="query-params",
        help="Drawn below the model on show. 0: as it was born, with random weights.",
    )  # fmt: skip
    start = lens_shown.start_of(loaded, text)
    picture = st.container()
    asked = lens_shown.question(loaded, text.ids)
    guess = predict.choice(
        lens_shown.question_line(asked), lens_shown.WHEN, key="architecture.lens_guess",
        done="architecture", about=(loaded.name, text.ids),
    )  # fmt: skip
    with picture:
        told = guess is not None
        lens_shown.show(loaded, text, start, choices.get(str(before)), told=told)
        st.caption(
            "Bold and underlined: already the model's final guess at this place. Arrow keys walk, "
            "a click chooses a square. Mind that early vectors need not speak the head's language: "
            "where head and embedding share one table, a token often just names itself there."
        )
    if guess is not None:
        predict.verdict(guess, asked.truth, asked.why)
    seen = lens_shown.seen(loaded, text.ids, start)
    source.show(
        core.lens, core.depths, core.settled, core.growth, key="architecture.lens.code",
        shapes=seen.lens._asdict() | {"lengths": seen.growth.stream},
    )  # fmt: skip
