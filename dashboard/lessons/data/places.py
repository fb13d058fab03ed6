"""Where a token stands, as a vector: added to the token's own, and what shuffling then changes."""

import codecs
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

import streamlit as st
import tiktoken
import torch
from torch import Tensor

from dashboard import cached, chips, own_run, weights_source
from dashboard.lessons.data import cells
from dashboard.lessons.data.written import token_text
from dashboard.wording import counted
from llm_core import embeddings
from llm_core.attention import largest_difference
from llm_core.gpt import GPTModel
from llm_core.tokenizers import BPETokenizer

STARTER, OWN = "Starter model", "My model"

CHANNELS = 6
"""Of each vector, drawn; the rest would only be more of the same."""
_MOST_ROWS = 14  # tokens of a shuffled sentence that are listed


@dataclass(frozen=True)
class Source:
    """A model whose tables are looked at. Shared: nobody may change it."""

    name: str
    """Names it in caches."""
    title: str
    """Names it on the page."""
    model: GPTModel = field(repr=False)
    tokenizer: cached.Tokenizer = field(repr=False)

    def bytes_of(self, token_id: int) -> bytes:
        """What a token stands for."""
        if isinstance(self.tokenizer, BPETokenizer):
            return self.tokenizer.token_bytes(token_id)
        if isinstance(self.tokenizer, tiktoken.Encoding):
            return self.tokenizer.decode_single_token_bytes(token_id)
        return self.tokenizer.decode([token_id]).encode("utf-8", "replace")

    def read(self, text: str) -> list[int]:
        """The text's ids, as many as the model has places for."""
        return self.tokenizer.encode_ordinary(text)[: self.model.pos_emb.num_embeddings]


BY_NAME: dict[str | type[Any], Callable[[Any], Any]] = {Source: lambda source: source.name}
"""For a cached function that takes a Source: `hash_funcs=BY_NAME`."""


def starter() -> Source:
    """The small model that comes with the project."""
    loaded = cached.starter()
    return Source(loaded.name, STARTER, loaded.model, loaded.tokenizer)


def sources() -> dict[str, Source]:
    """Models in memory by their titles: the starter, the learner's own, and opened weights."""
    found = {STARTER: starter()}
    if own := own_run.own_model():
        found[OWN] = Source(own.name, OWN, own.model, own.tokenizer)
    opened = weights_source.shown()
    if opened.title not in found:
        found[opened.title] = Source(opened.key, opened.title, opened.model, opened.tokenizer)
    return found


def choose() -> Source:
    """Draw the choice of a model, where there is one."""
    found = sources()
    if len(found) == 1:
        return found[STARTER]
    title = st.segmented_control(
        "Vectors of", list(found), default=STARTER, required=True, key="data.places_of",
        bind="query-params",
    )  # fmt: skip
    return found.get(str(title), found[STARTER])


def choose_again() -> Source:
    """The model chosen above."""
    found = sources()
    return found.get(str(st.session_state.get("data.places_of")), found[STARTER])


# Adding -------------------------------------------------------------------------------------------


class Embedded(NamedTuple):
    """A sentence as it enters a model."""

    words: list[str]
    """The tokens as they stand on chips: bytes that are no whole character as numbers."""
    pieces: list[str]
    """The tokens as they read, joined the sentence: a character comes with its last byte."""
    ids: list[int]
    steps: embeddings.EmbeddingSteps


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=BY_NAME)
def embedded(source: Source, sentence: str) -> Embedded:
    """Token vectors plus position vectors of a sentence."""
    ids = source.read(sentence)
    with torch.inference_mode():
        steps = embeddings.embed(torch.tensor(ids), source.model.tok_emb, source.model.pos_emb)
    parts = [source.bytes_of(i) for i in ids]
    reader = codecs.getincrementaldecoder("utf-8")("replace")
    pieces = [reader.decode(part) for part in parts]
    return Embedded([on_a_chip(part) for part in parts], pieces, ids, steps)


def on_a_chip(token: bytes) -> str:
    """A token as it stands on a chip.

    >>> on_a_chip(b" caf"), on_a_chip(b"\\xc3")
    ('␣caf', '‹c3›')
    """
    return chips.visible(token_text(token))


