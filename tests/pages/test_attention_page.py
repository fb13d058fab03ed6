"""The attention page: what it says is true, on the course's vectors and on any sentence."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.lessons.attention import splitting, stage, views

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/2_Attention.py"


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


def test_the_page_opens_whole_and_draws_its_pictures() -> None:
    app = opened()
    assert whole(app)
    assert len(app.get("bidi_component")) >= 8


def test_score_and_context_of_journey_are_the_books() -> None:
    """The book, section 3.3.1."""
    text = text_of(opened())
    assert r"0.55 \cdot 0.43 + 0.87 \cdot 0.15 + 0.66 \cdot 0.89 = 0.9544" in text
    assert r"= \begin{pmatrix}0.44\\0.65\\0.57\end{pmatrix}" in text


def test_the_learned_and_the_causal_rung_start_with_the_books_numbers() -> None:
    """The book, sections 3.4.2 and 3.5.1, seed 789."""
    learned = views.climb(views.COURSE, "", views.RUNGS[1])
    causal = views.climb(views.COURSE, "", views.RUNGS[2])
    assert learned.output[0].tolist() == pytest.approx([-0.0739, 0.0713], abs=1e-4)
    assert causal.weights[1, :2].tolist() == pytest.approx([0.5517, 0.4483], abs=1e-4)


def test_scores_of_all_tokens_are_shown_only_after_a_guess() -> None:
    app = opened()
    pictures = len(app.get("bidi_component"))
    app.button_group(key="attention.itself").set_value("Yes, each of them").run()
    assert "The answer is: No, not each" in text_of(app)
    assert len(app.get("bidi_component")) == pictures + 1
    assert "attention" in app.session_state["done"]


def test_only_the_last_row_keeps_its_sum_when_hidden_weights_become_zero() -> None:
    app = opened()
    app.button_group(key="attention.rows").set_value("Only the last row").run()
    assert "Yes: Only the last row" in text_of(app)
    assert views.mask_both_ways(views.COURSE, "", 2, 789).gap < 1e-6


def test_scores_a_hundred_times_as_large_overflow_the_definition_of_softmax_only() -> None:
    app = opened(attention__times="100.0")
    app.button_group(key="attention.sharper").set_value(views.SAME).run()
    assert f"The answer is: {views.FEWER}" in text_of(app)
    assert whole(app)
    assert "The three rows sum to 1, nan and 1." in text_of(app)


@pytest.mark.parametrize("vectors", [views.COURSE, views.OWN])
@pytest.mark.parametrize("rung", stage.LADDER)
def test_every_rung_stands_on_the_stage_whole(vectors: str, rung: str) -> None:
    app = opened(attention__vectors=vectors, attention__rung=rung)
    app.checkbox(key="attention.reaches.skip").set_value(True).run()
    assert whole(app)
    alone = rung in stage.LADDER[2:]
    assert (stage.WHOSE[0] if alone else stage.WHOSE[1]) in text_of(app)


def test_what_was_typed_over_and_kept_on_the_stage_stays_in_the_link() -> None:
    link = {
        "attention__stage__edits": "x_0_2_1_-0.5~q_0_1_2_0.25",
        "attention__stage__mask": "on",
        "attention__stage__cell": "scores~2~1",
        "attention__stage__step": "4",
    }
    app = opened(**link)
    assert whole(app)
    for name, value in link.items():
        assert app.query_params[name.replace("__", ".")] in (value, [value])


@pytest.mark.parametrize("nonsense", ["x_0_2_1_1e99", "y_0_1_1_2", "~~", "x_0_1_1_", "x_9_99_9_1"])
def test_a_link_with_nonsense_on_the_stage_opens_the_page(nonsense: str) -> None:
    app = opened(attention__stage__edits=nonsense, attention__stage__cell=nonsense,
                 attention__stage__step="99", attention__stage__head="0~77")  # fmt: skip
    assert whole(app)


@pytest.mark.parametrize("sentence", ["x", "🙂", "שלום עולם", "a b " * 100, "<b>$x$ *`_"])
def test_any_sentence_attends(sentence: str) -> None:
    app = opened(text=sentence, attention__vectors=views.OWN)
    for key in ("attention.itself", "attention.sharper", "attention.reaches", "attention.rows"):
        app.checkbox(key=f"{key}.skip").set_value(True).run()
    assert whole(app)


@pytest.mark.parametrize(
    ("key", "ends"),
    [
        ("attention.drop", (0.0, 0.9)),
        ("attention.stack", (1, 8)),
        ("attention.each", (1, 16)),
        ("attention.width", (1, 16)),
    ],
)
def test_both_ends_of_every_slider_make_sense(key: str, ends: tuple[float, float]) -> None:
    app = opened()
    for end in ends:
        app.slider(key=key).set_value(end).run()
        assert whole(app)


def test_the_stack_of_heads_the_split_matrix_and_the_fused_path_agree() -> None:
    both = splitting.one_matrix(views.COURSE, "", 2, 2)
    assert both.gap < 1e-6
    assert both.shapes["queries, cut into heads"] == (2, 6, 2)
    assert views.both_paths("One token after the other").gap < 1e-5


def test_what_heads_do_is_told_after_the_guess_and_the_last_token_is_taken_apart() -> None:
    app = opened(text="Tom saw a dog. Mia fed the cat.")
    app.button_group(key="attention.before").set_value("A").run()
    assert "on average over" in text_of(app)
    app.button_group(key="attention.most").set_value("The first token").run()
    assert "Read off the last layer alone" in text_of(app)
    assert whole(app)
    app.text_input(key="text").set_value("One day a fox met two owls").run()
    assert app.button_group(key="attention.before").value is None
    assert "Repeat a phrase in your sentence" in text_of(app)
    app.button_group(key="attention.model").set_value("Untrained").run()
    assert whole(app)


def test_the_asking_token_is_always_one_of_those_on_show() -> None:
    app = opened()
    assert app.selectbox(key="attention.row").value == "2 journey"
    app.button_group(key="attention.vectors").set_value(views.OWN).run()
    assert app.selectbox(key="attention.row").value == "2 day"
    app.text_input(key="text").set_value("one two").run()
    assert app.selectbox(key="attention.row").value in app.selectbox(key="attention.row").options
    assert whole(app)


def test_a_sentence_that_is_cut_is_said_to_be_cut() -> None:
    long = opened(text="a b " * 40, attention__vectors=views.OWN)
    assert f"the first {views.MOST} tokens" in text_of(long)
    assert "leaves out" not in text_of(opened())


def test_no_difference_is_written_as_0() -> None:
    assert "differ by at most 0." in text_of(opened())
