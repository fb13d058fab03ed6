"""The vocabulary of the learner's text: found, encoded with, and repaired by special tokens."""

import streamlit as st

from dashboard import chips
from dashboard.components.tokens import Chip, Lane
from dashboard.corpus_choice import BY_DIGEST, Corpus
from dashboard.wording import counted
from llm_core import tokenizers
from llm_core.batches import END_OF_TEXT

END, UNKNOWN = SPECIAL = (END_OF_TEXT, "<|unk|>")
"""The special tokens, in the order of their ids."""
LISTED = 51
"""Entries of the vocabulary that are listed at once, as many as the course prints."""


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def words(corpus: Corpus) -> list[str]:
    """The whole text as words and marks."""
    return tokenizers.split_words(corpus.text)


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def knows(corpus: Corpus, special: bool) -> tokenizers.SimpleTokenizerV1:
    """A word tokenizer for the vocabulary of the text, with or without the special tokens."""
    kind = tokenizers.SimpleTokenizerV2 if special else tokenizers.SimpleTokenizerV1
    return kind(tokenizers.build_vocabulary(words(corpus), SPECIAL if special else ()))


def found(tokenizer: tokenizers.SimpleTokenizerV1, asked: str) -> dict[str, int]:
    """Entries that hold what was asked for; a number asks for the entry with this id as well."""
    wanted = asked.strip().casefold()
    return {
        token: token_id
        for token, token_id in tokenizer.str_to_int.items()
        if wanted in token.casefold() or wanted == str(token_id)
    }


def lane(tokenizer: tokenizers.SimpleTokenizerV1, text: str, name: str) -> Lane:
    """A text in words and marks with their ids; those without one of their own are marked."""
    tokens = tokenizers.split_words(text)
    spare = tokenizer.str_to_int.get(UNKNOWN)
    unknown = 0
    drawn = []
    for token, place in zip(tokens, tokenizers.places(text, tokens), strict=True):
        token_id = tokenizer.str_to_int.get(token, spare)
        strange = token_id is None or (token_id == spare and token != UNKNOWN)
        unknown += strange
        note = "not in the vocabulary" if strange else ""
        mark = "bad" if strange else "new" if token == END else ""
        drawn.append(Chip(chips.visible(token), *place, token_id, note, mark))
    return Lane(
        name, drawn, counted(len(tokens), "token") + (f", {unknown} unknown" if unknown else "")
    )


def decoded(tokenizer: tokenizers.SimpleTokenizerV1, written: str) -> str:
    """The text of ids that somebody typed.

    Raises:
        ValueError: something else was typed.
        UnknownTokenError: a KeyError; no token has such an id.
    """
    parts = written.replace(",", " ").replace("[", " ").replace("]", " ").split()
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise ValueError("type whole numbers with blanks between them, for instance 5 0 12")
    return tokenizer.decode([int(part) for part in parts])
