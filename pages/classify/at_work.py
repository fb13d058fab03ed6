"""The finetuned model at work: your own message, and its mistakes."""

import streamlit as st

from dashboard import cached, chips, decoding, frame, jobs, source
from dashboard.components import plot
from dashboard.lessons.classify import asking
from dashboard.lessons.classify import views as classification_views
from llm_core import classification
from pages.classify import shared

QUESTION = "Is the following text spam? Answer with yes or no:"
MESSAGES = {
    "a prize": "You are a winner! You have been specially selected to receive 1000 in cash.",
    "dinner": "Hey, just wanted to check if we're still on for dinner tonight? Let me know!",
    "your bank": "Your account is locked. Confirm your card details within 24 hours to go on.",
    "a lost phone": "Hi mum, I lost my phone, this is my new number. Can you pay a bill for me?",
}


@frame.idea("Is your message spam?")
def try_it() -> None:
    """Before: the model continues. After: it decides."""
    st.pills("Examples", list(MESSAGES), key="classify.example", on_change=_take_example)
    text = st.text_area(
        "Your message", MESSAGES["a prize"], key="classify.message", bind="query-params",
        persist_state="session", max_chars=400, height=80,
    )  # fmt: skip
    if not text.strip():
        raise ValueError("there is no message; type at least one word, or choose an example")
    model, settings, key = classification_views.model_now(jobs.current(shared.KIND))
    before, after = st.columns(2, gap="large")
    with before:
        st.markdown("**Before:** the starter model is asked in words, and goes on writing.")
        prompt = f"{QUESTION} '{text}' Answer:"
        _, written = decoding.continuation(
            cached.starter(), prompt, temperature=0.0, seed=1, tokens=16
        )
        chips.show([w.token for w in written], notes=[f"{w.probability:.1%}" for w in written])
        st.caption(
            f"What it writes after: “{QUESTION}”, your message, “Answer:”. It has learnt to "
            "continue, not to decide."
        )
    with after:
        st.markdown(
            "**After:** two scores, made into probabilities."
            if key[0] else "**After:** nothing yet. This head has not been trained."
        )  # fmt: skip
        asked = classification_views.asked(text, settings, key, model)
        classification_views.two_classes(asked.spam)
        st.caption(f"{shared.whose(key)} It says: {asked.label}.")
    source.show(classification.classify_steps, key="classify.source.ask")


def _take_example() -> None:
    example = MESSAGES.get(str(st.session_state.get("classify.example")))
    if example:
        st.session_state["classify.message"] = example


@frame.idea("Which mistakes does it make?")
def mistakes() -> None:
    """The test messages sorted by the model, with a threshold to move."""
    job = jobs.current(shared.KIND)
    result = asking.examined(job) if job else None
    if job is None or result is None:
        st.caption("When a run has ended, the test messages are sorted here, for the first time.")
        return
    threshold = st.slider(
        "Call it spam from this probability on", 0.01, 0.99, 0.5, 0.01,
        key="classify.threshold", bind="query-params",
    )  # fmt: skip
    left, right = st.columns([3, 2], gap="large")
    with left:
        plot.show(
            classification_views.separation(job.id, threshold, result),
            key="classify-separation",
            alt="How many test messages of each kind get which probability of spam",
            height=320,
        )
    with right:
        plot.show(
            classification_views.square(job.id, threshold, result),
            key="classify-square",
            alt="Counts of right and wrong decisions on ham and spam",
            height=320,
        )
    (kept, alarms), (missed, caught) = classification_views.decisions(result, threshold)
    st.markdown(
        f"Accuracy {(kept + caught) / len(result.labels):.1%}. Of what it calls spam, "
        f"{caught / max(1, caught + alarms):.1%} really is (precision); of the spam, it catches "
        f"{caught / max(1, caught + missed):.1%} (recall). Moving the threshold buys one with the "
        "other."
    )
    wrong = classification_views.mistakes(result, threshold)
    with st.expander(f"The {len(wrong)} messages it gets wrong", icon=":material/list:"):
        st.dataframe(wrong, hide_index=True, height=260)
