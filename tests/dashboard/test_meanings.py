"""The space of meanings: its maps, its answers, and the run that makes them."""

import base64
import json
from typing import Any

import numpy as np
import pytest
import torch

from dashboard import palette
from dashboard.charts.unfolded import unfolded
from dashboard.charts.word_map import with_room, word_map
from dashboard.corpus_choice import Corpus
from dashboard.job import Job, records
from dashboard.lessons.data import meanings, meanings_map, places
from dashboard.lessons.data.meanings_answers import answered
from llm_core import word2vec


@pytest.fixture(scope="module")
def run() -> tuple[Job, meanings.Space]:
    """A run over the short text, to its end."""
    job = Job(meanings.steps(_short(), 1), kind=meanings.KIND)
    job.history = list(records(job.make_steps(job)))
    return job, job.products["space"]


def _short() -> Corpus:
    lines = "The cat sat on a red mat. The dog sat on a blue mat. A hen and a pig ate an apple."
    return Corpus("Paste", "your text", "\n\n".join([lines] * 30), "short")


def _numbers(sent: Any) -> list[float]:
    """An array as plotly writes it into its JSON."""
    if isinstance(sent, list):
        return sent
    return np.frombuffer(base64.b64decode(sent["bdata"]), np.dtype(sent["dtype"])).tolist()


def starter() -> meanings.Space:
    return meanings.of_model(places.starter())


# The run ------------------------------------------------------------------------------------------


def test_a_run_over_a_short_text_reads_it_often_and_keeps_its_maps(
    run: tuple[Job, meanings.Space],
) -> None:
    job, seen = run
    assert job.history[-1].progress == pytest.approx(1)
    assert len(seen.moments) >= 10
    assert seen.moments[0].pairs == 0
    assert seen.moments[-1].pairs == job.history[-1].pairs
    assert "your text" in seen.origin


def test_every_map_is_turned_onto_the_one_before(run: tuple[Job, meanings.Space]) -> None:
    _, seen = run
    for before, after in zip(seen.moments, seen.moments[1:], strict=False):
        for n in (2, 3):
            # The best of all turns is the one that leaves nothing to turn: a symmetric product.
            product = after.flat[n].coordinates.T @ before.flat[n].coordinates
            assert torch.allclose(product, product.T, atol=1e-3)


def test_a_text_with_too_few_words_is_refused() -> None:
    job = Job(meanings.steps(Corpus("Paste", "your text", "a b c", "x"), 1), kind="k")
    with pytest.raises(ValueError, match="choose a longer text"):
        list(job.make_steps(job))


def test_a_long_text_is_read_as_the_standard_says_and_a_short_one_more_often() -> None:
    words = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
    short = word2vec.number_words([words * 5])
    assert meanings.recipe(short).epochs == 200
    long = short._replace(ids=torch.zeros(900_000, dtype=torch.long))
    assert meanings.recipe(long) == word2vec.Word2VecConfig()


# What is looked at --------------------------------------------------------------------------------


def test_the_starter_model_has_a_map_of_its_whole_words() -> None:
    seen = starter()
    assert len(seen.shown) == len(set(seen.shown)) <= meanings.ON_THE_MAP
    assert all(word.isalnum() for word in seen.vectors.words)
    assert seen.moments[0].flat[2].coordinates.shape == (len(seen.shown), 2)
    assert 0 < seen.moments[0].flat[2].share < seen.moments[0].flat[3].share < 1


def test_days_find_each_other_in_the_starter_model_too() -> None:
    assert meanings.together(starter())["days and months"] > 0.4
    assert meanings.nearest_of(starter(), "Monday", ("Tuesday", "house")) == "Tuesday"
    assert meanings.nearest_of(starter(), "Monday", ("Tuesday", "qqqq")) is None


def test_no_word_is_in_two_groups() -> None:
    words = [word for group in meanings.GROUPS.values() for word in group.split()]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("ask", "words", "complaint"),
    [
        ("Neighbours", (), "Type a word"),
        ("Neighbours", ("Monday", "Tuesday"), "Type a word"),
        ("Analogy", ("he", "she"), "Type 3 words"),
        ("Axis", ("he",), "Type 2 words"),
        ("Axis", ("he", "he"), "two different words"),
        ("Neighbours", ("zyzzyva",), "not among these"),
    ],
)
def test_a_question_that_cannot_be_answered_says_what_to_do(
    ask: str, words: tuple[str, ...], complaint: str
) -> None:
    answer = answered(starter(), ask, words, "cosine")
    assert not answer.found
    assert complaint in answer.complaint


def test_an_axis_shows_words_from_one_end_to_the_other() -> None:
    answer = answered(starter(), "Axis", ("he", "she"), "cosine")
    values = [near.value for near in answer.near]
    assert not answer.complaint
    assert values == sorted(values)
    assert not {"he", "she"} & {near.word for near in answer.near}


