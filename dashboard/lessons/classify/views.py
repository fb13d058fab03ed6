"""What the classification page draws: figures kept as text, chips, and bars of two classes."""

import math
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import cached, charts, chips, live, palette, snapshots
from dashboard.charts.confusion import confusion
from dashboard.charts.counts import counts
from dashboard.charts.curves import round_places
from dashboard.charts.freeze_map import freeze_map
from dashboard.dataset_choice import BY_DIGEST, Examples
from dashboard.jobs import Job
from dashboard.lessons.classify import asking
from dashboard.lessons.classify import runs as classification_runs
from dashboard.lessons.classify.asking import Asked, Examined
from dashboard.lessons.classify.runs import Settings
from llm_core.classification import CLASSES, label_of
from llm_core.gpt import GPTModel

MOST_ROWS = 500
"""Messages listed in the table."""

CLASS_COLOURS = dict(zip(CLASSES, (palette.HAM, palette.SPAM), strict=True))
LABEL_COLOURS = {"ham": palette.HAM, "spam": palette.SPAM}


@st.cache_data(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def table(examples: Examples) -> pd.DataFrame:
    """The first messages, as they come."""
    rows = examples.rows[:MOST_ROWS]
    return pd.DataFrame({"Label": [row.label for row in rows], "Text": [row.text for row in rows]})


@st.cache_data(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def balance(examples: Examples) -> str:
    """Ham and spam in the data, in the balanced choice, and in its three parts."""
    used = classification_runs.balanced(examples)
    heaps = {"all messages": list(examples.rows), "balanced": used.rows} | used.split._asdict()
    figure = charts.bars(
        {
            name: [float(sum(label_of(row) == i for row in rows)) for rows in heaps.values()]
            for i, name in enumerate(LABEL_COLOURS)
        },
        labels=list(heaps),
        colours=LABEL_COLOURS,
        value_title="messages",
    )
    return str(figure.to_json())


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=BY_DIGEST)
def lengths(examples: Examples, cut: int) -> str:
    """How long the messages are, and where they are cut."""
    values = classification_runs.token_counts(examples)
    longest = max(max(group) for group in values.values())
    figure = counts(
        values,
        colours=LABEL_COLOURS,
        x_title="tokens in a message",
        y_title="messages",
        value_range=(0, min(longest, 160)),
        mark=(cut, f"cut at {cut}"),
    )
    return str(figure.to_json())


def batch(examples: Examples, cut: int, rows: int = 4) -> int:
    """Draw the first rows of a batch as the model reads them; gives how many ids are filler."""
    pad, texts = cached.starter().end_of_text, _first_rows(examples, cut, rows)
    for pieces in texts:
        chips.show(
            ["·" if i == pad else token for i, token in pieces],
            notes=[f"filler, id {i}" if i == pad else f"id {i}" for i, _ in pieces],
            marks=["dim" if i == pad else "" for i, _ in pieces],
        )
    return sum(i == pad for pieces in texts for i, _ in pieces)


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=BY_DIGEST)
def _first_rows(examples: Examples, cut: int, rows: int) -> list[list[tuple[int, str]]]:
    """Ids and tokens of the first messages it learns from, cut or filled up."""
    messages = classification_runs.balanced(examples).split.train[:rows]
    decode = cached.starter().tokenizer.decode
    data = classification_runs.dataset(messages, cut)
    return [[(i, decode([i])) for i in ids] for ids in data.encoded_texts]


def seen_from(tokens: list[str], place: int) -> None:
    """Draw what one position knows of the message: itself and what stands before it."""
    marks = ["" if i < place else "lit" if i == place else "dim" for i in range(len(tokens))]
    chips.show([t if i <= place else "?" for i, t in enumerate(tokens)], marks=marks)


@st.cache_data(show_spinner=False, max_entries=64)
def by_position(text: str, key: tuple[str, int], _model: GPTModel) -> tuple[list[str], str]:
    """The message's tokens, and a figure of P(spam) read at each of them."""
    tokens, spam = asking.spam_by_position(text, _model)
    figure = charts.bars(
        {"spam": spam},
        labels=[chips.visible(token) for token in tokens],
        colours=LABEL_COLOURS,
        value_title="P(spam) read here",
        value_range=(0, 1.1),
        number_format=".2f",
    )
    return tokens, str(figure.to_json())


@st.cache_data(show_spinner=False, max_entries=64)
def by_filler(text: str, key: tuple[str, int], _model: GPTModel) -> tuple[str, bool]:
    """A figure of P(spam) against the filler, and whether the last real token changed its mind."""
    starter = cached.starter()
    own = len(starter.tokenizer.encode_ordinary(text))
    room = starter.config.context_length - own
    fillers = sorted({round(i * min(room, 60) / 15) for i in range(16)})
    asked = {
        where: [asking.ask(text, _model, Settings(read=read), own + n).spam for n in fillers]
        for where, read in list(classification_runs.WHERE.items())[:2]
    }
    last, real = asked
    figure = charts.curves(
        {name: (fillers, values) for name, values in asked.items()},
        colours={last: palette.SPAM, real: palette.ACCENT},
        dashed=frozenset({real}),
        x_title="tokens of filler behind the message",
        y_title="P(spam)",
        y_range=(0, 1),
    )
    return str(figure.to_json()), max(asked[real]) - min(asked[real]) < 1e-3


