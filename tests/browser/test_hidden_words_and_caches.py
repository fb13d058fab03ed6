"""The attention page's small parts in a browser: their mathematics, their keys and their links."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Page, expect

from llm_core.attention.scaling import saturation, scaling_experiment
from tests.browser.server import ROOT, settled

pytestmark = pytest.mark.browser

SOFTMAX = ROOT / "dashboard" / "components" / "saturation" / "softmax.js"
SHOWN = "attention.decides.skip=true&attention.largest=Nearly+1&attention.newkeys=1"


@pytest.fixture(scope="module")
def mathematics(chromium: Browser) -> Iterator[Page]:
    """A bare page that has loaded softmax.js and nothing else."""
    page = chromium.new_page()
    text = SOFTMAX.read_text(encoding="utf-8") + "\nwindow.parts = { saturation };"
    page.add_script_tag(content=text, type="module")
    page.wait_for_function("window.parts")
    yield page
    page.close()


@pytest.mark.parametrize("width", [1, 16, 64, 1024])
@pytest.mark.parametrize("tokens", [1, 2, 16, 256])
def test_the_browsers_softmax_equals_pythons(mathematics: Page, width: int, tokens: int) -> None:
    ours = scaling_experiment(width, tokens, seed=width)
    for factor, python in ((1.0, ours.raw), (width**-0.5, ours.divided)):
        found: dict[str, Any] = mathematics.evaluate(
            "([scores, factor]) => window.parts.saturation(Float32Array.from(scores), factor)",
            [ours.raw.scores.tolist(), factor],
        )
        weights = torch.tensor(found["weights"], dtype=torch.float32)
        torch.testing.assert_close(weights, python.weights, atol=2e-6, rtol=1e-3)
        for name in ("largest", "bits", "slope"):
            assert found[name] == pytest.approx(getattr(python, name), abs=2e-5, rel=1e-3), name
        assert saturation(python.scores).largest == python.largest


@pytest.fixture
def opened(page: Page, address: str) -> Page:
    page.goto(f"{address}/Attention?{SHOWN}")
    page.locator(".hiding .chips button").first.wait_for(timeout=60_000)
    page.locator(".prefill .cells i").first.wait_for(timeout=60_000)
    settled(page)
    return page


def test_a_token_is_hidden_at_once_and_the_link_follows(opened: Page) -> None:
    chips = opened.locator(".hiding .chips button")
    about = opened.locator(".hiding .about")
    expect(about).to_contain_text("Nothing is hidden")
    chips.nth(6).click()
    assert "Without “key”" in about.inner_text()  # in the same turn of the browser
    assert "attention.hide=6" not in opened.url
    opened.wait_for_url("**attention.hide=6**")
    settled(opened)
    link, said = opened.url, about.inner_text()
    opened.goto("about:blank")
    opened.goto(link)
    expect(opened.locator(".hiding .about")).to_have_text(said, timeout=60_000)
    expect(opened.locator(".hiding .chips button[aria-pressed=true]")).to_have_text("key")


def test_the_keyboard_walks_over_the_tokens_and_hides_one(opened: Page) -> None:
    chips = opened.locator(".hiding .chips button")
    chips.first.focus()
    opened.keyboard.press("End")
    opened.keyboard.press("ArrowLeft")
    expect(chips.nth(13)).to_be_focused()
    opened.keyboard.press("Enter")
    expect(chips.nth(13)).to_have_attribute("aria-pressed", "true")
    opened.keyboard.press("Enter")
    expect(chips.nth(13)).to_have_attribute("aria-pressed", "false")


def test_the_step_of_the_cache_moves_by_keys_without_the_server(opened: Page) -> None:
    slider = opened.locator(".prefill input[type=range]")
    slider.focus()
    opened.keyboard.press("Home")
    new = opened.locator(".prefill .cells i.now")
    prompt = new.count() // 2
    assert opened.locator(".prefill .cells i.kept").count() == 0
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowRight")
    assert new.count() == 2  # one key, one value
    assert opened.locator(".prefill .cells i.kept").count() == 2 * (prompt + 1)
    opened.wait_for_url("**attention.pass=2**")


def test_the_division_is_switched_in_the_browser_and_kept_in_the_link(opened: Page) -> None:
    random = opened.locator(".saturation").first
    before = random.locator(".legend").inner_text()
    random.locator(".switch input").check()
    assert random.locator(".legend").inner_text() != before
    assert "divided by √1024" in random.locator("tr.now").inner_text()
    opened.wait_for_url("**attention.divide=10.1**")
