"""The grid of heads in a browser: its numbers are the model's, and keys alone are enough."""

from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect

from dashboard import cached
from dashboard.lessons import reading
from dashboard.lessons.attention import grid
from dashboard.session import SENTENCE
from tests.browser.server import ROOT, settled

pytestmark = pytest.mark.browser

MAPS = Path(ROOT / "dashboard" / "components" / "heads" / "maps.js")
TOLD = "?attention.before.skip=true"


def opened(page: Page, address: str, query: str = TOLD) -> Locator:
    page.goto(f"{address}/Attention{query}")
    root = page.locator(".headgrid")
    root.locator("canvas").first.wait_for(timeout=60_000)
    settled(page)
    return root


def test_the_browser_reads_every_number_of_every_map_as_python_wrote_it(chromium: Browser) -> None:
    loaded = cached.starter()
    ids = reading.read(loaded, SENTENCE).ids
    sent = grid.maps(loaded, ids)
    page = chromium.new_page()
    text = MAPS.read_text(encoding="utf-8") + "\nwindow.Maps = Maps;"
    page.add_script_tag(content=text, type="module")
    page.wait_for_function("'Maps' in window")
    read = page.evaluate(
        """([bytes, tokens, count]) => {
          const maps = new Maps(Uint8Array.from(bytes).buffer, tokens);
          return Array.from({ length: count }, (_, i) => maps.square(i));
        }""",
        [list(sent), len(ids), 26],
    )
    page.close()
    mine = torch.tensor([[[x or 0.0 for x in row] for row in square] for square in read])
    weights = grid.weights_of(loaded, ids).flatten(0, 1)
    assert torch.equal(mine[:24], weights.half().float())
    assert all(x is None for row, line in enumerate(read[0]) for x in line[row + 1 :])


def test_arrow_keys_choose_a_head_enter_keeps_it_and_the_link_brings_all_back(
    page: Page, address: str
) -> None:
    root = opened(page, address)
    root.locator(".head[aria-checked=true]").focus()
    for key in ("ArrowDown", "ArrowRight", "Enter", "ArrowDown"):
        page.keyboard.press(key)
    expect(root.locator("h4")).to_have_text("Layer 3, head 2")
    root.get_by_role("radio", name="Heatmap").focus()
    page.keyboard.press("ArrowRight")
    expect(root.locator(".pins > span")).to_have_count(2)
    root.locator(".asks [tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(root.locator(".readout")).to_contain_text("looks most at")
    page.wait_for_function("location.search.includes('attention.token=q3')")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    root.locator("canvas").first.wait_for(timeout=60_000)
    expect(root.locator("h4")).to_have_text("Layer 3, head 2")
    expect(root.locator(".pins > span")).to_have_count(2)
    expect(root.locator(".asks .pinned")).to_have_count(1)


def test_a_square_names_both_tokens_and_the_weight_that_the_model_gave(
    page: Page, address: str
) -> None:
    root = opened(page, address, f"{TOLD}&attention.head-on-show=5.4")
    root.locator(".map .main-svg").first.wait_for(timeout=60_000)
    root.locator(".map").focus()
    page.keyboard.press("ArrowDown")  # shows where one is: the last token looks at the first
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    loaded = cached.starter()
    ids = reading.read(loaded, SENTENCE).ids
    weight = grid.weights_of(loaded, ids)[4, 3, -1, 6].half().item()
    expect(root.locator(".readout")).to_have_text(
        f"the {len(ids)} looks at key 7 with {weight:.3g} of its weight."
    )


def test_roles_are_told_after_the_guess_and_a_role_filters_the_grid(
    page: Page, address: str
) -> None:
    root = opened(page, address, "")
    expect(root.locator(".roles button")).to_have_count(0)
    expect(root.locator(".letter")).to_have_text(["A", "B", "C"])
    page.locator(".st-key-predict-attention-before").get_by_text("A", exact=True).click()
    first = root.locator(".roles button").first
    first.wait_for(timeout=60_000)
    first.click()
    count = int(first.locator("b").inner_text())
    expect(root.locator(".small .head.off")).to_have_count(24 - count)


def test_a_new_sentence_and_one_token_alone_keep_the_grid_whole(page: Page, address: str) -> None:
    root = opened(page, address, f"{TOLD}&attention.token=q9&attention.view=lines")
    page.get_by_label("Your sentence", exact=True).fill("x")
    page.keyboard.press("Enter")
    expect(root.locator(".asks > div")).to_have_count(1, timeout=60_000)
    expect(root.locator(".evidence")).to_contain_text("fewer than three tokens")
