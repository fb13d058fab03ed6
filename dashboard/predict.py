"""One prediction before the reveal: the learner commits to an answer, then sees the truth."""

from collections.abc import Sequence

import streamlit as st

from dashboard import session


def choice(
    question: str,
    options: Sequence[str],
    *,
    key: str,
    done: str | None = None,
    about: object = None,
) -> str | None:
    """Ask for a guess among options; the reveal stays shut until there is one.

    Args:
        question: one sentence.
        options: two to five answers.
        key: names the question.
        done: slug of the stage that counts as done once this is answered.
        about: what the question is asked of, where the learner may change that later. A guess is
            held against them only for what they saw when they made it.

    Returns:
        The guess; "" if the answer is to be shown and there is no guess about this, because the
        learner wants to see it or guessed about something else; None while it is not to be shown.
    """
    shown = _all_answers()
    with st.container(key=f"predict-{key.replace('.', '-')}"):
        st.markdown(f":material/psychology_alt: **Predict first.** {question}")
        guess = st.pills(
            question, options, key=key, label_visibility="collapsed", bind="query-params"
        )
        guessed = st.session_state.setdefault(f"{key}.about", {})
        before = guess is not None and guessed.setdefault(str(guess), about) != about
        if before:
            st.caption("You guessed before you changed what the question is about. Now:")
        skipped = shown
        if guess is None and not shown:
            skipped = st.checkbox("Show me without a guess", key=f"{key}.skip", bind="query-params")
    if done and guess is not None:
        session.mark_done(done)
    if guess is None:
        return "" if skipped else None
    return "" if before else str(guess)


def _all_answers() -> bool:
    """Whether the learner, or the link, wants every answer without a guess."""
    asked = st.session_state.get("answers")
    return bool(asked) if asked is not None else st.query_params.get("answers") == "true"


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
