"""What the instruction page promises: it trains, answers, and says what is wrong with an input."""

import json
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import dataset_choice, jobs
from dashboard.lessons.instruct import runs as instruction_runs
from llm_core import corpus

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/7_Instruction_finetuning.py"


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(ROOT / "Home.py", default_timeout=90).run().switch_page(PAGE).run()


def warnings(at: AppTest) -> list[str]:
    return [w.value for w in at.warning]


def words(at: AppTest) -> str:
    return "\n".join(item.value for item in [*at.caption, *at.markdown])


def test_the_page_opens_whole(page: AppTest) -> None:
    assert not page.exception
    assert not warnings(page)


def test_the_loss_of_the_worked_example_is_the_course_s(page: AppTest) -> None:
    assert [m.value for m in page.metric][:3] == ["1.1269", "0.7936", "1.1269"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that takes seconds: few entries to learn from."""
    monkeypatch.setattr(instruction_runs, "MOST_ENTRIES", 48)
    instruction_runs.split.clear()
    yield
    instruction_runs.split.clear()


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("what", ["everything", "LoRA"])
def test_a_run_lowers_the_loss_and_answers(page: AppTest, what: str) -> None:
    page.segmented_control(key="instruct.what").set_value(what)
    page.slider(key="instruct.epochs").set_value(1)
    page.run()
    page.button(key="instruct.train").click().run()
    job = jobs.scheduler().get(page.session_state["run.instruct"])
    assert job is not None
    until = time.monotonic() + 60
    while job.active and time.monotonic() < until:
        job.touch()
        time.sleep(0.1)
    assert job.state == "done", job.error
    losses = [step.train_loss for step in job.history if step.train_loss is not None]
    assert losses[-1] < losses[0]
    page.run()
    page.slider(key="instruct.n").set_value(2).run()
    labels = {m.label for m in page.metric}
    assert "Score before" in labels
    assert f"Score after {len(job.history)} steps" in labels
    page.text_input(key="instruct.ask").set_value("Name a colour.").run()
    assert f"After {len(job.history)} steps:" in words(page)
    assert not page.exception
    assert not warnings(page)


def test_the_mask_is_shown_after_the_guess_alone(page: AppTest) -> None:
    page.segmented_control(key="instruct.stage").set_value("Mask").run()
    assert "the mask appears with your guess" in words(page)
    page.pills(key="instruct.counts").set_value("10").run()
    assert "Yes: 10" in words(page)
    assert "the mask appears with your guess" not in words(page)
    page.toggle(key="instruct.mask").set_value(True)
    page.segmented_control(key="instruct.batch").set_value("Three entries").run()
    assert not page.exception
    assert not warnings(page)


@pytest.mark.parametrize("text", ["x", "🙂", "שלום עולם", "<b>*_`$", "\u200b"])
def test_any_instruction_gets_an_answer(page: AppTest, text: str) -> None:
    page.text_input(key="instruct.ask").set_value(text).run()
    assert not page.exception
    assert not warnings(page)


def test_an_empty_instruction_gets_one_sentence(page: AppTest) -> None:
    page.text_input(key="instruct.ask").set_value(" ").run()
    assert not page.exception
    assert warnings(page) == ["There is no instruction; type a question or a task."]


def test_an_instruction_too_long_for_the_model_gets_one_sentence(page: AppTest) -> None:
    page.text_input(key="instruct.ask").set_value("Say ü. " * 300).run()
    assert not page.exception
    assert "shorten the instruction" in " ".join(warnings(page))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello", "not JSON"),
        (b"", "empty"),
        (b"{}", "not a list"),
        (b'[{"instruction": "Rest."}]', "output"),
        (b'[{"instruction": "Rest.", "output": "Yes."}]', "too few"),
    ],
)
def test_a_file_without_entries_gets_one_sentence(page: AppTest, content: bytes, said: str) -> None:
    page.segmented_control(key="instruct.data").set_value(dataset_choice.UPLOADED)
    page.session_state["instruct.data.upload"] = ("mine.json", content)
    page.run()
    assert not page.exception
    assert said in " ".join(warnings(page))


def test_a_short_file_takes_the_place_of_a_long_one(page: AppTest) -> None:
    entries = [{"instruction": f"Count to {i}.", "output": str(i)} for i in range(30)]
    page.slider(key="instruct.entry").set_value(900).run()
    page.segmented_control(key="instruct.data").set_value(dataset_choice.UPLOADED)
    page.session_state["instruct.data.upload"] = ("mine.json", json.dumps(entries).encode())
    page.run()
    assert not page.exception
    assert not warnings(page)
    assert "30 entries" in words(page)


def test_without_network_the_real_entries_are_missed_in_one_sentence(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise corpus.DownloadError("it could not be downloaded; go on with the bundled data.")

    monkeypatch.setattr(dataset_choice, "FOLDER", tmp_path)
    monkeypatch.setattr(corpus, "download", unreachable)
    page.segmented_control(key="instruct.data").set_value("The book's instructions").run()
    page.button(key="instruct.data.download").click().run()
    assert warnings(page) == ["It could not be downloaded; go on with the bundled data."]
    assert not page.exception
