"""The ideas about single heads: what each writes, what is lost without it, why this token."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.lessons.attention import effects, rather, writes

ROOT = Path(__file__).resolve().parents[2]
GUESSES = {"attention.hands", "attention.matters", "attention.loudest"}


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=120)
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    return app.switch_page("pages/2_Attention.py").run()


def text_of(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.warning, *app.text]
    return "\n".join(str(element.value) for element in shown)


def whole(app: AppTest) -> bool:
    return not app.exception and not app.warning


def told() -> dict[str, str]:
    return {
        "attention__hands": writes.EVERY,
        "attention__matters": effects.NONE,
        "attention__loudest": rather.SAME,
    }


def test_answers_come_after_a_guess() -> None:
    app = opened()
    assert whole(app)
    assert "It does in" not in text_of(app)
    assert "Most is said by" not in text_of(app)
    assert {b.key for b in app.button_group if b.key in GUESSES} == GUESSES
    app = opened(**told())
    assert whole(app)
    for claim in ("It does in", "coloured by what each head costs alone", "Most is said by"):
        assert claim in text_of(app)


def test_a_link_restores_what_is_switched_off_and_what_is_asked() -> None:
    app = opened(attention__off="2.3-5.4", attention__rather_off="5.4", attention__that="map",
                 **told())  # fmt: skip
    text = text_of(app)
    assert whole(app)
    assert "Off: layer 2 head 3, layer 5 head 4." in text
    assert "**Layer 5 head 4** itself adds" in text
    assert app.query_params["attention.off"] == "2.3-5.4"
    moved = [metric for metric in app.metric if metric.label == "Guess moved by"]
    assert float(moved[0].value.split()[0]) > 0


def test_with_all_heads_on_the_guess_has_moved_by_nothing() -> None:
    app = opened()
    assert "All heads are on." in text_of(app)
    assert [m.value for m in app.metric if m.label == "Guess moved by"] == ["0 bits"]


@pytest.mark.parametrize("sentence", ["x", "🙂", "שלום", "a b " * 60, "<b>$x$ *`_"])
def test_any_sentence_can_be_taken_apart(sentence: str) -> None:
    app = opened(text=sentence, attention__off="1.1-1.2-1.3-1.4", attention__instead=effects.MEAN,
                 attention__rather_view=rather.LOST, **told())  # fmt: skip
    assert whole(app)
    assert ("One token is its own mean" in text_of(app)) == (sentence == "x")


def test_the_same_word_twice_is_one_sentence_and_the_rest_stays() -> None:
    app = opened(attention__this="ball", attention__that="ball")
    assert [w.value for w in app.warning] == [
        "Both words begin with the same token; type two different ones."
    ]
    assert not app.exception


def test_nonsense_in_a_link_does_no_harm() -> None:
    app = opened(attention__off="9.9-hello", attention__writer="7.x.-1",
                 attention__rather_off="1.1-2.2", **told())  # fmt: skip
    assert whole(app)
    assert "All heads are on." in text_of(app)
    assert "**Layer 1 head 1** itself adds" in text_of(app)
