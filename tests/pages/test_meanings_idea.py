"""The space of meanings on the data page: it opens, learns, answers, and bears bad questions."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.lessons.data import meanings

ROOT = Path(__file__).resolve().parents[2]


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    return app.switch_page("pages/1_Data_preparation.py").run()


def text_of(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in [*app.markdown, *app.caption, *app.warning])


def test_before_a_run_the_starter_models_table_is_shown() -> None:
    app = opened()
    assert not app.exception
    assert not app.warning
    assert "Word2Vec has not learnt yet: press the button." in text_of(app)
    assert "Nearest to “apple”" in text_of(app)


def test_the_prediction_is_judged_by_the_vectors_on_screen() -> None:
    app = opened(data__vectors=meanings.STARTER)
    app.button_group(key="data.nearest").set_value("money").run()
    assert not app.exception
    truth = meanings.nearest_of(
        meanings.space(meanings.STARTER), "Monday", ("money", "morning", "Tuesday")
    )
    expected = f"The answer is: {truth}" if truth else "Not all of these words"
    assert expected in text_of(app)


@pytest.mark.parametrize(
    ("ask", "typed", "said"),
    [
        ("Neighbours", "zyzzyva", "is not among these"),
        ("Neighbours", "", "Type a word"),
        ("Analogy", "he his", "Type 3 words"),
        ("Axis", "fox fox", "two different words"),
        ("Neighbours", "<b>*x*</b>", "is not among these"),
    ],
)
def test_a_question_without_an_answer_says_why_and_the_map_stays(
    ask: str, typed: str, said: str
) -> None:
    app = opened(data__ask=ask)
    app.text_input(key=f"data.ask_{ask.lower()}").set_value(typed).run()
    assert not app.exception
    assert any(said in warning.value for warning in app.warning)
    assert "data-meanings-2" in [part.key for part in app.get("bidi_component")]


def test_every_end_of_every_control_draws_a_map() -> None:
    app = opened(data__map_dimensions="3", data__nearness="Euclidean", data__isolate="true")
    assert not app.exception
    assert not app.warning
    assert "of all difference between them" in text_of(app)


def test_a_run_over_the_learners_own_text_makes_a_map_and_stops_when_told() -> None:
    app = opened(data__learn_from=meanings.MINE)
    app.button(key="data.learn").click().run()
    assert not app.exception
    name = app.session_state[f"run.{meanings.KIND}"]
    job = jobs.scheduler().get(name)
    assert job is not None
    end = time.monotonic() + 60
    while len(job.products.get("space", _nothing).moments) < 2 and time.monotonic() < end:
        assert job.state != "failed", job.error
        time.sleep(0.1)
    app.run()
    assert "Vectors learnt from the bundled story" in text_of(app)
    assert not app.warning  # “apple” does not stand in it, so another word is asked about
    jobs.scheduler().ask(job, "stop")
    assert jobs.scheduler().obeyed(job, 10)
    app.run()
    assert not app.exception
    assert app.slider(key=f"data.moment.{job.id}").max >= 1


class _nothing:
    moments: tuple[object, ...] = ()
