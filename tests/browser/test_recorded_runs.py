"""The slider of a recorded run moves every view at once, and asks the server for nothing."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import settled

pytestmark = pytest.mark.browser

SLIDER = ".scrubber input[type=range]"
VIEWS = """() => {
  const figure = (name) => document.querySelector(`.scrubber .${name} .js-plotly-plot`);
  const text = (name) => document.querySelector(`.scrubber .${name}`).innerText;
  return {
    loss: JSON.stringify(figure("loss").data[3].x),
    written: text("written"),
    example: text("example"),
    attention: JSON.stringify(figure("attention").data[0].z),
    heads: [...document.querySelectorAll(".scrubber canvas")].map((c) => c.toDataURL()).join(),
    map: JSON.stringify(figure("map").data[0].x),
    weights: JSON.stringify(figure("weights").data[0].x),
    gradients: JSON.stringify(figure("gradients").data[0].x),
    readout: text("readout"),
  };
}"""


def shown(page: Page, address: str, **params: str) -> list[str]:
    """Open the page and wait for the recorded run; gives a list that grows with each message."""
    messages: list[str] = []
    page.on("websocket", lambda s: s.on("framesent", lambda _: messages.append("sent")))
    query = "&".join(f"{name}={value}" for name, value in params.items())
    page.goto(f"{address}/Pretraining?{query}")
    settled(page)
    bars = ".scrubber .gradients .js-plotly-plot .bars"
    page.wait_for_selector(bars, state="attached", timeout=30_000)
    page.locator(SLIDER).scroll_into_view_if_needed()
    page.wait_for_timeout(800)
    return messages


def test_the_slider_moves_every_view_without_the_server(page: Page, address: str) -> None:
    messages = shown(page, address)
    before = page.evaluate(VIEWS)  # less motion is wished for, so the run stands at its end
    assert "step 240 of 240" in before["readout"]
    said = len(messages)
    page.locator(SLIDER).focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(400)
    first = page.evaluate(VIEWS)
    assert "step 0 of 240" in first["readout"]
    assert [name for name in before if before[name] == first[name]] == []
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    assert page.locator(SLIDER).get_attribute("aria-valuetext").startswith("step 6 of 240")
    assert len(messages) == said


def test_a_head_is_chosen_by_keyboard(page: Page, address: str) -> None:
    shown(page, address)
    before = page.evaluate(VIEWS)["attention"]
    page.get_by_role("radio", name="Block 1, head 1").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Block 2, head 1")).to_be_focused()
    page.wait_for_timeout(400)
    assert page.evaluate(VIEWS)["attention"] != before


def test_a_shipped_run_moves_by_itself_once_it_is_seen(chromium: Browser, address: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    shown(page, address)
    place = int(page.locator(SLIDER).input_value())
    page.wait_for_function(f"Number(document.querySelector('{SLIDER}').value) > {place + 2}")
    page.get_by_role("button", name="Pause", exact=True).last.click()
    rests = page.locator(SLIDER).input_value()
    page.wait_for_timeout(700)
    assert page.locator(SLIDER).input_value() == rests
    context.close()


def test_ones_own_run_is_on_the_slider_while_it_goes_on(page: Page, address: str) -> None:
    shown(page, address, **{"pretraining.steps": "2000"})
    press = page.get_by_test_id("stMainBlockContainer").get_by_role
    press("button", name="Train", exact=True).click()
    of_own = "document.querySelector('.scrubber .readout')?.innerText.includes('of 2,000')"
    page.wait_for_function(of_own, timeout=30_000)
    there = f"Number(document.querySelector('{SLIDER}').max)"
    page.wait_for_function(f"{there} > 1", timeout=60_000)
    page.evaluate("document.querySelector('.scrubber .map .js-plotly-plot').__same = true")
    before = int(page.evaluate(there))
    page.wait_for_function(f"{there} > {before}", timeout=60_000)
    assert page.evaluate("document.querySelector('.scrubber .map .js-plotly-plot').__same")
    assert page.locator(SLIDER).input_value() == str(page.evaluate(there))  # it follows
    press("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()


def test_hostile_text_in_an_opened_recording_stays_text(page: Page, address: str) -> None:
    shown(page, address)
    evil = "<img src=x onerror='window.hacked=1'>"
    press = page.get_by_role
    with page.expect_download() as saved:
        press("button", name="Save this recording").click()
    content = saved.value.path().read_text(encoding="utf-8")
    held = json.loads(content)
    for name in ("sentence", "example", "words", "parts"):
        held[name] = [evil for _ in held[name]]
    held["title"] = held["ended"] = evil
    for moment in held["moments"]:
        moment["free"] = moment["recited"] = {"prompt": evil, "parts": [[evil, True]]}
    press("button", name="Open a recording").click()
    page.get_by_test_id("stPopoverBody").locator("input[type=file]").set_input_files(
        {"name": "evil.json", "mimeType": "application/json", "buffer": json.dumps(held).encode()}
    )
    page.wait_for_function(
        "document.querySelector('.scrubber .written')?.innerText.includes('onerror')"
    )
    page.wait_for_timeout(1000)
    assert page.evaluate("window.hacked") is None
    assert page.locator(".scrubber img").count() == 0
