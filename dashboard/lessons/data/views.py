"""What the data page shows: the learner's text on its way to vectors, step by step.

Each function is one or two calls into llm_core, kept in a cache; what they give is only read.
`figures.py` draws it.
"""

from typing import NamedTuple

import streamlit as st

from dashboard import cached
from dashboard.corpus_choice import BY_DIGEST, Corpus
from llm_core import batches, tokenizers

SPECIAL = ("<|endoftext|>", "<|unk|>")
OPENING = 220
"""Characters of the text that are shown piece by piece."""
PREVIEW = 80
"""Characters of the text that stand at the top of the page: one line, in large letters too."""
TRAINED_ON = 20_000
"""Characters our own byte pairs are learnt from, so that every step comes at once."""
MERGES = 400
"""Merges our own byte pairs are learnt for."""


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=BY_DIGEST)
def opening(corpus: Corpus) -> str:
    """The first lines of the text, cut between two words where it has any."""
    start = corpus.text.lstrip()[:OPENING]
    cut = start.rfind(" ")
    return start if len(start) < OPENING or cut < OPENING // 2 else start[:cut]


@st.cache_data(show_spinner=False, max_entries=32, hash_funcs=BY_DIGEST)
def preview(corpus: Corpus) -> str:
    """How the text begins, in one line."""
    line = " ".join(opening(corpus).split())
    return line if len(corpus.text) <= PREVIEW else f"{line[:PREVIEW].rstrip()} …"


def is_long(corpus: Corpus) -> bool:
    """Whether only the beginning of the text is counted."""
    return len(corpus.text) > TRAINED_ON


def sample(corpus: Corpus) -> str:
    """What to call the part of the text that is counted."""
    return f"its first {TRAINED_ON:,} characters" if is_long(corpus) else "the text"


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=BY_DIGEST)
def with_marks(corpus: Corpus) -> str:
    """One of the first lines, the one with the most kinds of punctuation: worth cutting."""
    lines = [line[:OPENING] for line in corpus.text[:TRAINED_ON].splitlines() if line.strip()]
    return max(lines, key=lambda line: len(set(line) & set(",.:;?!\"'()-_")))


class Piece(NamedTuple):
    """One byte-pair token."""

    token_id: int
    text: str
    """As it stands on a chip: bytes that are no whole character are written as numbers."""
    note: str
    """Its bytes."""


def _piece(token_id: int, written: bytes) -> Piece:
    note = f"{len(written)} bytes: {written[:24].hex(' ')}"
    try:
        return Piece(token_id, written.decode("utf-8"), note)
    except UnicodeDecodeError:
        return Piece(token_id, f"‹{written.hex(' ')}›", note)


# Words --------------------------------------------------------------------------------------------


@st.cache_data(show_spinner=False, max_entries=128)
def cuts(passage: str) -> tokenizers.SplitSteps:
    """The passage cut in four ways, each better than the one before."""
    return tokenizers.split_in_steps(passage)


def news(before: list[str], after: list[str]) -> list[str]:
    """For each piece a mark: "lit" where the last way of cutting did not have it."""
    known = set(before)
    return ["" if piece in known else "lit" for piece in after]


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def words(corpus: Corpus) -> list[str]:
    """The whole text as words and marks."""
    return tokenizers.split_words(corpus.text)


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def knows(corpus: Corpus, special: bool) -> tokenizers.SimpleTokenizerV1:
    """A word tokenizer for the vocabulary of the text, with or without the special tokens."""
    kind = tokenizers.SimpleTokenizerV2 if special else tokenizers.SimpleTokenizerV1
    return kind(tokenizers.build_vocabulary(words(corpus), SPECIAL if special else ()))


# Byte pairs ---------------------------------------------------------------------------------------


@st.cache_data(show_spinner=False, max_entries=128)
def gpt2_pieces(text: str) -> list[Piece]:
    """A text in GPT-2's tokens; `<|endoftext|>` is read as the special token."""
    tokenizer = tokenizers.gpt2_bpe()
    ids = tokenizer.encode(text, allowed_special={SPECIAL[0]}, disallowed_special=())
    return [_piece(i, tokenizer.token_bytes(i)) for i in ids]


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def gpt2_ids(corpus: Corpus) -> list[int]:
    """The whole text in GPT-2's tokens."""
    return cached.gpt2_tokenizer().encode(
        corpus.text, allowed_special={SPECIAL[0]}, disallowed_special=()
    )


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def merges(corpus: Corpus) -> list[tokenizers.Merge]:
    """Byte pairs learnt from the text's beginning, one merge after the other."""
    part = corpus.text[:TRAINED_ON]
    return list(tokenizers.train_steps(part, 257 + MERGES, n_candidates=8))


@st.cache_resource(show_spinner=False, max_entries=128, hash_funcs=BY_DIGEST)
def after_merges(corpus: Corpus, n: int) -> list[Piece]:
    """The opening of the text after the first n merges."""
    learned = [merge.pair for merge in merges(corpus)[:n]]
    tokenizer = tokenizers.BPETokenizer.from_merges(learned)
    ids = tokenizer.encode_ordinary(opening(corpus))
    return [_piece(i, tokenizer.token_bytes(i)) for i in ids]


# Windows ------------------------------------------------------------------------------------------


class Sliding(NamedTuple):
    """Windows over a text, and what they leave out or read twice."""

    windows: batches.Windows
    overlap: int
    """Tokens that a window shares with the next one."""
    skipped: int
    """Tokens between a window and the next one that no window reads."""
    tail: int
    """Tokens at the end that fill no window."""


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=BY_DIGEST)
def slide(corpus: Corpus, context_length: int, stride: int) -> Sliding:
    """Slide a window over the text's ids.

    Raises:
        ValueError: the text is shorter than one window.
    """
    ids = gpt2_ids(corpus)
    made = batches.windows(ids, context_length, stride)
    read = (len(made.inputs) - 1) * stride + context_length + 1  # inputs and the last target
    return Sliding(
        made, max(0, context_length - stride), max(0, stride - context_length), len(ids) - read
    )


@st.cache_data(show_spinner=False, max_entries=256, hash_funcs=BY_DIGEST)
def window_rows(corpus: Corpus, context_length: int, stride: int, most: int) -> list[list[Piece]]:
    """The first windows, inputs and targets in turn."""
    made = slide(corpus, context_length, stride).windows
    decode = cached.gpt2_tokenizer().decode_single_token_bytes
    rows = zip(made.inputs[:most].tolist(), made.targets[:most].tolist(), strict=True)
    return [[_piece(i, decode(i)) for i in row] for pair in rows for row in pair]
