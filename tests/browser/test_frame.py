"""The frame in a real browser: ways, links, presenter mode, phones, accessibility."""

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashboard.stages import STAGES, Stage
from tests.browser.server import fits, settled

pytestmark = pytest.mark.browser

GROUNDS: dict[Literal["light", "dark"], str] = {
    "light": "rgb(255, 255, 255)",
    "dark": "rgb(17, 21, 29)",
}
"""The page's background in each scheme."""


def address_of(stage: Stage) -> str:
    """The last part of a page's address."""
    return stage.page.removesuffix(".py").split("_", 1)[1]


def test_the_way_from_home_leads_through_every_page(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)
    page.get_by_role("link", name=f"Begin: {STAGES[0].title}").click()
    for here, after in zip(STAGES, [*STAGES[1:], None], strict=True):
        expect(page.get_by_role("heading", name=here.title, exact=True, level=1)).to_be_visible(
            timeout=30_000
        )
        settled(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_test_id("stAlert")).to_have_count(0)
        if after:
            page.get_by_role("link", name=f"Next: {after.title}").click()


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.slug)
def test_a_deep_link_opens_the_page_with_its_frame(page: Page, address: str, stage: Stage) -> None:
    page.goto(f"{address}/{address_of(stage)}")
    settled(page)
    expect(page.get_by_role("heading", name=stage.title, exact=True, level=1)).to_be_visible()
    sidebar = page.get_by_test_id("stSidebar")
    for other in STAGES:
        expect(sidebar.get_by_role("link", name=f"{other.number}. {other.title}")).to_be_visible()


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.slug)
def test_no_page_breaks_an_accessibility_rule(page: Page, address: str, stage: Stage) -> None:
    page.goto(f"{address}/{address_of(stage)}")
    for scheme, ground in GROUNDS.items():
        page.emulate_media(color_scheme=scheme)
        expect(page.locator(".stApp")).to_have_css("background-color", ground)
        settled(page)
        asked = {"include": [[".stMainBlockContainer"]]}
        found = Axe().run(page, context=asked).response["violations"]
        serious = [
            (rule["id"], rule["nodes"][0]["html"][:200])
            for rule in found
            if rule["impact"] in ("serious", "critical")
        ]
        assert not serious, scheme


@pytest.mark.parametrize("stage", [None, *STAGES], ids=lambda s: s.slug if s else "home")
def test_nothing_is_wider_than_a_phone(
    chromium: Browser, address: str, stage: Stage | None
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/{address_of(stage) if stage else ''}")
    settled(page)
    fits(page)
    context.close()


def test_the_sentence_follows_the_learner_and_travels_in_the_link(
    page: Page, address: str, chromium: Browser
) -> None:
    page.goto(f"{address}/Attention")
    settled(page)
    box = page.get_by_role("textbox", name="Your sentence", exact=True)
    box.fill("A goat ate the log book")
    box.press("Enter")
    settled(page)
    assert "A+goat" in page.url or "A%20goat" in page.url
    page.wait_for_timeout(1500)  # the run that reads it has ended on a busy machine, too
    page.get_by_test_id("stSidebar").get_by_role("link", name="3. Architecture").click()
    expect(page.get_by_role("textbox", name="Your sentence", exact=True)).to_have_value(
        "A goat ate the log book"
    )
    expect(page).to_have_url(re.compile("Architecture.*goat"))
    link = page.url
    fresh = chromium.new_context().new_page()
    fresh.goto(link)
    settled(fresh)
    expect(fresh.get_by_role("textbox", name="Your sentence", exact=True)).to_have_value(
        "A goat ate the log book"
    )
    fresh.context.close()


def test_presenter_mode_hides_the_chrome_and_shows_one_idea_at_a_time(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/Attention?present=1")
    settled(page)
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    ideas = page.locator('[class*="st-key-idea-"]')
    assert ideas.count() > 1
    expect(ideas.nth(0)).to_be_visible()
    expect(ideas.nth(1)).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(ideas.nth(0)).to_be_hidden()
    expect(ideas.nth(1)).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(ideas.nth(0)).to_be_visible()


def test_a_link_to_an_answered_idea_opens_there_and_the_address_keeps_it(
    page: Page, address: str
) -> None:
    """The page writes its tick into the address, and Streamlit drops what stands behind "#"."""
    page.goto(f"{address}/Attention?present=1&attention.readback=1#scores")
    settled(page)
    page.wait_for_function("document.body.dataset.idea === 'scores' && location.hash === '#scores'")


def test_copy_link_gives_the_address_of_this_view(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}/Attention?text=one+two+three")
    settled(page)
    page.get_by_test_id("stSidebar").get_by_role("button", name="Copy link to this view").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"/Attention\?.*text=one", copied)
    idea = page.locator('[class*="st-key-idea-"]').nth(3)
    idea.evaluate("idea => idea.scrollIntoView({ behavior: 'instant' })")
    page.get_by_test_id("stSidebar").get_by_role("button", name="Link copied").click()
    place = (idea.get_attribute("class") or "").split("st-key-idea-")[1].split()[0]
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"#{place}")


def test_presenting_begins_at_the_idea_in_view_and_ends_there(page: Page, address: str) -> None:
    page.goto(f"{address}/Attention")
    settled(page)
    ideas = page.locator('[class*="st-key-idea-"]')
    page.wait_for_timeout(3000)  # until the pictures above have their heights
    ideas.nth(4).evaluate("idea => idea.scrollIntoView({ behavior: 'instant' })")
    page.get_by_test_id("stSidebar").get_by_role("button", name="Present it").click()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page).to_have_url(re.compile("present=1"))
    expect(page.get_by_role("button", name="Next idea (right arrow)")).to_be_visible()
    expect(ideas.nth(4)).to_be_visible()
    expect(ideas.nth(3)).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(ideas.nth(5)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    expect(ideas.nth(1)).not_to_be_in_viewport()
    expect(ideas.nth(5).get_by_role("heading")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Next idea (right arrow)")).to_have_count(0)


def test_a_link_to_an_idea_shows_it_however_the_page_grows(page: Page, address: str) -> None:
    page.goto(f"{address}/Attention?answers=true#heads-at-work")
    settled(page)
    page.wait_for_timeout(3000)
    top = page.locator(".st-key-idea-heads-at-work").bounding_box()
    assert top
    assert 0 <= top["y"] < 120


def test_one_long_word_does_not_widen_the_page(page: Page, address: str) -> None:
    page.goto(f"{address}/Data_preparation?data.what=My+sentence&text={'abcdefghij' * 30}")
    settled(page)
    expect(page.locator(".st-key-data-cuts .lane").first).to_be_visible()
    fits(page)
