"""The parts by hand on the architecture page: what they say is true, and no choice stops them."""

from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from dashboard import cached
from dashboard.lessons import reading
from dashboard.lessons.architecture import (
    activations,
    chosen,
    dropping,
    expansion,
    normalising,
    shortcut_gradients,
)
from llm_core.config import GPT_CONFIG_124M
from llm_core.parts import slope
from llm_core.transformer import gelu, gradient_at_the_end, gradient_means

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/3_Architecture.py"
SENTENCE = "Tom found the red kite behind the barn."


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    return app.switch_page(PAGE).run()


def text_of(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in [*app.markdown, *app.caption, *app.warning, *app.latex])


def well(app: AppTest) -> bool:
    return not app.exception and not app.warning


@pytest.fixture(scope="module")
def read() -> tuple[cached.Loaded, tuple[int, ...]]:
    loaded = cached.starter()
    return loaded, reading.read(loaded, SENTENCE).ids


def test_answers_come_after_a_guess_and_are_those_of_the_model(
    read: tuple[cached.Loaded, tuple[int, ...]],
) -> None:
    loaded, ids = read
    last = expansion.Asked(ids, 0, len(ids) - 1)
    truths = {
        "ten": (normalising.LARGER, normalising.enlarged(loaded, ids, 2, len(ids) - 1)),
        "silent": (activations.FEW, activations.silent(loaded, ids, 0)),
        "without": (expansion.NEVER, expansion.changed(loaded, last)),
        "gradient": (shortcut_gradients.AS_LARGE, shortcut_gradients.vanished()),
        "places": (dropping.EMBEDDING, dropping.largest(loaded, ids)),
    }
    app = opened(text=SENTENCE)
    for key, (_, (_, why)) in truths.items():
        assert why not in text_of(app), key
    for key, (guess, _) in truths.items():
        app.button_group(key=f"architecture.{key}").set_value(guess)
    app.run()
    assert well(app)
    for key, (_, (truth, why)) in truths.items():
        assert truth in text_of(app), key
        assert why in text_of(app), key
    for end in (0, 1):  # both ends of every control
        for key in ("depth", "drop_emb", "drop_att", "drop_shortcut"):
            slider = app.slider(key=f"architecture.{key}")
            slider.set_value((slider.min, slider.max)[end])
        app.select_slider(key="architecture.off").set_value((0, 4 * loaded.config.emb_dim)[end])
        assert well(app.run())


def test_the_variance_is_the_courses_for_both_divisors() -> None:
    app = opened()
    assert "| the course's row 1 | 6 | 0.0192 | 0.9995 |" in text_of(app)
    app.toggle(key="architecture.unbiased").set_value(True).run()
    assert "| the course's row 1 | 6 | 0.0231 | " in text_of(app)
    app.number_input(key="architecture.channel").set_value(256).run()
    assert well(app)
    assert "x_{256}" in text_of(app)


def test_five_layers_have_the_courses_gradients_at_first_sight() -> None:
    plain, _ = shortcut_gradients.chain(shortcut_gradients.COURSE_DEPTH).values()
    assert plain == pytest.approx([2.0174e-4, 1.2011e-4, 7.1520e-4, 1.3989e-3, 5.0496e-3], rel=1e-4)


@pytest.mark.parametrize("shortcut", [False, True])
@pytest.mark.parametrize("depth", [5, 12, 16])
def test_what_the_end_sends_back_is_a_factor_of_the_last_gradient(
    depth: int, shortcut: bool
) -> None:
    network = shortcut_gradients._network(depth, shortcut)
    x = shortcut_gradients._EXAMPLE
    enters = x
    for layer in network.layers[:-1]:
        changed = layer(enters)
        enters = enters + changed if shortcut else changed
    factor = gradient_at_the_end(network, x)
    last = gradient_means(network, x)[-1]
    assert last == pytest.approx(factor * enters.abs().mean().item(), rel=1e-4)
    before = network.layers[-1][0](enters).item()
    curve = slope(gelu, torch.tensor([before])).item()
    assert factor == pytest.approx(abs(2 * network(x).item() * curve), rel=1e-4)
    if shortcut:
        assert f"{factor:.2g} with {depth} layers" in shortcut_gradients.height(depth)


def test_exercise_4_1_counts_the_courses_block() -> None:
    assert "| 2,360,064 | 4,722,432 | 2.00 |" in expansion.halves(GPT_CONFIG_124M)


def test_the_untrained_and_the_configured_model_go_through_every_part_too() -> None:
    app = opened(architecture__preset="tiny", answers="true")
    for name in (reading.UNTRAINED, "As configured"):
        app.session_state["architecture.model"] = name
        app.run()
        assert well(app), name
    assert "widens 32 numbers to 128 units" in text_of(app)


def test_what_takes_seconds_on_a_large_model_waits_for_a_button(
    monkeypatch: pytest.MonkeyPatch, read: tuple[cached.Loaded, tuple[int, ...]]
) -> None:
    monkeypatch.setattr(chosen, "_MOST_PARAMETERS", 0)
    app = opened(text=SENTENCE, answers="true")
    said = {
        "architecture.places.ask": dropping.largest(*read)[1],
        "architecture.swapped": activations.swapped(*read),
    }
    assert not any(sentence in text_of(app) for sentence in said.values())
    for key in said:
        app.button(key=key).click().run()
    assert well(app)
    assert all(sentence in text_of(app) for sentence in said.values())


def test_weaker_shortcuts_change_the_gradients_and_the_loss(
    read: tuple[cached.Loaded, tuple[int, ...]],
) -> None:
    loaded, ids = read
    whole = shortcut_gradients.in_blocks(loaded, ids, 1.0)
    none = shortcut_gradients.in_blocks(loaded, ids, 0.0)
    said = shortcut_gradients.found(loaded, ids, 0.0)
    assert f"{whole.loss:.2f} and {none.loss:.2f}" in said
    assert whole.loss < none.loss


@pytest.mark.parametrize("place", ["block 1, norm 1", "final norm"])
def test_ten_times_the_numbers_come_out_of_a_norm_as_they_were(
    read: tuple[cached.Loaded, tuple[int, ...]], place: str
) -> None:
    loaded, ids = read
    number = normalising.places(loaded.config).index(place)
    assert normalising.enlarged(loaded, ids, number, 0)[0] == normalising.SAME
