"""Live runs as a learner meets them: train, pause, reload, stop, try what was trained."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import dashboard, settled

pytestmark = pytest.mark.browser

LONG = 120_000  # milliseconds


def press(page: Page, name: str) -> None:
    page.get_by_test_id("stMainBlockContainer").get_by_role("button", name=name, exact=True).click()


def live(page: Page, chart: str) -> str:
    """A script that finds the chart's node."""
    return f"document.querySelector('.st-key-{chart} .js-plotly-plot')"


def points(page: Page, chart: str) -> int:
    """How many points the first line of a live chart has."""
    return int(page.evaluate(f"{live(page, chart)}?.data?.[0]?.x?.length ?? 0"))


def until_points(page: Page, chart: str, more_than: int) -> None:
    page.wait_for_function(
        f"({live(page, chart)}?.data?.[0]?.x?.length ?? 0) > {more_than}", timeout=LONG
    )


FOLLOW = """() => {
  window.__places = [];
  const look = () => {
    const page = document.querySelector('[data-testid=stMainBlockContainer]');  // not the toolbar
    const stop = [...page.querySelectorAll('button')].find(b => b.innerText.endsWith('Stop'));
    window.__places.push(stop ? stop.getBoundingClientRect().left : -1);
    requestAnimationFrame(look);
  };
  look();
}"""


def test_no_button_of_a_run_moves_under_the_pointer(page: Page, address: str) -> None:
    page.goto(f"{address}/Pretraining?pretraining.steps=2000")
    settled(page)
    press(page, "Train")
    expect(page.get_by_text("Training", exact=True)).to_be_visible(timeout=30_000)
    page.wait_for_timeout(500)
    page.evaluate(FOLLOW)
    press(page, "Pause")
    expect(page.get_by_text("Paused", exact=True)).to_be_visible(timeout=30_000)
    press(page, "Go on")
    expect(page.get_by_text("Training", exact=True)).to_be_visible(timeout=30_000)
    places = page.evaluate("window.__places")
    assert max(places) - min(places) < 4
    press(page, "Stop")
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible(timeout=30_000)


def test_a_run_trains_pauses_survives_a_reload_and_stops(
    page: Page, address: str, chromium: Browser
) -> None:
    page.goto(f"{address}/Pretraining?pretraining.steps=2000")
    settled(page)
    press(page, "Train")
    until_points(page, "pretraining-loss", 5)
    page.evaluate(f"{live(page, 'pretraining-loss')}.__same = true")
    until_points(page, "pretraining-loss", points(page, "pretraining-loss") + 20)
    assert page.evaluate(f"{live(page, 'pretraining-loss')}.__same")  # the node has stayed

    press(page, "Pause")
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    there = points(page, "pretraining-loss")
    page.reload()
    settled(page)
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    until_points(page, "pretraining-loss", there - 1)

    watcher = chromium.new_context().new_page()  # a student with the lecturer's link
    watcher.goto(page.url)
    settled(watcher)
    expect(watcher.get_by_text("You are watching a run")).to_be_visible()
    expect(watcher.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    watcher.context.close()

    press(page, "One step")
    until_points(page, "pretraining-loss", there)
    press(page, "Go on")
    until_points(page, "pretraining-loss", there + 5)
    press(page, "Stop")
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()


def test_the_page_stays_usable_while_a_run_goes_on(page: Page, address: str) -> None:
    page.goto(f"{address}/Pretraining?pretraining.steps=2000")
    settled(page)
    press(page, "Train")
    until_points(page, "pretraining-loss", 3)
    page.get_by_test_id("stSidebar").get_by_role("link", name="2. Attention").click()
    expect(page.get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="4. Pretraining").click()
    until_points(page, "pretraining-loss", 3)
    press(page, "Stop")
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()


def test_a_spam_filter_learns_and_judges_the_learners_own_message(page: Page, address: str) -> None:
    query = "classify.what=the+last+block+too&classify.length=16"
    page.goto(f"{address}/Classification_finetuning?{query}")
    settled(page)
    expect(page.get_by_text("This head has not been trained")).to_be_visible()
    press(page, "Train")
    until_points(page, "classify-loss", 3)
    press(page, "Stop")
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible(timeout=LONG)
    box = page.get_by_role("textbox", name="Your message", exact=True)
    box.fill("Your parcel is held. Pay 1.99 at parcels.example or it goes back")
    box.press("Control+Enter")
    settled(page)
    expect(page.get_by_text("two scores, made into probabilities")).to_be_visible()
    shares = page.locator(".st-key-idea-try-it .bar b")
    expect(shares).to_have_count(2)
    ham, spam = (float(text.rstrip("%")) for text in shares.all_inner_texts())
    assert ham + spam == pytest.approx(100, abs=0.2)


def test_an_assistant_learns_and_answers_the_learners_own_instruction(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/Instruction_finetuning")
    settled(page)
    expect(page.get_by_text("train it above, then ask again")).to_be_visible()
    press(page, "Train")
    until_points(page, "instruct-loss", 10)
    press(page, "Stop")
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible(timeout=LONG)
    box = page.get_by_role("textbox", name="Your instruction", exact=True)
    box.fill("Name the day after Monday.")
    box.press("Enter")
    expect(page.get_by_text("it answers.")).to_be_visible(timeout=LONG)
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


TICKED = """
    const node = %s;
    node.__same = true;
    window.__ticks = 0;
    const extend = window.Plotly.extendTraces;
    window.Plotly.extendTraces = (box, points, traces) => {
      if (box === node && traces[0] === 0) window.__ticks += 1;
      return extend(box, points, traces);
    };
"""


def zoom(page: Page, chart: str) -> list[float]:
    """Drag a box in a live chart; the stretch of the x axis that it then shows."""
    place = page.locator(f".st-key-{chart} .nsewdrag").first
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"], steps=5)
    page.mouse.up()
    shown = f"{live(page, chart)}.layout.xaxis.range"
    page.wait_for_function(f"{shown}[0] > 0")
    return [float(end) for end in page.evaluate(shown)]


def test_a_live_chart_is_the_same_node_after_a_hundred_ticks_and_keeps_its_zoom(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNS_TICK", "0.15")
    with dashboard() as quick:
        page.goto(f"{quick}/Pretraining?pretraining.steps=2000")
        settled(page)
        press(page, "Train")
        until_points(page, "pretraining-loss", 5)
        page.evaluate("() => {" + TICKED % live(page, "pretraining-loss") + "}")
        zoomed = zoom(page, "pretraining-loss")
        assert zoomed[1] - zoomed[0] < 1500  # of 2,000 steps
        page.wait_for_function("window.__ticks > 100", timeout=LONG)
        assert page.evaluate(f"{live(page, 'pretraining-loss')}.__same")
        assert page.evaluate(f"{live(page, 'pretraining-loss')}.layout.xaxis.range") == zoomed
        press(page, "Stop")
        expect(page.get_by_text("Stopped", exact=True)).to_be_visible()


def test_samples_appear_while_the_run_goes_on_without_the_whole_page_again(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/Pretraining?pretraining.steps=800")
    settled(page)
    press(page, "Train")
    until_points(page, "pretraining-loss", 5)
    page.evaluate(f"{live(page, 'pretraining-loss')}.__same = true")
    later = page.get_by_text("After 100 steps, your sentence goes on")
    expect(later).to_be_visible(timeout=LONG)
    assert page.evaluate(f"{live(page, 'pretraining-loss')}.__same")
    press(page, "Stop")
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
