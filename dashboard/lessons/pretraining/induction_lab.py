"""The heads of the induction lab: switch them off, see the loss, and where each one looks."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st
import torch

from dashboard import charts, chips, palette
from dashboard.lessons.pretraining import induction_runs as runs
from dashboard.lessons.pretraining.induction_curves import (
    AGAIN,
    BLIND,
    FIRST,
    HEADS,
    best,
    name,
)
from dashboard.lessons.pretraining.induction_runs import Copyist
from llm_core.induction import (
    COPYIST,
    PER_HEAD,
    Copying,
    Head,
    copying,
    letter_ids,
    letters_of,
    loss_without_each,
    unseen_rows,
    without_heads,
)
from llm_core.sampling import generate

GOES_ON, BREAKS_DOWN = "It goes on copying", "It can no longer copy"
FALLS = (GOES_ON, BREAKS_DOWN)
"""What may happen when a head falls silent."""

STANDARD = "blacksmith blac"
"""Letters to complete; the model has never seen a word."""

MOST_TYPED, WRITES = 16, 10
"""Letters that are read of what the learner types, and letters that the model adds."""


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=runs.BY_NAME)
def standing(copyist: Copyist, off: tuple[Head, ...]) -> Copying:
    """How well the model copies without these heads, on rows it has never seen."""
    return copying(without_heads(copyist.model, off), unseen_rows())


@st.cache_data(show_spinner=False, max_entries=16, hash_funcs=runs.BY_NAME)
def alone(copyist: Copyist) -> PER_HEAD:
    """The loss on repeated letters without this head, for each."""
    return loss_without_each(copyist.model, unseen_rows())


def looks_back(copyist: Copyist) -> Head:
    """The head of the first layer that looks most at the letter just before."""
    first = standing(copyist, ()).previous[0]
    return Head(0, first.index(max(first)))


def induction_head(copyist: Copyist) -> Head:
    """The head that looks most at what followed the same letter."""
    return best(standing(copyist, ()).matching)[0]


def can_copy(copyist: Copyist) -> bool:
    """Whether there is anything to lose."""
    return standing(copyist, ()).again_loss < BLIND / 2


def without(copyist: Copyist, head: Head) -> tuple[str, str]:
    """What becomes of copying when one head falls silent: one of `FALLS`, and the numbers."""
    whole = standing(copyist, ()).again_loss
    silent = alone(copyist)[head.layer][head.number]
    truth = BREAKS_DOWN if silent > BLIND / 2 else GOES_ON
    numbers = f"The loss on the repetition goes from {whole:.2f} to {silent:.2f}"
    if silent < BLIND:
        return truth, f"{numbers}; blind guessing has {BLIND:.2f}."
    return truth, (
        f"{numbers}, worse than blind guessing ({BLIND:.2f}): the second layer still "
        "copies something, but from wrong places."
    )


def scores(copyist: Copyist, head: Head) -> str:
    """What a head looks at, in a line."""
    now = standing(copyist, ())
    return (
        f"{now.matching[head.layer][head.number]:.0%} on what followed · "
        f"{now.previous[head.layer][head.number]:.0%} one back"
    )


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=runs.BY_NAME)
def loss_figure(copyist: Copyist, off: tuple[Head, ...]) -> str:
    """Both losses with all heads and with those left on: JSON."""
    groups = {"all on": standing(copyist, ()), "as switched": standing(copyist, off)}
    drawn = charts.bars(
        {group: (now.first_loss, now.again_loss) for group, now in groups.items()},
        labels=[FIRST, AGAIN],
        colours={"all on": palette.TEST, "as switched": palette.ACCENT},
        value_title="loss (nats per letter)",
        value_range=(0.0, 2.2 * BLIND),
        level=(BLIND, f"ln {COPYIST.vocab_size} = {BLIND:.2f}"),
    )
    return str(drawn.to_json())


class Completed(NamedTuple):
    """Letters, what the model wrote after them, and how sure it was."""

    typed: str
    written: str
    probabilities: tuple[float, ...]
    right: int | None
    """How many of the written letters go on as the repetition would; None if nothing repeats."""


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=runs.BY_NAME)
def completed(copyist: Copyist, off: tuple[Head, ...], text: str) -> Completed:
    """What the model adds to the letters of a text, always the likeliest.

    Raises:
        ValueError: there is no letter in it.
    """
    ids = letter_ids(text)[-MOST_TYPED:]
    if not ids:
        raise ValueError("this model reads the letters a to z; type a few, and some of them again")
    stream = generate(
        without_heads(copyist.model, off), torch.tensor([ids]), WRITES, COPYIST.context_length
    )
    tokens = list(stream)
    written = [token.token_id for token in tokens]
    expected = _repetition(ids)
    return Completed(
        letters_of(ids),
        letters_of(written),
        tuple(token.probability for token in tokens),
        sum(a == b for a, b in zip(written, expected, strict=True)) if expected else None,
    )


def _repetition(ids: Sequence[int]) -> list[int]:
    """How letters go on that have begun to repeat; nothing if they have not."""
    for period in range(1, len(ids)):
        if list(ids[period:]) == list(ids[:-period]):
            return [ids[(len(ids) + i) % period] for i in range(WRITES)]
    return []


def show_completed(done: Completed) -> None:
    """Draw the letters as chips, the model's with how sure it was, and say how well it copied."""
    typed, written = list(done.typed), list(done.written)
    chips.show(
        [*typed, *written],
        tints=[f"token-{letter_ids(letter)[0] % 7}" for letter in (*typed, *written)],
        marks=["dim"] * len(typed) + [""] * len(written),
        notes=["yours"] * len(typed)
        + [f"written with a probability of {share:.1%}" for share in done.probabilities],
    )
    st.caption(
        "Yours are pale, the model's bright; it has never seen a word. "
        + (
            "Nothing repeats in yours yet, so there is nothing to copy."
            if done.right is None
            else f"{done.right} of its {len(done.written)} letters go on with the repetition."
        )
    )


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=runs.BY_NAME)
def attention_figure(copyist: Copyist, off: tuple[Head, ...], text: str, head: Head) -> str:
    """Where one head looks in the learner's letters and those the whole model adds: JSON.

    The letters stay the same when heads are switched, so that only the attention changes.
    """
    done = completed(copyist, (), text)
    row = done.typed + done.written
    with torch.no_grad():
        weights = without_heads(copyist.model, off).steps(torch.tensor([letter_ids(row)]))
    seen = weights.attention_weights[head.layer, 0, head.number]  # (T, T)
    drawn = charts.heatmap(
        seen.numpy(),
        rows=list(row),
        columns=list(row),
        row_title="at this letter",
        column_title="the head looks at",
        unit="attention",
        low=0.0,
        high=1.0,
        numbers=False,
        hover="%{y} → %{x}: %{z:.3f}",
    )
    return str(drawn.to_json())


