"""Where a token stands, as a vector: added to the token's own, shuffled, and the whole table."""

import codecs
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from types import MappingProxyType
from typing import Any, NamedTuple

import streamlit as st
import tiktoken
import torch
from torch import Tensor

from dashboard import cached, charts, chips, own_run, palette, weights_source
from dashboard.drawn import kept
from dashboard.lessons.data import cells
from llm_core import embeddings
from llm_core.attention import largest_difference
from llm_core.gpt import GPTModel
from llm_core.tokenizers import BPETokenizer

STARTER, OWN = "Starter model", "My model"

CHANNELS = 6
"""Of each vector, drawn; the rest would only be more of the same."""
_MOST_ROWS = 14  # tokens of a shuffled sentence that are listed
_SIDE = 64  # squares of a heatmap along each side


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
    try:
        return chips.visible(token.decode("utf-8"))
    except UnicodeDecodeError:
        return f"‹{token.hex(' ')}›"


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


# The table of places ------------------------------------------------------------------------------

WAVES = "Waves"
TABLES, ALIKE = "The tables", "How alike the places are"
GUESSES = MappingProxyType(
    {"The next one": 0.0, "One in the middle of the table": 0.5, "The last one": 1.0}
)
"""Places to compare one with, and how far in the table they stand; 0 stands for the next one."""


class Structure(NamedTuple):
    """A model's table of places, beside waves of the same size."""

    tables: dict[str, Tensor]
    """By name, (T, C) each."""
    alike: dict[str, Tensor]
    """Cosine of the angle between every two places, (T, T)."""
    by_distance: dict[str, Tensor]
    """How alike places k apart are on average, (T,)."""


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=BY_NAME)
def structure(source: Source) -> Structure:
    """Both tables, and how alike their places are.

    Raises:
        ValueError: the table has too few places for anything to be seen.
    """
    own = source.model.pos_emb.weight.detach().float()
    if len(own) < 8:
        raise ValueError(
            f"this model has {len(own)} places only; look at one with a context of 8 or more"
        )
    tables = {WAVES: embeddings.sinusoidal_positions(*own.shape), source.title: own}
    return Structure(
        tables,
        {name: embeddings.similarities(table) for name, table in tables.items()},
        {name: embeddings.similarity_by_distance(table) for name, table in tables.items()},
    )


def compared(source: Source) -> tuple[int, dict[str, tuple[int, float]]]:
    """A place of the model's table, and for each of `GUESSES` its place and how alike the two are.

    Places count from 1.
    """
    alike = structure(source).alike[source.title]
    at, last = len(alike) // 4, len(alike) - 1
    others = {name: round(share * last) if share else at + 1 for name, share in GUESSES.items()}
    return at + 1, {name: (i + 1, float(alike[at, i])) for name, i in others.items()}


def told(others: Mapping[str, tuple[int, float]]) -> str:
    """How alike each of these places is, as a sentence."""
    parts = [f"{value:.2f} to place {place}" for place, value in others.values()]
    return f"The cosine of the angle: {', '.join(parts)}."


def what_is_drawn(source: Source, what: str) -> str:
    """Which part of the tables the heatmaps show, and what to look for."""
    n_places, n_channels = structure(source).tables[WAVES].shape
    if what == TABLES:
        channels = len(_spaced(n_channels))
        some = f"{channels} of {n_channels}" if channels < n_channels else f"all {n_channels}"
        return (
            f"The first {min(_SIDE, n_places)} of {n_places:,} places in {some} channels. The "
            "colours end where one number in a hundred lies beyond."
        )
    some = f"{len(_spaced(n_places))} of {n_places:,}"
    return (
        f"{some if len(_spaced(n_places)) < n_places else f'All {n_places}'} places, each compared "
        "with each. Look how the colour fades away from the diagonal, and whether it comes back."
    )


@kept(BY_NAME)
def table_figure(source: Source, name: str, what: str) -> Any:
    """One of the two tables as a heatmap, or how alike its places are."""
    found = structure(source)
    if what == TABLES:
        table = found.tables[name]
        places = list(range(min(_SIDE, len(table))))
        channels = _spaced(table.shape[1])
        part = table[places][:, channels]
        strong = float(part.abs().quantile(0.99))
        return _picture(part, places, channels, "channels", "place {} → channel {}", strong)
    places = _spaced(len(found.alike[name]))
    part = found.alike[name][places][:, places]
    return _picture(part, places, places, "places", "place {} → place {}", 1.0)


def _spaced(count: int) -> list[int]:
    """At most `_SIDE` numbers below `count`, evenly spaced."""
    step = -(-count // _SIDE)
    return list(range(0, count, step))


def _picture(
    part: Tensor, rows: list[int], columns: list[int], title: str, told: str, most: float
) -> Any:
    marks = (range(0, len(rows), max(1, len(rows) // 8)), range(0, len(columns), 8))
    drawn = charts.heatmap(
        part.clamp(-most, most).numpy(),
        rows=[str(i + 1) for i in rows],
        columns=[str(i + 1) for i in columns],
        row_title="places",
        column_title=title,
        diverging=True,
        low=-most,
        high=most,
        numbers=False,
    )
    drawn.data[0].customdata = [[told.format(r + 1, c + 1) for c in columns] for r in rows]
    drawn.data[0].hovertemplate = "%{customdata}: %{z:.3f}<extra></extra>"
    drawn.data[0].update(xgap=0, ygap=0)
    drawn.update_layout(
        margin={"l": 56},
        yaxis={"tickvals": list(marks[0]), "ticktext": [str(rows[i] + 1) for i in marks[0]]},
        xaxis={"tickvals": list(marks[1]), "ticktext": [str(columns[i] + 1) for i in marks[1]]},
    )
    return drawn


@kept(BY_NAME)
def distance_figure(source: Source) -> Any:
    """How alike places are, by how far they stand apart."""
    found = structure(source).by_distance
    steps = list(range(len(found[WAVES])))
    return charts.curves(
        {name: (steps, values.tolist()) for name, values in found.items()},
        colours={WAVES: palette.MUTED, source.title: palette.ACCENT},
        dashed=frozenset({WAVES}),
        x_title="places apart",
        y_title="cosine similarity, mean",
        x_range=(0, len(steps) - 1),
        y_range=(-1.0, 1.05),
    )
