"""Page 4's search tree and induction lab: what is said before a guess and after it, any input."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cached, jobs
from dashboard.lessons.pretraining import (
    beam_tree,
    induction_curves,
    induction_lab,
    induction_runs,
)

ROOT = Path(__file__).resolve().parents[2]
ANSWERED = {
    "pretraining.greedy": beam_tree.NOT_ALWAYS,
    "pretraining.copying": induction_curves.EVENLY,
    "pretraining.silent": induction_lab.GOES_ON,
}


def opened(address: dict[str, str] | None = None) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in (address or {}).items():
        app.query_params[name] = value
    return app.switch_page("pages/4_Pretraining.py").run()


def text_of(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in [*app.markdown, *app.caption, *app.warning])


@pytest.fixture(scope="module")
def answered() -> AppTest:
    return opened(ANSWERED)


def test_nothing_is_given_away_before_the_guess() -> None:
    app = opened()
    assert not app.exception
    said = text_of(app)
    assert "times as likely" not in said
    assert "By step" not in said
    assert "worse than blind guessing" not in said


def test_the_answers_have_the_numbers_of_the_models_on_screen(answered) -> None:
    assert not answered.exception
    assert not answered.warning
    said = text_of(answered)
    looked = beam_tree.search(
        cached.starter(), answered.text_input("text").value, beams=3, tokens=6
    )
    assert beam_tree.comparison(looked) in said
    bundled = induction_runs.bundled()
    assert induction_curves.fate_in_numbers(bundled.history) in said
    back = induction_lab.looks_back(bundled.copyist)
    assert induction_lab.without(bundled.copyist, back)[1] in said
    assert "A run made beforehand" in said


def test_each_switch_changes_the_sentence_beside_the_bars() -> None:
    app = opened({"pretraining.silent": induction_lab.GOES_ON})
    for layer, number in ((1, 1), (1, 2), (2, 1), (2, 2)):
        app.toggle(f"pretraining.head_{layer}_{number}").set_value(False).run()
        assert f"layer {layer}, head {number}" in text_of(app).partition("Without ")[2]
    assert not app.exception


@pytest.mark.parametrize(("beams", "tokens"), [(1, 2), (4, 8)])
def test_the_search_answers_at_both_ends_of_its_sliders(beams, tokens) -> None:
    app = opened({"pretraining.greedy": beam_tree.ALWAYS})
    app.slider("pretraining.beams").set_value(beams)
    app.slider("pretraining.far").set_value(tokens).run()
    assert app.slider("pretraining.until").value == tokens
    app.slider("pretraining.until").set_value(1).run()
    assert not app.exception
    assert not app.warning


@pytest.mark.parametrize("text", ["", "a", "🙂🙂", "שלום עולם", "x" * 400])
def test_any_prompt_and_any_letters_leave_the_page_standing(text) -> None:
    app = opened(ANSWERED)
    app.text_input("pretraining.ahead").set_value(text)
    app.text_input("pretraining.letters").set_value(text[:40]).run()
    assert not app.exception
    refused = [str(warning.value) for warning in app.warning]
    assert all("at least one word" in words or "letters a to z" in words for words in refused)


def test_a_run_begins_on_a_click_and_the_page_follows_it() -> None:
    app = opened(ANSWERED)
    app.button("pretraining.copy").click().run()
    job = jobs.scheduler().get(app.session_state[f"run.{induction_runs.KIND}"])
    assert job is not None
    end = time.monotonic() + 60
    while len(job.history) < 5:
        assert time.monotonic() < end, "it never began"
        time.sleep(0.05)
    app.run()
    assert "A run made beforehand" not in text_of(app)
    jobs.scheduler().ask(job, "stop")
    while job.active:
        assert time.monotonic() < end, "it never ended"
        time.sleep(0.05)
    app.run()
    assert not app.exception
    assert "It cannot copy yet" in text_of(app)
