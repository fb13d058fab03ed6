"""The attention page: what it says is true, on the course's vectors and on any sentence."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.lessons.attention import formulas, splitting, views

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
    assert len(app.get("bidi_component")) >= 10


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
    assert whole(app)
    assert "The three rows sum to 1, nan and 1." in text_of(app)


@pytest.mark.parametrize("vectors", [views.COURSE, views.OWN])
@pytest.mark.parametrize("rung", views.RUNGS)
def test_every_rung_can_be_walked_step_by_step(vectors: str, rung: str) -> None:
    app = opened(attention__vectors=vectors, attention__rung=rung)
    for step in formulas.STEPS:
        app.button_group(key="attention.step").set_value(step).run()
        assert whole(app)


@pytest.mark.parametrize("sentence", ["x", "🙂", "שלום עולם", "a b " * 100, "<b>$x$ *`_"])
def test_any_sentence_attends(sentence: str) -> None:
    app = opened(text=sentence, attention__vectors=views.OWN)
    for key in ("attention.itself", "attention.rows"):
        app.checkbox(key=f"{key}.skip").set_value(True).run()
    assert whole(app)


@pytest.mark.parametrize(
    ("key", "ends"),
    [
        ("attention.drop", (0.0, 0.9)),
        ("attention.stack", (1, 8)),
        ("attention.each", (1, 16)),
        ("attention.width", (1, 16)),
        ("attention.layer", (1, 4)),
        ("attention.large", (1, 6)),
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


def test_hiding_a_token_moves_the_prediction() -> None:
    seen = views.hide("The lighthouse keeper wound the clock because", 1)
    assert seen.whole != seen.without
    untouched = views.hide("The lighthouse keeper wound the clock because", None)
    assert untouched.whole == untouched.without


def test_the_asking_token_is_always_one_of_those_on_show() -> None:
    app = opened()
    assert app.selectbox(key="attention.row").value == "2 journey"
    app.button_group(key="attention.vectors").set_value(views.OWN).run()
    assert app.selectbox(key="attention.row").value == "2 day"
    app.text_input(key="text").set_value("one two").run()
    assert app.selectbox(key="attention.row").value in app.selectbox(key="attention.row").options
    assert whole(app)


def test_a_sentence_that_is_cut_is_said_to_be_cut() -> None:
    assert f"the first {views.MOST} tokens" in text_of(opened(text="a b " * 40))
    assert "leaves out" not in text_of(opened())


def test_no_difference_is_written_as_0() -> None:
    assert "differ by at most 0." in text_of(opened())
