"""A live run of two GPTs on the bundled story, one of which may look ahead; and what came of it."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import streamlit as st

from dashboard import jobs, live, palette
from llm_core.accounting import training_memory
from llm_core.corpus import story
from llm_core.trials import (
    CHEATS,
    CheatStep,
    character_ids,
    duellists,
    learn_with_and_without_mask,
    write_on,
)
from llm_core.trials.side_by_side import BATCH_SIZE

KIND = "cheating"
STEPS = 400
WRITES = 120
"""Characters that each model adds to the learner's sentence."""

BETTER, WORSE, HIGHER = "Lower loss, better text", "Lower loss, worse text", "Higher loss"
FATES = (BETTER, WORSE, HIGHER)
"""What may become of the model without a mask, as the learner guesses it."""

NAMES = {"masked": "with the mask", "all_seeing": "without it"}
"""Each model, by its name in a Duel, as the learner reads it."""

TONES = {"masked": palette.RUNS[0], "all_seeing": palette.RUNS[1]}
BLIND = math.log(CHEATS.vocab_size)

_EVERY = 50  # steps between two texts


class Written(NamedTuple):
    """What both models make of the learner's sentence at one moment."""

    step: int
    """Updates made before."""
    prompt: str
    """As much of the sentence as they see."""
    masked: str
    all_seeing: str


def start(seed: int, sentence: str) -> jobs.Job:
    """Begin a run for this session.

    Raises:
        ValueError: the server has no room for it now.
    """
    memory = training_memory(CHEATS, BATCH_SIZE, CHEATS.context_length).total
    return jobs.start(
        KIND,
        steps(seed, sentence),
        settings={"seed": seed, "sentence": sentence, "steps": STEPS},
        total=STEPS,
        memory=2 * memory,
    )


def steps(seed: int, sentence: str) -> Callable[[jobs.Job], Iterator[CheatStep | None]]:
    """The run itself, called on the scheduler's thread; its product "written" is a Written."""
    prompt = sentence[-CHEATS.context_length :]

    def make_steps(job: jobs.Job) -> Iterator[CheatStep | None]:
        models = duellists(seed)

        def write(done: int) -> None:
            said = {
                name: write_on(model, character_ids(prompt), WRITES, seed)
                for name, model in models.items()
            }
            job.products["written"] = Written(done, prompt, **said)

        for record in learn_with_and_without_mask(models, story(), steps=STEPS, seed=seed):
            yield record
            if (record.step + 1) % _EVERY == 0 or record.step + 1 == STEPS:
                yield None  # a breath: others have their turn before both write
                write(record.step + 1)

    return make_steps


def chart() -> live.Chart:
    """The loss of both models, in training and in writing."""

    def trained(name: str) -> live.Line:
        return live.Line(
            name=f"{NAMES[name]}: training",
            tone=TONES[name],
            value=lambda record: getattr(record.loss, name),
        )

    def written(name: str) -> live.Line:
        return live.Line(
            name=f"{NAMES[name]}: writing",
            tone=TONES[name],
            value=lambda record: record.writing and getattr(record.writing, name),
            dashed=True,
        )

    return live.Chart(
        name="loss",
        alt="Loss of the model with and of the one without the mask, in training and in writing",
        lines=tuple(line(name) for line in (trained, written) for name in NAMES),
        y_title="loss (nats per character)",
        x_end=float(STEPS),
        y_range=(0.0, 8.0),
        level=(BLIND, f"blind guessing: ln {CHEATS.vocab_size} = {BLIND:.2f}"),
    )


def latest(history: Sequence[CheatStep]) -> CheatStep | None:
    """The newest record in which everything was measured."""
    return next((record for record in reversed(history) if record.writing), None)


def fate(history: Sequence[CheatStep]) -> str | None:
    """What became of the model without a mask: one of FATES; None while the two lie close."""
    last = latest(history)
    if last is None or last.writing is None:
        return None
    gap = last.loss.all_seeing - last.loss.masked
    if abs(gap) < 0.5:
        return None
    if gap > 0:
        return HIGHER
    return BETTER if last.writing.all_seeing < last.writing.masked else WORSE


def fate_in_numbers(history: Sequence[CheatStep]) -> str:
    """The numbers behind `fate`, as sentences."""
    last = latest(history)
    if last is None or last.writing is None or last.ahead is None:
        return ""
    share, layer, head = max(
        (share, layer, head)
        for layer, shares in enumerate(last.ahead, 1)
        for head, share in enumerate(shares, 1)
    )
    return (
        f"Its head {head} of layer {layer} gives {share:.0%} of its attention to the very "
        f"character it is asked for, so its loss is {last.loss.all_seeing:.2f} instead of "
        f"{last.loss.masked:.2f}. In writing there is nothing to the right to copy: "
        f"{last.writing.all_seeing:.2f} instead of {last.writing.masked:.2f}, where blind guessing "
        f"has {BLIND:.2f}."
    )


def texts(job: jobs.Job) -> None:
    """What both write, beside each other, and how likely they hold the character that is right."""
    said: Written | None = job.products.get("written")
    last = latest(job.history[:])
    for column, name in zip(st.columns(2), NAMES, strict=True):
        with column:
            st.markdown(f"**A GPT {NAMES[name]}**")
            if said is None or last is None or last.writing is None:
                st.caption(f"It writes after {_EVERY} steps.")
                st.code(" ", language=None, wrap_lines=True, height=150)
                continue
            loss = getattr(last.writing, name)
            st.caption(
                f"After {said.step:,} steps. Now the right next character has a probability of "
                f"$e^{{-{loss:.2f}}}$ = {math.exp(-loss):.2g} in writing."
            )
            text = f"{said.prompt}▸{getattr(said, name)}"
            st.code(text, language=None, wrap_lines=True, height=150)
