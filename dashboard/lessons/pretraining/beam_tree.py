"""Beam search on the page: what a model's search found, as a tree and in a sentence."""

import math
from typing import NamedTuple

import streamlit as st
import torch

from dashboard import cached, chips
from dashboard.charts.tree import ROW, Fate, Node, rows, tree
from llm_core.beam import BeamStep, Candidate, beam_search

ALWAYS, NOT_ALWAYS = "It always is", "It need not be"
ANSWERS = (ALWAYS, NOT_ALWAYS)
"""Whether greedy decoding finds the likeliest text."""

MOST_BEAMS, MOST_TOKENS = 4, 8

Ids = tuple[int, ...]

_TOP = 120  # pixels of the picture around its branches


class Search(NamedTuple):
    """All that a search did, and where greedy decoding would have gone."""

    prompt: str
    """The end of it, which stands at the root."""
    steps: tuple[BeamStep, ...]
    greedy: Candidate
    words: dict[int, str]
    """The text of every token that was compared."""

    @property
    def best(self) -> Candidate:
        """What it found."""
        return self.steps[-1].best

    def text(self, candidate: Candidate) -> str:
        """A candidate's tokens as they read."""
        return "".join(self.words[i] for i in candidate.token_ids)


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def search(loaded: cached.Loaded, prompt: str, *, beams: int, tokens: int) -> Search:
    """Look ahead from the end of a prompt; the end-of-text mark counts as a token like others.

    Raises:
        ValueError: the prompt is empty.
    """
    beams, tokens = min(max(beams, 1), MOST_BEAMS), min(max(tokens, 1), MOST_TOKENS)
    room = loaded.config.context_length
    ids = loaded.tokenizer.encode_ordinary(prompt)[-max(1, room - tokens) :]
    if not ids:
        raise ValueError("a prompt needs at least one word; write one to begin with")

    def found(width: int) -> tuple[BeamStep, ...]:
        return tuple(
            beam_search(
                loaded.model,
                torch.tensor([ids]),
                beams=width,
                max_new_tokens=tokens,
                context_size=room,
            )
        )

    steps, greedy = found(beams), found(1)[-1].best
    compared = {i for step in steps for text in step.candidates for i in text.token_ids}
    words = {i: loaded.tokenizer.decode([i]) for i in compared | set(greedy.token_ids)}
    return Search(loaded.tokenizer.decode(ids[-1:]), steps, greedy, words)


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=cached.BY_NAME)
def figure(
    loaded: cached.Loaded, prompt: str, *, beams: int, tokens: int, shown: int
) -> tuple[str, int]:
    """The tree after `shown` tokens as JSON, and how high it is in pixels."""
    looked = search(loaded, prompt, beams=beams, tokens=tokens)
    whole = nodes(looked, min(max(shown, 1), len(looked.steps)))
    return str(tree(whole, shown=shown).to_json()), _TOP + ROW * rows(whole)


def nodes(looked: Search, shown: int) -> list[Node]:
    """The search as a tree: what was kept, and as many of the best that were dropped.

    Args:
        looked: the search.
        shown: the best text after so many tokens is the one that stands out.
    """
    best = looked.steps[shown - 1].best.token_ids
    made = [Node(0, -1, chips.label(looked.prompt), 1.0, "best", "the end of your prompt", True)]
    places: dict[Ids, int] = {(): 0}
    for depth, step in enumerate(looked.steps, start=1):
        kept = {text.token_ids for text in step.kept}
        dropped = [text for text in step.candidates if text.token_ids not in kept]
        drawn = {*kept, *(text.token_ids for text in dropped[: len(kept)])}
        for text in (text for text in step.candidates if text.token_ids in drawn):
            places[text.token_ids] = len(made)
            made.append(
                Node(
                    depth,
                    places[text.token_ids[:-1]],
                    chips.label(looked.words[text.token_ids[-1]]),
                    text.probability,
                    _fate(text.token_ids, best, kept),
                    _note(looked, text),
                    looked.greedy.token_ids[:depth] == text.token_ids,
                )
            )
    return made


def _fate(text: Ids, best: Ids, kept: set[Ids]) -> Fate:
    if best[: len(text)] == text:
        return "best"
    return "kept" if text in kept else "dropped"


def _note(looked: Search, text: Candidate) -> str:
    """A text's numbers, for the pointer."""
    return (
        f"{chips.label(looked.text(text))}<br>this token: {text.probability:.1%}<br>"
        f"sum of ln p: {text.log_probability:.2f}, so p = {_share(text)}"
    )


def _share(text: Candidate) -> str:
    return f"{math.exp(text.log_probability):.2g}"


def comparison(looked: Search) -> str:
    """Which of the two texts is likelier, and by how much."""
    best, greedy = looked.best, looked.greedy
    ratio = math.exp(best.log_probability - greedy.log_probability)
    if best.token_ids == greedy.token_ids:
        return (
            f"Here both find the same text, with probability {_share(best)}. Try more beams, more "
            "tokens or another prompt: greedy cannot know what its choice will cost later."
        )
    if ratio < 1:
        return (
            f"Here greedy's text is {1 / ratio:.3g} times as likely ({_share(greedy)} against "
            f"{_share(best)}): its beginning was dropped too early. More beams mend that."
        )
    return (
        f"Here the search found a text {ratio:.3g} times as likely as greedy's: {_share(best)} "
        f"against {_share(greedy)}."
    )


def show_texts(looked: Search) -> None:
    """Draw what was found and what greedy decoding writes, one below the other."""
    marks = [
        ["" if a == b else "lit" for a, b in zip(text, other, strict=False)]
        for text, other in (
            (looked.best.token_ids, looked.greedy.token_ids),
            (looked.greedy.token_ids, looked.best.token_ids),
        )
    ]
    chips.grid(
        {
            f"search, p = {_share(looked.best)}": [looked.words[i] for i in looked.best.token_ids],
            f"greedy, p = {_share(looked.greedy)}": [
                looked.words[i] for i in looked.greedy.token_ids
            ],
        },
        marks=marks,
    )
