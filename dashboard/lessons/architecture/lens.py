"""The logit lens on the learner's sentence: the model on show, and earlier in its training."""

from typing import NamedTuple

import streamlit as st
import torch
from torch import Tensor

from dashboard import cached
from dashboard.components import lens as component
from dashboard.lessons import linked, reading, starter_moments
from dashboard.lessons.architecture.words import quoted, word
from dashboard.lessons.reading import Reading
from llm_core.gpt import GPTModel, GPTSteps
from llm_core.lens import Growth, Lens, growth, lens, settled

KEY = "architecture-lens"
TOPS = 5
NO_COMPARISON = "no comparison"

AT_ONCE, FIRST_HALF, SECOND_HALF, LAST = (
    "Before the first block",
    "In the first half of the blocks",
    "In the second half",
    "Only after the last block",
)
WHEN = (AT_ONCE, FIRST_HALF, SECOND_HALF, LAST)
"""From where on a guess may stand, as the learner guesses it."""

_AT_ONCE = 6_000_000_000
"""Products of the output head that a rerun may wait for: a fifth of a second."""

Ids = tuple[int, ...]


class Seen(NamedTuple):
    """One model through the lens."""

    lens: Lens
    growth: Growth
    """Of the same places."""


def _seen(model: GPTModel, steps: GPTSteps, start: int, follow: Tensor | None = None) -> Seen:
    with torch.inference_mode():
        along = Growth(*(lengths[:, start:] for lengths in growth(steps)))
        return Seen(lens(model, steps, TOPS, start, follow), along)


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=cached.BY_NAME)
def seen(loaded: cached.Loaded, ids: Ids, start: int = 0) -> Seen:
    """The model on show, from the place `start` on."""
    return _seen(loaded.model, reading.steps(loaded, ids), start)


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=cached.BY_NAME)
def seen_before(loaded: cached.Loaded, ids: Ids, start: int, updates: int) -> Seen:
    """The same model after so many updates, on the track of what it says in the end."""
    follow = seen(loaded, ids, start).lens.followed
    if loaded.name == cached.starter().name:
        model = starter_moments.model(updates)
    else:
        model = cached.untrained(loaded.config)
    with torch.inference_mode():
        return _seen(model, model.steps(torch.tensor([ids])), start, follow)


def moments(loaded: cached.Loaded) -> dict[str, int | None]:
    """What can be shown beside the model on show: label -> updates made, None for nothing."""
    found: dict[str, int | None] = {NO_COMPARISON: None, "0": 0}
    if loaded.name == cached.starter().name:
        found |= {f"{step:,}": step for step in starter_moments.kept()[1:-1]}
    return found


def start_of(loaded: cached.Loaded, text: Reading) -> int:
    """The first place that is read out; with a large model, a button asks for those before."""
    config, tokens = loaded.config, len(text.ids)
    one = (1 + config.n_layers) * config.vocab_size * config.emb_dim
    start = max(tokens - max(_AT_ONCE // one, 2), 0)
    asked: set[object] = st.session_state.setdefault("architecture.lens.asked", set())
    if start and (loaded.name, text.ids) not in asked:
        st.caption(
            f"The last {tokens - start} tokens; all {tokens} take such a model some seconds."
        )
        if not st.button(f"Read all {tokens} tokens", key="architecture.lens.all"):
            return start
        asked.add((loaded.name, text.ids))
    return 0


class Question(NamedTuple):
    """From where on does the last token's guess stand?"""

    guess: str
    """What the model says comes next."""
    probability: float
    truth: str
    """One of WHEN."""
    why: str


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def question(loaded: cached.Loaded, ids: Ids) -> Question:
    """The question about the last token, and its answer."""
    found = seen(loaded, ids, len(ids) - 1).lens
    layers, depth = loaded.config.n_layers, int(settled(found)[0])
    said = word(loaded, int(found.ids[-1, 0, 0]))
    truth = (
        AT_ONCE if depth == 0
        else LAST if depth == layers
        else FIRST_HALF if depth <= layers / 2
        else SECOND_HALF
    )  # fmt: skip
    if depth == 0:
        why = "No block changes the first guess."
    else:
        before = word(loaded, int(found.ids[depth - 1, 0, 0]))
        where = f"after block {depth - 1}" if depth > 1 else "before block 1"
        rank = int(found.followed_ranks[depth - 1, 0])
        why = (
            f"It stands from block {depth} of {layers} on. Still {where} the first guess was "
            f"{quoted(before)}, and {quoted(said)} had rank {rank:,}."
        )
    return Question(said, float(found.probabilities[-1, 0, 0]), truth, why)


def question_line(asked: Question) -> str:
    """The question in words."""
    return (
        f"After the last token the model says {quoted(asked.guess)} ({asked.probability:.0%}). "
        "From where on is that its first guess, for good?"
    )


def show(
    loaded: cached.Loaded, text: Reading, start: int, before: int | None, *, told: bool
) -> None:
    """Draw the maps and curves.

    Args:
        loaded: the model on show.
        text: the sentence as it reads it.
        start: the first place on screen.
        before: show the same model after so many updates as well.
        told: whether the last token's way is told, or still to be guessed.
    """
    models = {"this model": seen(loaded, text.ids, start)}
    if before is not None:
        name = f"after {before:,} updates" if before else "before training"
        models[name] = seen_before(loaded, text.ids, start, before)
    tokens, depths = len(text.ids) - start, loaded.config.n_layers + 1
    shown = linked.name_of(loaded.name, text.ids, start)
    standard = f"{tokens}.{loaded.config.n_layers // 2}.0"  # no place: the last one that is told
    choice = linked.standing(KEY, "architecture.through", shown, standard)
    below = (tokens, depths, len(component.COLOURS))
    spoken = {i for one in models.values() for i in one.lens.ids.flatten().tolist()}
    followed = models["this model"].lens.followed.tolist()
    head = {
        "shown": shown,
        "names": {i: word(loaded, i) for i in spoken},
        "words": text.words[start:],
        "finals": [word(loaded, i) for i in followed],
        "first": start,
        "layers": loaded.config.n_layers,
        "vocabulary": loaded.config.vocab_size,
        "tops": models["this model"].lens.ids.shape[-1],
        "titles": list(models),
        "choice": linked.places(choice, below, (-1, depths // 2, 0)),
        "veiled": not told,
    }
    component.show(head, [_numbers(one) for one in models.values()], key=KEY)


def _numbers(one: Seen) -> dict[str, Tensor]:
    """As the browser names them."""
    found, along = one
    return {
        "ids": found.ids,
        "probabilities": found.probabilities,
        "bits": found.bits,
        "chances": found.followed_probabilities,
        "ranks": found.followed_ranks,
        "stream": along.stream,
        "attention": along.attention,
        "feed_forward": along.feed_forward,
    }
