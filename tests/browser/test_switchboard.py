"""The board of heads in a browser: keys and clicks switch, and walking needs no server."""

import math
import re
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect

from dashboard import cached
from dashboard.lessons import reading
from dashboard.lessons.attention import effects, writes
from dashboard.session import SENTENCE
from llm_core.heads import writing
from llm_core.induction import Head
from tests.browser.server import ROOT, fits, settled

pytestmark = pytest.mark.browser

FOLDER = ROOT / "dashboard" / "components" / "switchboard"


def opened(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/Attention{query}")
    page.locator(".st-key-idea-switched-off .cell").first.wait_for(timeout=60_000)
    settled(page)


def cell(page: Page, idea: str, layer: int, head: int) -> Locator:
    """The square of a head, both counted from 1."""
    return page.locator(f".st-key-idea-{idea} .line").nth(layer).locator("button").nth(head)


def test_the_browsers_pieces_are_pythons(chromium: Browser) -> None:
    page = chromium.new_page()
    text = (FOLDER / "grid.js").read_text("utf-8") + (FOLDER / "writing.js").read_text("utf-8")
    page.add_script_tag(content=f"{text}\nwindow.desk = {{ pieces, offsets }};", type="module")
    page.wait_for_function("window.desk")
    loaded = cached.starter()
    ids = reading.read(loaded, SENTENCE).ids
    given = writes.written(loaded, ids, tuple(range(len(ids))))
    heads = loaded.config.n_heads
    for head, place in ((Head(0, 1), 0), (Head(1, 2), 9), (Head(4, 3), len(ids) - 1)):
        number = head.layer * heads + head.number
        found: list[dict[str, Any]] = page.evaluate(
            """({ weights, reach, places, heads, number, place }) => {
              const from = window.desk.offsets(places, heads)[place] + number * (place + 1);
              const row = weights.slice(from, from + place + 1);
              return window.desk.pieces(Float32Array.from(row), reach);
            }""",
            {
                "weights": given.weights.tolist(),
                "reach": given.reach.flatten(0, 1)[number].tolist(),
                "places": given.places, "heads": given.reach.shape[0] * heads,
                "number": number,
                "place": place,
            },
        )  # fmt: skip
        with torch.inference_mode():
            expected = writing(loaded.model, reading.steps(loaded, ids), head, place)
        assert [one["norm"] for one in found] == sorted((o["norm"] for o in found), reverse=True)
        for one in found:
            assert math.isclose(one["weight"], expected.weights[one["s"]], abs_tol=1e-6)
            assert math.isclose(one["norm"], expected.norms[one["s"]], rel_tol=1e-3, abs_tol=1e-5)
    page.close()


def test_a_click_switches_a_head_off_and_the_guess_moves(page: Page, address: str) -> None:
    opened(page, address)
    cell(page, "switched-off", 2, 3).click()
    loaded = cached.starter()
    ids = reading.read(loaded, SENTENCE).ids
    seen = effects.moved(loaded, ids, (Head(1, 2),), effects.ZEROS)
    metric = page.locator(".st-key-idea-switched-off [data-testid=stMetricValue]").last
    expect(metric).to_have_text(f"{seen.bits:.3g} bits")
    expect(page).to_have_url(re.compile(r"attention\.off=2\.3"))
    page.locator(".st-key-idea-switched-off .plain").click()
    expect(metric).to_have_text("0 bits")


def test_keys_alone_walk_the_board_and_switch_and_keep_their_place(
    page: Page, address: str
) -> None:
    opened(page, address)
    cell(page, "switched-off", 1, 1).focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", " "):
        page.keyboard.press(key)
    expect(cell(page, "switched-off", 2, 3)).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"attention\.off=2\.3"))
    settled(page)
    expect(cell(page, "switched-off", 2, 3)).to_be_focused()
    for key in ("Home", "Enter"):
        page.keyboard.press(key)
    for head in (1, 2, 3, 4):
        expect(cell(page, "switched-off", 2, head)).to_have_attribute("aria-pressed", "true")


def test_layer_head_and_token_change_without_the_server(page: Page, address: str) -> None:
    opened(page, address)
    where = page.locator(".st-key-idea-head-writes .where")
    expect(where).to_contain_text("to token 15")
    page.context.set_offline(True)
    cell(page, "head-writes", 3, 2).click()
    expect(where).to_have_text("Layer 3, head 2, to token 15, “the”")
    page.locator(".st-key-idea-head-writes .text button").nth(6).click()
    expect(where).to_have_text("Layer 3, head 2, to token 7, “key”")
    page.keyboard.press("ArrowLeft")
    expect(where).to_have_text("Layer 3, head 2, to token 6, “the”")
    page.context.set_offline(False)


def test_a_long_text_is_asked_for_token_by_token(page: Page, address: str) -> None:
    opened(page, address, "?text=" + "the+cat+sat+on+a+mat+" * 34)
    tokens = page.locator(".st-key-idea-head-writes .text button")
    assert tokens.count() > 150
    tokens.nth(2).click()
    expect(page.locator(".st-key-idea-head-writes .where")).to_contain_text("to token 3,")
    fits(page)
