"""What the data page shows: the learner's text on its way to vectors, step by step.

Each function is one or two calls into llm_core, kept in a cache; what they give is only read.
`figures.py` draws it.
"""

from collections import Counter
from typing import NamedTuple, cast

import streamlit as st
import torch
from torch import Tensor, nn

from dashboard import cached, chips
from dashboard.corpus_choice import BY_DIGEST, Corpus
from llm_core import batches, embeddings, tokenizers
from llm_core.attention import largest_difference
from llm_core.random_state import RandomState

END_OF_TEXT = "<|endoftext|>"
OPENING = 220
"""Characters of the text that are shown piece by piece."""
PREVIEW = 80
"""Characters of the text that stand at the top of the page: one line, in large letters too."""
TRAINED_ON = 20_000
"""Characters our own byte pairs are learnt from, so that every step comes at once."""
MAP_TOKENS = 90
"""Tokens on the map of vectors."""
MAP_NAMES = 40
"""Tokens on the map whose names are written; more would overprint each other."""


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
    lines = lines or [corpus.text.strip()[:OPENING]]
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


# Byte pairs ---------------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def gpt2_ids(corpus: Corpus) -> list[int]:
    """The whole text in GPT-2's tokens."""
    return cached.gpt2_tokenizer().encode(
        corpus.text, allowed_special={END_OF_TEXT}, disallowed_special=()
    )


# Vectors ------------------------------------------------------------------------------------------


class LookUp(NamedTuple):
    """The course's embedding of six tokens in three numbers each, and one look-up in it."""

    table: Tensor
    """(6, 3)"""
    one_hot: Tensor
    """(1, 6)"""
    looked_up: Tensor
    """(1, 3)"""
    multiplied: Tensor
    """(1, 3)"""
    gap: float


@st.cache_resource(show_spinner=False, max_entries=64)
def look_up(token_id: int, seed: int) -> LookUp:
    """One id through `nn.Embedding`, and through a product of matrices."""
    with RandomState(seed).borrowed():
        layer = nn.Embedding(6, 3)
    ids = torch.tensor([token_id])
    with torch.inference_mode():
        row = layer(ids)  # (1, 3)
        product = embeddings.look_up_by_product(ids, layer.weight)
    gap = largest_difference(row, product.vectors)
    return LookUp(layer.weight.detach(), product.one_hot, row, product.vectors, gap)


class Embedded(NamedTuple):
    """A sentence as it enters the starter model."""

    words: list[str]
    steps: embeddings.EmbeddingSteps


@st.cache_resource(show_spinner=False, max_entries=64)
def embedded(sentence: str) -> Embedded:
    """Token vectors plus position vectors of a sentence, in the starter model."""
    loaded = cached.starter()
    ids = loaded.tokenizer.encode_ordinary(sentence)[: loaded.config.context_length]
    with torch.inference_mode():
        steps = embeddings.embed(torch.tensor(ids), loaded.model.tok_emb, loaded.model.pos_emb)
    return Embedded([chips.visible(loaded.tokenizer.decode([i])) for i in ids], steps)


class Map(NamedTuple):
    """Token vectors of a text, flattened."""

    words: list[str]
    projection: embeddings.Projection
    share: float
    """Of all difference between the vectors, what can be seen; between 0 and 1."""
    frequent: frozenset[int]
    """Places in `words` of the most frequent ones."""


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=BY_DIGEST)
def flat_map(corpus: Corpus, dimensions: int) -> Map:
    """The starter model's vectors of the text's first different tokens, seen where they differ."""
    loaded = cached.starter()
    ids = loaded.tokenizer.encode_ordinary(corpus.text[:TRAINED_ON])
    different = list(dict.fromkeys(ids))[:MAP_TOKENS]
    vectors = loaded.model.tok_emb.weight.detach()[different]  # (N, C)
    names = [chips.visible(loaded.tokenizer.decode([i])) for i in different]
    seen = embeddings.principal_components(vectors, dimensions)
    times = Counter(ids)
    order = sorted(range(len(names)), key=lambda place: -times[different[place]])
    return Map(names, seen, sum(seen.explained.tolist()), frozenset(order[:MAP_NAMES]))


class Pipeline(NamedTuple):
    """Shapes on the way from a text to what enters the starter model."""

    characters: int
    tokens: int
    windows: tuple[int, ...]
    """(W, T)"""
    batch: tuple[int, ...]
    """(B, T)"""
    vectors: tuple[int, ...]
    """(B, T, C)"""


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=BY_DIGEST)
def pipeline(corpus: Corpus, batch_size: int, context_length: int, stride: int) -> Pipeline:
    """The whole way, run once: text, ids, windows, one batch, its vectors.

    Raises:
        ValueError: the text is shorter than one window, or has too few windows for a batch.
    """
    model = cached.starter().model
    tokenizer = cast(tokenizers.BPETokenizer, cached.starter().tokenizer)
    loader = batches.create_dataloader_v1(
        corpus.text, batch_size, context_length, stride, shuffle=False, tokenizer=tokenizer
    )
    dataset = cast(batches.GPTDatasetV1, loader.dataset)
    with RandomState(0).borrowed():  # a loader draws whenever it begins, even unshuffled
        inputs, _ = next(iter(loader), (None, None))
    if inputs is None:
        raise ValueError(
            f"the text gives {len(dataset)} windows, fewer than a batch of {batch_size}; "
            "use a longer text, a shorter window or a smaller batch"
        )
    with torch.inference_mode():
        vectors = embeddings.embed(inputs, model.tok_emb, model.pos_emb).sum  # (B, T, C)
    return Pipeline(
        len(corpus.text),
        len(tokenizer.encode_ordinary(corpus.text)),
        tuple(dataset.input_ids.shape),
        tuple(inputs.shape),
        tuple(vectors.shape),
    )
