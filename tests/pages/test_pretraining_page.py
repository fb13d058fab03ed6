"""The pretraining page: a run learns and obeys, and no input stops the page."""

import math
import pickle
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import torch
from streamlit.testing.v1 import AppTest

from dashboard import jobs, own_run
from dashboard.jobs import Job
from dashboard.lessons.pretraining import plans as pretraining_plans
from dashboard.lessons.pretraining import resume
from dashboard.lessons.pretraining import views as pretraining_views
from llm_core.accounting import parameter_ledger
from llm_core.checkpoints import load_checkpoint
from llm_core.sampling import generate_text_simple

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/4_Pretraining.py"
SHORT = {"pretraining.steps": "40", "pretraining.context": "16", "pretraining.batch": "4"}


def opened(address: dict[str, str] | None = None) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in (address or {}).items():
        app.query_params[name] = value
    return app.switch_page(PAGE).run()


def text_of(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in [*app.markdown, *app.caption, *app.warning])


def well(app: AppTest) -> bool:
    return not app.exception and not app.warning


def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def trained(app: AppTest) -> Job:
    """Press Train; the run that began."""
    app.button(key="pretraining.train").click().run()
    job = jobs.scheduler().get(app.session_state["run.pretraining"])
    assert job is not None
    return job


def test_the_page_opens_without_a_warning_and_draws_its_pictures() -> None:
    app = opened()
    assert well(app)
    assert len(app.get("bidi_component")) >= 3


def test_train_makes_steps_and_the_loss_falls_and_the_model_is_handed_on() -> None:
    app = opened(SHORT)
    job = trained(app)
    until(lambda: job.state == "done")
    assert len(job.history) == 40
    assert job.history[0].loss == pytest.approx(math.log(512), rel=0.05)
    assert job.history[-1].loss < job.history[0].loss - 0.5
    app.run()
    assert well(app)
    assert "Finished" in text_of(app)
    assert "After 40 steps" in text_of(app)
    assert "from your run, after 40 steps" in text_of(app)
    assert "pretraining" in app.session_state["done"]


def test_pause_one_step_go_on_and_stop() -> None:
    app = opened({"pretraining.steps": "2000"})
    job = trained(app)
    until(lambda: len(job.history) > 2)
    app.button(key="pretraining.pause").click().run()
    until(lambda: job.state == "paused")
    made = len(job.history)
    app.button(key="pretraining.step").click().run()
    until(lambda: len(job.history) == made + 1)
    assert "Paused" in text_of(app)
    app.button(key="pretraining.pause").click().run()
    until(lambda: len(job.history) > made + 3)
    app.button(key="pretraining.stop").click().run()
    until(lambda: job.state == "stopped")
    app.run()
    assert well(app)
    assert "Stopped" in text_of(app)
    assert f"after {len(job.history)} steps" in text_of(app)  # what it had learnt is kept


def test_a_fresh_browser_finds_the_run_of_a_link_again() -> None:
    job = trained(opened(SHORT))
    until(lambda: job.state == "done")
    app = opened({"run.pretraining": job.id})
    assert well(app)
    assert "After 40 steps" in text_of(app)


def test_the_loss_of_blind_guessing_is_shown_only_after_a_guess() -> None:
    app = opened()
    assert "A loss below this line" not in text_of(app)
    app.button_group(key="pretraining.blind").set_value("512").run()
    assert f"The answer is: {math.log(512):.2f}" in text_of(app)
    assert app.dataframe
    assert well(app)
    for words in ("From the training text", "From the validation text"):
        app.button_group(key="pretraining.words").set_value(words).run()
        assert well(app)


def test_the_fate_of_the_unread_text_is_told_after_the_run() -> None:
    app = opened(SHORT)
    app.button_group(key="pretraining.fate").set_value(pretraining_views.STAYS).run()
    job = trained(app)
    until(lambda: job.state == "done")
    app.run()
    truth = pretraining_views.fate(job.history)
    assert truth is not None
    assert truth in text_of(app)
    assert "On unread text the loss was lowest at step" in text_of(app)


def test_a_learning_rate_that_is_too_large_ends_in_a_lesson() -> None:
    app = opened(SHORT | {"pretraining.rate": "1", "pretraining.warmup": "0"})
    app.select_slider(key="pretraining.rate").set_value(1.0).run()
    app.slider(key="pretraining.warmup").set_value(0.0)
    app.slider(key="pretraining.steps").set_value(400).run()
    job = trained(app)
    until(lambda: not job.active)
    app.run()
    assert job.state == "failed"
    assert any("Choose a learning rate below" in str(w.value) for w in app.warning)
    assert not app.exception


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a", "needs 65"),
        ("Too short for one window.", "needs 65"),
        ("🦙", "needs 65"),
        ("שלום עולם " * 4, "needs 65"),
        ("   \n ", "Paste a text"),
        ("x" * 1_000_001, "1,000,000 characters"),
    ],
)
def test_a_text_that_cannot_be_used_gets_one_sentence(text: str, says: str) -> None:
    app = opened({"corpus": "Paste"})
    app.text_area(key="corpus.pasted").set_value(text).run()
    assert not app.exception
    assert says in text_of(app)