def adding_up(found: Embedded, place: int) -> str:
    """A token's vector, its place's vector and their sum, the first channels: HTML."""
    rows = {
        "token": found.steps.token_vectors[place, :CHANNELS].tolist(),
        f"+ place {place + 1}": found.steps.position_vectors[place, :CHANNELS].tolist(),
        "= input": found.steps.sum[place, :CHANNELS].tolist(),
    }
    most = max(abs(value) for row in rows.values() for value in row)
    lines = "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(cells.cell(value, most, digits=3) for value in row)
        + "</tr>"
        for name, row in rows.items()
    )
    numbers = "".join(f"<th>{i + 1}</th>" for i in range(len(rows["token"])))
    head = f'<tr><th scope="col">channel</th>{numbers}</tr>'
    return f'<div class="cells adding" tabindex="0"><table>{head}{lines}</table></div>'


# Shuffling ----------------------------------------------------------------------------------------

WITHOUT, WITH = "Without places", "With places"


class Shuffled(NamedTuple):
    """The tokens of a sentence in another order, as two sets of vectors beside the first ones."""

    tokens: list[str]
    came_from: list[int]
    """For each token the place it had before."""
    distances: dict[str, Tensor]
    """Without and with places: how far each vector is from the nearest of the old ones, (T,)."""
    sums: dict[str, float]
    """Without and with places: the largest difference between the sums of all vectors."""

    @property
    def told_apart(self) -> list[str]:
        """In which of the two cases the set of vectors has changed."""
        return [name for name, gaps in self.distances.items() if bool(gaps.any())]


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=BY_NAME)
def shuffled(source: Source, sentence: str, seed: int) -> Shuffled:
    """The sentence's tokens in an order that differs.

    Raises:
        ValueError: it has fewer than two different tokens.
    """
    before = embedded(source, sentence)
    if len(set(before.ids)) < 2:
        raise ValueError(
            "there is no other order of these tokens; write a sentence with two different words"
        )
    order, dice = list(range(len(before.ids))), random.Random(seed)
    while [before.ids[i] for i in order] == before.ids:
        dice.shuffle(order)
    ids = torch.tensor([before.ids[i] for i in order])
    with torch.inference_mode():
        after = embeddings.embed(ids, source.model.tok_emb, source.model.pos_emb)
        pairs = {
            WITHOUT: (after.token_vectors, before.steps.token_vectors),
            WITH: (after.sum, before.steps.sum),
        }
        distances = {
            name: embeddings.distances_to_nearest(new, old) for name, (new, old) in pairs.items()
        }
        sums = {
            name: largest_difference(new.double().sum(0), old.double().sum(0))
            for name, (new, old) in pairs.items()
        }
    return Shuffled([before.words[i] for i in order], order, distances, sums)


def more_rows(found: Shuffled) -> str:
    """How many tokens the table has no room for, as a sentence; "" if it holds all."""
    more = len(found.tokens) - _MOST_ROWS
    if more <= 0:
        return ""
    return f" {counted(more, 'more token')} {'is' if more == 1 else 'are'} not shown."


def shuffle_table(found: Shuffled) -> str:
    """Each token in its new place, and how far its vector is from all that were there: HTML."""
    most = max(float(gaps.max()) for gaps in found.distances.values())
    columns = [gaps.tolist() for gaps in found.distances.values()]
    lines = []
    for place, token in enumerate(found.tokens[:_MOST_ROWS]):
        cut = "".join(cells.cell(column[place], most, digits=3) for column in columns)
        lines.append(
            f'<tr><td>{place + 1}</td><td><span class="chip" style="--tint: var(--token-'
            f'{found.came_from[place] % 7})"><bdi>{escape(token)}</bdi></span></td>'
            f"<td>{found.came_from[place] + 1}</td>{cut}</tr>"
        )
    names = "".join(f'<th scope="col">{name.lower()}</th>' for name in found.distances)
    head = f'<tr><th scope="col">now at</th><th></th><th scope="col">was at</th>{names}</tr>'
    return f'<div class="cells" tabindex="0"><table>{head}{"".join(lines)}</table></div>'