PART_NAMES = {
    "tok_emb": "token embedding",
    "pos_emb": "position embedding",
    "final_norm": "final norm",
    "out_head": "head",
}


@st.cache_data(show_spinner=False, max_entries=64)
def freezing(rank: int) -> str:
    """Which parts train, for every choice of what to train."""
    ways = classification_runs.freeze_map(rank)
    parts = [count.part for count in next(iter(ways.values()))]
    names = [PART_NAMES.get(part) or f"block {int(part.split('.')[1]) + 1}" for part in parts]
    figure = freeze_map(
        {way: [count.trainable for count in rows] for way, rows in ways.items()},
        sizes={way: [count.parameters for count in rows] for way, rows in ways.items()},
        parts=names,
    )
    return str(figure.to_json())


def curves(steps: int, batch_size: int) -> list[live.Chart]:
    """Loss and accuracy of a run, on what it learns from and on what it does not."""
    places = round_places(steps)
    messages = ("messages seen", places, [f"{place * batch_size:,.0f}" for place in places])

    def pair(name: str) -> tuple[live.Line, ...]:
        return (
            live.Line(name="training", tone=palette.TRAIN, value=_field(f"train_{name}")),
            live.Line(
                name="validation", tone=palette.VALIDATION, value=_field(f"val_{name}"), dashed=True
            ),
        )

    return [
        live.Chart(
            name="loss",
            alt="Loss on training and validation messages over the steps of the run",
            lines=pair("loss"),
            y_title="loss (nats per message)",
            y_range=(0, 1.6),
            level=(
                math.log(len(CLASSES)),
                f"blind guessing: ln {len(CLASSES)} = {math.log(len(CLASSES)):.2f}",
            ),
            second_x=messages,
            x_end=steps,
            height=290,
        ),
        live.Chart(
            name="accuracy",
            alt="Share of right labels on training and validation messages over the steps",
            lines=pair("accuracy"),
            y_title="share of right labels",
            y_range=(0.35, 1.02),
            level=(1 / len(CLASSES), "blind guessing"),
            second_x=messages,
            x_end=steps,
            height=290,
        ),
    ]


def _field(name: str) -> Any:
    return lambda step: getattr(step, name)


@st.cache_data(show_spinner=False, max_entries=256)
def asked(text: str, settings: Settings, key: tuple[str, int], _model: GPTModel) -> Asked:
    """What the model makes of a message."""
    return asking.ask(text, _model, settings)


def two_classes(spam: float) -> None:
    """Bars of the two probabilities, in the colours of the classes."""
    rows = zip(CLASSES, ("ham", "spam"), (1 - spam, spam), strict=True)
    st.html(
        '<div class="bars">'
        + "".join(
            f'<div class="bar" style="--share: {share:.4f}"><bdi>{escape(name)}</bdi>'
            f'<span style="background: var(--{tone})"></span><b>{share:.1%}</b></div>'
            for name, tone, share in rows
        )
        + "</div>"
    )


def decisions(result: Examined, threshold: float) -> list[list[int]]:
    """How many messages of each label are called ham and spam."""
    table = [[0, 0], [0, 0]]
    for label, spam in zip(result.labels, result.spam, strict=True):
        table[label][spam >= threshold] += 1
    return table


@st.cache_data(show_spinner=False, max_entries=128)
def square(run: str, threshold: float, _result: Examined) -> str:
    """Right and wrong decisions at a threshold."""
    figure = confusion(
        decisions(_result, threshold),
        names=CLASSES,
        words=[["rightly let through", "false alarms"], ["spam missed", "spam caught"]],
    )
    return str(figure.to_json())


@st.cache_data(show_spinner=False, max_entries=128)
def separation(run: str, threshold: float, _result: Examined) -> str:
    """How well the probabilities keep the two kinds apart."""
    pairs = list(zip(_result.labels, _result.spam, strict=True))
    figure = counts(
        {name: [spam for label, spam in pairs if label == i] for i, name in enumerate(CLASSES)},
        colours=CLASS_COLOURS,
        x_title="P(spam) that the model gives",
        y_title="test messages",
        value_range=(0, 1),
        bins=20,
        mark=(threshold, "threshold"),
    )
    return str(figure.to_json())


def mistakes(result: Examined, threshold: float) -> pd.DataFrame:
    """The messages on the wrong side of the threshold, the surest mistakes first."""
    wrong = [
        (text, CLASSES[label], spam)
        for text, label, spam in zip(*result, strict=True)
        if (spam >= threshold) != label
    ]
    wrong.sort(key=lambda row: -abs(row[2] - threshold))
    return pd.DataFrame(wrong, columns=["Message", "It is", "P(spam)"])


def model_now(job: Job | None) -> tuple[GPTModel, Settings, tuple[str, int]]:
    """The latest finetuned model or an untrained one, what it was trained with, and its key."""
    snapshot = snapshots.latest(job)
    if job is None or snapshot is None:
        return classification_runs.untrained(), Settings(), ("", 0)
    return snapshot.model, Settings(**job.settings), snapshot.key
