"""The shape puzzles in a browser: fields, keys, what the server says, and the link."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import settled

pytestmark = pytest.mark.browser


def test_a_puzzle_is_solved_by_keyboard_and_the_link_holds_it(page: Page, address: str) -> None:
    page.goto(f"{address}/Architecture")
    fields = page.locator(".blanks input")
    fields.first.wait_for(timeout=60_000)
    settled(page)
    said, stopped = page.locator(".blanks .said"), page.locator(".blanks .stopped")
    expect(said).to_contain_text("mat1 and mat2 shapes cannot be multiplied (10x48 and 12x12)")
    expect(said).to_contain_text("What comes in has 48 numbers")
    expect(stopped).to_have_text("return narrow(x)")

    fields.nth(2).fill("")
    assert page.locator(".blanks button").get_attribute("aria-disabled") == "true"
    assert stopped.count() == 0  # what was said is about other numbers
    fields.nth(2).fill("48")
    fields.nth(2).press("Enter")
    expect(said).to_contain_text("every number equals the real part's")
    page.wait_for_url("**architecture.feed_forward=12-48-48-12*")

    page.get_by_text("Multi-head attention", exact=True).last.click()
    expect(fields).to_have_count(7)
    expect(said).to_have_text("")
    for place, number in enumerate((3, 4, 1, 2, 2, 2, 12)):
        fields.nth(place).fill(str(number))
    copies = page.locator(".blanks output")
    assert copies.all_inner_texts()[:4] == ["3", "4", "1", "2"]
    page.locator(".blanks button").click()
    expect(said).to_contain_text("rows of 4 numbers meet columns of 5")
    expect(stopped).to_contain_text("scores = queries @ keys")
