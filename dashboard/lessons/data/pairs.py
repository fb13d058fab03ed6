"""Byte pairs: learnt from the learner's text one merge at a time, and GPT-2's, replayed on a word.

`pairs_shown.py` draws it.
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate, chain
from typing import NamedTuple

import streamlit as st

from dashboard import cached
from dashboard.corpus_choice import BY_DIGEST, Corpus
from dashboard.lessons.data import views
from dashboard.lessons.data.written import token_text
from llm_core import tokenizers
from llm_core.batches import END_OF_TEXT
from llm_core.tokenizers import BPETokenizer, Merge, ReplayStep

COUNTED = 100_000
"""Characters of a text that pairs are counted in."""
MERGES = 400
TABLE = 8
"""Rows of the table of pairs."""
PASSAGE = 130
"""Characters of the text on which a merge is shown."""
SEARCHED = 20_000
"""Pieces in which a place is looked for where a merge happens."""
WORD = 40
"""Longest text whose merges are replayed, in characters."""
TOKENS_LEFT = ("1", "2", "3", "4 or more")
FIRST_MERGE = ("Two letters", "A blank and a letter", "Something else")


# Learning them ------------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def learned(corpus: Corpus) -> list[Merge]:
    """The merges of the text, the most useful first.

    Raises:
        ValueError: no two neighbours occur twice.
    """
    steps = tokenizers.train_steps(corpus.text[:COUNTED], 257 + MERGES, n_candidates=TABLE)
    if not (merges := list(steps)):
        raise ValueError("no two neighbours occur twice in this text; choose a longer one")
    return merges


def part_of(corpus: Corpus) -> str:
    """What to call the part of the text in which pairs are counted."""
    return f"its first {COUNTED:,} characters" if len(corpus.text) > COUNTED else "the text"


def kind(merge: Merge) -> str:
    """Which of FIRST_MERGE a merge is."""
    first = merge.merged.decode("utf-8", "replace")
    if first.isalpha():
        return FIRST_MERGE[0]
    return FIRST_MERGE[1] if first[0] == " " and first[1:].isalpha() else FIRST_MERGE[2]


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs=BY_DIGEST)
def after(corpus: Corpus, n: int) -> BPETokenizer:
    """The tokenizer that the first n merges make."""
    return BPETokenizer.from_merges(merge.pair for merge in learned(corpus)[:n])


class Competitor(NamedTuple):
    """A row of the table of pairs."""

    tokens: tuple[str, str]
    ids: tuple[int, int]
    times: int
    ties: bool
    """Whether it is as frequent as the winner, and another pair as well."""


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs=BY_DIGEST)
def competitors(corpus: Corpus, n: int) -> list[Competitor]:
    """The most frequent pairs just before merge n, counted from 1; the winner first."""
    merge, ranks = learned(corpus)[n - 1], after(corpus, n - 1).ranks
    return [
        Competitor(
            (token_text(row.pair[0]), token_text(row.pair[1])),
            (ranks[row.pair[0]], ranks[row.pair[1]]),
            row.count,
            bool(merge.ties) and row.count == merge.count,
        )
        for row in merge.candidates
    ]


class Shown(NamedTuple):
    """A token of the text on which a merge is shown."""

    text: str
    start: int
    """Its first byte, counted from the start of what is shown."""
    framed: bool
    """Before the merge: whether it joins a neighbour; after it: whether the merge made it."""


class Scene(NamedTuple):
    """Some of the text before and after one merge."""

    before: list[Shown]
    after: list[Shown]
    opening: bool
    """Whether this is the beginning of the text; otherwise a place where the merge happens."""


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def pieces(corpus: Corpus) -> list[str]:
    """The text cut as training cuts it; no token reaches from one piece into the next."""
    return tokenizers.split_pieces(corpus.text.lstrip()[:COUNTED])


@st.cache_resource(show_spinner=False, max_entries=512, hash_funcs=BY_DIGEST)
def scene(corpus: Corpus, n: int) -> Scene:
    """Merge n, counted from 1, at the beginning of the text or, where it first happens."""
    merge, every = learned(corpus)[n - 1], pieces(corpus)
    old, new = after(corpus, n - 1), after(corpus, n)
    opening = list(_passage(every, 0))
    if any(merge.rank in new.encode_ordinary(piece) for piece in opening):
        return _scene(opening, merge.rank, old, new, opening=True)
    for start, piece in enumerate(every[:SEARCHED]):
        if merge.merged not in piece.encode():
            continue
        if merge.rank in new.encode_ordinary(piece[:PASSAGE]):
            found = list(_passage(every, max(0, start - 4)))
            return _scene(found, merge.rank, old, new, opening=False)
    return _scene(opening, merge.rank, old, new, opening=True)


def _passage(every: list[str], start: int) -> Iterator[str]:
    """Pieces from one place on, PASSAGE characters together."""
    room = PASSAGE
    for piece in every[start:]:
        if room <= 0:
            return
        yield piece[:room]
        room -= len(piece)


def _scene(
    shown: list[str], made: int, old: BPETokenizer, new: BPETokenizer, *, opening: bool
) -> Scene:
    before = list(chain.from_iterable(map(old.encode_ordinary, shown)))
    then = list(chain.from_iterable(map(new.encode_ordinary, shown)))
    joining = chain.from_iterable([True, True] if i == made else [False] for i in then)
    return Scene(
        _shown([old.token_bytes(i) for i in before], joining),
        _shown([new.token_bytes(i) for i in then], (i == made for i in then)),
        opening,
    )


def _shown(tokens: list[bytes], framed: Iterable[bool]) -> list[Shown]:
    starts = accumulate(map(len, tokens), initial=0)
    return [Shown(*parts) for parts in zip(map(token_text, tokens), starts, framed, strict=False)]


# GPT-2's ------------------------------------------------------------------------------------------


def gpt2_pieces(text: str) -> list[str]:
    """The pieces of a typed text; each is merged by itself.

    Raises:
        ValueError: nothing was typed.
    """
    if not text:
        raise ValueError("type a word to see its merges")
    return tokenizers.split_pieces(text[:WORD])


@st.cache_resource(show_spinner=False, max_entries=256)
def replay(piece: str) -> list[ReplayStep]:
    """One piece on its way from bytes to GPT-2's tokens."""
    return list(tokenizers.gpt2_bpe().replay(piece))


def left(steps: list[ReplayStep]) -> str:
    """Which of TOKENS_LEFT is true."""
    return TOKENS_LEFT[min(len(steps[-1].parts), len(TOKENS_LEFT)) - 1]


class Agreement(NamedTuple):
    """Our ids of a text against tiktoken's."""

    tokens: int
    equal: bool


@st.cache_data(show_spinner=False, max_entries=256)
def ids(piece: str) -> tuple[list[int], list[int]]:
    """The ids where replaying ends, and tiktoken's, each computed by its own program."""
    ranks = tokenizers.gpt2_bpe().ranks
    ours = [ranks[part] for part in replay(piece)[-1].parts]
    return ours, cached.gpt2_tokenizer().encode_ordinary(piece)


@st.cache_data(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def agreement(corpus: Corpus) -> Agreement:
    """Our program against tiktoken on the whole text."""
    ours = tokenizers.gpt2_bpe().encode(corpus.text, allowed_special={END_OF_TEXT})
    return Agreement(len(ours), ours == views.gpt2_ids(corpus))
