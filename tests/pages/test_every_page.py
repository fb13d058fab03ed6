"""What holds for every page: it opens, leads on, and stays whole whatever the sentence."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.stages import STAGES, Stage, neighbours
from tests.conftest import ROOT


@pytest.fixture
def home() -> AppTest:
    return AppTest.from_file(ROOT / "Home.py", default_timeout=90).run()


def warnings(at: AppTest) -> list[str]:
    return [w.value for w in at.warning] + [e.value for e in at.error]


def test_home_opens(home: AppTest) -> None:
    assert not home.exception
    assert not warnings(home)


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.slug)
def test_a_page_opens_without_a_warning(home: AppTest, stage: Stage) -> None:
    at = home.switch_page(stage.path).run()
    assert not at.exception
    assert not warnings(at)
    assert at.title[0].value == stage.title


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.slug)
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "🙂",
        "👩‍👩‍👧 família",
        "שלום עולם",
        "مرحبا بالعالم",
        "\u200b",
        "<b>*_`$",
        "a" * 400,
    ],
)
def test_any_sentence_leaves_every_page_whole(home: AppTest, stage: Stage, text: str) -> None:
    home.session_state["text"] = text
    at = home.switch_page(stage.path).run()
    assert not at.exception
    assert at.title[0].value == stage.title


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.slug)
def test_a_page_leads_to_its_neighbours(home: AppTest, stage: Stage) -> None:
    at = home.switch_page(stage.path).run()
    before, after = neighbours(stage.slug)
    links = {link.proto.label for link in at.get("page_link")}
    assert f"Back: {before.title if before else 'the big picture'}" in links
    if after:
        assert f"Next: {after.title}" in links


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.slug)
def test_a_link_may_show_every_answer(stage: Stage) -> None:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=90)
    app.query_params["answers"] = "true"
    at = app.switch_page(stage.path).run()
    assert not at.exception
    assert not warnings(at)
    assert not [box for box in at.checkbox if box.label == "Show me without a guess"]
    assert "You said" not in " ".join(str(text.value) for text in at.markdown)
