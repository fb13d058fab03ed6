"""Messages on their way into the model: their labels, their length, the place of the answer."""

import streamlit as st

from dashboard import frame, jobs, predict, source
from dashboard.components import plot
from dashboard.dataset_choice import Examples
from dashboard.lessons.classify import runs as classification_runs
from dashboard.lessons.classify import views as classification_views
from dashboard.lessons.classify.runs import Settings
from llm_core import classification
from pages.classify import shared

SHORT = "Do you have time"


@frame.idea("What does it learn from?")
def data(examples: Examples) -> None:
    """The messages, balanced and cut in three."""
    used = classification_runs.balanced(examples)
    st.markdown(
        "Each message carries a label: :green[**ham**] is wanted, :red[**spam**] is not. If one "
        "kind were rare, a model could ignore it and still be right most of the time, so we take "
        "as many of one as of the other, shuffle them, and cut them in three."
    )
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.dataframe(
            classification_views.table(examples), height=320, hide_index=True,
            column_config={"Label": st.column_config.TextColumn(width=60)},
        )  # fmt: skip
    with right:
        plot.show(
            classification_views.balance(examples),
            key="classify-balance",
            alt="Numbers of ham and spam in all messages, after balancing, and in the three parts",
            height=320,
        )
    st.caption(
        f"{examples.title[0].upper() + examples.title[1:]}: {len(examples.rows):,} messages, "
        f"{len(used.rows):,} of them used. The model learns from {len(used.split.train):,}; "
        f"{len(used.split.validation):,} show how it gets on; {len(used.split.test):,} stay unseen "
        "until the end."
    )
    source.show(
        classification.create_balanced_dataset, classification.random_split,
        key="classify.source.data",
    )  # fmt: skip


@frame.idea("How do messages of different length share a batch?")
def padding(examples: Examples) -> None:
    """Lengths, the cut, and one batch filled up."""
    cut = st.slider(
        "Cut or fill every message to this many tokens", 8, 120, Settings().max_length, 4,
        key="classify.length", bind="query-params",
    )  # fmt: skip
    shared.follow()
    st.markdown(
        "A batch is a rectangle of ids, so all its rows have one length. Longer messages are cut; "
        "shorter ones are filled up with end-of-text tokens, drawn as dots."
    )
    plot.show(
        classification_views.lengths(examples, cut),
        key="classify-lengths",
        alt="How many ham and spam messages have how many tokens, with the cut as a line",
        height=240,
    )
    filler = classification_views.batch(examples, cut)
    st.caption(
        f"Four rows of a batch: {filler} of {4 * cut} ids are filler. A model computes it like "
        "words; the run below skips what stands after the place where the answer is read. "
        "Rest the pointer on a chip to see its id."
    )
    source.show(classification.SpamDataset, classification.pad, key="classify.source.pad")


@frame.idea("Which position knows the whole message?")
def last_token() -> None:
    """The causal mask in two rows, and the answer read at every position."""
    text = st.text_input(
        "A short message", SHORT, key="classify.short", bind="query-params", max_chars=120
    )
    model, _, key = classification_views.model_now(jobs.current(shared.KIND))
    tokens, figure = classification_views.by_position(text, key, model)
    st.markdown(
        "We take the small starter model that comes with this project and give it a new head with "
        "two scores, at **every** position. But a GPT never looks ahead: what a "
        "position knows is itself and what stands before it."
    )
    guess = predict.choice(
        "Where should the answer be read?",
        ["at the first token", "in the middle", "at the last token"],
        key="classify.where",
    )
    if guess is None:
        return
    predict.verdict(
        guess,
        "at the last token",
        "It is the only position whose attention reaches all the others.",
    )
    st.caption("What the first token knows")
    classification_views.seen_from(tokens, 0)
    st.caption("What the last token knows")
    classification_views.seen_from(tokens, len(tokens) - 1)
    plot.show(
        figure,
        key="classify-positions",
        alt="Probability of spam read at each token of the message",
        height=240,
    )
    st.caption(shared.whose(key) + " Change the last word: the bars before it stay.")
    _with_filler(text)
    source.show(classification.class_logits, key="classify.source.read")


def _with_filler(text: str) -> None:
    """P(spam) against the number of fillers, read in two places."""
    model, _, key = classification_views.model_now(jobs.current(shared.KIND))
    figure, steady = classification_views.by_filler(text, key, model)
    st.markdown(
        "In a batch, filler stands behind the message, so the last position is often a filler "
        "token. We can read there, as the book does, or at the last token of the message itself."
    )
    guess = predict.choice(
        "The message stays, the filler grows. What happens to the answer at the last *real* token?",
        ["it drifts", "it stays", "it flips"],
        key="classify.drift",
    )
    if guess is None:
        return
    predict.verdict(
        guess,
        "it stays" if steady else "it drifts",
        "Filler stands behind it, and no position sees what comes after.",
    )
    plot.show(
        figure,
        key="classify-filler",
        alt="Probability of spam against the number of filler tokens, read in two places",
        height=260,
    )