def switches(copyist: Copyist) -> tuple[Head, ...]:
    """Draw a toggle for each head; gives those that are off."""
    off = []
    for head, place in zip(HEADS, st.columns(len(HEADS)), strict=True):
        with place:
            key = f"pretraining.head_{head.layer + 1}_{head.number + 1}"
            if not st.toggle(name(head), True, key=key, bind="query-params"):
                off.append(head)
            st.caption(scores(copyist, head))
    return tuple(off)


def choose_head(copyist: Copyist) -> Head:
    """Draw the choice of the head that is looked into; the induction head at first."""
    names = {name(head): head for head in HEADS}
    choice = st.segmented_control(
        "Look into", list(names), default=name(induction_head(copyist)), required=True,
        key="pretraining.look_into", bind="query-params",
    )  # fmt: skip
    return names.get(str(choice), HEADS[-1])


def reading(copyist: Copyist, off: tuple[Head, ...]) -> str:
    """What to see in the losses, in a sentence."""
    whole, now = standing(copyist, ()), standing(copyist, off)
    if not off:
        return (
            f"With all heads the loss on the repetition is {whole.again_loss:.2f}. Switch heads "
            "off above, one or several."
        )
    silent = " and ".join(name(head).lower() for head in off)
    return (
        f"Without {silent}: {now.again_loss:.2f} instead of {whole.again_loss:.2f} on the "
        f"repetition, {now.first_loss:.2f} instead of {whole.first_loss:.2f} on first readings."
    )
