"""What stage 8 promises, in its own browser-less app."""

import re
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.lessons.family import few_shot
from dashboard.lessons.family import runs as family_runs
from dashboard.lessons.family import sentence as family_sentence
from dashboard.lessons.family import views as family_views
from tests.conftest import ROOT

PAGE = "pages/8_Transformer_family.py"


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(ROOT / "Home.py", default_timeout=90).run().switch_page(PAGE).run()


def words_on(at: AppTest) -> str:
    """All prose and drawings of the page in one string."""
    return " ".join(
        [
            *(e.value for e in at.markdown),
            *(e.value for e in at.caption),
            *(e.proto.body for e in at.get("html")),
        ]
    )


def show_everything(at: AppTest) -> AppTest:
    for key in ("family.later", "family.more", "family.effect"):
        at.checkbox(key=f"{key}.skip").check()
    return at.run()


def test_every_reveal_opens_without_a_warning(page: AppTest) -> None:
    at = show_everything(page)
    assert not at.exception
    assert not at.warning


def test_the_first_view_already_translates_fills_and_goes_on(page: AppTest) -> None:
    drawn = words_on(page)
    for kind in (family_runs.TRANSLATE, family_runs.FILL, family_runs.GO_ON):
        assert family_views.at_work(kind).name.startswith("bundled")
    assert "gelesen" in drawn  # the German for "read" at the end of the standard sentence


def test_an_unknown_word_is_named_with_words_to_try_and_the_page_goes_on(page: AppTest) -> None:
    at = page.text_input(key="family.sentence").set_value("the kat sleeps").run()
    assert not at.exception
    assert len(at.warning) == 1
    assert "kat" in at.warning[0].value
    assert "cat" in at.warning[0].value
    assert family_sentence.STANDARD in words_on(at)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "x", ".", "🙂", "שלום עולם", "<mask> <pad>", "<b>*_`$", "a" * 400, "the man " * 30],
)
def test_no_typed_text_breaks_the_page(page: AppTest, typed: str) -> None:
    at = page.text_input(key="family.sentence").set_value(typed).run()
    assert not at.exception
    assert len(at.warning) == (1 if typed.strip() else 0)


def test_a_shorter_sentence_keeps_the_choice_of_a_hidden_word_valid(page: AppTest) -> None:
    at = page.button_group(key="family.hidden").set_value("letter").run()
    at = at.text_input(key="family.sentence").set_value("he sleeps.").run()
    assert not at.exception
    assert not at.warning


def test_an_example_becomes_the_sentence(page: AppTest) -> None:
    example = family_sentence.EXAMPLES[2]
    at = page.button_group(key="family.example").set_value(example).run()
    assert at.text_input(key="family.sentence").value == example
    assert not at.warning


@pytest.mark.parametrize("end", ["low", "high"])
def test_both_ends_of_every_control_work(page: AppTest, end: str) -> None:
    at = show_everything(page)
    for slider in at.slider:
        slider.set_value(slider.min if end == "low" else slider.max)
    for box in at.selectbox:
        box.set_value(box.options[0 if end == "low" else -1])
    at.button_group(key="family.shots").set_value(few_shot.SHOTS[0 if end == "low" else -1])
    at.button_group(key="family.head").set_value(1 if end == "low" else 4)
    at = at.run()
    assert not at.exception
    assert not at.warning


def test_bert_finds_more_hidden_words_than_the_gpt_as_the_page_says(page: AppTest) -> None:
    at = page.button_group(key="family.more").set_value("BERT").run()
    found = family_views.found_more(
        family_views.at_work(family_runs.FILL), family_views.at_work(family_runs.GO_ON)
    )
    assert found.bert > found.gpt
    said = next(e.value for e in at.markdown if "Yes: BERT" in e.value)
    assert [int(n) for n in re.findall(r"(\d+)%", said)] == [
        round(100 * found.bert), round(100 * found.gpt),
    ]  # fmt: skip


def test_without_its_bundle_the_page_says_so_and_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(family_runs, "FOLDER", tmp_path)
    family_views._bundled.clear()
    try:
        app = AppTest.from_file(ROOT / "Home.py", default_timeout=90).run()
        at = show_everything(app.switch_page(PAGE).run())
    finally:
        family_views._bundled.clear()
    assert not at.exception
    assert not at.warning
    assert "not trained yet" in words_on(at)


def test_a_run_trains_and_its_weights_take_over(page: AppTest) -> None:
    at = page.button_group(key="family.train").set_value("Go on").run()
    at = at.button(key="family.start").click().run()
    assert not at.exception
    job = jobs.scheduler().get(at.session_state["run.family-go-on"])
    assert job is not None
    deadline = time.monotonic() + 60
    while len(job.history) < 5 and job.active and time.monotonic() < deadline:
        time.sleep(0.05)
    jobs.scheduler().ask(job, "stop")
    assert len(job.history) >= 5, job.error
    assert job.products["samples"][0].step == 0
    at = at.run()
    assert not at.exception
    assert any("your run" in caption.value for caption in at.caption)
