"""The whole model and your sentence on its way through it."""

import streamlit as st

from dashboard import frame, predict, source, wording
from dashboard.lessons.architecture import inside, models, steps


@frame.idea("What happens to your sentence on the way through?")
def whole_model(sentence: str) -> None:
    """The model drawn as a whole, one block unfolded, every part with its real numbers."""
    st.markdown(
        "A GPT is one line: each token's vector goes from the left to the right, and every part on "
        "the way changes it or **adds** to it."
    )
    loaded = models.choose()
    if note := models.stand_in(loaded):
        st.caption(note)
    text = inside.read(loaded, sentence)
    picture = st.container()
    guess = predict.choice(
        "Which part holds most of this model's parameters?",
        inside.HOLDERS, key="architecture.most", done="architecture",
    )  # fmt: skip
    with picture:
        here, parts = steps.show(loaded, text)
        st.caption(
            "Keys: arrows walk from part to part, Enter opens, Space plays, Escape shows the whole "
            "again. In the large picture, arrows go from number to number. Numbers are "
            "written with few digits and computed with all."
        )
        if text.left_out:
            st.caption(wording.only_first(len(text.ids), text.left_out))
    if guess is not None:
        predict.verdict(guess, *inside.most(loaded))
    open_part = parts[here.step or "probabilities"]
    source.show(
        *open_part.code, key="architecture.source.whole",
        shapes={name: parts[name].values for name in open_part.of if name in parts}
        | {open_part.title: open_part.values},
    )  # fmt: skip