def test_a_refused_text_leaves_the_run_that_was_there() -> None:
    app = opened(SHORT)
    job = trained(app)
    until(lambda: job.state == "done")
    app.button_group(key="corpus").set_value("Paste").run()
    app.text_area(key="corpus.pasted").set_value("too short").run()
    assert app.warning
    assert "After 40 steps" in text_of(app)


@pytest.mark.parametrize("sentence", ["", "a", "🦙", "مرحبا بالعالم", "<b>&\\`*_$x$", "word " * 80])
def test_any_sentence_leaves_the_page_alive(sentence: str) -> None:
    app = opened()
    app.checkbox(key="pretraining.blind.skip").set_value(True)
    app.text_input(key="text").set_value(sentence)
    app.text_input(key="pretraining.prompt").set_value(sentence).run()
    assert not app.exception
    assert bool(app.warning) == (sentence in ("", "a"))  # one token has no next one


def test_gpt2_small_is_refused_with_what_would_fit() -> None:
    app = opened(
        {"pretraining.size": pretraining_plans.LARGEST, "pretraining.vocabulary": "GPT-2's"}
    )
    assert any("Small would need" in str(w.value) for w in app.warning)
    assert not app.exception


def test_both_ends_of_every_control_work() -> None:
    app = opened()
    ends = {"pretraining.steps": (20, 2000), "pretraining.tokens": (1, 60)}
    ends |= {"pretraining.warmup": (0.0, 1.0)}
    ends |= {"pretraining.final": (0.0, 1.0), "pretraining.clip": (0.0, 5.0)}
    ends |= {"pretraining.dropout": (0.0, 0.9), "pretraining.decay": (0.0, 1.0)}
    for end in (0, 1):
        for key, values in ends.items():
            app.slider(key=key).set_value(values[end])
        app.select_slider(key="pretraining.rate").set_value((0.0001, 1.0)[end])
        app.number_input(key="pretraining.seed").set_value((0, 99_999)[end])
        app.run()
        assert well(app), [str(w.value) for w in app.warning]


def saved() -> bytes:
    """A file as the page's button gives it."""
    job = trained(opened(SHORT))
    until(lambda: job.state == "done")
    return own_run.as_file(job.products["model"])


def test_a_saved_model_opens_again_and_writes_the_same() -> None:
    content = saved()
    app = opened()
    app.file_uploader(key="pretraining.open").upload("my-model.safetensors", content).run()
    assert well(app)
    assert "opened from a file" in text_of(app)
    loaded = app.session_state["own_run.opened"]
    again = load_checkpoint(content).model.eval()
    ids = torch.tensor([[1, 2, 3]])
    written = [generate_text_simple(model, ids, 8, 16).tolist() for model in (loaded.model, again)]
    assert written[0] == written[1]


@pytest.mark.parametrize("kind", ["truncated", "pickle", "renamed", "empty", "foreign"])
def test_a_file_that_is_no_checkpoint_gets_one_sentence(kind: str) -> None:
    content = {
        "truncated": saved()[:5000] if kind == "truncated" else b"",
        "pickle": pickle.dumps({"weights": [1, 2, 3]}),
        "renamed": b"Dear reader, this is a letter." * 20,
        "empty": b"",
        "foreign": b"\x08\0\0\0\0\0\0\0{}      ",
    }[kind]
    app = opened()
    app.file_uploader(key="pretraining.open").upload("model.safetensors", content).run()
    assert not app.exception
    assert len(app.warning) == 1
    assert "own_run.opened" not in app.session_state
    if kind == "pickle":
        assert "is a pickle" in str(app.warning[0].value)


# Comparing, going on, keeping.


def run_to_its_end(app: AppTest) -> Job:
    job = trained(app)
    until(lambda: job.state == "done")
    app.run()
    return job


def compared_table(app: AppTest) -> pd.DataFrame:
    return next(d.value for d in app.dataframe if "lowest validation loss" in d.value)


