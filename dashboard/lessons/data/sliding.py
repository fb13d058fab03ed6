"""Windows over a row of tokens: which tokens each one reads, batches of them, and examples.

The tokens are the learner's text, or plain integers, on which a data loader is easily checked.
`sliding_shown.py` draws it.
"""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import streamlit as st

from dashboard import cached
from dashboard.corpus_choice import BY_DIGEST, Corpus
from dashboard.lessons.data import views
from dashboard.lessons.data.written import token_text
from llm_core import batches, tokenizers

TEXT, INTEGERS = "The text", "Plain integers"
FIRST, SECOND, LAST = "First", "Second", "Last"
ANSWERS = ("That token itself", "The first token after the window", "There is none")
MOST_INTEGERS = 60
BEFORE, ON_STRIP = 2, 48
"""Tokens shown in front of a batch, and on the whole strip."""
MOST_WORDS = 9
"""Words of the passage that examples are made of."""


class Setting(NamedTuple):
    """What is cut into windows, and how."""

    over: str
    """TEXT or INTEGERS."""
    integers: int
    """How many integers there are; of no matter for the text."""
    context_length: int
    stride: int
    batch_size: int
    drop_last: bool


def row(corpus: Corpus, setting: Setting) -> Sequence[int]:
    """The ids that the windows slide over: N of them."""
    return views.gpt2_ids(corpus) if setting.over == TEXT else range(setting.integers)


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=BY_DIGEST)
def coverage(corpus: Corpus, setting: Setting) -> batches.Coverage:
    """What an epoch reads of the row.

    Raises:
        ValueError: the row is shorter than one window.
    """
    _, _, length, stride, batch_size, drop_last = setting
    return batches.coverage(len(row(corpus, setting)), length, stride, batch_size, drop_last)


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=BY_DIGEST)
def batch(corpus: Corpus, setting: Setting, which: str) -> batches.Windows:
    """One batch of ids, (B, T) twice.

    Raises:
        ValueError: there is none, or no second one.
    """
    dataset = batches.WindowDataset(
        row(corpus, setting), setting.context_length, setting.stride
    )  # fmt: skip
    loader = batches.load(dataset, setting.batch_size, shuffle=False, drop_last=setting.drop_last)
    return batches.batch_at(loader, batch_number(len(loader), which))


def first_window(corpus: Corpus, setting: Setting, which: str) -> int:
    """The number of the first window of a batch, counted from 0."""
    return batch_number(coverage(corpus, setting).batches, which) * setting.batch_size


def last_answer(corpus: Corpus, setting: Setting) -> str:
    """Which of ANSWERS is true."""
    places = range(len(row(corpus, setting)))
    first, answers = batches.windows(places, setting.context_length, setting.stride)
    return ANSWERS[int(answers[0, -1]) - int(first[0, -1])]


def batch_number(count: int, which: str) -> int:
    """The place of a batch among `count` of them.

    Raises:
        ValueError: there are too few.

    >>> batch_number(10, SECOND), batch_number(10, LAST)
    (1, 9)
    """
    if not count:
        raise ValueError(
            "there are too few windows for one batch; choose smaller batches, or keep the last one"
        )
    if which == SECOND and count < 2:
        raise ValueError("there is no second batch; choose smaller batches or a longer text")
    return {FIRST: 0, SECOND: 1}.get(which, count - 1)


class Bracket(NamedTuple):
    """One window on the strip."""

    number: int
    """Of the window, counted from 1."""
    inputs: range
    """Places of the row that it reads."""
    answer: int
    """Place of the answer to its last input."""
    lane: int
    """Windows in the same lane do not touch."""
    state: str
    """"here": in the batch that is looked at; "other": in another one; "dropped"."""


class Strip(NamedTuple):
    """A part of the row with the windows over it."""

    places: range
    tokens: list[str]
    ids: list[int]
    used: list[bool]
    """Whether a window reads the token or has it as an answer."""
    lanes: int
    brackets: list[Bracket]


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs=BY_DIGEST)
def strip(corpus: Corpus, setting: Setting, which: str) -> Strip:
    """The tokens around one batch, and every window that touches them."""
    ids, found = row(corpus, setting), coverage(corpus, setting)
    length, stride = setting.context_length, setting.stride
    positions = batches.windows(range(len(ids)), length, stride)
    at = batch_number(found.batches, which) if found.batches else 0
    here = range(at * setting.batch_size, min((at + 1) * setting.batch_size, found.windows))
    edges = [int(positions.inputs[window, 0]) for window in (here.start, max(here.stop - 1, 0))]
    first = max(0, edges[0] - BEFORE)
    if which == LAST:  # as much of the end as leaves the batch's last window in sight
        first = max(first, min(len(ids) - ON_STRIP, edges[1] - BEFORE))
    places = range(0 if len(ids) <= ON_STRIP else first, min(len(ids), first + ON_STRIP))
    lanes = -(-(length + 1) // stride)
    near = range(max(0, (places.start - length) // stride), len(positions.inputs))
    brackets = []
    for window in islice(near, ON_STRIP + length + 2):
        reads, answer = positions.inputs[window].tolist(), int(positions.targets[window, -1])
        if answer < places.start or reads[0] >= places.stop:
            continue
        state = "here" if window in here else "other" if window < found.windows else "dropped"
        span = range(reads[0], reads[-1] + 1)
        brackets.append(Bracket(window + 1, span, answer, window % lanes, state))
    shown = [ids[place] for place in places]
    part = slice(places.start, places.stop)
    return Strip(
        places,
        written(shown, setting.over),
        shown,
        (found.as_input[part] + found.as_target[part]).bool().tolist(),
        min(lanes, len(positions.inputs)),
        brackets,
    )


def written(ids: Sequence[int], over: str) -> list[str]:
    """Ids as they stand on chips: GPT-2's tokens, or the integers themselves."""
    if over == INTEGERS:
        return [str(i) for i in ids]
    decode = cached.gpt2_tokenizer().decode_single_token_bytes
    return [token_text(decode(i)) for i in ids]


class Rung(NamedTuple):
    """One example: what the model has read, and what comes next."""

    context: str
    answer: str
    context_ids: list[int]
    answer_id: int


def rungs(window: batches.Windows, over: str, number: int = 0) -> list[Rung]:
    """The growing contexts of one window of a batch."""
    inputs, last = window.inputs[number].tolist(), int(window.targets[number, -1])
    examples = batches.growing_contexts([*inputs, last], len(inputs))
    joint = "" if over == TEXT else " "
    return [
        Rung(joint.join(written(ids, over)), written([answer], over)[0], list(ids), answer)
        for ids, answer in examples
    ]


def word_examples(passage: str) -> list[tuple[str, str]]:
    """Sentence so far and next word; where there are no blanks, each character is a word."""
    words = list(tokenizers.stretches(" ".join(passage.split())))[:MOST_WORDS]
    if len(words) < 2:
        words = list(passage.strip())[:MOST_WORDS]
    return [
        ("".join(context), answer.strip())
        for context, answer in batches.growing_contexts(words, MOST_WORDS)
    ]
