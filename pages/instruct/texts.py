"""From an entry to a batch: three texts, one prompt, and what counts in the loss."""

import streamlit as st

from dashboard import frame, predict, source
from dashboard.dataset_choice import Examples
from dashboard.lessons.instruct import runs as instruction_runs
from dashboard.lessons.instruct import views as instruction_views
from dashboard.lessons.instruct.runs import STYLES, Settings
from llm_core import instructions, loss

STAGES = ["Pad", "Shift", "Mask"]
TOY, ENTRIES = "Plain numbers", "Three entries"


def chosen(examples: Examples, number: int) -> dict[str, str]:
    """An entry's own three texts; after the last one the first comes again."""
    row = examples.rows[(number - 1) % len(examples.rows)]
    return {name: str(row[name]) for name in ("instruction", "input", "output")}


@frame.idea("What does an example look like?")
def entries(examples: Examples, entry: dict[str, str]) -> None:
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
def layout(entry: dict[str, str]) -> None:
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
def collate(examples: Examples, place: int) -> None:
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
        else instruction_views.entry_batch(
            [chosen(examples, place + i) for i in range(3)], "Phi-3", masked
        )
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
