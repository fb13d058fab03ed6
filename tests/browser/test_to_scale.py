"""Models drawn to scale, measured in pixels."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from dashboard.lessons.architecture import model_choice, scale
from llm_core.accounting import parameter_ledger
from tests.browser.server import fits, settled

pytestmark = pytest.mark.browser

BOXES = """(idea) => [...idea.querySelectorAll(".shapelayer path")]
  .map((path) => path.getBBox()).map((box) => [box.x, box.width, box.height])
  .filter(([, width]) => width > 0)"""
"""The squares; the lines that lead to their names have no width."""


@pytest.mark.parametrize("width", [1280, 390])
def test_a_model_is_a_square_and_n_times_the_parameters_are_n_times_the_area(
    page: Page, address: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/Architecture?answers=true&architecture.preset=GPT-2+XL")
    idea = page.locator(".st-key-idea-to-scale")
    idea.locator(".shapelayer path").first.wait_for(timeout=60_000)
    settled(page)
    boxes = idea.evaluate(BOXES)
    models = scale.models(model_choice.PRESETS[scale.XL], tied=False)
    assert len(boxes) == len(models)
    largest, most = boxes[-1], models[-1].parameters
    assert largest[1] > 90  # pixels: it fills the picture
    for (left, wide, high), model in zip(boxes, models, strict=True):
        assert left >= 0
        assert wide == pytest.approx(high, abs=0.1)
        assert (wide / largest[1]) ** 2 * most == pytest.approx(model.parameters, rel=0.02)
    assert boxes[0][1] < 2  # the bundled model is a dot
    fits(page)


def test_a_changed_number_is_followed_by_all_that_count_it(page: Page, address: str) -> None:
    page.goto(f"{address}/Architecture?answers=true")
    page.locator(".st-key-idea-cached-writing").wait_for(timeout=60_000)
    settled(page)
    asked = [page.locator(f".st-key-idea-{name}") for name in ("to-scale", "costs")]
    before = [idea.inner_text() for idea in asked]
    blocks = page.get_by_role("spinbutton", name="Blocks", exact=True)
    blocks.fill("24")
    blocks.press("Enter")
    deeper = replace(model_choice.PRESETS[model_choice.STANDARD], n_layers=24)
    total = page.get_by_test_id("stMetricValue").first
    expect(total).to_have_text(f"{parameter_ledger(deeper).total:,}")
    for idea, text in zip(asked, before, strict=True):
        expect(idea).not_to_have_text(text, use_inner_text=True)
    page.reload()
    expect(total).to_have_text(f"{parameter_ledger(deeper).total:,}")