def test_a_second_run_stands_over_the_first_and_only_what_differs_is_listed() -> None:
    app = opened(SHORT)
    first = run_to_its_end(app)
    assert list(compared_table(app)["run"]) == ["Run 1"]
    app.selectbox(key="pretraining.optimizer").set_value("SGD").run()
    second = run_to_its_end(app)
    assert well(app)
    shown = compared_table(app)
    assert list(shown["optimizer"]) == ["AdamW", "SGD"]
    assert "learning rate" not in shown
    assert "in one thing: **optimizer AdamW → SGD**" in text_of(app)
    address = f"1{first.id},2{second.id}"
    assert app.query_params["pretraining.compare"] == address

    other = opened({"pretraining.compare": address})
    assert list(compared_table(other)["optimizer"]) == ["AdamW", "SGD"]
    other.button(key="pretraining.remove.0").click().run()
    assert list(compared_table(other)["run"]) == ["Run 2"]
    other.button_group(key="pretraining.over").set_value("tokens read").run()
    assert well(other)


def test_a_link_to_runs_that_are_gone_says_so() -> None:
    app = opened({"pretraining.compare": "1nowhere,2*by-heart"})
    assert well(app)
    assert "1 of the runs compared here are over" in text_of(app)


def test_a_stopped_run_goes_on_and_ends_as_one_without_a_break() -> None:
    whole = run_to_its_end(opened(SHORT))
    app = opened(SHORT)
    job = trained(app)
    until(lambda: len(job.history) > 3)
    app.button(key="pretraining.stop").click().run()
    until(lambda: job.state == "stopped")
    app.run()
    app.button(key="pretraining.resume").click().run()
    assert well(app)
    again = jobs.scheduler().get(app.session_state["run.pretraining"])
    assert again is not None
    assert again is not job
    until(lambda: again.state == "done")
    assert again.history == whole.history
    app.run()
    assert list(compared_table(app)["run"]) == ["Run 1"]
    assert "standing" not in job.products


def test_a_run_in_a_file_goes_on_with_more_steps() -> None:
    job = run_to_its_end(opened(SHORT))
    content = resume.as_file(job.products["standing"], job.seconds)
    app = opened()
    app.file_uploader(key="pretraining.open").upload("my-run.safetensors", content).run()
    assert "a run after 40 of 40 steps" in text_of(app)
    app.button(key="pretraining.resume").click().run()
    assert well(app)
    again = jobs.scheduler().get(app.session_state["run.pretraining"])
    assert again is not None
    until(lambda: again.state == "done")
    assert len(again.history) == 80
    assert again.history[:40] == job.history
    assert again.settings["context_length"] == 16


def test_a_run_kept_on_the_server_opens_again_in_the_same_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "FOLDER", tmp_path)
    app = opened(SHORT)
    run_to_its_end(app)
    app.button(key="pretraining.keep").click().run()
    app.button(key="pretraining.open-kept").click().run()
    assert well(app)
    assert "opened from a file" in text_of(app)
    assert "a run after 40 of 40 steps" in text_of(app)
    monkeypatch.setattr(resume, "LARGEST_KEPT", 10)
    app = opened(SHORT)
    run_to_its_end(app)
    app.button(key="pretraining.keep").click().run()
    assert "save it on your own computer" in text_of(app)
    assert not app.exception


def test_the_gradient_by_hand_is_shortened_to_the_limit() -> None:
    app = opened()
    assert not app.latex
    app.button_group(key="pretraining.clipping").set_value("By 5, the length").run()
    formulas = " ".join(str(x.value) for x in app.latex)
    assert "= 5" in formulas
    assert "0.2 & 0.4" in formulas
    app.slider(key="pretraining.limit").set_value(10.0).run()
    assert "1 & 2" in " ".join(str(x.value) for x in app.latex)
    assert well(app)


WAYS = [f"pretraining.{name}" for name in ("first", "final", "fall", "warmup")]


@pytest.mark.parametrize("shape", ["Straight line", "Level, then a line", "Constant"])
def test_every_way_of_the_learning_rate_can_be_drawn_at_both_ends(shape: str) -> None:
    app = opened()
    app.button_group(key="pretraining.shape").set_value(shape).run()
    for end in (1.0, 0.0):
        for slider in [s for s in app.slider if s.key in WAYS and not s.disabled]:
            slider.set_value(end)
            app.run()
            assert well(app), [str(w.value) for w in app.warning]


def test_choosing_a_size_brings_its_context_along() -> None:
    app = opened()
    app.selectbox(key="pretraining.size").set_value("Middle").run()
    assert app.select_slider(key="pretraining.context").value == 256
    assert well(app)


def test_tiny_and_small_have_the_sizes_their_names_promise() -> None:
    tiny = pretraining_plans.Settings()
    assert parameter_ledger(tiny.config(512)).total < 250_000
    small = pretraining_plans.Settings(size="Small")
    assert 800_000 < parameter_ledger(small.config(512)).total < 2_000_000
