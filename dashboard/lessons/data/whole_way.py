"""The whole way in one picture: text, tokens, ids, vectors, places, and what enters the model."""

from html import escape
from pathlib import Path
from typing import NamedTuple, cast

import streamlit as st
import torch
from torch import Tensor, nn

from dashboard import cached
from dashboard.corpus_choice import BY_DIGEST, Corpus
from dashboard.lessons.data import cells
from dashboard.lessons.data.places import CHANNELS, Embedded
from dashboard.wording import counted
from llm_core import batches, embeddings, tokenizers
from llm_core.random_state import RandomState

MOST_TOKENS = 20
"""Tokens of the sentence that are drawn."""

STARTER, COURSE = "Starter model", "GPT-2's tokens, new tables"
COURSE_CHANNELS, COURSE_SEED = 256, 123
"""As in the course: tables that nobody has trained yet."""

SHAPES = ("windows × tokens", "windows × tokens × channels", "windows × tokens × vocabulary")
"""Guesses about what enters the model."""

_FIRST = 8  # ids of a batch that are shown, in each direction
_CSS = (Path(__file__).parent / "whole_way.css").read_text(encoding="utf-8")


def picture(sentence: str, found: Embedded) -> str:
    """Stations from left to right, one line for each token: HTML.

    A token under the pointer, in the text or in its line, stands out at every station.
    """
    pieces = found.pieces
    drawn = range(min(len(pieces), MOST_TOKENS))
    text = "".join(
        f'<bdi class="piece at-{i}" style="--tint: var(--token-{i % 7})">'
        f"{_written(pieces[i])}</bdi>"
        for i in drawn
    )
    rest = f" … and {len(pieces) - MOST_TOKENS} more" if len(pieces) > MOST_TOKENS else ""
    n_tokens, channels = found.steps.sum.shape
    stations = (
        ("tokens", f"{n_tokens}", 1),
        ("ids", f"{n_tokens}", 1),
        ("token vectors", f"{n_tokens} × {channels}", CHANNELS),
        ("", "", 1),
        ("places", f"{n_tokens} × {channels}", CHANNELS),
        ("", "", 1),
        ("what enters", f"{n_tokens} × {channels}", CHANNELS),
    )
    head = "".join(
        f'<th scope="col" colspan="{wide}">{name}<small>{shape}</small></th>' if name
        else "<th></th>"
        for name, shape, wide in stations
    )  # fmt: skip
    vectors = [
        part[:MOST_TOKENS, :CHANNELS]
        for part in (found.steps.token_vectors, found.steps.position_vectors, found.steps.sum)
    ]
    most = max(float(part.abs().max()) for part in vectors)
    lines = "".join(_line(i, found, vectors, most) for i in drawn)
    letters = counted(len(sentence), "character")
    return (
        f"<style>{_CSS}{_together()}</style>"
        f'<div class="way"><p class="label">text <small>{letters}</small></p>'
        f'<p class="text">{text}<span>{rest}</span></p>'
        f'<div class="cells" tabindex="0"><table><tr>{head}</tr>{lines}</table></div></div>'
    )


def _line(i: int, found: Embedded, vectors: list[Tensor], most: float) -> str:
    """One token at every station."""
    token, place, total = (
        "".join(cells.cell(value, most) for value in part[i].tolist()) for part in vectors
    )
    return (
        f'<tr class="at-{i}" tabindex="0"><td><span class="chip" style="--tint: var(--token-{i % 7}'
        f')"><bdi>{escape(found.words[i])}</bdi></span></td><td class="id">{found.ids[i]}</td>'
        f'{token}<td class="sign">+</td>{place}<td class="sign">=</td>{total}</tr>'
    )


def _written(piece: str) -> str:
    """A piece of the text as it reads; what cannot be printed has a sign of its own."""
    return escape("".join(c if c.isprintable() or c == "\n" else "·" for c in piece))


