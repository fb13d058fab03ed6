"""The steps of a run: how far they go, how fast they are, and what shortens one."""

import streamlit as st

from dashboard import frame, jobs, live, predict, source
from dashboard.components import plot
from dashboard.lessons.pretraining import clipping, ladder
from dashboard.lessons.pretraining import controls as pretraining_controls
from dashboard.lessons.pretraining import plans as pretraining_plans
from dashboard.lessons.pretraining import views as pretraining_views
from llm_core import schedules, training
from llm_core.fast import ladder as fast_ladder
from llm_core.fast import pieces
from llm_core.fast import training as fast_training


def learning_rate(chosen: pretraining_plans.Settings) -> pretraining_plans.Settings:
    """Warmup and decay, drawn and set; the whole page follows, since the next run does."""
    with st.container(key="idea-learning-rate"):
        st.subheader("Why does the learning rate rise and fall?", anchor="learning-rate")
        st.markdown(
            "The slopes of the loss (its **gradient**) at random weights point anywhere, so the "
            "first updates are small (**warmup**). Later ones shrink, so that the weights settle: "
            "the course takes half a cosine."
        )
        chosen = pretraining_controls.schedule(chosen)
        plot.show(
            pretraining_views.schedule_figure(chosen),
            key="pretraining-schedule",
            alt="Learning rate over the steps of the run",
            height=260,
        )
        schedule = chosen.schedule()
        st.caption(
            f"The next run climbs for {schedule.warmup_steps:,} of its {schedule.total_steps:,} "
            f"steps to {schedule.peak_lr:g}, and its last step goes "
            f"{schedule(schedule.total_steps - 1):.2g} far."
        )
        source.show(
            schedules.linear_warmup, schedules.cosine_decay, schedules.linear_decay,
            key="pretraining.source.schedule",
        )  # fmt: skip
    return chosen


@frame.idea("Why is it so fast?")
def speed(ready: pretraining_plans.Material) -> None:
    """The same mathematics in less time: rungs that can be taken and left while a model trains."""
    st.markdown(
        "The code you read on this page is written to be understood. Your runs take a **fast "
        "path** beside it: the same mathematics, arranged for the processor. Here a model starts "
        "on the readable path and takes one rung of the ladder after another. Only the last rung "
        "also rounds: the table says how far each one moves the gradient, as a share of its length."
    )
    guess = predict.choice(
        "Which of these rungs will gain most here?", ladder.GUESSES, key="pretraining.rung"
    )
    if st.button("Climb the ladder", icon=":material/play_arrow:", key="pretraining.climb"):
        with frame.guarded():
            ladder.start(ready)
            st.rerun()
    job = jobs.current(ladder.KIND)

    def beside(job: jobs.Job) -> None:
        ladder.switches(job)
        best = ladder.largest(job.history[:])
        if best and guess is not None:
            predict.verdict(guess, *best)
        ladder.table(job)

    if job is not None:
        live.panel(ladder.KIND, [ladder.chart()], beside=beside)
    st.caption(ladder.detected())
    with st.expander("What each rung changes, and why the result stays"):
        ladder.explained()
    source.show(
        fast_ladder.climb, fast_training.FastLoss, pieces.Gelu, pieces.Attention, pieces.HeadLoss,
        key="pretraining.source.ladder",
    )  # fmt: skip


@frame.idea("What if the slope is too steep?")
def clipping_by_hand() -> None:
    """A gradient of four numbers, shortened by the function that every step calls."""
    st.markdown(
        "One odd batch can make the gradient so long that a single step ruins what was learnt. "
        "**Clipping** takes all its numbers as one arrow and shortens it, if it is longer than a "
        "limit; the direction stays. Here the gradient $G$ of a layer has four numbers."
    )
    guess = predict.choice(
        "By which number is every entry of the course's own gradient, 1, 2, 2 and 4, divided to "
        "make it 1 long?",
        clipping.ANSWERS,
        key="pretraining.clipping",
    )
    if guess is None:
        return
    predict.verdict(guess, clipping.answer(), "Not by their sum, nor by the largest of them.")
    left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
    with left:
        gradient = clipping.matrix()
        limit = st.slider(
            "Longest allowed", 0.25, 10.0, 1.0, 0.25, key="pretraining.limit", bind="query-params"
        )
    with right:
        made = clipping.clip(gradient, limit)
        st.latex(clipping.formula(made, limit))
        st.caption(
            f"The largest entry was {made.highest_before:.3g} and is {made.highest_after:.3g}. "
            "Turn on *Gradient and learning rate* beside Train: triangles mark each step of your "
            "run that was shortened like this."
        )
    source.show(
        training.clip_gradients, training.find_highest_gradient, key="pretraining.source.clipping"
    )
