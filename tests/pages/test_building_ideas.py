"""Building a model part by part, and the shape puzzles: what the page says is true."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cached
from dashboard.lessons.architecture import building, missed, puzzle
from llm_core import building as core
from llm_core.shape_puzzles import LARGEST
from tests.llm_core.test_shape_puzzles import ANSWERS, POOL

SENTENCE = "One day, Lily lost the key, and Ben helped her to find the"


def ideas() -> None:
    """The two ideas alone: the whole page takes a second for every click."""
    import streamlit as st

    from dashboard import session
    from pages.architecture import building

    st.text_input("Your sentence", key="text", bind="query-params")
    building.build_it(session.sentence())
    building.shape_puzzle()


def opened(**address: Any) -> AppTest:
    app = AppTest.from_function(ideas, default_timeout=60)
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    return app.run()


def well(app: AppTest) -> bool:
    return not app.exception and not app.warning


def html_of(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in [*app.get("html"), *app.markdown, *app.caption])


def real(app: AppTest) -> list[str]:
    return list(app.button_group(key="architecture.real").value)


def test_the_course_is_walked_part_by_part_until_everything_is_real() -> None:
    app = opened()
    assert real(app) == [core.POSITIONS]
    for count, part in enumerate(building.ROUTE[1:], 2):
        app.button(key="architecture.real.next").click().run()
        assert sorted(real(app)) == sorted(building.ROUTE[:count])
        assert f"with {part}" in html_of(app)
        assert well(app)
    assert app.button(key="architecture.real.next").disabled
    likeliest = building.state(building.ROUTE, building.ids(SENTENCE)).likeliest[0][0]
    assert likeliest == " key"
    app.button(key="architecture.real.back").click().run()
    assert real(app) == [core.POSITIONS]


def test_any_order_is_allowed_and_a_link_restores_it() -> None:
    chosen = [core.SHORTCUTS, building.WEIGHTS]
    app = opened(architecture__real=chosen)
    assert sorted(real(app)) == sorted(chosen)
    app.button_group(key="architecture.real").set_value([]).run()
    assert well(app)


def test_the_finished_model_on_the_page_is_the_starter_model() -> None:
    text = building.ids(SENTENCE)
    found = building.state(building.ROUTE, text)
    losses = missed.losses(text)
    starter = cached.starter().config
    assert found.shape == (1, len(text), starter.vocab_size)
    assert found.loss == pytest.approx(losses.whole, abs=1e-5)
    assert losses.whole < building.blind()
    untrained = building.state(core.PARTS, text)
    assert untrained.loss == pytest.approx(building.blind(), abs=1)


def test_which_part_is_missed_most_is_shown_after_a_guess() -> None:
    app = opened()
    worst = missed.losses(building.ids(SENTENCE)).worst
    assert "Loss without it" not in html_of(app)
    app.button_group(key="architecture.missed").set_value(worst).run()
    assert f"Yes: {worst}." in html_of(app)


@pytest.mark.parametrize("sentence", ["I", "🙂", "<b>$x_1$</b> `a|b`"])
def test_any_sentence_goes_through(sentence: str) -> None:
    app = opened(text=sentence, answers="true", architecture__real=list(building.ROUTE))
    assert well(app)
    assert ("class=lit" in html_of(app)) == (len(building.ids(sentence)) > 1)
    assert ("Loss without it" in html_of(app)) == (len(building.ids(sentence)) > 1)


def test_every_error_that_numbers_can_cause_is_explained() -> None:
    for task, answer in zip(puzzle.TASKS.values(), ANSWERS, strict=True):
        for place in range(len(answer)):
            for number in POOL:
                numbers = list(answer)
                numbers[place] = max(number, task.puzzle.smallest)
                filled = dict(zip(task.puzzle.blanks, numbers, strict=True))
                outcome = puzzle.shape_puzzles.fill_in(task.puzzle, filled)
                said = puzzle.said(task, filled, outcome)
                if outcome.error and "index" not in outcome.error:
                    assert puzzle.clash(outcome.error), outcome.error
                assert said.words
                assert said.right == outcome.right
                assert said.line < len(puzzle.lines(task.puzzle))


def test_the_code_with_blanks_is_the_code_that_runs() -> None:
    first = puzzle.lines(puzzle.TASKS["Feed-forward"].puzzle)
    assert first[0] == ["widen = nn.Linear(", "a", ", ", "b", ")"]
    assert first[-1] == ["return narrow(x)"]


def test_numbers_travel_in_the_link_and_bad_ones_are_left_out() -> None:
    task = puzzle.TASKS["Feed-forward"]
    assert puzzle.read(task, "12-48-48-12") == {"a": 12, "b": 48, "c": 48, "d": 12}
    for text in (
        "",
        "12-48",
        f"12-48-{LARGEST + 1}-12",
        "0-1-2-3",
        "__import__('os')",
        "1-2-3-4-5",
    ):
        assert puzzle.read(task, text) == {}
    app = opened(architecture__feed_forward="12-48-48-12")
    assert "FeedForward" in " ".join(e.label for e in app.expander)
