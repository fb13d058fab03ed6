"""Byte pairs, GPT-2's merges and windows on the data page: links, both ends, odd texts."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import corpus_choice
from dashboard.lessons.data import pairs, sliding
from llm_core import corpus
from tests.pages.test_data_page import opened, pasted, story, text_of, whole

SHOWN = {"data__first__skip": "true", "data__left__skip": "true", "data__answer__skip": "true"}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_choice, "FOLDER", tmp_path)


def all_shown(text: str) -> AppTest:
    app = pasted(text)
    for name in SHOWN:
        app.checkbox(key=name.replace("__", ".")).set_value(True)
    return app.run()


def test_a_prediction_stands_before_each_reveal() -> None:
    text = text_of(opened())
    assert "merge-ladder" not in text
    assert "class='pairs'" not in text
    assert "the model has read" not in text
    text = text_of(opened(**SHOWN))
    assert "merge-ladder" in text
    assert "class='pairs'" in text
    assert "the model has read" in text


def test_merges_can_be_stepped_back_and_on_and_jumped_to_by_link() -> None:
    app = opened(**SHOWN, data__merges="5")
    assert "after 5 merges" in text_of(app)
    app.button(key="data.merges.on").click().run()
    assert "after 6 merges" in text_of(app)
    app.button(key="data.merges.back").click().run()
    assert "after 5 merges" in text_of(app)
    app.slider(key="data.merges").set_value(0).run()
    assert app.button(key="data.merges.back").disabled
    app.slider(key="data.merges").set_value(pairs.MERGES).run()
    assert app.button(key="data.merges.on").disabled
    assert whole(app)


def test_a_word_is_merged_and_taken_apart_again_and_ends_with_tiktokens_ids() -> None:
    app = opened(**SHOWN, data__word=" hat", data__replayed="3")
    assert "1 token after 3 merges" in text_of(app)
    assert "this is the end" in text_of(app)
    assert "The merges end with the ids `[6877]`; tiktoken gives `[6877]`: the same" in text_of(app)
    app.button(key="data.replayed.back").click().run()
    assert "2 tokens after 2 merges" in text_of(app)
    app.slider(key="data.replayed").set_value(0).run()
    assert "4 tokens after 0 merges: single bytes" in text_of(app)


def test_a_shorter_word_or_text_shortens_the_way() -> None:
    app = opened(**SHOWN, data__word="lighthouse", data__replayed="8", data__merges="390")
    app.text_input(key="data.word").set_value("a").run()
    assert whole(app)
    app.text_input(key="data.word").set_value("two words").run()
    assert app.selectbox(key="data.piece").options == ["1 two", "2 ␣words"]
    assert whole(app)
    app.button_group(key="corpus").set_value(corpus_choice.PASTED).run()
    app.text_area(key="corpus.pasted").set_value("the cat in the hat").run()
    assert app.slider(key="data.merges").max == 3
    assert not app.exception


def test_the_whole_text_has_tiktokens_ids_and_the_page_says_so() -> None:
    assert "both programs were run just now: their ids are the same" in text_of(opened(**SHOWN))


def test_ties_are_told_with_their_rule() -> None:
    app = all_shown("the cat in the hat")
    assert "A tie: 2 other pairs are as frequent" in text_of(app)
    assert ">tie<" in text_of(app)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "🙂",
        "שלום עולם שלום",
        "\u200b\u200d\u0301",
        "<b>a</b> <b>a</b> $x$ `c` " * 5,
        "ab" * 9000,
    ],
    ids=["one letter", "emoji", "right to left", "zero width", "markup", "no blanks"],
)
def test_odd_texts_never_break_the_ideas_and_markup_stays_text(text: str) -> None:
    app = all_shown(text)
    app.text_input(key="data.word").set_value(text[:40]).run()
    for over in (sliding.INTEGERS, sliding.TEXT):
        app.button_group(key="data.over").set_value(over).run()
        assert not app.exception
    assert "<b>a" not in "".join(str(html.proto.body) for html in app.get("html"))


@pytest.mark.parametrize("drop", [True, False])
def test_both_ends_of_every_control_of_the_windows_make_sense(drop: bool) -> None:
    app = opened(**SHOWN)
    app.toggle(key="data.drop_last").set_value(drop).run()
    for over in (sliding.TEXT, sliding.INTEGERS):
        app.button_group(key="data.over").set_value(over).run()
        for key in ("data.context", "data.stride", "data.per_batch"):
            for end in (1, 16, 4):
                app.slider(key=key).set_value(end).run()
                assert not app.exception, key
                if over == sliding.TEXT:
                    assert whole(app), key


def test_overlap_tail_and_dropped_windows_are_counted() -> None:
    app = opened(
        **SHOWN, data__over=sliding.INTEGERS, data__context="5", data__stride="3",
        data__per_batch="3",
    )  # fmt: skip
    text = text_of(app)
    assert "20 tokens give 3 windows in 1 batch; 2 windows too few for a batch, dropped" in text
    assert "Tokens read more than once: 4." in text
    assert "8 tokens at the end of the row fill no window" in text
    app.toggle(key="data.drop_last").set_value(False).run()
    assert "20 tokens give 5 windows in 2 batches. Tokens read more than once: 8." in text_of(app)


def test_too_few_windows_for_a_batch_is_told_with_a_remedy() -> None:
    app = opened(**SHOWN, data__over=sliding.INTEGERS, data__per_batch="16")
    assert not app.exception
    assert any("choose smaller batches" in warning.value for warning in app.warning)


def test_the_right_answer_is_the_token_after_the_window() -> None:
    app = opened()
    app.button_group(key="data.answer").set_value(sliding.ANSWERS[1]).run()
    assert f"Yes: {sliding.ANSWERS[1]}" in text_of(app)
    assert "data" in app.session_state["done"]


def test_the_words_come_from_the_sentence_at_the_top() -> None:
    text = text_of(opened(**SHOWN, text="A fox may cross"))
    assert "<bdi>A fox may</bdi>" in text
    assert "<bdi>cross</bdi>" in text


def test_what_is_tested_and_said_of_hugging_face_is_said_of_this_trainer() -> None:
    assert "Hugging Face's trainer makes the same merges" in text_of(opened(**SHOWN))
    assert pairs.learned(story())[0].merged == b" t"
    assert corpus.story().count(" t") >= pairs.learned(story())[0].count


def test_a_long_text_is_said_to_be_counted_in_part_only() -> None:
    assert "are counted" not in text_of(opened())
    app = pasted("It was a dark night. " * 6000)
    assert "Here only its first 100,000 characters are counted." in text_of(app)
