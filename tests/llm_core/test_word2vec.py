"""Word2Vec: nobody names a group of words, and yet its words find each other."""

import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llm_core import tales, word2vec
from llm_core.random_state import RandomState
from llm_core.word2vec import SkipGram, Text, Word2VecConfig, WordVectors

CHILDREN = (
    "Anna Ben Clara Ella Finn Hugo Ivy Jack Jane Leo Lily Luke Lucy Max Mia Molly Ned Nora Oscar "
    "Paul Peter Rosa Ruby Ruth Sally Sam Tom Kate George Adam Emma"
)
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
MONTHS = "January February March April June July August September October November December"
NUMBERS = "two three four five six seven eight nine ten"
ANIMALS = "fox bear otter mouse frog mole owl toad squirrel hedgehog beaver badger hare deer"
SEASONS = "spring summer autumn winter"


def learnt(text: Text, config: Word2VecConfig, seed: int = 1) -> tuple[SkipGram, list[float]]:
    random_state = RandomState(seed)
    with random_state.borrowed():
        model = SkipGram(len(text.words), config.emb_dim)
    stream = word2vec.train_word2vec(model, text, config, random_state)
    return model, [record.loss for record in stream]


@pytest.fixture(scope="module")
def tales_text() -> Text:
    documents = (word2vec.read_words(tales.document(number)) for number in range(4000))
    return word2vec.number_words(documents, min_count=10)


@pytest.fixture(scope="module")
def space(tales_text: Text) -> WordVectors:
    model, _ = learnt(tales_text, Word2VecConfig(epochs=3))
    return WordVectors(tales_text.words, model.centre.weight)


def by_chance(space: WordVectors, group: str) -> float:
    return len(group.split()) / len(space.words)


# What the vectors know ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "at_least"),
    [(CHILDREN, 0.45), (DAYS, 0.9), (MONTHS, 0.8), (NUMBERS, 0.5), (ANIMALS, 0.5), (SEASONS, 0.5)],
)
def test_words_of_one_kind_are_neighbours_although_nobody_said_so(
    space: WordVectors, group: str, at_least: float
) -> None:
    assert space.togetherness(group.split()) > at_least > 20 * by_chance(space, group)


def test_words_of_no_kind_are_not_together(space: WordVectors) -> None:
    assert space.togetherness(["Monday", "fox", "seven", "winter", "Anna", "bread"]) < 0.1


def test_the_neighbours_of_a_child_are_children_and_of_a_day_are_days(space: WordVectors) -> None:
    assert {near.word for near in space.neighbours("Monday", 5)} <= set(DAYS.split())
    names = {near.word for near in space.neighbours("Anna", 5)}
    assert len(names & set(CHILDREN.split())) >= 4
    assert space.neighbours("anna") == space.neighbours("Anna")


def test_she_is_to_her_as_he_is_to_his(space: WordVectors) -> None:
    assert "her" in [near.word for near in space.analogy("he", "his", "she", 3)]


def test_an_axis_from_an_animal_to_a_day_leads_from_animals_to_months(space: WordVectors) -> None:
    assert space.axis("fox", "fox", "Monday") == pytest.approx(0, abs=1e-5)
    assert space.axis("Monday", "fox", "Monday") == pytest.approx(1, abs=1e-5)
    animals = [space.axis(word, "fox", "Monday") for word in ANIMALS.split()]
    months = [space.axis(word, "fox", "Monday") for word in MONTHS.split()]
    assert max(animals) < min(months)


# Learning -----------------------------------------------------------------------------------------


def small_text() -> Text:
    document = ["red", "apple", "blue", "apple", "red", "pear", "blue", "pear"]
    return word2vec.number_words([[*document, f"x{i % 8}"] for i in range(80)], min_count=5)


def test_before_anything_is_learnt_the_loss_is_one_coin_toss_for_each_word() -> None:
    text, config = small_text(), Word2VecConfig(n_negatives=5)
    model = SkipGram(len(text.words), config.emb_dim)
    ids = torch.arange(4)
    loss = model(ids, ids, torch.zeros(4, 5, dtype=torch.long))
    assert float(loss.detach()) == pytest.approx(6 * math.log(2))


