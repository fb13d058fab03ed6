"""Page 3, a model at work: guesses first, then what the lens, the loop and the race really gave."""

from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from dashboard import cached, jobs
from dashboard.lessons import reading, starter_moments
from dashboard.lessons.architecture import generating, generating_race, model_choice
from dashboard.lessons.architecture import lens as lens_shown
from dashboard.lessons.architecture.models import CONFIGURED
from dashboard.session import SENTENCE
from llm_core.config import GPTConfig
from llm_core.lens import lens
from tests.dashboard.test_jobs import until

ROOT = Path(__file__).resolve().parents[2]


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    return app.switch_page("pages/3_Architecture.py").run()


def text_of(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in [*app.markdown, *app.caption, *app.warning])


def well(app: AppTest) -> bool:
    return not app.exception and not app.warning


def test_every_answer_waits_for_its_guess_and_is_the_models_own() -> None:
    app = opened()
    loaded = cached.starter()
    ids = reading.read(loaded, SENTENCE).ids
    asked = lens_shown.question(loaded, ids)
    read = generating.why(len(ids), generating.WINDOW)
    assert asked.why not in text_of(app)
    assert read not in text_of(app)
    app.button_group(key="architecture.lens_guess").set_value(asked.truth).run()
    assert f"Yes: {asked.truth}" in text_of(app)
    assert asked.why in text_of(app)
    app.button_group(key="architecture.second").set_value(generating.ALL_AGAIN).run()
    assert f"Yes: {generating.ALL_AGAIN}" in text_of(app)
    assert read in text_of(app)
    assert well(app)


def test_the_moments_of_the_training_are_followed_on_the_final_guesses_track() -> None:
    loaded = cached.starter()
    ids = reading.read(loaded, SENTENCE).ids
    step = starter_moments.kept()[1]
    assert list(lens_shown.moments(loaded).values())[:3] == [None, 0, step]
    before = lens_shown.seen_before(loaded, ids, 2, step).lens
    now = lens_shown.seen(loaded, ids, 2).lens
    assert before.followed.tolist() == now.followed.tolist()
    model = starter_moments.model(step)
    with torch.inference_mode():
        itself = lens(model, model.steps(torch.tensor([ids])), 5, 2)
    torch.testing.assert_close(before.probabilities, itself.probabilities)
    app = opened(architecture__lens_before=f"{step:,}", answers="true")
    assert well(app)


def test_the_race_writes_one_text_and_says_what_it_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generating_race, "MOST", 6)
    app = opened()
    assert not any(button.key == "architecture.race" for button in app.button)
    app.button_group(key="architecture.race_guess").set_value(generating_race.MORE).run()
    app.button("architecture.race").click().run()
    job = jobs.scheduler().get(app.session_state[f"run.{generating_race.KIND}"])
    assert job is not None
    until(lambda: not job.active, 60)
    app.run()
    assert "**Identical text:** 6 of 6 tokens" in text_of(app)
    truth, why = generating_race.answer(job.history[:])
    assert truth in text_of(app)
    assert why in text_of(app)
    assert well(app)


def test_what_would_take_seconds_waits_for_its_button(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generating, "_AT_ONCE", 0)
    monkeypatch.setattr(lens_shown, "_AT_ONCE", 0)
    app = opened(architecture__new="5")
    assert "The last 2 tokens" in text_of(app)
    for key in ("architecture.lens.all", "architecture.new.all"):
        app.button(key).click().run()
        assert well(app)
        assert not any(button.key == key for button in app.run().button)


def test_the_least_model_says_what_it_cannot_show_and_shows_the_rest() -> None:
    least = GPTConfig(vocab_size=257, context_length=1, emb_dim=1, n_heads=1, n_layers=1)
    app = opened(architecture__preset="tiny", answers="true")
    app.session_state["architecture.model"] = CONFIGURED
    for field in ("emb_dim", "n_heads", "n_layers", "context_length", "vocab_size"):
        app.number_input(key=f"architecture.tiny.{field}").set_value(least[field])
    app.run()
    assert not app.exception
    assert model_choice.small(least) == least
    (sentence,) = [w.value for w in app.warning]
    assert "choose another model" in sentence
