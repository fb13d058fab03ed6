"""Byte pairs for the page: what a merge decides and does, on any text, and GPT-2's on any word."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.corpus_choice import Corpus
from dashboard.lessons.data import pairs, pairs_shown
from llm_core import corpus, tokenizers


def text(content: str) -> Corpus:
    return Corpus("Paste", "your text", content, f"test of pairs: {content[:400]!r} {len(content)}")


STORY = text(corpus.story())
ODD = "e\u0301 שלום \u202e\u200b\x01\x1f 👩‍👩‍👧 ١٢\u2028 <b>&amp; ’ll\u00a0漢字"
odd_text = st.lists(st.sampled_from(ODD), min_size=1, max_size=60).map("".join)


def bytes_of(tokens: list[pairs.Shown]) -> int:
    """Bytes in front of the last token."""
    return tokens[-1].start


# Property


@settings(max_examples=15, deadline=None)
@given(odd_text)
def test_the_pieces_that_join_make_the_framed_tokens_on_any_text(content: str) -> None:
    book = text(f"{content}ab ab ab{content}")
    for n in range(1, len(pairs.learned(book)) + 1, 3):
        seen = pairs.scene(book, n)
        joined = [token.start for token in seen.before if token.framed][::2]
        assert joined == [token.start for token in seen.after if token.framed]
        kept = [token for token in seen.before if not token.framed]
        assert kept == [token for token in seen.after if not token.framed]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=30))
def test_replaying_ends_with_tiktokens_ids_on_any_text(typed: str) -> None:
    for piece in pairs.gpt2_pieces(typed):
        ours, theirs = pairs.ids(piece)
        assert ours == theirs
        assert tokenizers.gpt2_bpe().decode(ours) == piece


def test_every_merge_of_the_story_is_seen_where_it_happens() -> None:
    seen = [pairs.scene(STORY, n) for n in range(1, len(pairs.learned(STORY)) + 1)]
    assert all(any(token.framed for token in scene.after) for scene in seen)
    assert seen[0].opening
    assert not all(scene.opening for scene in seen)


def test_one_merge_leads_to_the_next() -> None:
    scenes = [pairs.scene(STORY, n) for n in range(1, 60)]
    followed = [(a, b) for a, b in pairwise(scenes) if a.opening and b.opening]
    assert len(followed) > 8
    for earlier, later in followed:
        assert [t.text for t in earlier.after] == [t.text for t in later.before]


# Worked example


def test_ties_are_named_and_the_smaller_ids_win() -> None:
    """The book's example, in tests/llm_core/test_tokenizers_bpe.py counted by hand."""
    book = text("the cat in the hat")
    rows = pairs.competitors(book, 1)
    tied = [row for row in rows if row.ties]
    assert [row.times for row in tied] == [2] * len(tied)
    assert len(tied) == (pairs.learned(book)[0].ties or 0) + 1
    assert [row.ids for row in tied] == sorted(row.ids for row in tied)
    assert rows[0].tokens == ("a", "t")


def test_without_a_tie_no_row_says_so() -> None:
    book = text("aaab aaab aab")
    assert pairs.learned(book)[0].ties == 0
    assert not any(row.ties for row in pairs.competitors(book, 1))


# Promises


def test_our_ids_are_tiktokens_on_the_whole_text() -> None:
    found = pairs.agreement(STORY)
    assert found.equal
    assert found.tokens == len(tokenizers.gpt2_tokenizer().encode(corpus.story()))


def test_merges_are_counted_from_the_first_that_gpt2_learnt() -> None:
    first = tokenizers.gpt2_bpe().merges()[0]
    assert pairs_shown.turn(tokenizers.gpt2_bpe().ranks[first[0] + first[1]]) == "merge 1"
    assert pairs_shown.turn(50255) == "merge 50,000"


@pytest.mark.parametrize(
    ("word", "left"), [(" hat", "1"), (" antidisestablishmentarianism", "4 or more")]
)
def test_how_many_tokens_are_left(word: str, left: str) -> None:
    assert pairs.left(pairs.replay(word)) == left


def test_a_text_without_a_pattern_is_told_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"no two neighbours occur twice .* choose a longer one"):
        pairs.learned(text("x"))


def test_an_empty_word_is_told_what_to_do() -> None:
    with pytest.raises(ValueError, match="type a word"):
        pairs.gpt2_pieces("")


@pytest.mark.parametrize("content", ["x" * 200_000, "漢字" * 60_000, "\n" * 5_000 + "a"])
def test_a_long_text_without_blanks_is_shown_in_part(content: str) -> None:
    book = text(content)
    for n in (1, len(pairs.learned(book))):
        assert bytes_of(pairs.scene(book, n).before) < 4 * pairs.PASSAGE
