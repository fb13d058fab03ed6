"""What several ideas of the data page read: the beginning of the learner's text, and its ids."""

import streamlit as st

from dashboard import cached
from dashboard.corpus_choice import BY_DIGEST, Corpus
from llm_core.batches import END_OF_TEXT

OPENING = 220
"""Characters of the text that are shown piece by piece."""
PREVIEW = 80
"""Characters of the text that stand at the top of the page: one line, in large letters too."""
SEARCHED = 20_000
"""Characters of the text in which a line is looked for."""


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


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=BY_DIGEST)
def with_marks(corpus: Corpus) -> str:
    """One of the first lines, the one with the most kinds of punctuation: worth cutting."""
    lines = [line[:OPENING] for line in corpus.text[:SEARCHED].splitlines() if line.strip()]
    lines = lines or [corpus.text.strip()[:OPENING]]
    return max(lines, key=lambda line: len(set(line) & set(",.:;?!\"'()-_")))


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def gpt2_ids(corpus: Corpus) -> list[int]:
    """The whole text in GPT-2's tokens."""
    return cached.gpt2_tokenizer().encode(
        corpus.text, allowed_special={END_OF_TEXT}, disallowed_special=()
    )
