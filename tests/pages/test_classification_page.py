"""The promises of the classification page: it trains, decides, and names a bad input's remedy."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import dataset_choice, jobs
from dashboard.lessons.classify import runs as classification_runs
from llm_core import corpus

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/6_Classification_finetuning.py"


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(ROOT / "Home.py", default_timeout=90).run().switch_page(PAGE).run()


def warnings(at: AppTest) -> list[str]:
    return [w.value for w in at.warning]


def captions(at: AppTest) -> str:
    return "\n".join(c.value for c in at.caption)


def finished(at: AppTest) -> jobs.Job:
    """The run that the page has started, once it has ended."""
    job = jobs.scheduler().get(at.session_state["run.classify"])
    assert job is not None
    until = time.monotonic() + 240
    while job.active and time.monotonic() < until:
        job.touch()
        time.sleep(0.1)
    assert job.state == "done", job.error
    return job


def test_the_page_opens_whole(page: AppTest) -> None:
    assert not page.exception
    assert not warnings(page)
    assert "about" in captions(page)
    assert "seconds of computing" in captions(page)


def test_a_run_lowers_the_loss_and_decides_better_than_a_coin(page: AppTest) -> None:
    some = (ROOT / "assets" / "messages.tsv").read_bytes().splitlines(keepends=True)[:1200]
    page.segmented_control(key="classify.data").set_value(dataset_choice.UPLOADED)
    page.session_state["classify.data.upload"] = ("some.tsv", b"".join(some))
    page.run()
    page.slider(key="classify.length").set_value(24)
    page.button(key="classify.train").click().run()
    job = finished(page)
    losses = [step.train_loss for step in job.history if step.train_loss is not None]
    assert losses[-1] < losses[0]
    page.run()
    metrics = {m.label: m.value for m in page.metric}
    assert float(metrics["Test messages right"].rstrip("%")) > 65
    assert f"Model after {len(job.history)} steps" in captions(page)
    assert not page.exception
    assert not warnings(page)

    page.pills(key="classify.example").set_value("a prize").run()
    assert "It says: " in captions(page)
    page.slider(key="classify.threshold").set_value(0.99).run()
    assert any("precision" in m.value for m in page.markdown)
    assert not page.exception


def test_a_run_can_be_watched_and_asked_before_it_ends(page: AppTest) -> None:
    page.button(key="classify.train").click().run()
    job = jobs.scheduler().get(page.session_state["run.classify"])
    assert job is not None
    until = time.monotonic() + 60
    while "snapshot" not in job.products and time.monotonic() < until:
        time.sleep(0.05)
    page.run()
    assert "It says: " in captions(page)
    page.button(key="classify.stop").click().run()
    while job.active and time.monotonic() < until:
        time.sleep(0.05)
    page.run()
    assert "Test messages right" in {m.label for m in page.metric}
    assert not page.exception


def test_the_plan_of_the_run_follows_the_cut_that_another_idea_sets(page: AppTest) -> None:
    page.slider(key="classify.length").set_value(24).run()
    assert "cut or filled to 24 tokens" in captions(page)


def test_filler_never_moves_the_answer_at_the_last_real_token(page: AppTest) -> None:
    page.pills(key="classify.where").set_value("at the last token").run()
    page.pills(key="classify.drift").set_value("it stays").run()
    assert any("Yes: it stays" in m.value for m in page.markdown)


def test_the_share_that_is_trained_is_computed(page: AppTest) -> None:
    page.pills(key="classify.share").set_value("over 50 %").run()
    rows = classification_runs.freeze_map(8)["the last block too"]
    trained, whole = sum(p.trainable for p in rows), sum(p.parameters for p in rows)
    assert any(f"{trained:,} of {whole:,}" in m.value for m in page.markdown)


@pytest.mark.parametrize("text", ["x", "🙂", "שלום עולם", "<b>*_`$", "\u200b", "a" * 400])
def test_any_message_gets_an_answer(page: AppTest, text: str) -> None:
    page.text_area(key="classify.message").set_value(text).run()
    assert not page.exception
    assert not warnings(page)
    assert "It says: " in captions(page)


def test_an_empty_message_gets_one_sentence(page: AppTest) -> None:
    page.text_area(key="classify.message").set_value("  ").run()
    assert not page.exception
    assert warnings(page) == ["There is no message; type at least one word, or choose an example."]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "no column Label"),
        (b"", "empty"),
        (b"\xff\xfe\x00", "UTF"),
        (b"Label,Text\nham,hello\n", "ham and spam"),
        (b"Label,Text\nham,hello\nspam,win\n", "too few"),
        (b"Label,Text\nhello,hello\nspam,win\n", "unknown"),
    ],
)
def test_a_file_that_is_no_labelled_table_gets_one_sentence(
    page: AppTest, content: bytes, said: str
) -> None:
    page.segmented_control(key="classify.data").set_value(dataset_choice.UPLOADED)
    page.session_state["classify.data.upload"] = ("mine.csv", content)
    page.run()
    assert not page.exception
    assert said in " ".join(warnings(page))
    assert "It says: " in captions(page)  # the rest of the page stays


def test_without_network_the_real_messages_are_missed_in_one_sentence(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise corpus.DownloadError("it could not be downloaded; go on with the bundled data.")

    monkeypatch.setattr(dataset_choice, "FOLDER", tmp_path)
    monkeypatch.setattr(corpus, "download", unreachable)
    page.segmented_control(key="classify.data").set_value("SMS Spam Collection").run()
    page.button(key="classify.data.download").click().run()
    assert warnings(page) == ["It could not be downloaded; go on with the bundled data."]
    assert not page.exception


@pytest.mark.parametrize("end", [0, -1])
def test_every_control_works_at_its_ends(page: AppTest, end: int) -> None:
    for slider in ("classify.length", "classify.rank", "classify.epochs"):
        widget = page.slider(key=slider)
        widget.set_value(widget.max if end else widget.min)
    for key in ("classify.what", "classify.read"):
        box = page.selectbox(key=key)
        box.set_value(box.options[end])
    page.run()
    assert not page.exception
    assert not warnings(page)
