"""A skill that appears suddenly: copying, and the two heads that share the work."""

import streamlit as st

from dashboard import frame, jobs, live, predict, source
from dashboard.components import plot
from dashboard.lessons.pretraining import induction_curves, induction_lab, induction_runs
from llm_core import induction


@frame.idea("When does it learn to copy?")
def copying() -> None:
    """A skill that appears suddenly, in a model small enough to train while one watches."""
    st.markdown(
        "A tiny GPT of two blocks reads rows of letters drawn at random. After a while each row "
        "begins anew; the second reading is bright here. No row ever comes twice, so nothing can "
        "be learnt by heart, and the first reading cannot be known at all. What can be learnt is "
        "a **rule**: find where this letter stood before, and say what came after it."
    )
    induction_curves.example_rows()
    guess = predict.choice(
        "What will happen to the loss on the second reading while it trains?",
        induction_curves.FATES,
        key="pretraining.copying",
    )
    left, right = st.columns([1, 4], vertical_alignment="bottom")
    seed = left.number_input(
        "Seed of the run", 0, 99_999, 1, key="pretraining.copy_seed", bind="query-params"
    )
    if right.button("Teach it to copy", icon=":material/play_arrow:", key="pretraining.copy"):
        with frame.guarded():
            induction_runs.start(int(seed))
    job = jobs.current(induction_runs.KIND)

    def verdict(job: jobs.Job | None) -> None:
        known = induction_curves.verdict_of(job)
        if known and guess is not None:
            predict.verdict(guess, *known)

    if job is not None:
        live.panel(induction_runs.KIND, induction_curves.chart_list(), beside=verdict)
    elif guess is not None:
        verdict(None)
        st.caption("**A run made beforehand.** Yours will draw its own curves.")
        induction_curves.recorded()
    if job is not None or guess is not None:
        st.caption(
            "Prefix matching: the share of a head's attention that goes to what followed the "
            "present letter before. Looking one back: the share that goes to the letter just "
            "before. One head alone cannot copy; the two rise together, and the loss falls."
        )
    source.show(induction.repeated_rows, induction.learn_to_copy, key="pretraining.source.copying")


@frame.idea("Which head does the copying?")
def heads() -> None:
    """Switch heads off; see what they look at."""
    copyist = induction_runs.current()
    back = induction_lab.looks_back(copyist)
    st.markdown(
        "Two heads share the work. A **previous-token head** in the first layer tells each place "
        "which letter stands just before it. An **induction head** in the second looks for a place "
        "that was told *its own* letter, and copies what stands there: the letter that came next."
    )
    st.caption(f"The model here: {copyist.origin}.")
    if not induction_lab.can_copy(copyist):
        st.caption("It cannot copy yet, so there is nothing to switch off; let the run go on.")
        return
    guess = predict.choice(
        f"{induction_curves.name(back)} only looks back; it copies nothing itself. What if it "
        "falls silent?",
        induction_lab.FALLS,
        key="pretraining.silent",
    )
    if guess is None:
        return
    predict.verdict(guess, *induction_lab.without(copyist, back))
    off = induction_lab.switches(copyist)
    left, right = st.columns([2, 3], gap="large")
    with left:
        plot.show(
            induction_lab.loss_figure(copyist, off),
            key="pretraining-silent",
            alt="Loss on first readings and on repetitions, with all heads and as switched",
            height=280,
        )
        st.caption(induction_lab.reading(copyist, off))
        text = st.text_input(
            "Letters of yours, some of them again", induction_lab.STANDARD, max_chars=40,
            key="pretraining.letters", bind="query-params",
        )  # fmt: skip
        induction_lab.show_completed(induction_lab.completed(copyist, off, text))
    with right:
        head = induction_lab.choose_head(copyist)
        plot.show(
            induction_lab.attention_figure(copyist, off, text, head),
            key="pretraining-stripe",
            alt="Where the chosen head looks in your letters and those the model added",
            height=500,
        )
        st.caption(
            "The stripe of an induction head lies one place to the right of where the same letter "
            "stood before: on what came next. Switch the previous-token head off, and the stripe "
            "breaks or shifts: it no longer knows which letter came before."
        )
    source.show(
        induction.without_heads, induction.matches, induction.matching_scores,
        key="pretraining.source.heads",
    )  # fmt: skip
