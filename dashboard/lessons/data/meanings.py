"""Spaces of meaning: Word2Vec as a live run, the token table of a model, and their flat maps.

A `Space` is what the page looks at; nobody changes it any more. A run makes a new one every few
steps, and each of its maps is turned onto the one before, so that what moves has moved.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import streamlit as st
from torch import Tensor

from dashboard import jobs
from dashboard.charts.unfolded import unfolded
from dashboard.corpus_choice import BY_DIGEST, Corpus
from dashboard.lessons.data import places
from llm_core import tales, word2vec
from llm_core.embeddings import principal_components
from llm_core.random_state import RandomState
from llm_core.word2vec import SkipGram, Text, Word2VecConfig, WordVectors

KIND = "meanings"
"""The kind of run that learns vectors of words."""

TALES, MINE = "Our tales", "My text"
LEARNT, STARTER = "Word2Vec", places.STARTER

DOCUMENTS = 6000
"""Of the tales, read for one run."""
ON_THE_MAP = 330
"""Words on a map: those of the groups, and the most frequent ones."""

OF_A_TEXT = 120
"""Words on a map of the learner's text."""

GROUPS = MappingProxyType(
    {
        "children": "Anna Ben Clara Ella Finn Hugo Ivy Jack Jane Leo Lily Luke Lucy Max Mia Molly "
        "Ned Nora Oscar Paul Peter Rosa Ruby Ruth Sally Sam Tom Kate George Adam Emma",
        "animals": "fox bear otter mouse frog mole owl toad squirrel hedgehog beaver badger hare "
        "crow rook deer wren robin hen dog cat cow horse duck sheep goat pig",
        "food": "apple bread cake soup cheese honey milk butter pie pear plum carrot eggs nuts "
        "cherry bun rice jam tea sandwich",
        "trades": "baker miller farmer doctor teacher carpenter postman gardener tailor forester "
        "potter weaver shepherd nurse painter fisherman builder",
        "numbers": "two three four five six seven eight nine ten eleven twelve thirteen fourteen",
        "days and months": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January "
        "February March April June July August September October November December",
    }
)
"""Words that belong together. They colour the map; no model is told of them."""

_READ = 200_000  # characters of a text whose words are counted
_MAPS = 50  # of a run, evenly spaced
_BREATH = 150  # documents read between two breaths
_LEAST_WORDS = 2_500_000  # read in a run; a short text is read as often as that takes
_MOST_EPOCHS = 200


class Flat(NamedTuple):
    """Words seen from the side where they differ most."""

    coordinates: Tensor
    """(N, n)"""
    share: float
    """Of all difference between the vectors, what can be seen; between 0 and 1."""


class Moment(NamedTuple):
    """How a run's map looked at one time."""

    pairs: int
    loss: float | None
    """None before the first update."""
    flat: dict[int, Flat]
    """In 2 and in 3 dimensions."""


@dataclass(frozen=True, eq=False)
class Space:
    """Vectors of words to look at."""

    name: str
    """Changes with the vectors; caches use it in their place."""
    vectors: WordVectors
    shown: tuple[int, ...]
    """Rows that are on the map."""
    moments: tuple[Moment, ...]
    """How the map came to look as it does; a model that is at rest has one."""
    origin: str
    """Where the vectors come from, as a sentence."""

    def place(self, word: str) -> int | None:
        """The place of a word on the map, or None if it is not on it."""
        row = self.vectors.id_of(word)
        return self.shown.index(row) if row in self.shown else None


BY_NAME: dict[str | type[Any], Callable[[Any], Any]] = {Space: lambda space: space.name}
"""For a cached function that takes a Space: `hash_funcs=BY_NAME`."""


def start(learn_from: str, corpus: Corpus, seed: int) -> jobs.Job:
    """Begin a run for this session.

    Raises:
        ValueError: the server has no room for it now.
    """
    source = None if learn_from == TALES else corpus
    return jobs.start(
        KIND,
        steps(source, seed),
        settings={"text": source.title if source else "the tales", "seed": seed},
        total=Word2VecConfig().n_records,
    )


