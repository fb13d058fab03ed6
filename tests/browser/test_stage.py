"""The matrix stage in a browser: its arithmetic equals Python's, its cells explain themselves."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect
from torch import Tensor

from dashboard.lessons.attention import stage, views
from llm_core import attention
from llm_core.random_state import RandomState
from tests.browser.server import ROOT, settled

pytestmark = pytest.mark.browser

ARITHMETIC = ROOT / "dashboard" / "components" / "stage" / "arithmetic.js"
SENTENCE = "One day, Lily lost the key, and Ben"


@pytest.fixture(scope="module")
def mathematics(chromium: Browser) -> Iterator[Page]:
    """A bare page that has loaded arithmetic.js and nothing else."""
    page = chromium.new_page()
    text = ARITHMETIC.read_text(encoding="utf-8") + "\nwindow.follow = follow;"
    page.add_script_tag(content=text, type="module")
    page.wait_for_function("Boolean(window.follow)")
    yield page
    page.close()


def followed(page: Page, flow: Any, given: dict[str, Tensor], **switches: bool) -> dict[str, Any]:
    """What the browser makes of the given matrices: name -> tensor (N, R, C)."""
    frames = {name: values.reshape(-1, *values.shape[-2:]) for name, values in given.items()}
    answer: dict[str, Any] = page.evaluate(
        """({ flow, given, switches }) => {
          const taken = Object.entries(given).map(([name, frames]) => [name, frames.map((rows) => (
            { rows: rows.length, columns: rows[0].length, v: Float64Array.from(rows.flat()) }))]);
          const made = window.follow(flow, new Map(taken), switches);
          const plain = ({ rows, columns, v }) => Array.from({ length: rows }, (_, r) =>
            Array.from({ length: columns }, (_, c) => (Number.isFinite(v[r * columns + c])
              ? v[r * columns + c] : String(v[r * columns + c]))));
          return Object.fromEntries([...made].map(([name, frames]) => [name, frames.map(plain)]));
        }""",
        {
            "flow": [
                {"name": m.name, "kind": m.kind, "of": list(m.of), "by": m.by}
                for m in flow.matrices
            ],
            "given": {name: values.double().tolist() for name, values in frames.items()},
            "switches": switches,
        },
    )
    read = {"-Infinity": -torch.inf, "Infinity": torch.inf, "NaN": torch.nan}
    return {
        name: torch.tensor([[[float(read.get(x, x)) for x in row] for row in rows]
                            for rows in frames])
        for name, frames in answer.items()
    }  # fmt: skip


def given_of(flow: Any) -> dict[str, Tensor]:
    return {m.name: m.values.detach() for m in flow.matrices if m.kind == "given"}


@pytest.mark.parametrize("source", [views.COURSE, views.OWN])
@pytest.mark.parametrize("rung", stage.LADDER)
def test_the_browser_follows_every_rung_to_pythons_numbers(
    mathematics: Page, source: str, rung: str
) -> None:
    flow = stage.rung(source, SENTENCE, rung, 3, 4, 5)
    switches = {switch.name: switch.on for switch in flow.switches}
    found = followed(mathematics, flow, given_of(flow), **switches)
    for matrix in flow.matrices:
        ours = matrix.values.reshape(-1, *matrix.values.shape[-2:])
        torch.testing.assert_close(found[matrix.name], ours, atol=2e-4, rtol=1e-4, msg=matrix.name)


@pytest.mark.parametrize("flow", [stage.alike, stage.mixed, stage.hidden], ids=lambda f: f.__name__)
def test_the_browser_follows_the_other_stages_too(mathematics: Page, flow: Any) -> None:
    shown = flow(views.COURSE, "")
    found = followed(mathematics, shown, given_of(shown), mask=True, root=True)
    for matrix in shown.matrices:
        torch.testing.assert_close(found[matrix.name][0], matrix.values, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("root", [True, False])
@pytest.mark.parametrize("size", [0.1, 1.0, 40.0])
def test_with_changed_numbers_and_switches_the_browser_equals_attend(
    mathematics: Page, size: float, mask: bool, root: bool
) -> None:
    flow = stage.rung(views.COURSE, "", views.RUNGS[1], 2, 1, 789)
    with RandomState(3).borrowed():
        given = {name: size * torch.randn_like(values) for name, values in given_of(flow).items()}
    found = followed(mathematics, flow, given, mask=mask, root=root)
    x = given["inputs"].double()
    steps = attention.attend(
        x @ given["W_query"][0].double(), x @ given["W_key"][0].double(),
        x @ given["W_value"][0].double(), attention.causal_mask(6) if mask else None,
        scale=None if root else 1.0,
    )  # fmt: skip
    for name in ("queries", "scores", "scaled", "masked", "weights", "context"):
        ours = getattr(steps, name).float()
        torch.testing.assert_close(found[name][0], ours, atol=1e-5, rtol=1e-5)


# ---------------------------------------------------------------- on the page


def part(page: Page, what: str) -> Locator:
    return page.locator(f".st-key-idea-ladder .stage {what}")


def matrix(page: Page, title: str) -> Locator:
    return part(page, "figure").filter(has=page.locator(f"b:text-is('{title}')")).locator("canvas")


def opened(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/Attention{query}")
    part(page, "canvas").first.wait_for(timeout=60_000)
    settled(page)
    part(page, ".flow").scroll_into_view_if_needed()


def go_to(page: Page, title: str, row: int, column: int) -> None:
    """Walk to a cell with the arrow keys."""
    matrix(page, title).focus()
    page.keyboard.press("ArrowUp")
    for _ in range(12):
        page.keyboard.press("ArrowUp")
    for _ in range(row - 1):
        page.keyboard.press("ArrowDown")
    for _ in range(column - 1):
        page.keyboard.press("ArrowRight")


def line(page: Page) -> Locator:
    return part(page, ".line")


def test_a_cell_says_its_arithmetic_and_its_operands_can_be_gone_to(
    page: Page, address: str
) -> None:
    opened(page, address, "?attention.rung=Dot+products")
    go_to(page, "scores", 2, 1)
    expect(line(page)).to_have_text(
        "score of “journey” with “Your” = 0.55 × 0.43 + 0.87 × 0.15 + 0.66 × 0.89 = 0.9544"
    )
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"attention\.stage\.cell=scores~2~1"))
    line(page).get_by_role("button", name="0.15").click()
    expect(line(page)).to_contain_text("channel 2 of “Your”: 0.15")


def test_pointing_at_a_cell_explains_it_until_the_pointer_leaves(page: Page, address: str) -> None:
    opened(page, address, "?attention.rung=Causal&attention.stage.cell=context~1~1")
    expect(line(page)).to_contain_text("context of “Your”")
    box = matrix(page, "weights")
    box.scroll_into_view_if_needed()
    box.hover(position={"x": 90, "y": 60})
    expect(line(page)).to_contain_text("weight that “journey” gives to")
    page.mouse.move(2, 2)
    expect(line(page)).to_contain_text("context of “Your”")


def test_a_number_typed_over_is_followed_survives_a_rerun_and_travels_in_the_link(
    page: Page, address: str, chromium: Browser
) -> None:
    opened(page, address, "?attention.rung=Dot+products")
    go_to(page, "inputs", 1, 2)
    page.keyboard.type("-2")
    page.keyboard.press("Enter")
    go_to(page, "scores", 2, 1)
    said = "= 0.55 × 0.43 + 0.87 × −2 + 0.66 × 0.89 = −0.9161"
    expect(line(page)).to_contain_text(said)
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"attention\.stage\.edits=x_0_1_2_-2"))
    settled(page)
    expect(line(page)).to_contain_text(said)
    fresh = chromium.new_context(reduced_motion="reduce").new_page()
    fresh.goto(page.url)
    part(fresh, "canvas").first.wait_for(timeout=60_000)
    expect(line(fresh)).to_contain_text(said)
    fresh.context.close()
    part(page, "button").get_by_text("Back to the course’s numbers").click()
    expect(line(page)).to_contain_text("= 0.9544")
    expect(page).not_to_have_url(re.compile("edits"))


def test_the_mask_and_the_root_can_be_switched_and_the_head_slides(
    page: Page, address: str
) -> None:
    opened(page, address, "?attention.rung=Several+heads&attention.stage.cell=weights~1~6")
    expect(line(page)).to_contain_text("= 0 ÷")
    page.get_by_label("Causal mask").first.uncheck()
    expect(line(page)).not_to_contain_text("= 0 ÷")
    before = line(page).inner_text()
    part(page, "input[type=range]").press("ArrowRight")
    expect(line(page)).not_to_have_text(before)
    expect(page).to_have_url(re.compile(r"attention\.stage\.mask=off"))
    expect(page).to_have_url(re.compile(r"attention\.stage\.head=2"))


def test_another_rung_keeps_typed_numbers_and_begins_with_switches_of_its_own(
    page: Page, address: str
) -> None:
    opened(page, address, "?attention.rung=Dot+products&attention.stage.edits=x_0_1_2_-2")
    rungs = page.locator(".st-key-idea-ladder")
    page.get_by_label("Causal mask").first.check()
    expect(page).to_have_url(re.compile(r"attention\.stage\.mask=on"))
    for rung in ("Causal", "Dot products"):
        rungs.get_by_role("radio", name=rung, exact=True).click()
        settled(page)
        expect(page).to_have_url(re.compile(r"attention\.stage\.edits=x_0_1_2_-2"))
        expect(page).not_to_have_url(re.compile(r"stage\.mask"))
    expect(page.get_by_label("Causal mask").first).not_to_be_checked()
    go_to(page, "scores", 2, 1)
    expect(line(page)).to_contain_text("= −0.9161")


def test_the_matrices_are_revealed_step_by_step_back_and_forth(page: Page, address: str) -> None:
    opened(page, address, "?attention.stage.step=3")
    expect(part(page, ".where")).to_have_text("Step 3 of 9: Queries and keys")
    expect(part(page, "figure.later")).to_have_count(6)
    part(page, "button").get_by_text("Next", exact=True).click()
    expect(part(page, "figure.later")).to_have_count(5)
    expect(page).to_have_url(re.compile(r"attention\.stage\.step=4"))
    part(page, "button").get_by_text("Back", exact=True).click()
    part(page, "button").get_by_text("Play", exact=True).click()  # reduced motion: at once
    expect(part(page, "figure.later")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("step"))


def test_with_motion_the_reveal_ends_with_everything_on_stage(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page()
    page.goto(f"{address}/Attention?attention.stage.step=1")
    part(page, "canvas").first.wait_for(timeout=60_000)
    settled(page)
    part(page, "button").get_by_text("Play", exact=True).click()
    expect(part(page, "button").get_by_text("Skip", exact=True)).to_be_visible()
    expect(part(page, "figure.later")).to_have_count(0)
    expect(part(page, "button").get_by_text("Play", exact=True)).to_be_visible()
    page.close()
