"""Page 2's trials: they open whole, tell before they show, train, and come back from a link."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.lessons.attention import look_ahead, place_runs, place_views
from llm_core.trials import SCHEMES
from tests.dashboard.test_jobs import until

ROOT = Path(__file__).resolve().parents[2]


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    return app.switch_page("pages/2_Attention.py").run()


def said(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption, *app.code, *app.warning])


def test_opened_fresh_both_trials_say_what_to_press() -> None:
    app = opened()
    assert not app.exception
    assert not app.warning
    assert "Press **Train both**" in said(app)
    assert "Press **Train all five**" in said(app)
    assert all(f"**{scheme}**" in said(app) for scheme in SCHEMES)


def test_the_cheat_is_trained_stopped_and_watched_from_a_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(look_ahead, "_EVERY", 3)
    app = opened(attention__cheat=look_ahead.WORSE, attention__cheat_seed="7")
    app.button("attention.cheat_run").click().run()
    job = jobs.scheduler().get(app.session_state[f"run.{look_ahead.KIND}"])
    assert job is not None
    assert job.settings["seed"] == 7
    until(lambda: "written" in job.products, 60)
    jobs.scheduler().ask(job, "stop")
    until(lambda: not job.active, 30)
    app.run()
    assert not app.exception
    assert f"{job.products['written'].prompt}▸" in said(app)
    watching = opened(**{f"run.{look_ahead.KIND}": job.id})
    assert "▸" in said(watching)
    assert not watching.exception


def test_the_five_are_trained_and_the_loss_at_each_place_waits_for_a_guess() -> None:
    app = opened(attention__place_seed="2")
    app.button("attention.place_run").click().run()
    job = jobs.scheduler().get(app.session_state[f"run.{place_runs.KIND}"])
    assert job is not None
    until(lambda: len(job.history) > 1, 60)
    jobs.scheduler().ask(job, "stop")
    until(lambda: not job.active, 30)
    app.run()
    assert not app.exception
    assert "up to place 32" not in said(app)
    app.button_group(key="attention.beyond").set_value("ALiBi").run()
    assert not app.exception
    assert "up to place 32" in said(app)
    assert "of models of your run, after" in said(app)


def test_the_gpt_without_positions_notices_the_order_from_its_second_block_on() -> None:
    app = opened()
    assert "change of the last vector" not in said(app)
    app.button_group(key="attention.order").set_value(place_views.NEVER).run()
    assert "The answer is: From the second block on" in said(app)
    assert "| none | 0 | " in said(app)


@pytest.mark.parametrize("sentence", ["x", "ab", "🙂🙂🙂", "שלום עולם טוב", "a b " * 200])
def test_any_sentence_can_be_shuffled(sentence: str) -> None:
    app = opened(text=sentence, attention__order=place_views.LATER)
    assert not app.exception
    assert not app.warning
    assert ("Nothing can change places" in said(app)) == (len(sentence) < 3)


def test_what_dropout_leaves_is_shown_after_a_guess() -> None:
    app = opened()
    pictures = len(app.get("bidi_component"))
    app.button_group(key="attention.sums").set_value("Each to 1 still").run()
    assert "The answer is: To 1 on average" in said(app)
    assert len(app.get("bidi_component")) == pictures + 2
    app.slider(key="attention.drop").set_value(0.0).run()
    assert "Yes: Each to 1 still" in said(app)