def steps(corpus: Corpus | None, seed: int) -> Callable[[jobs.Job], Iterator[Any]]:
    """The run itself, called on the scheduler's thread; `products["space"]` is its newest map."""

    def make_steps(job: jobs.Job) -> Iterator[Any]:
        documents: list[list[str]] = []
        for i, document in enumerate(_documents(corpus)):
            documents.append(word2vec.read_words(document))
            if i % _BREATH == 0:
                yield None
        text = word2vec.number_words(documents, 10 if corpus is None else 3)
        yield None
        config, random_state = recipe(text), RandomState(seed)
        with random_state.borrowed():
            model = SkipGram(len(text.words), config.emb_dim)
        named = f"learnt from {corpus.title if corpus else 'the tales'}"
        shown = on_the_map(text.words)
        _keep(job, model, text, shown, 0, None, named)
        yield None
        for record in word2vec.train_word2vec(model, text, config, random_state):
            yield record
            if (record.step + 1) % (config.n_records // _MAPS) == 0 or record.progress >= 1:
                _keep(job, model, text, shown, record.pairs, record.loss, named)

    return make_steps


def _documents(corpus: Corpus | None) -> Iterator[str]:
    if corpus is None:
        return (tales.document(number) for number in range(DOCUMENTS))
    return (part for part in corpus.text.split("\n\n") if part.strip())


def recipe(text: Text) -> Word2VecConfig:
    """How a text is learnt from: a short one more often, in smaller batches and less thinned."""
    standard = Word2VecConfig()
    epochs = round(_LEAST_WORDS / max(1, len(text.ids)))
    if epochs <= standard.epochs:
        return standard
    return Word2VecConfig(
        epochs=min(_MOST_EPOCHS, epochs), window=4, batch_size=512, learning_rate=0.01
    )


def _keep(
    job: jobs.Job, model: SkipGram, text: Text, shown: tuple[int, ...], pairs: int,
    loss: float | None, named: str,
) -> None:  # fmt: skip
    """Make what the page looks at: a copy of the vectors, and the next map."""
    vectors = WordVectors(text.words, model.centre.weight.detach().clone())
    last = cast("Space | None", job.products.get("space"))
    before = last.moments if last else ()
    flat = flattened(vectors, shown, before[-1].flat if before else {})
    origin = f"Vectors {named}, from {pairs:,} pairs of neighbours" + (
        f"; loss {loss:.2f}" if loss is not None else ", so still as drawn by chance"
    )
    moments = (*before, Moment(pairs, loss, flat))
    job.products["space"] = Space(f"{job.id} {len(moments)}", vectors, shown, moments, origin)


def flattened(
    vectors: WordVectors, shown: tuple[int, ...], before: dict[int, Flat]
) -> dict[int, Flat]:
    """The map in two and three dimensions, each turned onto the one before."""
    directions = vectors.directions()[list(shown)]  # (N, C)
    flat = {}
    for n in (2, 3):
        seen = principal_components(directions, n)
        turned = seen.coordinates
        if n in before:
            turned = word2vec.turned_onto(turned, before[n].coordinates)
        flat[n] = Flat(turned, float(seen.explained.sum()))
    return flat


def on_the_map(words: tuple[str, ...]) -> tuple[int, ...]:
    """Rows of the words of the groups, and of the first others, in the order of the vocabulary."""
    known = {word for group in GROUPS.values() for word in group.casefold().split()}
    rows = [row for row, word in enumerate(words) if word.casefold() in known]
    others = [
        row for row, word in enumerate(words) if word.casefold() not in known and word[0].isalpha()
    ]
    return tuple(sorted([*rows, *others[: max(0, ON_THE_MAP - len(rows))]]))


# What the page looks at ---------------------------------------------------------------------------


def choices() -> list[str]:
    """Whose vectors there are to see."""
    return [LEARNT, *places.sources()]


def learnt() -> Space | None:
    """The newest map of the run on screen, or None before there is one."""
    job = jobs.current(KIND)
    return cast("Space | None", job.products.get("space")) if job else None


def space(choice: str) -> Space:
    """What the page looks at; the starter model's table while there is nothing else."""
    if choice == LEARNT and (found := learnt()):
        return found
    return of_model(places.sources().get(choice) or places.starter())


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=places.BY_NAME)
def of_model(source: places.Source) -> Space:
    """The token table of a model: those of its tokens that are whole words.

    Raises:
        ValueError: there are fewer than ten.
    """
    table = source.model.tok_emb.weight.detach()
    n_tokens = min(len(table), source.tokenizer.n_vocab)
    tokens = [source.tokenizer.decode([i]) for i in range(n_tokens)]
    known = _words_of_the_tales()
    rows: dict[str, int] = {}
    for i, token in enumerate(tokens):
        if token[:1] == " " and len(token) > 2 and token[1:].casefold() in known:
            rows.setdefault(token[1:], i)
    if len(rows) < 10:
        raise ValueError(
            "this model's tokens are no whole words, so there is no map of words to draw; "
            "look at the starter model, or learn vectors here"
        )
    vectors = WordVectors(list(rows), table[list(rows.values())])
    shown = on_the_map(vectors.words)
    moment = Moment(0, None, flattened(vectors, shown, {}))
    origin = (
        f"The token table of “{source.title}”: {len(rows):,} of its {len(tokens):,} tokens "
        "are whole words"
    )
    return Space(f"table {source.name}", vectors, shown, (moment,), origin)


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=BY_NAME)
def redrawn(seen: Space, rows: tuple[int, ...]) -> Space:
    """The newest vectors with other words on the map."""
    last = seen.moments[-1]
    moment = Moment(last.pairs, last.loss, flattened(seen.vectors, rows, {}))
    return replace(seen, name=f"{seen.name} {hash(rows)}", shown=rows, moments=(moment,))


