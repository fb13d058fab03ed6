"""From a slider to its picture in a real browser: python -m benchmarks.browser

A key is pressed on a slider, and the clock runs in the page until the first frame in which the
slider's picture has changed.
"""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page

from benchmarks.classroom import Learner
from benchmarks.pages import LONG_RUN
from tests.browser.server import browser, dashboard, settled

TIMES = 7

SLIDERS = {
    "Data_preparation": "data.context",
    "Attention": "attention.draw",
    "Architecture": "architecture.depth",
    "Pretraining": "pretraining.until",
    "Classification_finetuning": "classify.length",
    "Transformer_family": "family.t",
}
"""A slider of each page whose picture the server draws."""

DIAL = "#dial-temperature"
"""A slider of the decoding bench on page 4, whose picture is computed in the browser."""

_UNTIL_CHANGED = """
(slider) => {
  const all = document.querySelector("[data-testid=stMain]");
  const dial = slider.id.startsWith("dial-");  // lives in a shadow root
  const idea = dial ? slider.getRootNode() : slider.closest("[class*=st-key-idea]") ?? all;
  const own = dial ? slider.parentElement : slider.closest("[data-testid=stElementContainer]");
  const pictures = "svg, canvas, table, .plot, [data-testid=stHtml], .bench";
  const part = (node) => {
    const element = node.nodeType === 1 ? node : node.parentElement;
    return element && !own.contains(element) && element.closest(pictures);
  };
  const drawn = (change) => [change.target, ...change.addedNodes].some(part);
  let begun = null;
  window.__took = null;
  const begin = () => (begun ??= performance.now());
  slider.addEventListener("keydown", begin, { capture: true, once: true });
  const watch = new MutationObserver((changes) => {
    if (begun === null || !changes.some(drawn)) return;
    watch.disconnect();
    requestAnimationFrame(() => (window.__took = performance.now() - begun));
  });
  const attributeFilter = ["d", "transform", "points", "x", "y", "width", "height", "style"];
  const everything = { subtree: true, childList: true, characterData: true, attributes: true };
  watch.observe(idea, { ...everything, attributeFilter });
}
"""


def _open(page: Page, address: str) -> None:
    """Open a page with all its guesses passed over, so that every picture is there."""
    page.goto(address)
    settled(page)
    guesses = page.locator("[class*='-skip'] label:has(input:not(:checked))")
    while guesses.count():
        guesses.first.click()
        settled(page)


def _moved(page: Page, slider: Locator) -> float:
    """Median milliseconds from a key on the slider to the next frame after its picture changed."""
    slider.scroll_into_view_if_needed()
    ways = ["ArrowRight", "ArrowLeft"]
    if slider.evaluate("(slider) => slider.value === slider.max"):
        ways.reverse()
    took = []
    for i in range(TIMES):
        slider.focus()
        page.wait_for_timeout(500)
        slider.evaluate(_UNTIL_CHANGED)
        page.keyboard.press(ways[i % 2])
        page.wait_for_function("window.__took !== null", timeout=10_000)
        took.append(float(page.evaluate("window.__took")))
    return statistics.median(took)


def _sliders(page: Page, address: str, ending: str) -> Iterator[tuple[str, float]]:
    for name, key in SLIDERS.items():
        _open(page, f"{address}/{name}")
        place = page.locator(f".st-key-{key.replace('.', '-')} input[type=range]").first
        yield f"browser.{name.lower()}.{ending}", _moved(page, place)
        if name == "Pretraining":
            yield f"browser.bench.{ending}", _moved(page, page.locator(DIAL))


@contextmanager
def _run_in_progress(address: str) -> Iterator[None]:
    """Inside, somebody else's long run goes on."""
    learner = Learner(address, LONG_RUN)
    learner.press("train")
    learner.until("Training")
    yield
    learner.press("stop")
    learner.leave()


def measure() -> dict[str, float]:
    """Milliseconds from slider to picture, page by page, alone and beside somebody's run.

    Raises:
        TimeoutError (of Playwright): a slider whose picture never changed.
    """
    with dashboard() as address, browser() as started:
        page = started.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        found = dict(_sliders(page, address, "slider_ms"))
        with _run_in_progress(address):
            found |= dict(_sliders(page, address, "slider_ms_with_run"))
    return found


def main() -> None:
    found = measure()
    print(f"{'slider to picture, milliseconds':40}{'alone':>9}{'with run':>10}")
    for name in (name for name in found if name.endswith("slider_ms")):
        print(f"{name:40}{found[name]:9.0f}{found[name + '_with_run']:10.0f}")


if __name__ == "__main__":
    main()
