"""The picture of the whole way in a browser: one token is followed through every station."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import fits, settled

pytestmark = pytest.mark.browser


def test_a_token_under_the_pointer_stands_out_at_every_station(page: Page, address: str) -> None:
    page.goto(f"{address}/Data_preparation")
    settled(page)
    way = page.locator(".way")
    way.scroll_into_view_if_needed()
    expect(way.locator("tr.at-2")).to_have_css("opacity", "1")
    way.locator(".piece.at-2").hover()
    expect(way.locator("tr.at-2")).to_have_css("opacity", "1")
    expect(way.locator("tr.at-1")).to_have_css("opacity", "0.4")
    way.locator("tr.at-1").focus()
    page.mouse.move(0, 0)
    expect(way.locator("tr.at-1")).to_have_css("opacity", "1")
    expect(way.locator("tr.at-2")).to_have_css("opacity", "0.4")


def test_on_a_phone_the_whole_way_needs_no_sideways_scrolling(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/Data_preparation")
    settled(page)
    for place in (".way .cells", ".lifted", ".adding"):
        page.locator(place).first.scroll_into_view_if_needed()
        fits(page, place)
