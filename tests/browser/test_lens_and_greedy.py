"""The logit lens and the greedy loop in a browser: keys, colours, steps and links, no server."""

import re

import pytest
import torch
from playwright.sync_api import Page, expect

from dashboard import cached
from dashboard.lessons import reading
from dashboard.lessons.architecture import lens as lens_shown
from dashboard.lessons.architecture.generating import WINDOW
from dashboard.lessons.architecture.words import word
from dashboard.session import SENTENCE
from llm_core.sampling import generate_text_simple
from tests.browser.server import settled

pytestmark = pytest.mark.browser

IDEA = ".st-key-idea-lens"


def opened(page: Page, address: str, query: str) -> None:
    page.goto(f"{address}/Architecture{query}")
    page.locator(f"{IDEA} .square").first.wait_for(timeout=60_000)
    page.locator(".greedy .chip").first.wait_for(timeout=60_000)
    settled(page)


def test_squares_are_walked_by_key_and_coloured_anew_without_the_server(
    page: Page, address: str
) -> None:
    opened(page, address, "?architecture.lens_guess=In+the+second+half&architecture.lens_before=0")
    loaded = cached.starter()
    found = lens_shown.seen(loaded, reading.read(loaded, SENTENCE).ids).lens
    maps = page.locator(f"{IDEA} .map")
    expect(maps).to_have_count(2)
    rows = maps.first.locator(".row")
    page.context.set_offline(True)
    rows.nth(6).locator("button").first.click()  # the embedding of the first token
    for key in ("ArrowUp", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    told = page.locator(f"{IDEA} .told")
    expect(told.locator(".title")).to_have_text("After block 2, at token 2, “day” (this model)")
    best = [word(loaded, int(i)) for i in found.ids[2, 1]]
    assert told.locator(".guess bdi").all_inner_texts() == best
    chances = [f"{100 * p:.1f} %" for p in found.probabilities[2, 1].tolist()]
    assert told.locator(".guess small").all_inner_texts() == chances
    here = rows.nth(4).locator("button").nth(1)
    expect(here).to_be_focused()
    bits = float(found.bits[2, 1]) / 12  # of log2 4,096
    page.locator(f"{IDEA} .colours button").nth(1).click()
    style = here.get_attribute("style") or ""
    assert f"--cell: var(--sequential-{round(9 * bits)})" in style
    page.context.set_offline(False)
    expect(page).to_have_url(re.compile(r"architecture\.through=1\.2\.1"))


def test_the_last_tokens_way_is_hidden_until_it_is_guessed(page: Page, address: str) -> None:
    opened(page, address, "")
    last = page.locator(f"{IDEA} .map .row button:last-child")
    assert last.all_inner_texts()[1:] == ["?"] * 6


def test_the_loop_stops_before_the_second_token_until_what_it_reads_is_guessed(
    page: Page, address: str
) -> None:
    opened(page, address, "?architecture.at=9")
    new = page.locator(".greedy .chip.new")
    expect(new).to_have_count(1)
    expect(page.locator(".greedy .about")).to_contain_text("Guess below")
    expect(page.get_by_role("button", name="Next token")).to_be_disabled()
    page.locator(".st-key-idea-generate").get_by_text("The new token alone", exact=True).click()
    expect(page.get_by_role("button", name="Next token")).to_be_enabled()


def test_the_loop_is_a_function_of_its_step_and_the_window_slides(page: Page, address: str) -> None:
    opened(page, address, "?answers=true&architecture.at=2")
    loaded = cached.starter()
    ids = reading.read(loaded, SENTENCE).ids
    written = generate_text_simple(loaded.model, torch.tensor([ids]), 12, WINDOW)[0].tolist()
    chips = page.locator(".greedy .chip")
    new = page.locator(".greedy .chip.new")
    expect(new).to_have_count(1)
    assert new.locator("small").first.inner_text() == str(written[len(ids)])
    page.context.set_offline(True)
    step = page.get_by_role("button", name="Next token")
    for _ in range(8):
        step.click()
    expect(page.locator(".greedy .chip.gone")).to_have_count(len(ids) + 8 - WINDOW)
    expect(page.locator(".greedy .chip.seen small").nth(1)).to_have_text("place 0")
    page.get_by_role("slider", name="Step", exact=True).press("End")
    assert chips.locator("small:nth-of-type(1)").all_inner_texts() == [str(i) for i in written]
    expect(page.locator(".greedy .about")).to_have_text("12 tokens are written.")
    page.context.set_offline(False)
    expect(page).to_have_url(re.compile(r"architecture\.at=36"))
