"""Windows for the page: what is drawn is what the data loader gives."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.corpus_choice import Corpus
from dashboard.lessons.data import sliding
from dashboard.lessons.data.sliding import FIRST, INTEGERS, LAST, SECOND, TEXT, Setting
from llm_core import batches, corpus


def text(content: str) -> Corpus:
    return Corpus("Paste", "your text", content, f"test of windows: {content[:400]!r}")


STORY = text(corpus.story())

numbers = st.builds(
    Setting,
    st.just(INTEGERS),
    st.integers(2, sliding.MOST_INTEGERS),
    st.integers(1, 16),
    st.integers(1, 16),
    st.integers(1, 16),
    st.booleans(),
)

# Property


@settings(max_examples=150, deadline=None)
@given(numbers, st.sampled_from([FIRST, SECOND, LAST]))
def test_the_brackets_are_the_loaders_windows(setting: Setting, which: str) -> None:
    if setting.integers <= setting.context_length:
        with pytest.raises(ValueError, match="use a longer text or a shorter window"):
            sliding.coverage(STORY, setting)
        return
    if sliding.coverage(STORY, setting).batches < (2 if which == SECOND else 1):
        with pytest.raises(ValueError, match="choose smaller batches"):
            sliding.batch(STORY, setting, which)
        return
    rows = sliding.batch(STORY, setting, which)
    seen = sliding.strip(STORY, setting, which)
    here = [bracket for bracket in seen.brackets if bracket.state == "here"]
    assert here, "the batch that is looked at is on the strip"
    first = sliding.first_window(STORY, setting, which)
    for bracket in here:
        row = bracket.number - 1 - first
        assert list(bracket.inputs) == rows.inputs[row].tolist()
        assert bracket.answer == rows.targets[row, -1]
    lanes = [(b.lane, place) for b in seen.brackets for place in (*b.inputs, b.answer)]
    assert len(lanes) == len(set(lanes)), "two brackets overprint each other"
    assert max(b.lane for b in seen.brackets) < seen.lanes


@pytest.mark.parametrize("which", [FIRST, SECOND, LAST])
@pytest.mark.parametrize("shape", [(16, 16, 16), (16, 1, 16), (1, 16, 16), (4, 4, 4), (5, 3, 7)])
def test_on_the_text_the_batch_looked_at_is_in_sight(
    shape: tuple[int, int, int], which: str
) -> None:
    seen = sliding.strip(STORY, Setting(TEXT, 0, *shape, True), which)
    assert any(bracket.state == "here" for bracket in seen.brackets)
    assert len(seen.tokens) <= sliding.ON_STRIP


@settings(max_examples=100, deadline=None)
@given(numbers)
def test_a_token_is_pale_only_if_no_kept_window_uses_it(setting: Setting) -> None:
    if setting.integers <= min(setting.context_length, sliding.ON_STRIP):
        return
    if setting.integers > sliding.ON_STRIP:
        return
    seen = sliding.strip(STORY, setting, FIRST)
    assert list(seen.places) == list(range(setting.integers))
    kept = [b for b in seen.brackets if b.state != "dropped"]
    used = {place for b in kept for place in (*b.inputs, b.answer)}
    assert [place for place in seen.places if not seen.used[place]] == [
        place for place in seen.places if place not in used
    ]


@given(st.text(min_size=1, max_size=80))
def test_word_examples_spell_the_passage(passage: str) -> None:
    for context, answer in sliding.word_examples(passage):
        assert answer
        assert "".join(passage.split()).startswith("".join((context + answer).split()))


# Worked examples: Raschka 2024, "Build a Large Language Model (From Scratch)", section 2.6


@pytest.fixture
def verdict(shared_data: Callable[[str], Path]) -> Corpus:
    return text(shared_data("the-verdict.txt").read_text(encoding="utf-8"))


def test_the_verdicts_first_batches_are_the_books(verdict: Corpus) -> None:
    one = Setting(TEXT, 0, 4, 1, 1, True)
    first, second = sliding.batch(verdict, one, FIRST), sliding.batch(verdict, one, SECOND)
    assert first.inputs.tolist() == [[40, 367, 2885, 1464]]
    assert first.targets.tolist() == second.inputs.tolist() == [[367, 2885, 1464, 1807]]
    assert second.targets.tolist() == [[2885, 1464, 1807, 3619]]
    eight = sliding.batch(verdict, Setting(TEXT, 0, 4, 4, 8, True), FIRST)
    assert eight.inputs.tolist() == [
        [40, 367, 2885, 1464],
        [1807, 3619, 402, 271],
        [10899, 2138, 257, 7026],
        [15632, 438, 2016, 257],
        [922, 5891, 1576, 438],
        [568, 340, 373, 645],
        [1049, 5975, 284, 502],
        [284, 3285, 326, 11],
    ]
    assert eight.targets[0].tolist() == [367, 2885, 1464, 1807]
    assert eight.targets[7].tolist() == [3285, 326, 11, 287]


def test_what_the_page_calls_gives_what_the_books_loader_gives() -> None:
    book = batches.create_dataloader_v1(STORY.text, 3, 5, 2, shuffle=False, drop_last=False)
    for which, place in ((FIRST, 0), (SECOND, 1), (LAST, len(book) - 1)):
        ours = sliding.batch(STORY, Setting(TEXT, 0, 5, 2, 3, False), which)
        theirs = batches.batch_at(book, place)
        assert [part.tolist() for part in ours] == [part.tolist() for part in theirs]


def test_integers_are_answered_by_themselves_plus_one() -> None:
    rows = sliding.batch(STORY, Setting(INTEGERS, 20, 4, 4, 4, True), FIRST)
    assert rows.inputs.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]]
    assert (rows.targets - rows.inputs == 1).all()


def test_the_ladder_grows_by_one_token_a_rung() -> None:
    setting = Setting(TEXT, 0, 4, 4, 4, True)
    rungs = sliding.rungs(sliding.batch(STORY, setting, FIRST), TEXT)
    assert [len(rung.context_ids) for rung in rungs] == [1, 2, 3, 4]
    assert STORY.text.startswith(rungs[-1].context + rungs[-1].answer)
    assert rungs[1].context_ids == [*rungs[0].context_ids, rungs[0].answer_id]


def test_a_sentence_gives_an_example_for_each_word_but_the_first() -> None:
    assert sliding.word_examples("A fox may cross  the\nroad") == [
        ("A", "fox"),
        ("A fox", "may"),
        ("A fox may", "cross"),
        ("A fox may cross", "the"),
        ("A fox may cross the", "road"),
    ]
    assert sliding.word_examples("漢字文")[0] == ("漢", "字")
    assert sliding.word_examples("x") == []