def test_the_loss_is_the_formula_of_the_paper() -> None:
    torch.manual_seed(0)
    model = SkipGram(7, 4)
    torch.nn.init.normal_(model.context.weight)
    centres, contexts = torch.tensor([0, 3]), torch.tensor([1, 2])
    noise = torch.tensor([[4, 5, 6], [6, 6, 0]])
    expected = 0.0
    for row in range(2):
        v = model.centre.weight[centres[row]]
        score = torch.dot(v, model.context.weight[contexts[row]])
        expected -= math.log(torch.sigmoid(score).item())
        for k in noise[row]:
            score = torch.dot(v, model.context.weight[k])
            expected -= math.log(torch.sigmoid(-score).item())
    assert model(centres, contexts, noise).item() == pytest.approx(expected / 2, rel=1e-5)


def test_one_update_moves_the_pairs_own_rows_alone() -> None:
    model = SkipGram(6, 4)
    torch.nn.init.normal_(model.context.weight)
    model(torch.tensor([2]), torch.tensor([3]), torch.tensor([[5]])).backward()
    for table, rows in ((model.centre, {2}), (model.context, {3, 5})):
        assert table.weight.grad is not None
        moved = table.weight.grad.abs().sum(dim=1).nonzero().flatten().tolist()
        assert set(moved) == rows


def test_the_loss_falls_and_the_same_seed_gives_the_same_vectors() -> None:
    text, config = small_text(), Word2VecConfig(epochs=20, batch_size=64, subsample=0, n_records=20)
    first, losses = learnt(text, config)
    again, _ = learnt(text, config)
    other, _ = learnt(text, config, seed=2)
    assert losses[-1] < losses[0]
    assert torch.equal(first.centre.weight, again.centre.weight)
    assert not torch.equal(first.centre.weight, other.centre.weight)


def test_the_stream_has_as_many_records_as_asked_for_and_ends_at_the_end() -> None:
    text = small_text()
    config = Word2VecConfig(epochs=20, batch_size=64, subsample=0, n_records=20)
    stream = word2vec.train_word2vec(
        SkipGram(len(text.words), config.emb_dim), text, config, RandomState(1)
    )
    records = list(stream)
    assert [record.step for record in records] == list(range(20))
    assert records[-1].progress == pytest.approx(1)
    assert [r.pairs for r in records] == sorted({r.pairs for r in records})


def test_a_text_without_neighbours_says_so() -> None:
    text = word2vec.number_words([[word] for word in "abcdefghij" * 5], min_count=5)
    with pytest.raises(ValueError, match="choose a longer text"):
        learnt(text, Word2VecConfig())


# Reading a text -----------------------------------------------------------------------------------


def test_rare_words_are_left_out_and_spellings_of_one_word_are_one() -> None:
    words = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] * 5
    text = word2vec.number_words([[*words, *["Cat", "cat", "cat", "Cat", "Cat", "once"]]])
    assert "Cat" in text.words
    assert "cat" not in text.words
    assert "once" not in text.words
    assert int(text.counts[text.words.index("Cat")]) == 5
    assert len(text.ids) == 55
    assert text.counts.tolist() == sorted(text.counts.tolist(), reverse=True)


def test_too_few_words_are_refused_with_a_remedy() -> None:
    with pytest.raises(ValueError, match="choose a longer text"):
        word2vec.number_words([["one", "two"] * 10])


@given(st.text())
def test_words_of_any_text_hold_no_blank_and_stand_in_it(text: str) -> None:
    words = word2vec.read_words(text)
    assert all(word in text and not any(c.isspace() for c in word) for word in words)


@pytest.mark.parametrize("word", ["नमस्ते", "cafe\u0301", "سلام", "don't", "aujourd’hui", "B2"])
def test_a_word_of_any_script_stays_in_one_piece(word: str) -> None:
    assert word2vec.read_words(f"“{word}”, ({word})!") == [word, word]


def test_pairs_reach_as_far_as_the_window_and_never_into_another_document() -> None:
    generator = torch.Generator().manual_seed(0)
    ids, documents = torch.arange(40), torch.arange(40) // 10
    centres, contexts = word2vec.skip_gram_pairs(ids, documents, 3, generator)
    distances = (centres - contexts).abs()
    assert distances.min() == 1
    assert distances.max() == 3
    assert torch.equal(documents[centres], documents[contexts])


def test_with_a_window_of_one_every_word_meets_each_neighbour_once() -> None:
    generator = torch.Generator().manual_seed(0)
    pairs = word2vec.skip_gram_pairs(torch.arange(4), torch.zeros(4), 1, generator)
    found = Counter(zip(pairs.centres.tolist(), pairs.contexts.tolist(), strict=True))
    assert found == Counter([(0, 1), (1, 2), (2, 3), (1, 0), (2, 1), (3, 2)])


