"""Lanes of tokens: any text at all, nothing lost, the course's own numbers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components import tokens
from dashboard.corpus_choice import Corpus
from dashboard.lessons.data import cutting, spelling, vocabulary
from llm_core import corpus, tokenizers
from llm_core.corpus import well_formed

STORY = Corpus("Bundled story", "the bundled story", corpus.story(), "story")
ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\u0301\u200b\u200d\u202e\ufeff\x00\x07\t\n\r\x85\u2028 שלमा自👩\ud83d\udc69<|&"
        ),
    ),
    max_size=60,
)


@given(ODD)
def test_any_text_is_spelled_and_its_chips_decode_back(typed: str) -> None:
    text = well_formed(typed)
    for found in spelling.spelled(text, STORY, False):
        assert len(found.ids) == len(found.written) == len(found.places)
        if found.name != spelling.WORDS:
            assert b"".join(found.written).decode() == text
        else:
            assert [text[s:e].encode() for s, e in found.places] == found.written


@given(ODD)
def test_whatever_was_typed_can_be_drawn(typed: str) -> None:
    text = well_formed(typed)
    versions = spelling.spelled(text, STORY, False)
    lanes = spelling.lanes(text, versions, STORY)
    head = json.loads(tokens.message(text, lanes, 0, None, spelling.table(versions)))
    assert len(head["signs"]) == len(text)
    assert all(sign.isprintable() for sign in head["signs"])
    for lane in head["lanes"]:
        assert all(written.isprintable() for written, *_ in lane["chips"])
    own = {chip[3] for chip in head["lanes"][1]["chips"]}
    assert own == {row[0] for row in head["table"]["rows"]}
    spelling.comparison(text, versions, 1.0)


@given(ODD)
def test_every_passage_is_cut_and_drawn(typed: str) -> None:
    passage = well_formed(typed)
    lanes = cutting.lanes(passage)
    assert [[passage[c.start : c.end] for c in lane.chips] for lane in lanes] == [
        list(step) for step in tokenizers.split_in_steps(passage)
    ]
    assert cutting.restorable(passage) in (cutting.ALL, cutting.TWO)
    json.loads(tokens.message(passage, lanes, 3, None, None))


def test_a_frame_marks_what_the_step_before_did_not_cut_out() -> None:
    lanes = cutting.lanes("Hello, world?")
    new = [[chip.written for chip in lane.chips if chip.mark == "new"] for lane in lanes]
    assert new == [[], ["Hello", ",", ""], [], ["world", "?"]]
    assert lanes[2].facts == "3 pieces: 0 new, 2 gone"


def test_a_long_text_is_drawn_in_part_and_counted_whole() -> None:
    text = ("tea and toast " * 400)[: spelling.ROOM]
    versions = spelling.spelled(text, STORY, False)
    lanes = spelling.lanes(text, versions, STORY)
    head = json.loads(tokens.message(text, lanes, 0, None, None))
    assert len(head["signs"]) == tokens.SHOWN
    assert head["more"] == len(text) - tokens.SHOWN
    for lane, found in zip(head["lanes"], versions, strict=True):
        assert len(lane["chips"]) + lane["more"] == len(found.ids)


def test_ten_megabytes_and_half_characters_fit_into_the_box() -> None:
    assert len(spelling.clipped("x" * 10_000_000)) == spelling.ROOM
    assert spelling.clipped("cut \ud83d") == "cut \ufffd"


def test_gpt2s_tokens_of_the_books_line_are_the_books() -> None:
    """The book, section 2.5."""
    found = spelling.spelled(spelling.BOOKS, STORY, False)[0]
    assert found.ids == [
        15496, 11, 466, 345, 588, 8887, 30, 220, 50256, 554, 262, 4252, 18250, 8812, 2114, 1659,
        617, 34680, 27271, 13,
    ]  # fmt: skip


@pytest.mark.parametrize("language", spelling.ARTICLE)
def test_lengths_of_a_language_are_the_lengths_of_its_sentence(language: str) -> None:
    text = spelling.ARTICLE[language]
    counts = spelling.lengths_of_article(False)
    for found in spelling.spelled(text, STORY, False)[:2]:
        assert counts[found.name][language] == len(found.ids)
    answer, times = spelling.how_many_times(language)
    assert (answer == spelling.SAME) == (times < 2)


def test_cost_is_the_price_of_as_many_tokens() -> None:
    text = "tea " * 10
    versions = spelling.spelled(text, STORY, False)
    characters = next(found for found in versions if found.name == spelling.CHARACTERS)
    row = spelling.comparison(text, [characters], 2.5).splitlines()[-1]
    assert row == "| Characters | 1,114,112 | 40 | 1.00 | 0 | 2.50 |"
    assert "–" in spelling.comparison("", spelling.spelled("", STORY, False), 2.5)


def verdict(shared_data) -> Corpus:
    text = corpus.clean_text(shared_data("the-verdict.txt").read_bytes())
    return Corpus("Upload", "the-verdict.txt", text, "verdict")


def test_the_verdict_gives_the_courses_vocabulary(shared_data) -> None:
    """The book, sections 2.2 to 2.4."""
    text = verdict(shared_data)
    plain = vocabulary.knows(text, special=False)
    repaired = vocabulary.knows(text, special=True)
    assert (len(vocabulary.words(text)), plain.n_vocab, repaired.n_vocab) == (4690, 1130, 1132)
    assert vocabulary.found(plain, "younger") == {"younger": 1127}
    assert vocabulary.found(plain, "1127") == {"younger": 1127}
    assert [repaired.str_to_int[token] for token in vocabulary.SPECIAL] == [1130, 1131]


def test_the_verdicts_sentence_has_the_courses_ids(shared_data) -> None:
    """The book, section 2.3: the way back guesses the blanks."""
    plain = vocabulary.knows(verdict(shared_data), special=False)
    said = '"It\'s the last he painted, you know," Mrs. Gisburn said with pardonable pride.'
    ids = [1, 56, 2, 850, 988, 602, 533, 746, 5, 1126, 596, 5, 1, 67, 7, 38, 851, 1108, 754, 793, 7]
    lane = vocabulary.lane(plain, said, "said")
    assert [chip.token_id for chip in lane.chips] == ids
    assert vocabulary.decoded(plain, str(ids)).startswith("\" It' s the last he painted,")
    unknown = vocabulary.lane(plain, "Hello, do you like tea?", "unknown")
    assert [chip.written for chip in unknown.chips if chip.mark == "bad"] == ["Hello"]
    with pytest.raises(KeyError, match="'Hello' is not in the vocabulary"):
        plain.encode("Hello, do you like tea?")


def test_words_without_an_id_of_their_own_are_marked() -> None:
    repaired = vocabulary.knows(STORY, special=True)
    lane = vocabulary.lane(repaired, "the zyzzyva <|endoftext|> the <|unk|>", "joined")
    assert [chip.mark for chip in lane.chips] == ["", "bad", "new", "", ""]
    assert lane.facts == "5 tokens, 1 unknown"
    ids = repaired.encode("the zyzzyva <|endoftext|> the <|unk|>")
    assert [chip.token_id for chip in lane.chips] == ids


@pytest.mark.parametrize("written", ["one", "1.5", "-1", "²", "9" * 5000])
def test_ids_that_are_none_are_refused_with_a_remedy(written: str) -> None:
    with pytest.raises(ValueError, match="type whole numbers"):
        vocabulary.decoded(vocabulary.knows(STORY, special=False), written)


def test_an_id_beyond_the_vocabulary_is_named() -> None:
    with pytest.raises(KeyError, match="no token has the id 99999"):
        vocabulary.decoded(vocabulary.knows(STORY, special=False), "0, 99999")
