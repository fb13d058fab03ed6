"""One prediction before the reveal: the learner commits to an answer, then sees the truth."""

from collections.abc import Sequence

import streamlit as st

from dashboard import session


def choice(
    question: str, options: Sequence[str], *, key: str, done: str | None = None
) -> str | None:
    """Ask for a guess among options; the reveal stays shut until there is one.

    Args:
        question: one sentence.
        options: two to five answers.
        key: names the question.
        done: slug of the stage that counts as done once this is answered.

    Returns:
        The guess, or None while there is none; in presenter mode the page may show the answer with
        the lecturer's click on "Show me".
    """
    with st.container(key=f"predict-{key.replace('.', '-')}"):
        st.markdown(f":material/psychology_alt: **Predict first.** {question}")
        guess = st.pills(
            question, options, key=key, label_visibility="collapsed", bind="query-params"
        )
        skipped = False
        if guess is None:
            skipped = st.checkbox("Show me without a guess", key=f"{key}.skip", bind="query-params")
    if done and guess is not None:
        session.mark_done(done)
    if guess is not None:
        return str(guess)
    return "" if skipped else None


def verdict(guess: str, truth: str, why: str) -> None:
    """Say what is true and why, beside the learner's guess."""
    if not guess:
        st.markdown(f":material/lightbulb: **{truth}.** {why}")
    elif guess == truth:
        st.markdown(f":green[:material/check: **Yes: {truth}.**] {why}")
    else:
        st.markdown(
            f":orange[:material/close: **The answer is: {truth}.**] You said: {guess}. {why}"
        )
