"""From parts to a model that writes."""

import streamlit as st

from dashboard import cached, frame, predict, source
from dashboard.components import plot
from dashboard.lessons.architecture import building, building_drawing, missed, puzzle
from llm_core import shape_puzzles
from llm_core.building import BOOK_LOGITS, PARTS, POSITIONS, HalfBuiltBlock, HalfBuiltGPT, behaviour


@frame.idea("What does each part add?")
def build_it(sentence: str) -> None:
    """A skeleton of dummies becomes a GPT, one real part after another."""
    text = building.ids(sentence)
    st.markdown(
        "A model is built from the outside in: first the course's skeleton, which looks up tokens "
        "and positions and has empty blocks, then one real part after another. Every state below "
        "is assembled for you and reads "
        "**your sentence**"
        + (f" (its first {len(text)} tokens)." if len(text) == building.MOST_TOKENS else ".")
    )
    real = building.choose()
    state, question = frame.picture_and_question()
    with state:
        shape = _state(text, real)
    with question:
        found = _missed(text)
    if found is not None:
        plot.show(
            missed.losses_figure(text), key="architecture-missed", height=330,
            alt="Loss on your sentence with every part, and without each one",
        )  # fmt: skip
    source.show(
        HalfBuiltBlock, HalfBuiltGPT, behaviour, key="architecture.source.building",
        shapes={"ids": (1, len(text)), "logits": shape},
    )  # fmt: skip


def _missed(text: tuple[int, ...]) -> missed.Losses | None:
    """The prediction: which part is missed most; gives the losses once they may be shown."""
    if len(text) < 2:
        st.caption("One token has no next one to guess: type a longer sentence for a loss.")
        return None
    guess = predict.choice(
        "The finished, trained model loses one part again. Without which does it guess your "
        "sentence worst?", PARTS, key="architecture.missed", done="architecture", about=text,
    )  # fmt: skip
    if guess is None:
        return None
    found = missed.losses(text)
    predict.verdict(guess, found.worst, missed.why_worst(found))
    return found


def _state(text: tuple[int, ...], real: tuple[str, ...]) -> tuple[int, ...]:
    """The model as it stands, and what it does; gives the shape of its logits."""
    part = building.latest(real)
    without, with_it = (
        building.state(state, text)
        for state in sorted((real, building.other(real, part)), key=lambda state: part in state)
    )
    now = with_it if part in real else without
    left, right = st.columns([1, 1.7], gap="large")
    with left:
        blocks, trained = cached.starter().config.n_layers, building.WEIGHTS in real
        st.html(building_drawing.model(real, blocks=blocks, trained=trained))
        st.html(building_drawing.next_tokens(now.likeliest))
    with right:
        st.html(building_drawing.readings(
            building.readings(without, with_it), part, now=part in real, lit=building.LIT[part]
        ))  # fmt: skip
        st.markdown(
            f"**{part.capitalize()}.** {building.became_true(without, with_it, part, real)}"
        )
        skeleton, whole = (
            ", ".join(f"{x:.4f}" for x in BOOK_LOGITS[p]) for p in ((POSITIONS,), PARTS)
        )
        st.caption(
            "Dashed: a dummy. The parts are as large as the starter model's; their weights are "
            "random until you press “trained weights”. At the course's size (seed 123, its two "
            f"texts) the skeleton's first three logits are {skeleton}, the whole model's {whole}."
        )
    return now.shape


@frame.idea("Which numbers fit?")
def shape_puzzle() -> None:
    """Code with blanks for the sizes, and what torch says to the learner's numbers."""
    st.markdown(
        "Parts fit together when their sizes do. Fill the blanks and run: real layers are made "
        "with your numbers. Where two clash, PyTorch says so in its own words."
    )
    name = str(st.segmented_control(
        "Puzzle, from easy to hard", list(puzzle.TASKS), default=next(iter(puzzle.TASKS)),
        required=True, key="architecture.shapes", bind="query-params",
    ))  # fmt: skip
    task = puzzle.TASKS[name]
    st.markdown(f"{task.about} In comes: {puzzle.comes_in(task.puzzle)}.")
    outcome = puzzle.desk(name)
    st.caption(
        "Right means: the output equals the real part's, number for number, from the same seed. "
        "Read an error from its end: two sizes that should be equal, and are not."
    )
    real = [type(task.puzzle.real())] if outcome and outcome.right else []
    source.show(task.puzzle.code, shape_puzzles.fill_in, *real, key=f"architecture.source.{name}")
