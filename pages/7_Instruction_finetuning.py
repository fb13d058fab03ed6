"""How does a model that continues text become one that answers?"""

from dataclasses import asdict

import streamlit as st

from dashboard import cached, dataset_choice, frame, jobs, live, predict, session, snapshots, source
from dashboard.lessons.instruct import runs as instruction_runs
from dashboard.lessons.instruct import views as instruction_views
from dashboard.lessons.instruct.runs import STYLES, Settings
from llm_core import instructions, judging, loss, training
from llm_core.gpt import GPTModel

KIND = "instruct"
STAGES = ["Pad", "Shift", "Mask"]
TOY, ENTRIES = "Plain numbers", "Three entries"

frame.begin("instruct")
left, right = st.columns([3, 2], gap="large")
with left:
    examples = dataset_choice.choose(dataset_choice.INSTRUCTIONS)
with right:
    last = len(examples.rows)
    place = st.slider(
        "Entry to look at",
        1,
        max(2, last),
        min(50, last),
        key="instruct.entry",
        bind="query-params",
    )


def chosen(number: int) -> dict[str, str]:
    """An entry's own three texts; after the last one the first comes again."""
    row = examples.rows[(number - 1) % len(examples.rows)]
    return {name: str(row[name]) for name in ("instruction", "input", "output")}


entry = chosen(place)


@frame.idea("What does an example look like?")
def entries() -> None:
    """Browse the entries."""
    parts = instruction_runs.split(examples)
    st.markdown(
        "Each entry holds an **instruction**, sometimes an **input** to work on, and the "
        "**response** we hope for."
    )
    left, middle, right = st.columns(3, gap="medium")
    for column, name in zip((left, middle, right), ("instruction", "input", "output"), strict=True):
        column.caption({"output": "response"}.get(name, name).capitalize())
        column.code(entry[name] or "(none)", language=None, wrap_lines=True)
    st.caption(
        f"{examples.title[0].upper() + examples.title[1:]}: {len(examples.rows):,} entries, "
        f"{sum(not row['input'] for row in examples.rows):,} without an input. The model learns "
        f"from {len(parts.train):,}; {len(parts.validation):,} show how it gets on; "
        f"{len(parts.test):,} stay unseen until it is judged."
    )
    with st.expander("All entries", icon=":material/list:"):
        st.dataframe(instruction_views.table(examples), height=320)
    source.show(instructions.split_instructions, key="instruct.source.split")


@frame.idea("How does a question become one text?")
def layout() -> None:
    """The prompt in two styles, as tokens."""
    style = st.segmented_control(
        "Prompt style", list(STYLES), default=Settings().style, required=True,
        key="instruct.layout", bind="query-params",
    )  # fmt: skip
    laid = instruction_views.laid_out(entry, str(style))
    st.markdown(
        "The model still only continues a text. So question and answer are laid out as **one** "
        "text with fixed markers; when we ask, we stop where the response begins and let it go on."
    )
    instruction_views.legend()
    instruction_views.prompt(laid)
    other = next(name for name in STYLES if name != style)
    st.caption(
        f"{len(laid.tokens)} tokens in {style} style, "
        f"{len(instruction_views.laid_out(entry, other).tokens)} in {other} style: a shorter "
        "template trains faster, a wordier one tells the model more."
    )
    if st.toggle("Show it as plain text", key="instruct.plain", bind="query-params"):
        st.code(laid.text, language=None, wrap_lines=True)
    source.show(
        instructions.format_input, instructions.format_input_phi3, key="instruct.source.format"
    )


@frame.idea("How do texts of different length become a batch?")
def collate() -> None:
    """Pad, shift, mask; and what counts in the loss."""
    left, middle, right = st.columns([2, 2, 2], vertical_alignment="bottom")
    what = left.segmented_control(
        "The batch", [TOY, ENTRIES], default=TOY, required=True,
        key="instruct.batch", bind="query-params",
    )  # fmt: skip
    step = middle.segmented_control(
        "Step", STAGES, default=STAGES[1], required=True, key="instruct.stage", bind="query-params"
    )
    masked = right.toggle(
        "Mask the question too", key="instruct.mask", bind="query-params",
        help="A masked target is left out of the loss.",
    )  # fmt: skip
    batch = (
        instruction_views.toy_batch(masked)
        if what == TOY
        else instruction_views.entry_batch([chosen(place + i) for i in range(3)], "Phi-3", masked)
    )
    stage = STAGES.index(str(step)) + 1
    st.markdown(
        [
            "Short rows are filled up with end-of-text tokens, and every row gets one more.",
            "The target of each position is the token that comes next: the row, shifted by one.",
            "A **mask** hides targets from the loss: set to −100, they do not count. The first "
            "end of text stays, or the model would never learn to stop.",
        ][stage - 1]
    )
    everything, counting, words = instruction_views.counted(batch)
    guess = predict.choice(
        f"This batch has {everything} targets. How many of them count in the loss?",
        [str(n) for n in sorted({everything, counting, words, everything // 3})],
        key="instruct.counts", done="instruct",
    )  # fmt: skip
    if stage == 3 and guess is None:
        st.caption("Answer first: the mask appears with your guess. This is the step before it.")
        stage = 2
    instruction_views.collated(batch, stage)
    if guess is not None:
        predict.verdict(
            guess, str(counting),
            "Every real next token counts"
            + (" that belongs to the answer" if masked else "")
            + ", and one end of text in each row.",
        )  # fmt: skip
    example = instruction_views.ignored_loss()
    st.markdown("Why −100? A small loss, computed three times:")
    for column, name, value in zip(
        st.columns(3),
        ("two targets", "an easy third one joins", "the third one is set to −100"),
        example,
        strict=True,
    ):
        column.metric(name, f"{value:.4f}")
    st.caption("Filler is easy to predict. Left in, it would make the loss look better than it is.")
    source.show(instructions.collate_steps, loss.cross_entropy, key="instruct.source.collate")


@frame.idea("Can you watch it learn to answer?")
def run() -> None:
    """Finetune the starter model, live."""
    parts = instruction_runs.split(examples)
    settings = chosen_settings()
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


def chosen_settings() -> Settings:
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
def judged() -> None:
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
        answer(cached.starter().model, ("starter", 0), asked, style)
    with after:
        if snapshot is None:
            st.markdown("**After:** train it above, then ask again.")
        else:
            st.markdown(f"**After {snapshot.steps:,} steps:** it answers.")
            answer(snapshot.model, snapshot.key, asked, style)
    st.caption(
        f"Asked in {style} style, the prompt style of the run; an answer has at most "
        f"{instruction_runs.MOST_TOKENS} tokens. Does the untrained one seem to answer, too? The "
        "starter model has read pages of a primer about opposites, plurals, sums and capitals, and "
        "never an instruction: it knows many answers, but not that it is being asked."
    )
    source.show(instructions.answer, key="instruct.source.answer")


def answer(model: GPTModel, key: tuple[str, int], entry: dict[str, str], style: str) -> None:
    """Draw an answer as it comes."""
    slot = st.empty()
    for tokens in instruction_runs.kept_answer(model, key, entry, style):
        slot.code(instruction_views.one_line("".join(tokens)), language=None, wrap_lines=True)


entries()
layout()
collate()
run()
judged()
ask()
frame.end("instruct")
