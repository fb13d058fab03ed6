"""The data page's first three ideas: steps, vocabulary and byte pairs, of any text and by link."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.lessons.data import cutting, spelling
from tests.pages.test_data_page import opened, pasted, text_of, whole


def drawn(app: AppTest, name: str) -> dict[str, Any]:
    """What a token component on the page was given: the lanes are named."""
    for component in app.get("bidi_component"):
        raw = component.proto.bytes
        if raw.startswith(b'{"signs"'):
            head: dict[str, Any] = json.loads(raw)
            if head["lanes"][0]["name"] == name:
                return head
    raise AssertionError(f"no lanes begin with {name}")


def ids(head: dict[str, Any], lane: int) -> list[int]:
    return [chip[3] for chip in head["lanes"][lane]["chips"]]


def test_all_four_steps_are_on_screen_and_the_link_names_the_focus() -> None:
    app = opened(data__cut="No blanks", data__what="My sentence", text="Hello, world. Is this?")
    assert whole(app)
    head = drawn(app, "1. White space")
    assert [lane["name"][3:] for lane in head["lanes"]] == list(cutting.STEPS)
    assert head["focus"] == 2
    assert "**Step 3.** Leave out" in text_of(app)
    app.button_group(key="data.joined").set_value(cutting.NONE).run()
    assert f"The answer is: {cutting.TWO}" in text_of(app)


def test_a_passage_without_blanks_joins_from_every_list() -> None:
    app = opened(data__what="My sentence", text="one,two")
    app.button_group(key="data.joined").set_value(cutting.ALL).run()
    assert f"Yes: {cutting.ALL}" in text_of(app)


def test_a_text_that_begins_with_blanks_without_end_has_a_line_to_cut() -> None:
    app = pasted("\n" * 30_000 + "At last, a word.")
    head = drawn(app, "1. White space")
    assert "".join(head["signs"]) == "At␣last,␣a␣word."


def test_a_token_is_found_by_its_letters_and_by_its_id() -> None:
    app = opened(data__find="candle")
    assert "candle" in text_of(app).casefold()
    assert "of them fit" in text_of(app)
    app.text_input(key="data.find").set_value("no such token").run()
    assert whole(app)
    assert "; 0 of them fit" in text_of(app)


def test_the_unknown_word_is_marked_and_ids_are_decoded() -> None:
    app = opened(text="The zyzzyva sat", data__known="Yes")
    own = drawn(app, "Your sentence")["lanes"][0]["chips"]
    assert [chip[5] for chip in own] == ["", "bad", ""]
    joined = drawn(app, "Two documents")["lanes"][0]["chips"]
    assert [chip[0] for chip in joined if chip[5] == "new"] == ["<|endoftext|>"]
    app.text_input(key="data.decode").set_value("0 1 2").run()
    assert whole(app)
    app.text_input(key="data.decode").set_value("0 999999").run()
    assert "No token has the id 999999" in app.warning[0].value
    app.text_input(key="data.decode").set_value("what").run()
    assert "whole numbers" in app.warning[0].value


def test_chips_of_gpt2_carry_the_books_ids() -> None:
    """The book, section 2.5."""
    head = drawn(opened(), spelling.GPT2)
    assert ids(head, 0)[:7] == [15496, 11, 466, 345, 588, 8887, 30]
    assert head["box"]["text"] == spelling.BOOKS
    assert len(head["table"]["rows"][0][2]) == spelling.CHANNELS


@pytest.mark.parametrize(
    "text", ["🙂👩‍👩‍👧", "שלום", "a\u0301\u200b\x01", "\ufffd cut", "tab\tline\nend", " ", "<b>*_$"]
)
def test_a_link_brings_back_any_text(text: str) -> None:
    app = opened(data__pairs=text, data__whose=spelling.CHARACTERS)
    assert whole(app)
    head = drawn(app, spelling.GPT2)
    assert head["box"]["text"] == text
    assert head["focus"] == 3
    assert ids(head, 3) == list(map(ord, text))


def test_a_text_longer_than_the_box_is_cut_to_it() -> None:
    app = opened(data__pairs="word " * 2_000)
    assert whole(app)
    head = drawn(app, spelling.GPT2)
    assert len(head["box"]["text"]) == head["box"]["room"] == spelling.ROOM
    assert head["more"] == spelling.ROOM - len(head["signs"])


@pytest.mark.parametrize("name", spelling.EXAMPLES)
def test_a_button_puts_an_example_into_the_box_and_the_link(name: str) -> None:
    app = opened()
    before = drawn(app, spelling.GPT2)["box"]["version"]
    app.button(key=f"data.put.{name}").click().run()
    assert whole(app)
    box = drawn(app, spelling.GPT2)["box"]
    assert box["text"] == spelling.EXAMPLES[name]
    assert box["version"] > before
    linked = app.query_params.get("data.pairs")
    assert linked == (None if name == "The book's" else spelling.EXAMPLES[name])


def test_the_price_of_tokens_is_the_learners() -> None:
    app = opened(data__price="10")
    assert "| Characters | 1,114,112 | 80 | 1.00 | 0 | 10.00 |" in text_of(app)
    app.number_input(key="data.price").set_value(0.0).run()
    assert "| Characters | 1,114,112 | 80 | 1.00 | 0 | 0.00 |" in text_of(app)


def test_scripts_are_compared_after_the_guess() -> None:
    app = opened()
    before = len(app.get("bidi_component"))
    app.button_group(key="data.scripts").set_value(spelling.SAME).run()
    assert whole(app)
    answer, times = spelling.how_many_times("Hindi")
    assert f"The answer is: {answer}" in text_of(app)
    assert f"{times:.1f} times as many" in text_of(app)
    assert len(app.get("bidi_component")) == before + 1


def test_how_to_get_gpt4s_tokens_is_said_where_they_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    app = opened(data__scripts=spelling.MANY)
    assert spelling.HOW_TO_GET_GPT4 in text_of(app)
    assert len(drawn(app, spelling.GPT2)["lanes"]) == 4
