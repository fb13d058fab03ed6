"""Small models trained side by side: without the mask, and with other ways to tell the places."""

import streamlit as st

from dashboard import frame, jobs, live, predict, source
from dashboard.lessons.attention import (
    look_ahead,
    place_runs,
    place_views,
)
from llm_core import attention, trials


@frame.idea("What if the model could look ahead?")
def cheating(sentence: str) -> None:
    """The same tiny GPT twice, with and without the mask, on the same text."""
    st.markdown(
        "Two tiny models with the same first weights read the same story, character by character, "
        "and learn to name the next one. One has the mask. The other sees the whole window, and in "
        "it the very character it is asked for. Then both go on with **your sentence**."
    )
    guess = predict.choice(
        "What becomes of the one without the mask?", look_ahead.FATES, key="attention.cheat"
    )
    left, right = st.columns([1, 4], vertical_alignment="bottom")
    seed = left.number_input(
        "Seed of the run", 0, 9999, 1, key="attention.cheat_seed", bind="query-params"
    )
    if right.button("Train both", icon=":material/play_arrow:", key="attention.cheat_run"):
        with frame.guarded():
            look_ahead.start(int(seed), sentence)

    def outcome(job: jobs.Job) -> None:
        look_ahead.texts(job)
        truth = look_ahead.fate(job.history[:])
        if truth and guess is not None:
            predict.verdict(guess, truth, look_ahead.fate_in_numbers(job.history[:]))

    if live.panel(look_ahead.KIND, [look_ahead.chart()], beside=outcome) is None:
        st.caption("Press **Train both**: it takes some ten seconds, and the curves part early.")
    st.caption(
        "The **loss** says how surprised a model is by the right character: 0 if it was sure of "
        "it. Training: on the text it learns from. Writing: on the next character of new text, "
        "with nothing to the right of it, as when it writes. Models as small as these write no "
        "words yet; look at the numbers."
    )
    source.show(
        trials.AllSeeingGPT,
        trials.writing_loss,
        trials.learn_with_and_without_mask,
        key="attention.cheat.code",
    )


@frame.idea("How does attention know the order?")
def positions(sentence: str) -> None:
    """Five position schemes: what they do to a score, and who notices the order."""
    models = place_runs.current()
    st.markdown(
        "A score compares two vectors, wherever they stand. So the places have to be told. A "
        "vector for each place can be added, as page 1 does: from a **learned** table, or made of "
        "waves (**sinusoidal**). **RoPE** turns each query and key by an angle that grows with "
        "its place, so that their score depends on the distance. **ALiBi** takes something off "
        "the score for each step of distance. Five tiny models differ in nothing else. The same "
        "letter stands at every place; how does the last one score the others?"
    )
    place_views.distances(models, "e")
    st.caption(
        f"A line is a head of the first layer (hover names it), of models {models.origin}. Mind "
        "the scales, they differ. The "
        f"letters fill one window to learn on, {trials.TRAINED} places; train the five below, and "
        "these are drawn anew."
    )
    guess = predict.choice(
        "Now the earlier words of your sentence change places. When does the GPT without "
        "positions notice?",
        place_views.NOTICES,
        key="attention.order",
    )
    seed = st.number_input(
        "Seed of the shuffle", 0, 9999, 1, key="attention.shuffle", bind="query-params", width=200
    )
    place_views.order_test(models, sentence, int(seed), guess)
    source.show(
        attention.rotate,
        attention.alibi_bias,
        attention.RotaryAttention,
        trials.notices_order,
        key="attention.place.code",
    )


@frame.idea("Which of them reads on beyond what it learnt?")
def reading_on() -> None:
    """The five schemes trained side by side, then read far past the trained length."""
    st.markdown(
        f"All five read the same story in windows of {trials.TRAINED} characters. At every "
        "measurement they also read four times as many, as a chat grows longer than any text of "
        "its training."
    )
    guess = predict.choice(
        f"Which has the lowest loss beyond place {trials.TRAINED}?",
        list(trials.SCHEMES),
        key="attention.beyond",
    )
    left, right = st.columns([1, 4], vertical_alignment="bottom")
    seed = left.number_input(
        "Seed of the run", 0, 9999, 1, key="attention.place_seed", bind="query-params"
    )
    if right.button("Train all five", icon=":material/play_arrow:", key="attention.place_run"):
        with frame.guarded():
            place_runs.start(int(seed))

    def outcome(job: jobs.Job) -> None:
        if guess is None:
            st.caption("Guess, and the loss at each place is drawn here.")
            return
        known = place_runs.verdict_of(job)
        if known:
            predict.verdict(guess, *known)
        place_runs.by_place(job)

    if live.panel(place_runs.KIND, [place_runs.chart()], beside=outcome) is None:
        st.caption("Press **Train all five**: a first picture comes within seconds.")
    source.show(trials.newborn, trials.learn_with_every_scheme, key="attention.beyond.code")
