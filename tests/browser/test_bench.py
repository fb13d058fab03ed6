"""The decoding bench in a browser: its mathematics equals Python's, its sliders need no server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Page, expect

from llm_core.sampling import expected, sampling_steps, stretches, uncertainty, uniform_numbers
from tests.browser.server import ROOT, settled

pytestmark = pytest.mark.browser

CHAIN = Path(ROOT / "dashboard" / "components" / "bench" / "chain.js")
OFF = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "repetition_penalty": 1.0}
SETTINGS = [
    {},
    {"temperature": 2.0, "top_p": 0.9},
    {"temperature": 0.05},
    {"temperature": 0.0},
    {"temperature": 5.0, "min_p": 0.3},
    {"top_k": 40, "temperature": 0.7, "top_p": 0.95, "min_p": 0.02, "repetition_penalty": 1.3},
    {"top_k": 1},
    {"top_p": 0.01, "repetition_penalty": 2.0},
    {"min_p": 1.0},
]


@pytest.fixture(scope="module")
def mathematics(chromium: Browser) -> Iterator[Page]:
    """A bare page that has loaded chain.js and nothing else."""
    page = chromium.new_page()
    names = "penalise, ranking, softmax, entropy, chain, fall"
    text = CHAIN.read_text(encoding="utf-8") + f"\nwindow.bench = {{ {names} }};"
    page.add_script_tag(content=text, type="module")
    page.wait_for_function("window.bench")
    yield page
    page.close()


def in_browser(page: Page, case: dict[str, Any]) -> dict[str, Any]:
    """What the browser makes of logits and settings; arrays go by token id."""
    answer: dict[str, Any] = page.evaluate(
        """({ logits, seen, settings, numbers }) => {
          const { penalise, ranking, softmax, entropy, chain, fall } = window.bench;
          const raw = Float32Array.from(logits);
          const lower = penalise(raw, seen, settings.repetition_penalty);
          const made = chain(lower, ranking(lower), settings);
          const byId = new Float64Array(raw.length);
          made.probabilities.forEach((p, rank) => (byId[made.order[rank]] = p));
          const drawn = numbers.map((n) => made.order[fall(made.ends, n)]);
          const nats = entropy(made.probabilities);
          const before = [...softmax(raw)];
          return { probabilities: [...byId], before, left: made.left, nats, drawn };
        }""",
        case,
    )
    return answer


def case_of(name: str) -> tuple[torch.Tensor, list[int]]:
    """Logits and the ids that were seen."""
    generator = torch.Generator().manual_seed(5)
    if name == "GPT-2's vocabulary":
        return 3 * torch.randn(50257, generator=generator), list(range(0, 50257, 997))
    if name == "flat":
        return 0.05 * torch.randn(50257, generator=generator), [1, 2, 3]
    if name == "ties":
        return torch.randint(-3, 4, (300,), generator=generator).float(), [0, 5, 5, 9]
    return torch.tensor([4.51, 0.89, -1.90, 6.75, 1.63, -1.62, -1.89, 6.28, 1.79]), [3, 2]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("name", ["GPT-2's vocabulary", "flat", "ties", "the book's nine words"])
def test_the_browsers_chain_equals_pythons(
    mathematics: Page, name: str, settings: dict[str, float]
) -> None:
    logits, seen = case_of(name)
    asked = OFF | settings
    links: dict[str, Any] = asked | {"top_k": asked["top_k"] or None}
    steps = sampling_steps(logits, seen=torch.tensor(seen), **links)
    line = stretches(steps.min_p)
    numbers = uniform_numbers(1, 200)
    theirs = in_browser(
        mathematics,
        {
            "logits": logits.tolist(),
            "seen": seen,
            "settings": asked,
            "numbers": numbers.tolist(),
        },
    )
    for link, count in theirs["left"].items():
        stage = {"temperature": "scaled"}.get(link, link)
        assert count == int(getattr(steps, stage).isfinite().sum()), link
    ours = steps.probabilities.double()
    found = torch.tensor(theirs["probabilities"], dtype=torch.float64)
    torch.testing.assert_close(found, ours, atol=1e-6, rtol=0)
    assert torch.equal(found > 0, steps.min_p.isfinite())
    before = torch.tensor(theirs["before"], dtype=torch.float64)
    torch.testing.assert_close(before, logits.double().softmax(dim=-1), atol=1e-9, rtol=0)
    exactly = ours / ours.sum()  # fifty thousand float32 need not sum to 1, the browser's do
    assert theirs["nats"] == pytest.approx(uncertainty(exactly).nats, abs=1e-5)
    assert theirs["drawn"] == line.ids(numbers).tolist()


def bench_text(page: Page, part: str) -> str:
    return page.locator(f".bench {part}").inner_text()


def set_dial(page: Page, name: str, value: str) -> None:
    page.locator(f".bench #dial-{name}").evaluate(
        "(dial, value) => { dial.value = value; dial.dispatchEvent(new Event('input')); }", value
    )


@pytest.fixture
def opened(page: Page, address: str) -> Page:
    page.goto(f"{address}/Pretraining?pretraining.temperature=1")
    page.locator(".bench .token").first.wait_for(timeout=60_000)
    settled(page)
    return page


def test_a_dial_changes_the_picture_at_once_and_the_link_a_moment_later(opened: Page) -> None:
    before = bench_text(opened, ".facts")
    set_dial(opened, "temperature", "0.5")
    assert bench_text(opened, ".facts") != before  # in the same turn of the browser
    assert "temperature=0.5" not in opened.url
    opened.wait_for_url("**pretraining.temperature=0.5**")
    settled(opened)
    text = opened.locator(".bench .token").all_inner_texts()
    link = opened.url
    opened.goto("about:blank")
    opened.goto(link)
    opened.locator(".bench .token").first.wait_for(timeout=60_000)
    assert opened.locator(".bench .token").all_inner_texts() == text
    expect(opened.locator(".bench #dial-temperature")).to_have_value("0.5")


def test_a_token_out_says_which_setting_took_it(opened: Page) -> None:
    set_dial(opened, "top_k", "0")
    rows = opened.locator(".bench .row.lost")
    assert rows.count() == 11
    assert "by top-k" in rows.first.inner_text()
    rows.first.click()
    steps = opened.locator(".bench .steps tr")
    assert "out" in steps.nth(2).inner_text()
    assert "0 %" in steps.nth(6).inner_text()


def test_a_thousand_draws_stand_beside_what_theory_expects(opened: Page) -> None:
    opened.get_by_role("button", name="Draw 1,000").click()
    first = opened.locator(".bench .row").first.inner_text()
    share = float(first.split("%")[0].split()[-1]) / 100
    counted, promised = (part.strip() for part in first.split("%")[1].split("of"))
    mean, spread = expected(torch.tensor([share]), 1000)
    assert float(promised.split("±")[0]) == pytest.approx(float(mean), rel=0.01)
    assert abs(int(counted.rstrip("×")) - float(mean)) < 4 * float(spread)
    opened.wait_for_url("**pretraining.draws=1000**")


def test_a_token_of_the_text_is_looked_into_and_another_one_chosen(opened: Page) -> None:
    tokens = opened.locator(".bench .token")
    before = tokens.all_inner_texts()
    tokens.nth(4).click()
    opened.wait_for_url("**pretraining.place=4**")
    expect(opened.locator(".bench .where")).to_contain_text("token 5 of")
    rows = opened.locator(".bench .row:not(.rest)")
    other = next(
        i for i in range(rows.count()) if rows.nth(i).locator("bdi").inner_text() != before[4]
    )
    chosen = rows.nth(other).locator("bdi").inner_text()
    rows.nth(other).click()
    opened.get_by_role("button", name="Go on with this token").click()
    opened.wait_for_url("**pretraining.kept=**")
    expect(tokens.nth(4)).to_have_text(chosen)
    assert tokens.all_inner_texts()[:4] == before[:4]
    opened.locator(".bench .way").first.click()
    expect(tokens.nth(4)).to_have_text(before[4])
    settled(opened)
    assert tokens.all_inner_texts() == before


def test_the_keyboard_walks_through_bars_and_text(opened: Page) -> None:
    opened.locator(".bench .token").first.focus()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Enter")
    opened.wait_for_url("**pretraining.place=1**")
    pressed = opened.locator('.bench .row[tabindex="0"]')
    pressed.focus()
    opened.keyboard.press("Home")
    opened.keyboard.press("ArrowDown")
    name = opened.locator(".bench .row").nth(1).locator("bdi").inner_text()
    expect(opened.locator(".bench .steps caption bdi")).to_have_text(name)


def test_scores_do_not_travel_again_with_a_dial(opened: Page) -> None:
    frames: list[int] = []
    opened.wait_for_timeout(500)
    session = opened.context.new_cdp_session(opened)
    session.send("Network.enable")
    session.on(
        "Network.webSocketFrameReceived",
        lambda event: frames.append(len(json.dumps(event["response"]["payloadData"]))),
    )
    set_dial(opened, "top_p", "0.5")
    opened.wait_for_url("**pretraining.topp=0.5**")
    settled(opened)
    assert frames
    assert sum(frames) < 40_000  # names, numbers and logits of the starter alone are 45 KB