def _together() -> str:
    """Rules that light a token everywhere while the pointer or the keyboard is on it anywhere."""
    return "".join(
        f".way.way:has(.at-{i}:is(:hover, :focus)) .at-{i} {{ --lit: var(--accent); opacity: 1; }}"
        for i in range(MOST_TOKENS)
    )


def show(sentence: str, found: Embedded) -> None:
    """Draw the picture of a sentence."""
    cells.show(picture(sentence, found))


# A batch ------------------------------------------------------------------------------------------


class Pipeline(NamedTuple):
    """Shapes on the way from a text to what enters a model."""

    characters: int
    tokens: int
    windows: tuple[int, ...]
    """(W, T)"""
    batch: tuple[int, ...]
    """(B, T)"""
    vectors: tuple[int, ...]
    """(B, T, C)"""
    first: list[list[int]]
    """Ids in the corner of the batch."""

    @property
    def kind(self) -> str:
        """Which of `SHAPES` the last shape is."""
        return SHAPES[1] if len(self.vectors) == 3 else SHAPES[0]


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=BY_DIGEST)
def pipeline(
    corpus: Corpus, whose: str, batch_size: int, context_length: int, stride: int
) -> Pipeline:
    """The whole way, run once: text, ids, windows, one batch, its vectors.

    Raises:
        ValueError: the text is shorter than one window, or has too few windows for a batch.
    """
    tokenizer = cast(tokenizers.BPETokenizer, cached.starter().tokenizer)
    reader = cached.gpt2_tokenizer() if whose == COURSE else tokenizer
    loader = batches.create_dataloader_v1(
        corpus.text, batch_size, context_length, stride, shuffle=False, tokenizer=reader
    )
    dataset = cast(batches.GPTDatasetV1, loader.dataset)
    with RandomState(0).borrowed():  # a loader draws whenever it begins, even unshuffled
        inputs, _ = next(iter(loader), (None, None))
    if inputs is None:
        raise ValueError(
            f"the text gives {len(dataset)} windows, fewer than a batch of {batch_size}; "
            "use a longer text, a shorter window or a smaller batch"
        )
    tok_emb, pos_emb = _tables(whose, context_length)
    with torch.inference_mode():
        vectors = embeddings.embed(inputs, tok_emb, pos_emb).sum  # (B, T, C)
    return Pipeline(
        len(corpus.text),
        len(reader.encode_ordinary(corpus.text)),
        tuple(dataset.input_ids.shape),
        tuple(inputs.shape),
        tuple(vectors.shape),
        inputs[:_FIRST, :_FIRST].tolist(),
    )


def _tables(whose: str, context_length: int) -> tuple[nn.Embedding, nn.Embedding]:
    """The tables of tokens and of places."""
    if whose == STARTER:
        model = cached.starter().model
        return model.tok_emb, model.pos_emb
    with RandomState(COURSE_SEED).borrowed():
        tokens = nn.Embedding(cached.gpt2_tokenizer().n_vocab, COURSE_CHANNELS)
        return tokens, nn.Embedding(context_length, COURSE_CHANNELS)


def stations(made: Pipeline) -> str:
    """The shapes at every station of a batch: HTML."""
    named = {
        "text": counted(made.characters, "character"),
        "ids": f"{made.tokens:,}",
        "windows": " × ".join(f"{n:,}" for n in made.windows),
        "one batch": " × ".join(map(str, made.batch)),
        "what enters": " × ".join(map(str, made.vectors)),
    }
    boxes = "".join(
        f"<div><span>{name}</span><b>{shape}</b></div>" for name, shape in named.items()
    )
    return f"<style>{_CSS}</style><div class='stations'>{boxes}</div>"


def corner(made: Pipeline) -> str:
    """The first ids of the batch, one window a line."""
    more = " …" if made.batch[1] > _FIRST else ""
    lines = ["  ".join(f"{i:>5}" for i in row) + more for row in made.first]
    if made.batch[0] > _FIRST:
        lines.append("    …")
    return "\n".join(lines)
