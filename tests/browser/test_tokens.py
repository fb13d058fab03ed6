"""Tokens in a browser: every stroke cuts anew in the same nodes, and what is pointed at lights."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.lessons.data import spelling
from llm_core import tokenizers
from tests.browser.server import settled

pytestmark = pytest.mark.browser

Part = Callable[[str], Locator]


def part_of(page: Page) -> Part:
    return lambda what: page.locator(f".st-key-idea-byte-pairs .tokens {what}")


def lane(part: Part, number: int) -> Locator:
    return part(".lane").nth(number).locator(".chip")


def opened(page: Page, address: str, query: str = "") -> Part:
    page.goto(f"{address}/Data_preparation{query}")
    part = part_of(page)
    part(".chip").first.wait_for(timeout=60_000)
    settled(page)
    return part


def ids(part: Part, number: int) -> list[int]:
    return [int(text) for text in lane(part, number).locator("small").all_inner_texts()]


def wait_for_ids(part: Part, text: str) -> None:
    expected = tokenizers.gpt2_bpe().encode_ordinary(text)
    expect(lane(part, 0).locator("small")).to_have_text([str(i) for i in expected])


def test_every_stroke_cuts_anew_in_the_same_nodes_and_the_link_follows(
    page: Page, address: str
) -> None:
    part = opened(page, address)
    first = lane(part, 0).first.element_handle()
    part("textarea").fill("The keeper")
    wait_for_ids(part, "The keeper")
    page.evaluate("() => (window.flashes = 0)")
    part("textarea").evaluate(
        """(area) => new MutationObserver((all) => {
          window.flashes += all.filter((change) => change.removedNodes.length).length;
        }).observe(area.getRootNode().querySelector(".tokens"), { childList: true })"""
    )
    part("textarea").press("Control+End")
    page.keyboard.type("s sat\t\nxyzzy 🙂", delay=60)
    typed = part("textarea").input_value()
    assert typed.endswith("\nxyzzy 🙂")
    wait_for_ids(part, typed)
    assert page.evaluate("window.flashes") == 0
    assert first is not None
    assert first.evaluate("(node) => node.isConnected")
    page.wait_for_function("location.search.includes('xyzzy')")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    part(".chip").first.wait_for(timeout=60_000)
    wait_for_ids(part, typed)
    expect(part("textarea")).to_have_value(typed)


def test_pointing_lights_text_chips_ids_and_row_and_the_row_lights_them(
    page: Page, address: str
) -> None:
    part = opened(page, address, "?data.pairs=the+cat+and+the+hat")
    part(".text span").nth(1).hover()
    expect(part(".text span.lit")).to_have_text(["␣\u200bcat"])
    expect(lane(part, 0).and_(part(".lit"))).to_have_count(1)
    expect(lane(part, 2).and_(part(".lit")).locator("bdi")).to_have_text(["cat"])
    own = lane(part, 1).and_(part(".lit")).locator("small").all_inner_texts()
    assert part(".row.lit small").all_inner_texts() == own
    expect(part(".about")).to_contain_text("bytes")
    the = next(c for c in lane(part, 1).all() if c.locator("bdi").inner_text() == "␣the")
    number = the.locator("small").inner_text()
    row = part(".row").filter(has=page.get_by_text(number, exact=True)).first
    row.focus()
    expect(lane(part, 1).and_(part(".lit")).locator("small")).to_have_text([number])
    assert "the" in part(".text span.lit").all_inner_texts()[0]
    row.press("Home")
    expect(part(".row").first).to_be_focused()


def test_one_character_of_several_tokens_lights_them_all(page: Page, address: str) -> None:
    part = opened(page, address, "?data.pairs=%E0%A4%B8")
    part(".text span").first.hover()
    written = spelling.ARTICLE["Hindi"][0]
    assert len(ids(part, 0)) == len(tokenizers.gpt2_bpe().encode_ordinary(written)) > 1
    expect(lane(part, 0).and_(part(".lit"))).to_have_count(len(ids(part, 0)))
    lane(part, 0).first.focus()
    expect(lane(part, 0).and_(part(".lit"))).to_have_count(1)
    expect(part(".about")).to_contain_text("no whole character")


def test_a_pasted_book_is_cut_to_the_box(page: Page, address: str) -> None:
    part = opened(page, address)
    part("textarea").evaluate("""(area) => {
      area.focus();
      area.select();
      document.execCommand("insertText", false, "tea and toast ".repeat(20000));
    }""")
    expect(part(".box p")).to_contain_text("The box is full")
    expect(part("> .muted")).to_contain_text("more are counted, not drawn")
    assert len(part("textarea").input_value()) == spelling.ROOM


def test_a_button_fills_the_box_that_was_typed_in(page: Page, address: str) -> None:
    part = opened(page, address)
    part("textarea").fill("something else")
    wait_for_ids(part, "something else")
    page.get_by_role("button", name="Greek").click()
    expect(part("textarea")).to_have_value(spelling.EXAMPLES["Greek"])
    wait_for_ids(part, spelling.EXAMPLES["Greek"])
