"""The attention page on one vector, hidden words, the division and the cost: what it says is so."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cached
from dashboard.lessons.attention import bottleneck, caches, cost, hiding, scaling, smaller_caches
from dashboard.session import SENTENCE

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/2_Attention.py"
SHOWN = {
    "attention__readback": "None",
    "attention__decides__skip": "true",
    "attention__largest": "Nearly 1",
    "attention__twice": "Four times as much",
    "attention__newkeys": "1",
    "attention__left": "About a fifth",
}
"""Every prediction of these ideas answered, so that all of it is on screen."""


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    return app.switch_page(PAGE).run()


def text_of(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.latex, *app.warning]
    return "\n".join(str(element.value) for element in shown)


def whole(app: AppTest) -> bool:
    return not app.exception and not app.warning


def test_nothing_is_revealed_before_a_guess() -> None:
    text = text_of(opened())
    assert "come back" not in text
    assert "on average over twenty draws" not in text
    assert "moves the guess." not in text


def test_the_memory_loses_more_of_the_sentence_than_it_keeps_and_a_wide_one_keeps_it() -> None:
    app = opened(**SHOWN)
    assert whole(app)
    assert bottleneck.truth(SENTENCE) == "Fewer than half"
    assert "The answer is: Fewer than half" in text_of(app)
    app.select_slider(key="attention.memory").set_value(1024).run()
    assert "100% come back" in text_of(app)


def test_the_models_own_vectors_have_its_own_width() -> None:
    app = opened(**SHOWN, attention__words=bottleneck.TABLE)
    assert whole(app)
    assert app.select_slider(key="attention.memory").disabled
    assert f"memory of {cached.starter().config.emb_dim:,} numbers" in text_of(app)


def test_lilys_key_decides_what_is_found() -> None:
    options, truth = hiding.candidates(SENTENCE, None)
    assert truth == "7 key"
    assert truth in options
    assert len(options) == 3
    whole_text, variants = hiding.variants(SENTENCE, None)
    assert whole_text[0].word == "key"
    assert variants[6].bars[0].after < 0.5 * whole_text[0].before


def test_a_long_text_hides_its_last_tokens_first_and_all_when_asked() -> None:
    text = "Ben had a red ball and a dog. " * 12
    assert len(hiding.words(text)) > hiding.AT_FIRST
    app = opened(text=text, **SHOWN)
    assert whole(app)
    assert not app.toggle(key="attention.hideall").value
    assert len(hiding.variants(text.strip(), hiding.AT_FIRST)[1]) == hiding.AT_FIRST
    assert "attention.hideall" not in {toggle.key for toggle in opened().toggle}


@pytest.mark.parametrize("sentence", ["x", "🙂", "שלום עולם", "a b " * 200, "<b>$x$ *`_"])
def test_any_sentence_is_kept_hidden_divided_and_cached(sentence: str) -> None:
    app = opened(text=sentence, **SHOWN)
    assert whole(app)
    if len(hiding.words(sentence.strip())) < 5:
        assert "Leave the last" not in text_of(app)


@pytest.mark.parametrize("link", ["x", "-5", "999", "1.2", "²"])
def test_a_link_that_asks_for_what_is_not_there_opens_the_standard(link: str) -> None:
    keys = ("hide", "divide", "divided", "pass")
    app = opened(**SHOWN, **{f"attention__{key}": link for key in keys})
    assert whole(app)


def test_the_division_keeps_softmax_undecided_on_random_vectors_and_in_the_model() -> None:
    raw, divided = scaling.largest()
    assert scaling.truth() == "Nearly 1"
    assert raw > 0.9 > 0.5 > divided
    raw, divided = scaling.largest_in_model(SENTENCE)
    assert raw > divided
    assert "Yes: Nearly 1" in text_of(opened(**SHOWN))


def test_the_cost_is_measured_on_demand_and_said_with_its_power(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cost, "LENGTHS", (64, 128, 256, 512))
    app = opened(**SHOWN)
    assert "Press the button" in text_of(app)
    app.button(key="attention.measure").click().run()
    assert whole(app)
    assert "Yes: Four times as much" in text_of(app)
    assert "| 512 |" in text_of(app)
    found = app.session_state["attention.costs"]
    assert 3 < cost.doubled(found, "readable") < 4.2
    assert cost.growth(found, "fused", "bytes") == pytest.approx(1, abs=0.1)


def test_the_cache_on_show_is_the_models_own() -> None:
    found = caches.written_on(SENTENCE)
    model = cached.starter().model
    assert found.set_aside == model.new_cache().nbytes
    per_token = found.set_aside // cached.starter().config.context_length
    assert [step.held for step in found.steps] == [step.kept * per_token for step in found.steps]
    assert found.steps[0].read == found.prompt == len(hiding.words(SENTENCE))
    assert all(step.read == 1 for step in found.steps[1:])
    assert found.words[found.prompt] == "key"


def test_a_text_that_fills_the_model_leaves_room_to_write() -> None:
    found = caches.written_on("a b " * 400)
    assert found.steps[-1].kept == cached.starter().config.context_length


def test_the_calculators_show_the_courses_values() -> None:
    text = text_of(opened(**SHOWN))
    for said in ("17.18 GB", "4.29 GB", "3.14 GB", "0.78 GB", "75.00%"):
        assert said in text
    assert "Yes: About a fifth" in text
    latent = text_of(opened(**SHOWN, attention__preset="The course: 48 layers, latent"))
    assert "3.25 GB" in latent
    assert "0.81 GB | 75.19%" in latent


def test_the_starters_own_cache_is_what_the_formula_says() -> None:
    preset = smaller_caches.presets()["The starter model"]
    assert smaller_caches.caches(preset)[0].bytes == cached.starter().model.new_cache().nbytes


def test_heads_that_cannot_be_shared_are_refused_in_one_sentence() -> None:
    app = opened(**SHOWN)
    app.number_input(key="attention.c0sharing").set_value(5).run()
    assert not app.exception
    assert "choose a divisor of 32" in text_of(app)


def test_the_page_leads_on_to_cross_attention() -> None:
    links = [str(link.proto.page) for link in opened().get("page_link")]
    assert any("Transformer_family" in link for link in links)
