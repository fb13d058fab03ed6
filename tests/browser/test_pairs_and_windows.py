"""Byte pairs and windows in a browser: what is drawn lies where it belongs and fits."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import fits, settled

pytestmark = pytest.mark.browser

SHOWN = "data.first.skip=true&data.left.skip=true&data.answer.skip=true"


IDEAS = ("training-pairs", "replaying", "windows")


def opened(page: Page, address: str, rest: str) -> Page:
    page.goto(f"{address}/Data_preparation?{SHOWN}&{rest}")
    page.locator(".rungs").first.wait_for(timeout=60_000)
    settled(page)
    return page


@pytest.mark.parametrize(
    "rest",
    [
        "data.merges=300&data.word=antidisestablishmentarianism&data.replayed=9",
        "data.context=16&data.stride=1&data.per_batch=16&data.which=Last",
        "data.over=Plain+integers&data.stride=16&data.context=1&data.per_batch=1",
    ],
)
def test_everything_fits_a_telephone(page: Page, address: str, rest: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, address, rest)
    fits(page, *(f".st-key-idea-{name}" for name in IDEAS))


def test_a_merge_joins_the_framed_pieces_and_the_link_holds_the_step(
    page: Page, address: str
) -> None:
    opened(page, address, "data.merges=2")
    idea = page.locator(".st-key-idea-training-pairs")
    idea.get_by_role("button", name="Merge", exact=True).click()
    expect(idea).to_contain_text("The same after 3 merges")
    page.wait_for_url("**data.merges=3**")
    before, after = (idea.locator(".chips").nth(i) for i in (0, 1))
    joined = before.locator(".lit").all_inner_texts()
    assert ["".join(pair) for pair in zip(joined[::2], joined[1::2], strict=True)] == (
        after.locator(".lit").all_inner_texts()
    )
    assert "".join(before.locator(".chip").all_inner_texts()) == (
        "".join(after.locator(".chip").all_inner_texts())
    )
    tints = "(chips) => chips.filter((c) => !c.matches('.lit')).map((c) => c.style.cssText)"
    kept = before.locator(".chip").evaluate_all(tints)
    assert kept == after.locator(".chip").evaluate_all(tints), "only what merges changes its look"


def test_a_bracket_lies_under_the_tokens_of_its_window(page: Page, address: str) -> None:
    opened(page, address, "data.over=Plain+integers&data.context=5&data.stride=3&data.per_batch=3")
    places = page.evaluate(
        """() => {
          const spots = [...document.querySelectorAll('.strip .spot')];
          return spots.map((spot) => [...spot.querySelectorAll('.lane')].map((lane) => {
            const token = spot.querySelector('.chip').getBoundingClientRect();
            const { left, right, width } = lane.getBoundingClientRect();
            const over = left >= token.left - 3 && right <= token.right + 3 && width > 0;
            return lane.matches('.in') ? over : null;
          }));
        }"""
    )
    read = [sum(lane is not None for lane in lanes) for lanes in places]
    assert read == [1, 1, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 1, 1, 0, 0, 0]
    assert all(lane is not False for lanes in places for lane in lanes)
    numbers = page.locator(".strip .starts b").all_inner_texts()
    assert numbers == ["1", "2", "3", "4", "5"]


def test_inputs_and_targets_stand_in_line(page: Page, address: str) -> None:
    opened(page, address, "")
    rows = page.locator(".both-sides .chip-grid")
    heights = [
        rows.nth(side).locator("tr").evaluate_all(
            "(rows) => rows.map((row) => Math.round(row.getBoundingClientRect().top))"
        )
        for side in (0, 1)
    ]  # fmt: skip
    assert heights[0] == heights[1]
    inputs, targets = (
        [row.split() for row in rows.nth(side).locator("tr").all_inner_texts()] for side in (0, 1)
    )
    for given, asked in zip(inputs, targets, strict=True):
        assert given[3:] == asked[1:-2]
