"""The decoding bench on the pretraining page: it opens as its link says, and no link stops it."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cached
from dashboard.lessons.pretraining import bench, standpoint, writing
from dashboard.lessons.pretraining.writing import Dials

ROOT = Path(__file__).resolve().parents[2]


def opened(address: dict[str, str] | None = None) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in (address or {}).items():
        app.query_params[f"pretraining.{name}"] = value
    return app.switch_page("pages/4_Pretraining.py").run()


def well(app: AppTest) -> bool:
    return not app.exception and not app.warning


def head(app: AppTest) -> dict[str, Any]:
    """What the page tells the bench, without the bytes."""
    for drawn in app.get("bidi_component"):
        if drawn.proto.component_name == "bench":
            content = bytes(drawn.proto.bytes)
            length = int.from_bytes(content[:4], "little")
            return dict(json.loads(content[4 : 4 + length]))
    raise AssertionError("there is no bench")


def test_before_any_training_the_starter_writes() -> None:
    app = opened()
    assert well(app)
    assert app.selectbox(key="pretraining.writer").value == bench.STARTER
    shown = head(app)
    assert shown["dials"]["temperature"] == standpoint.STANDING.temperature
    assert len(shown["written"]) == 40
    assert shown["place"] == 0


def test_the_untrained_twin_writes_something_else() -> None:
    before = head(opened())["written"]
    app = opened({"writer": bench.TWIN})
    assert well(app)
    assert head(app)["written"] != before


def test_a_link_restores_settings_place_draws_and_the_chosen_tokens() -> None:
    first = [token for _, token, _, _ in head(opened())["written"]]
    kept = [*first[:3], (first[3] + 1) % 100]
    app = opened(
        {
            "temperature": "1.35", "topk": "7", "topp": "0.9", "minp": "0.05", "penalty": "1.2",
            "place": "2", "draws": "1000", "picked": "5", "kept": ".".join(map(str, kept)),
        }
    )  # fmt: skip
    assert well(app)
    shown = head(app)
    assert shown["dials"] == {
        "temperature": 1.35, "top_k": 7, "top_p": 0.9, "min_p": 0.05, "repetition_penalty": 1.2,
    }  # fmt: skip
    assert [token for _, token, _, _ in shown["written"]][:4] == kept
    assert [given for _, _, _, given in shown["written"]][:5] == [True] * 4 + [False]
    assert (shown["place"], shown["draws"], shown["picked"]) == (2, 1000, 5)


@pytest.mark.parametrize(
    "address",
    [
        {"temperature": "-3", "topk": "0.5", "topp": "0", "minp": "7", "penalty": "0"},
        {"temperature": "nan", "topk": "inf", "topp": "x", "minp": "", "penalty": "1e99"},
        {"temperature": "0"},
        {"topk": "9999999", "temperature": "5"},
        {"place": "999", "draws": "-1", "picked": "99999999"},
        {"place": "x", "draws": "1e9", "kept": "1.2.3.x"},
        {"kept": "99999999.5"},
        {"kept": ".".join(["1"] * 500)},
        {"writer": "GPT-5", "tokens": "0", "draw": "-1"},
        {"tokens": "1", "place": "1"},
    ],
)
def test_a_link_that_asks_for_the_impossible_opens_the_page(address: dict[str, str]) -> None:
    app = opened(address)
    assert well(app), [str(w.value) for w in app.warning]
    shown = head(app)
    assert 0 <= shown["place"] <= len(shown["written"])
    assert shown["dials"]["top_k"] < 2048


def test_the_question_is_answered_by_the_models_own_nucleus() -> None:
    app = opened({"nucleus": "10 to 99"})
    assert well(app)
    starter = cached.starter()
    sentence = app.text_input(key="pretraining.prompt").value
    text = writing.write(starter, sentence, Dials(), seed=1, tokens=1)
    left = bench.nucleus(starter, text, temperature=2.0, top_p=0.9)
    assert any(f"It is {left:,}." in str(m.value) for m in app.markdown)
    app.button(key="pretraining.turn").click().run()
    assert well(app)
    shown = head(app)
    assert (shown["dials"]["temperature"], shown["dials"]["top_p"]) == (2.0, 0.9)
    assert shown["version"] == 1


def test_a_large_model_writes_anew_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "QUICK", 0)
    app = opened()
    before = head(app)["written"]
    app.session_state["pretraining.at"].dials = Dials(temperature=3.0)
    app.run()
    assert well(app)
    assert head(app)["written"] == before
    assert head(app)["dials"]["temperature"] == 3.0
    app.button(key="pretraining.again").click().run()
    assert head(app)["written"] != before
    app.run()
    assert not [b for b in app.button if b.key == "pretraining.again"]


def test_another_prompt_begins_a_new_text_with_the_same_settings() -> None:
    app = opened({"temperature": "1.5", "place": "3", "kept": "5.6.7"})
    app.text_input(key="pretraining.prompt").set_value("The sea").run()
    assert well(app)
    shown = head(app)
    assert shown["prompt"] == "The sea"
    assert shown["dials"]["temperature"] == 1.5
    assert shown["place"] == 0
    assert not any(given for _, _, _, given in shown["written"])


@pytest.mark.parametrize("count", [1, 9, 10, 99, 100, 999, 1000, 50257])
def test_every_number_of_tokens_belongs_to_one_answer(count: int) -> None:
    answer = bench.range_of(count).replace(",", "").split()
    assert int(answer[0]) <= count
    assert answer[-1] == "more" or count <= int(answer[-1])
