"""The architecture page: what it says is true, and no input stops it."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.lessons.architecture import model_choice
from llm_core.accounting import parameter_ledger
from llm_core.config import GPTConfig

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/3_Architecture.py"


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    return app.switch_page(PAGE).run()


def text_of(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in [*app.markdown, *app.caption, *app.warning])


def well(app: AppTest) -> bool:
    return not app.exception and not app.warning


def test_the_page_opens_without_a_warning_and_draws_its_pictures() -> None:
    app = opened()
    assert well(app)
    assert len(app.get("bidi_component")) >= 5


def test_the_count_on_the_page_is_the_books() -> None:
    app = opened()
    assert app.metric[0].value == "163,009,536"
    app.toggle(key="architecture.tied").set_value(True).run()
    assert app.metric[0].value == "124,412,160"


def test_the_reason_for_124_million_is_shown_only_after_a_guess() -> None:
    app = opened()
    assert "124,412,160" not in text_of(app)
    app.button_group(key="architecture.puzzle").set_value("Biases are not counted").run()
    assert "The answer is: Head and token embedding share one table" in text_of(app)
    assert "124,412,160" in text_of(app)
    assert "architecture" in app.session_state["done"]


@pytest.mark.parametrize("preset", list(model_choice.PRESETS))
def test_every_preset_is_counted_and_only_small_ones_are_built(preset: str) -> None:
    app = opened(architecture__preset=preset)
    config = model_choice.PRESETS[preset]
    assert app.metric[0].value == f"{parameter_ledger(config).total:,}"
    assert parameter_ledger(model_choice.small(config)).total <= model_choice.MOST_PARAMETERS
    assert well(app)


def test_heads_that_do_not_divide_the_width_get_one_sentence_and_the_rest_stays() -> None:
    app = opened()
    app.number_input(key="architecture.gpt-2-small.n_heads").set_value(7).run()
    assert not app.exception
    (sentence,) = [w.value for w in app.warning]
    assert sentence.startswith("A width of 768 cannot be split evenly over 7 heads")
    assert "choose 3, 4, 6, 8, 12 or 16 heads" in sentence
    assert app.metric[0].value == "163,009,536"  # the picture of the last good model stays
    assert app.session_state["architecture.at"].step == ""  # and the sentence is still read


def test_a_configuration_small_enough_to_build_reads_the_sentence() -> None:
    app = opened(architecture__preset="tiny", architecture__model="As configured")
    app.number_input(key="architecture.tiny.emb_dim").set_value(48).run()
    assert well(app)
    chosen, _ = app.session_state["architecture.config"]
    assert chosen.emb_dim == 48
    assert model_choice.small(chosen) == chosen


def test_a_sentence_longer_than_the_context_is_cut_and_the_page_says_so() -> None:
    app = opened(architecture__preset="tiny", architecture__model="As configured")
    app.number_input(key="architecture.tiny.context_length").set_value(4).run()
    assert well(app)
    assert "Shown: the first 4 of your sentence's" in text_of(app)


def test_a_link_opens_a_part_of_any_block_and_nonsense_shows_the_whole() -> None:
    app = opened(architecture__step="weights", architecture__unfolded="3", architecture__head="2",
                 architecture__cell="4-2")  # fmt: skip
    here = app.session_state["architecture.at"]
    assert (here.block, here.step, here.head, here.row, here.column) == (2, "weights", 1, 3, 1)
    for step, unfolded in (("nothing", "x"), ("<b>", "999999999"), ("block1", "1")):
        app = opened(architecture__step=step, architecture__unfolded=unfolded)
        assert well(app)
        assert app.session_state["architecture.at"].step == ""


def test_the_holder_of_most_parameters_is_told_only_after_a_guess() -> None:
    app = opened()
    assert "The rest is in the layer norms" not in text_of(app)
    app.button_group(key="architecture.most").set_value("attention, in all blocks").run()
    assert "The answer is: the feed-forward halves" in text_of(app)


@pytest.mark.parametrize(
    "sentence", ["", "I", "🙂🙃", "שלום עולם", "word " * 90, "<b>$x_1$</b> `a|b`"]
)
def test_any_sentence_goes_through(sentence: str) -> None:
    app = opened()
    app.text_input(key="text").set_value(sentence).run()
    assert well(app)


def test_both_ends_of_every_control_work() -> None:
    app = opened(architecture__preset="tiny")
    app.button_group(key="architecture.gradient").set_value("About as large").run()
    for key in (
        "architecture.batch",
        "architecture.tokens",
        "architecture.depth",
        "architecture.new",
    ):
        slider = app.slider(key=key)
        for end in (slider.min, slider.max):
            app.slider(key=key).set_value(end).run()
            assert well(app), key
    for eps in ("1e-12", "1"):
        app.select_slider(key="architecture.eps").set_value(eps).run()
        assert well(app)
    for place in ("final norm", "block 2, norm 2"):
        app.selectbox(key="architecture.norm_place").set_value(place).run()
        assert well(app)


def test_a_smaller_vocabulary_still_spells_every_sentence() -> None:
    from dashboard.lessons.architecture.models import tokenizer

    fewest = tokenizer(model_choice.FEWEST_TOKENS)
    sentence = "Grüße, 世界 🙂"
    assert fewest.decode(fewest.encode_ordinary(sentence)) == sentence
    assert max(fewest.encode_ordinary(sentence)) < model_choice.FEWEST_TOKENS


def test_a_model_of_one_block_and_one_channel_is_a_model_too() -> None:
    least = GPTConfig(vocab_size=257, context_length=1, emb_dim=1, n_heads=1, n_layers=1)
    app = opened(architecture__preset="tiny")
    for field in ("emb_dim", "n_heads", "n_layers", "context_length", "vocab_size"):
        app.number_input(key=f"architecture.tiny.{field}").set_value(least[field])
    app.run()
    assert well(app)
    assert app.metric[0].value == f"{parameter_ledger(least).total:,}"
