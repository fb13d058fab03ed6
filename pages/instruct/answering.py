"""A model that learns to answer: its run, its judge, and its answers to you."""

from dataclasses import asdict

import streamlit as st

from dashboard import cached, frame, jobs, live, session, snapshots, source
from dashboard.dataset_choice import Examples
from dashboard.lessons.instruct import runs as instruction_runs
from dashboard.lessons.instruct import views as instruction_views
from dashboard.lessons.instruct.runs import STYLES, Settings
from llm_core import instructions, judging, training
from llm_core.gpt import GPTModel

KIND = "instruct"


@frame.idea("Can you watch it learn to answer?")
def run(examples: Examples) -> None:
    """Finetune the starter model, live."""
    parts = instruction_runs.split(examples)
    settings = _chosen_settings()
    steps = instruction_runs.steps_in(parts, settings)
    seconds = steps * instruction_runs.seconds_a_step(
        settings.trainable, settings.style, settings.batch_size
    )
    st.caption(
        f"{steps:,} steps of {settings.batch_size} entries: about {seconds:.0f} seconds of "
        "computing on this machine. The model is the small starter model that comes with this "
        "project, the loss is that of pretraining; only the text is new."
    )
    if st.button("Train", type="primary", icon=":material/play_arrow:", key="instruct.train"):
        jobs.start(
            KIND, instruction_runs.make_steps(parts, settings),
            settings=asdict(settings), total=steps,
        )  # fmt: skip
        session.mark_done("instruct")
        st.rerun()
    live.panel(KIND, instruction_views.curves(steps), beside=instruction_views.samples)
    source.show(
        instructions.instruction_loader, training.train, instructions.answer,
        key="instruct.source.train",
    )  # fmt: skip


def _chosen_settings() -> Settings:
    """Draw the controls of a run."""
    what, style, rate, epochs, more = st.columns(
        [2, 1.6, 1.6, 1.3, 0.9], vertical_alignment="bottom"
    )
    trainable = what.segmented_control(
        "What is trained", ["everything", "LoRA"], default="everything", required=True,
        key="instruct.what", bind="query-params",
        help="LoRA, low-rank adaptation, freezes the model and trains thin detours round its "
        "matrices.",
    )  # fmt: skip
    layout = style.segmented_control(
        "Prompt style of the run", list(STYLES), default=Settings().style, required=True,
        key="instruct.style", bind="query-params",
    )  # fmt: skip
    learning_rate = rate.select_slider(
        "Learning rate", [1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 3e-3, 1e-2], Settings().learning_rate,
        help="The highest: it climbs there in the first steps and then falls to zero, so that the "
        "last examples count no more than the first.",
        format_func="{:g}".format, key="instruct.lr", bind="query-params",
    )  # fmt: skip
    count = epochs.slider(
        "Epochs", 1, 10, Settings().epochs, key="instruct.epochs", bind="query-params",
        help="An epoch is one pass over all the entries it learns from.",
    )  # fmt: skip
    with more.popover("More"):
        mask_prompt = st.toggle(
            "Learn from the answers alone", Settings().mask_prompt, key="instruct.answers_only",
            bind="query-params",
        )  # fmt: skip
        rank = st.slider("Rank of LoRA", 1, 64, 16, key="instruct.rank", bind="query-params")
    return Settings(
        trainable=str(trainable), style=str(layout), learning_rate=learning_rate, epochs=count,
        mask_prompt=mask_prompt, rank=rank,
    )  # fmt: skip


@frame.idea("Is it any better?")
def judged(examples: Examples) -> None:
    """Answers before and after, side by side, with a verdict on each."""
    job = jobs.current(KIND)
    snapshot = snapshots.latest(job)
    if job is None or snapshot is None:
        st.caption("When a run has begun, the model before and after it is judged here.")
        return
    parts = instruction_runs.split(examples)
    heaps = {"held out": parts.test, "learnt from": parts.train}
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    heap = left.segmented_control(
        "Entries to judge", list(heaps), default="held out", required=True,
        key="instruct.heap", bind="query-params",
    )  # fmt: skip
    chosen_heap = heaps[str(heap)]
    most = min(30, len(chosen_heap))
    count = right.slider("How many", 1, max(2, most), min(10, most), key="instruct.n")
    scored = chosen_heap[:count]
    models = ((cached.starter().model, ("starter", 0)), (snapshot.model, snapshot.key))
    with st.empty():
        pairs = []
        for i, entry in enumerate(scored):
            st.progress(i / len(scored), f"Answer {i + 1} of {len(scored)}")
            pairs.append(
                [
                    instruction_runs.judged(model, key, entry, str(job.settings["style"]))
                    for model, key in models
                ]
            )
        instruction_views.scores(pairs, snapshot.steps)
    instruction_views.verdicts(scored, pairs)
    st.caption(
        "A program checks each answer against the one we hoped for; where no program can, it "
        "counts the words that the two share. Compare the entries held out with those learnt from: "
        "answering in the right form is learnt first, knowing by heart next, being right last."
    )
    source.show(judging.judge, judging.contains, judging.shared_words, key="instruct.source.judge")


@frame.idea("What will it answer you?")
def ask() -> None:
    """The learner's own instruction, to the model before and after."""
    left, right = st.columns([3, 2])
    instruction = left.text_input(
        "Your instruction", "What is the plural of 'fox'?", max_chars=300,
        key="instruct.ask", bind="query-params", persist_state="session",
    )  # fmt: skip
    work_on = right.text_input(
        "Input, if it needs one", "", max_chars=200, key="instruct.given", bind="query-params",
        persist_state="session",
    )  # fmt: skip
    if not instruction.strip():
        raise ValueError("there is no instruction; type a question or a task")
    asked = {"instruction": instruction.strip(), "input": work_on.strip(), "output": ""}
    job = jobs.current(KIND)
    snapshot = snapshots.latest(job)
    style = str(job.settings["style"]) if job else Settings().style
    before, after = st.columns(2, gap="large")
    with before:
        st.markdown("**Before:** the starter model continues the text.")
        _answer(cached.starter().model, ("starter", 0), asked, style)
    with after:
        if snapshot is None:
            st.markdown("**After:** train it above, then ask again.")
        else:
            st.markdown(f"**After {snapshot.steps:,} steps:** it answers.")
            _answer(snapshot.model, snapshot.key, asked, style)
    st.caption(
        f"Asked in {style} style, the prompt style of the run; an answer has at most "
        f"{instruction_runs.MOST_TOKENS} tokens. Does the untrained one seem to answer, too? The "
        "starter model has read pages of a primer about opposites, plurals, sums and capitals, and "
        "never an instruction: it knows many answers, but not that it is being asked."
    )
    source.show(instructions.answer, key="instruct.source.answer")


def _answer(model: GPTModel, key: tuple[str, int], entry: dict[str, str], style: str) -> None:
    """Draw an answer as it comes."""
    slot = st.empty()
    for tokens in instruction_runs.kept_answer(model, key, entry, style):
        slot.code(instruction_views.one_line("".join(tokens)), language=None, wrap_lines=True)
