"""The opened model in a browser: its arithmetic equals the tensors, and keys walk through it."""

import re
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect

from dashboard.lessons import reading
from dashboard.lessons.architecture import inside, model_choice, models, steps
from tests.browser.server import ROOT, settled

pytestmark = pytest.mark.browser

COMPONENTS = ROOT / "dashboard" / "components"


def test_every_number_written_out_equals_the_tensor(chromium: Browser) -> None:
    """All parts of a small model, several cells of each; all the weights of a cell are at hand."""
    loaded = models.configured(model_choice.PRESETS["tiny"], True)
    text = inside.read(loaded, "One day, Lily lost the key")
    parts = steps.way(loaded, text.ids, 1) | inside.ends(loaded, text.ids)
    best = inside.best_next(reading.steps(loaded, text.ids)).tolist()
    config = loaded.config
    told: dict[str, Any] = {}
    for name, part in parts.items():
        rows = inside.weights_of(loaded, 1, name)
        told[name] = {
            "name": name, "kind": part.kind, "of": list(part.of),
            "size": list((1, *part.values.shape)[-3:]),
            "values": [str(x) for x in part.values.flatten().tolist()],
            "besides": {key: t.flatten().tolist() for key, t in part.beside.items()},
            "weights": (rows[best] if name == "logits" else rows).tolist()
            if rows is not None else None,
        }  # fmt: skip
    page = chromium.new_page()
    files = ("shared.js", "numbers.js", "model/arithmetic.js")
    script = "\n".join((COMPONENTS / name).read_text(encoding="utf-8") for name in files)
    page.add_script_tag(content=script + "\nwindow.KINDS = KINDS;", type="module")
    page.wait_for_function("Boolean(window.KINDS)")
    found = page.evaluate(
        """([parts, letters, words, ids]) => {
          const number = (text) => ({ "-inf": -Infinity })[text] ?? Number(text);
          for (const part of Object.values(parts)) part.values = part.values.map(number);
          for (const part of Object.values(parts)) {
            for (const [key, numbers] of Object.entries(part.besides)) {
              part.besides[key] = Float32Array.from(numbers);
            }
          }
          const m = {
            letters, words, ids, part: (name) => parts[name],
            at: (name, h, r, c) => {
              const { size: [, rows, columns], values } = parts[name];
              return values[(h * rows + r) * columns + c];
            },
            beside: (name, key) => parts[name].besides[key],
            row: (part, c) => part.weights && Float64Array.from(part.weights[c]),
          };
          const made = [];
          for (const part of Object.values(parts)) {
            const [heads, rows, columns] = part.size;
            for (let i = 0; i < heads * rows * columns; i += 7) {
              const [h, r] = [Math.floor(i / columns / rows), Math.floor(i / columns) % rows];
              const { value, pieces, strips } = KINDS[part.kind](m, part, h, r, i % columns);
              const lengths = new Set(strips?.rows.map(([, row]) => row.length));
              if (!pieces.length || lengths.size > 1 || (strips && !strips.says(0))) {
                throw new Error(part.name);
              }
              made.push([part.name, String(value), String(m.at(part.name, h, r, i % columns))]);
            }
          }
          return made;
        }""",
        [
            told,
            {"T": [len(text.ids), ""], "D": [config.head_dim, ""], "V": [config.vocab_size, ""]},
            list(text.words), list(text.ids),
        ],
    )  # fmt: skip
    page.close()
    assert {name for name, _, _ in found} == set(parts)
    for name, written, tensor in found:
        ours, theirs = (float(x.replace("Infinity", "inf")) for x in (written, tensor))
        assert ours == pytest.approx(theirs, abs=2e-5, rel=2e-4), name
    assert torch.isfinite(parts["scores"].values).all()


def part(page: Page, name: str) -> Locator:
    return page.locator(f".model [data-part='{name}']").first


def opened(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/Architecture{query}")
    part(page, "tokens").wait_for(timeout=60_000)
    settled(page)


def test_the_model_is_walked_opened_and_unfolded_and_the_link_says_where(
    page: Page, address: str
) -> None:
    opened(page, address)
    said, line = page.locator(".model .words"), page.locator(".model .line")
    expect(said).to_contain_text("the model says what may come next")
    expect(page.locator(".model .counter")).to_have_text(re.compile(r"^([\d,]+) of \1 parameters"))
    part(page, "norm1").click()
    expect(part(page, "norm1")).to_have_attribute("aria-current", "step")
    expect(said).to_contain_text("norm 1.")
    page.keyboard.press("ArrowRight")
    expect(part(page, "queries")).to_be_focused()
    page.get_by_role("button", name="Next", exact=True).click()
    page.keyboard.press("ArrowLeft")  # also where a button has the focus
    expect(part(page, "queries")).to_have_attribute("aria-current", "step")
    part(page, "queries").focus()
    expect(page).to_have_url(re.compile(r"architecture\.step=queries"))
    expect(page.locator(".model .strips")).to_contain_text("all 256 sum to")
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("norm 1.")
    page.locator(".model .map canvas").focus()
    page.keyboard.press("ArrowRight")
    expect(line).to_contain_text("number 2")
    expect(page).to_have_url(re.compile(r"architecture\.cell=15-2"))
    line.locator(".operand").first.click()
    expect(said).to_contain_text("sum.")
    part(page, "block3").click()
    expect(page).to_have_url(re.compile(r"architecture\.unfolded=3"))
    part(page, "weights").click()
    expect(page.locator(".model .where")).to_have_text("Step 13 of 27")
    settled(page)
    again = page.context.new_page()
    opened(again, address, page.url[page.url.index("?") :])
    expect(again.locator(".model .where")).to_have_text("Step 13 of 27")
    expect(part(again, "weights")).to_have_attribute("aria-current", "step")
    again.close()


def test_played_it_ends_with_the_whole_and_every_parameter(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    opened(page, address, "?architecture.step=final_norm")
    page.locator(".model select").select_option("4")
    page.locator(".model button", has_text="Play").click()
    expect(page.locator(".model button", has_text="Pause")).to_be_visible()
    expect(page.locator(".model .words")).to_contain_text("the model says what may come next")
    expect(page.locator(".model button", has_text="Play")).to_be_visible()
    page.close()


def test_on_a_phone_the_drawing_is_a_list_and_the_slim_one_leads_on_without_a_reload(
    page: Page, address: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, address)
    expect(page.locator(".model.narrow .blocks .inner")).to_be_visible()
    boxes = [part(page, name).bounding_box() for name in ("norm1", "queries", "sum2")]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("window.still_here = true")
    page.locator(".model-strip a", has_text="attention").press("Enter")
    expect(page).to_have_url(re.compile("/Attention"))
    assert page.evaluate("window.still_here")