def test_near_neighbours_come_more_often_than_far_ones() -> None:
    generator = torch.Generator().manual_seed(0)
    ids = torch.arange(3000)
    pairs = word2vec.skip_gram_pairs(ids, torch.zeros(3000), 3, generator)
    by_distance = Counter((pairs.centres - pairs.contexts).abs().tolist())
    # A reach of 1, 2 or 3, each as likely: distance 2 in two of three cases, distance 3 in one.
    assert by_distance[2] / by_distance[1] == pytest.approx(2 / 3, abs=0.05)
    assert by_distance[3] / by_distance[1] == pytest.approx(1 / 3, abs=0.05)


def test_subsampling_keeps_rare_words_and_thins_out_frequent_ones() -> None:
    counts = torch.tensor([5000, 500, 5])
    stays = word2vec.chance_to_stay(counts, 1e-3)
    assert stays[2] == 1
    assert stays[0] < stays[1] < 1
    assert word2vec.chance_to_stay(counts, 0).tolist() == [1, 1, 1]


# Reading vectors ----------------------------------------------------------------------------------


def compass() -> WordVectors:
    rows = [[0.0, 1.0], [0.0, 4.0], [1.0, 1.0], [1.0, 0.0], [0.0, -1.0]]
    return WordVectors(["north", "pole", "corner", "east", "south"], torch.tensor(rows))


def test_cosine_looks_at_directions_and_euclid_at_places() -> None:
    assert compass().neighbours("north", 1)[0] == ("pole", pytest.approx(1.0))
    assert compass().neighbours("north", 1, "Euclidean")[0] == ("corner", pytest.approx(1.0))
    assert len(compass().neighbours("north", 99, "Euclidean")) == 4
    assert len(compass().neighbours("north", 99)) == 4


def test_a_word_is_not_its_own_neighbour_nor_an_answer_to_itself() -> None:
    assert "north" not in [near.word for near in compass().neighbours("north", 9)]
    answers = {near.word for near in compass().analogy("north", "corner", "south", 9)}
    assert answers == {"pole", "east"}


def test_an_unknown_word_is_refused_and_similar_ones_are_named() -> None:
    with pytest.raises(ValueError, match="like it are north"):
        compass().neighbours("nort")
    with pytest.raises(ValueError, match="two different words"):
        compass().along("north", "NORTH")
    with pytest.raises(ValueError, match="one for each"):
        WordVectors(["a"], torch.zeros(2, 2))


def test_a_map_turned_onto_another_keeps_its_distances_and_undoes_a_turn() -> None:
    generator = torch.Generator().manual_seed(0)
    points = torch.randn(20, 3, generator=generator)
    turn, _ = torch.linalg.qr(torch.randn(3, 3, generator=generator))
    mirrored = points @ turn * torch.tensor([1.0, -1.0, 1.0])
    assert torch.allclose(word2vec.turned_onto(mirrored, points), points, atol=1e-5)
    noisy = word2vec.turned_onto(mirrored + 0.1, points)
    assert torch.allclose(torch.pdist(noisy), torch.pdist(points), atol=1e-5)


def test_a_word_is_found_as_written_first_and_with_other_capitals_then() -> None:
    vectors = WordVectors(["May", "may", "June"], torch.eye(3))
    assert [vectors.id_of(word) for word in ("may", "May", "MAY", "june")] == [1, 0, 0, 2]


@pytest.mark.parametrize("n", [2, 3])
def test_words_laid_out_along_an_axis_keep_their_place_on_it_and_their_distances(n: int) -> None:
    generator = torch.Generator().manual_seed(1)
    vectors = WordVectors(list("abcdefgh"), torch.randn(8, n, generator=generator))
    places = vectors.laid_out("a", "b", range(8), n)
    assert torch.allclose(places[:, 0], vectors.along("a", "b"))
    assert torch.allclose(places[:2, 0], torch.tensor([0.0, 1.0]), atol=1e-6)
    directions = vectors.directions()
    places[:, 0] *= (directions[1] - directions[0]).norm()  # in the units of the other directions
    assert torch.allclose(
        torch.cdist(places, places), torch.cdist(directions, directions), atol=1e-4
    )
