"""The recorded runs on the page "Pretraining": shown before anybody trains, saved, opened again."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs, own_run, recording
from dashboard.lessons.pretraining import recorded
from dashboard.lessons.pretraining.recorded import OPENED, SHIPPED, YOURS

ROOT = Path(__file__).resolve().parents[2]
CHOICE = "pretraining.recorded"


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    yield
    for job in jobs.scheduler()._active():
        jobs.scheduler().ask(job, "stop")


def opened(params: dict[str, str] | None = None) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    app.run().switch_page("pages/4_Pretraining.py")
    for name, value in (params or {}).items():
        app.query_params[name] = value
    return app.run()


def on_screen(app: AppTest) -> dict[str, Any]:
    """What the component was sent last."""
    sent = [c.proto for c in app.get("bidi_component") if c.proto.component_name == "scrubber"]
    assert len(sent) == 1
    return dict(json.loads(sent[0].bytes))


def trained(app: AppTest) -> jobs.Job:
    app.button(key="pretraining.train").click().run()
    job = jobs.scheduler().get(app.session_state[f"run.{own_run.KIND}"])
    end = time.monotonic() + 60
    while job.active and time.monotonic() < end:
        time.sleep(0.05)
    app.run()
    return job


def test_a_fresh_page_plays_a_shipped_run() -> None:
    app = opened()
    assert not app.exception
    sent = on_screen(app)
    assert sent["play"]
    assert not sent["live"]
    assert sent["recording"]["title"] == SHIPPED[0].title
    assert app.button_group(key=CHOICE).value == SHIPPED[0].title
    assert YOURS not in app.button_group(key=CHOICE).options


def test_what_was_sent_is_not_sent_again() -> None:
    app = opened()
    assert "changes" in on_screen(app.run())


@pytest.mark.parametrize("run", SHIPPED, ids=lambda run: run.name)
def test_a_link_names_the_recorded_run(run: recorded.Shipped) -> None:
    app = opened({CHOICE: run.title})
    assert on_screen(app)["recording"]["title"] == run.title
    assert any(run.says in caption.value for caption in app.caption)


def test_a_link_to_a_run_that_is_not_there_shows_one_that_is() -> None:
    for unknown in (YOURS, OPENED, "<b>"):
        app = opened({CHOICE: unknown})
        assert not app.exception
        assert on_screen(app)["recording"]["title"] == SHIPPED[0].title


def test_ones_own_run_comes_on_screen_by_itself_with_its_last_step() -> None:
    app = opened({"pretraining.steps": "40"})
    job = trained(app)
    assert app.button_group(key=CHOICE).value == YOURS
    held = recorded.of(job).recording()
    assert held.frames[-1].step == 40
    assert {caption.value for caption in app.caption if "tokens a second" in caption.value}
    app.button_group(key=CHOICE).set_value(SHIPPED[1].title).run()
    assert on_screen(app)["id"] == recorded.shipped(SHIPPED[1].name).id
    app.run()
    assert app.button_group(key=CHOICE).value == SHIPPED[1].title  # and stays there


def test_a_saved_recording_opens_again() -> None:
    app = opened({"pretraining.steps": "40"})
    content = recording.as_file(recorded.of(trained(app)).recording())
    other = opened()
    other.file_uploader(key="pretraining.open-run").upload("run.json", content).run()
    assert not other.exception
    assert other.button_group(key=CHOICE).value == OPENED
    assert on_screen(other)["recording"]["frames"] == json.loads(content)["frames"]


@pytest.mark.parametrize("content", [b"", b"{}", b"not a run", b"\x80\x04pickle", b'{"format": 1}'])
def test_a_file_that_is_no_recording_gets_one_sentence(content: bytes) -> None:
    app = opened()
    app.file_uploader(key="pretraining.open-run").upload("run.json", content).run()
    assert not app.exception
    assert any("recorded run" in str(warning.value) for warning in app.warning)
    assert app.button_group(key=CHOICE).value == SHIPPED[0].title