@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_map_of_an_axis_has_its_words_at_0_and_1_and_all_others_in_their_place(
    dimensions: int,
) -> None:
    question = answered(starter(), "Axis", ("fox", "Monday"), "cosine")
    seen = meanings.with_words(starter(), question.found)
    method = meanings_map.way_of_drawing(question, "PCA", newest=True, active=False)
    assert method == meanings_map.ALONG
    assert meanings_map.way_of_drawing(question, "PCA", newest=True, active=True) == "PCA"
    drawn = json.loads(meanings_map.map_figure(seen, 0, question, dimensions, method, False, False))
    rings = next(trace for trace in drawn["data"] if trace["name"] == "asked")
    along = dict(zip(rings["hovertext"], _numbers(rings["x"]), strict=True))
    assert along["fox"] == pytest.approx(0, abs=1e-5)
    assert along["Monday"] == pytest.approx(1, abs=1e-5)
    for word, value in question.near:
        assert along[word] == pytest.approx(value, abs=1e-5)


def test_lines_on_the_map_join_both_steps_of_an_analogy() -> None:
    question = answered(starter(), "Analogy", ("he", "his", "she"), "cosine")
    assert question.joined == (("he", "his"), ("she", question.near[0].word))
    seen = meanings.with_words(starter(), question.found)
    drawn = json.loads(meanings_map.map_figure(seen, 0, question, 2, "PCA", False, False))
    assert sum(trace["name"] == "way" for trace in drawn["data"]) == 2


def test_a_word_that_is_asked_for_comes_onto_the_map() -> None:
    seen = starter()
    word = next(w for i, w in enumerate(seen.vectors.words) if i not in seen.shown)
    assert seen.place(word) is None
    wider = meanings.with_words(seen, [word])
    assert wider.place(word) is not None
    assert len(wider.shown) == len(seen.shown) + 1
    assert meanings.with_words(wider, [word]) is wider


def test_the_map_of_a_text_holds_its_own_words() -> None:
    rows = meanings.words_of(starter(), _short())
    words = {starter().vectors.words[row].casefold() for row in rows}
    assert words <= set(word2vec.read_words(_short().text.casefold()))
    assert meanings.redrawn(starter(), rows).shown == rows
    strange = Corpus("Paste", "your text", "qqq zzz", "strange")
    with pytest.raises(ValueError, match="choose a longer text"):
        meanings.words_of(starter(), strange)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("isolate", [False, True])
def test_the_map_draws_every_word_once(
    run: tuple[Job, meanings.Space], dimensions: int, isolate: bool
) -> None:
    _, seen = run
    answer = answered(seen, "Neighbours", ("cat",), "Euclidean")
    last = len(seen.moments) - 1
    text = meanings_map.map_figure(seen, last, answer, dimensions, "PCA", isolate, False)
    traces = [t for t in json.loads(text)["data"] if t["name"] not in ("way", "asked")]
    bold = [word for t in json.loads(text)["data"] if t["name"] == "asked" for word in t["text"]]
    assert "<b>cat</b>" in bold
    drawn = [word for trace in traces for word in trace.get("hovertext", [])]
    assert len(drawn) == len(set(drawn)) == (len(answer.found) if isolate else len(seen.shown))


# Charts -------------------------------------------------------------------------------------------


def test_names_that_are_written_do_not_meet() -> None:
    places = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.5, 0.5]])
    sides = with_room(places, ["same"] * 6, [4, 0, 1, 2, 3, 5], (1.0, 1.0))
    assert sides[4] == "top center"
    assert sides[5] == "top center"
    assert len({sides[i] for i in range(5) if i in sides}) == 4  # the fifth finds no side


def test_a_map_says_group_by_colour_and_by_sign() -> None:
    groups = {"a": (palette.RUNS[0], [0]), "b": (palette.RUNS[1], [1])}
    figure: Any = word_map(
        [[0.0, 0.1], [0.2, 0.0], [0.3, 0.3]], labels=["x", "y", "z"], groups=groups, lit=[2]
    )
    clouds = {trace.name: trace.marker for trace in figure.data}
    assert clouds["a"].color != clouds["b"].color
    assert clouds["a"].symbol != clouds["b"].symbol
    assert list(figure.data[-1].text) == ["<b>z</b>"]


def test_t_sne_keeps_neighbours_together_and_is_repeatable() -> None:
    generator = np.random.default_rng(0)
    heaps = np.repeat(np.eye(3, 8), 12, axis=0) + 0.05 * generator.standard_normal((36, 8))
    start = heaps[:, :2]
    first = unfolded(heaps, 2, start=start)
    assert np.array_equal(first, unfolded(heaps, 2, start=start))
    distances = np.linalg.norm(first[:, None] - first[None], axis=2) + 1e9 * np.eye(36)
    assert all(distances[i].argmin() // 12 == i // 12 for i in range(36))
    with pytest.raises(ValueError, match="use PCA"):
        unfolded(heaps[:3], 2, start=start[:3])
