"""Page 4's ladder of speed: it climbs, obeys a switch, and says what was detected."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.lessons.pretraining import ladder
from llm_core.fast.ladder import ALL, RUNGS
from llm_core.fast.machine import machine
from tests.dashboard.test_jobs import until

ROOT = Path(__file__).resolve().parents[2]


def test_the_run_climbs_and_a_switch_is_obeyed_while_it_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ladder, "ON_EACH", 2)
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    app.switch_page("pages/4_Pretraining.py").run()
    said = "\n".join(str(element.value) for element in [*app.markdown, *app.caption])
    assert machine().words in said
    assert all(rung.title in said for rung in RUNGS)
    app.button("pretraining.climb").click().run()
    assert not app.exception
    job = jobs.scheduler().get(app.session_state[f"run.{ladder.KIND}"])
    assert job is not None
    wanted = [name for name in ALL if name != "bf16"]
    until(lambda: job.products.get("stair", 0) > len(ALL), 60)
    app.run()
    app.pills("pretraining.rungs").set_value(wanted).run()
    assert not app.exception
    until(lambda: job.history[-1].rungs == tuple(wanted), 30)
    jobs.scheduler().ask(job, "stop")