def with_words(seen: Space, words: Iterable[str]) -> Space:
    """The same with these words on the map, if one of them is not there yet."""
    rows = {seen.vectors.id_of(word) for word in words}
    if rows <= set(seen.shown):
        return seen
    return redrawn(seen, tuple(sorted(rows | set(seen.shown))))


@st.cache_data(show_spinner=False, max_entries=32, hash_funcs=BY_NAME | BY_DIGEST)
def words_of(seen: Space, corpus: Corpus) -> tuple[int, ...]:
    """Rows of the words that stand in a text most often, in the order of the vocabulary.

    Raises:
        ValueError: fewer than four of its words are known.
    """
    read = word2vec.read_words(corpus.text[:_READ])
    counts = Counter(seen.vectors.id_of(word) for word in read if word in seen.vectors)
    if len(counts) < 4:
        raise ValueError(
            f"only {len(counts)} words of your text are among these {len(seen.vectors.words):,}; "
            "choose a longer text at the top, or look at our groups"
        )
    return tuple(sorted(row for row, _ in counts.most_common(OF_A_TEXT)))


@st.cache_resource(show_spinner=False)
def _words_of_the_tales() -> frozenset[str]:
    """To tell tokens that are words from beginnings of words."""
    documents = [word2vec.read_words(tales.document(number)) for number in range(1200)]
    return frozenset(word.casefold() for word in word2vec.number_words(documents, 2).words)


@st.cache_resource(show_spinner="t-SNE takes some seconds", max_entries=8, hash_funcs=BY_NAME)
def by_t_sne(seen: Space, dimensions: int) -> Any:
    """The newest map by t-SNE, begun from the flat one, (N, dimensions)."""
    directions = seen.vectors.directions()[list(seen.shown)]
    start = seen.moments[-1].flat[dimensions].coordinates
    return unfolded(directions.numpy(), dimensions, start=start.numpy())


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=BY_NAME)
def together(seen: Space) -> dict[str, float]:
    """For each group, how many of a word's five nearest neighbours are of the same group."""
    shares = {}
    for name, group in GROUPS.items():
        known = [word for word in group.split() if word in seen.vectors]
        if len(known) >= 4:
            shares[name] = seen.vectors.togetherness(known)
    return shares


def example(seen: Space) -> str:
    """A word to begin with: the most frequent one that is no mere joint of sentences."""
    words = seen.vectors.words
    return next((word for word in words if len(word) > 4), words[0])


def nearest_of(seen: Space, word: str, others: tuple[str, ...]) -> str | None:
    """Which of some words is nearest to a word; None where one of them is not known."""
    if not all(each in seen.vectors for each in (word, *others)):
        return None
    return max(others, key=lambda other: seen.vectors.similarity(word, other))
