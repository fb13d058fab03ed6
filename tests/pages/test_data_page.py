"""The data page: what it says is true, on any text, and the text follows the learner."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cached, corpus_choice, weights_source
from dashboard.lessons.data import place_tables, places
from llm_core import corpus
from llm_core.config import GPTConfig
from llm_core.gpt2_weights import export_gpt2
from llm_core.gpt2_weights.hub import WEIGHTS_FILE

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/1_Data_preparation.py"


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    return app.switch_page(PAGE).run()


def pasted(text: str) -> AppTest:
    app = opened(corpus=corpus_choice.PASTED)
    app.text_area(key="corpus.pasted").set_value(text).run()
    return app


def story() -> corpus_choice.Corpus:
    return corpus_choice.Corpus("Bundled story", "the bundled story", corpus.story(), "story")


def text_of(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.code, *app.get("html"), *app.warning]
    return "\n".join(
        str(element.proto.body if element.type == "html" else element.value) for element in shown
    )


def whole(app: AppTest) -> bool:
    return not app.exception and not app.warning


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_choice, "FOLDER", tmp_path)


def test_the_page_opens_whole_and_counts_its_own_text() -> None:
    app = opened()
    assert whole(app)
    assert f"{len(corpus.story()):,} characters" in text_of(app)
    assert len(app.get("bidi_component")) >= 4


def test_an_unknown_word_fails_and_the_special_token_repairs_it() -> None:
    app = opened(text="The zyzzyva sat")
    app.button_group(key="data.known").set_value("Yes").run()
    assert "The answer is: No" in text_of(app)
    assert "UnknownTokenError: 'zyzzyva' is not in the vocabulary" in text_of(app)
    assert "<|unk|> sat <|endoftext|>" in text_of(app)
    assert "data" in app.session_state["done"]


def test_a_sentence_of_known_words_encodes() -> None:
    app = opened(text="the goat")
    app.button_group(key="data.known").set_value("Yes").run()
    assert "Yes: Yes" in text_of(app)
    assert "UnknownTokenError" not in text_of(app)


def test_the_text_follows_the_learner_to_the_pretraining_page() -> None:
    app = pasted("It was a dark night. " * 40)
    app.switch_page("pages/4_Pretraining.py").run()
    assert not app.exception
    assert app.session_state["corpus"] == corpus_choice.PASTED
    assert str(app.session_state["corpus.pasted"]).startswith("It was a dark night.")


@pytest.mark.parametrize("text", ["", "   \n"])
def test_while_nothing_is_pasted_the_story_stays(text: str) -> None:
    app = pasted(text)
    assert whole(app)
    assert "Paste a text into the box" in text_of(app)
    assert f"{len(corpus.story()):,} characters" in text_of(app)


def test_ten_megabytes_get_one_sentence_and_the_story_stays() -> None:
    app = pasted("x" * 10_000_000)
    assert not app.exception
    assert [w.value.partition(",")[0] for w in app.warning] == ["The text has 10"]
    assert "keep at most 1,000,000 characters" in app.warning[0].value
    assert f"{len(corpus.story()):,} characters" in text_of(app)


@pytest.mark.parametrize("text", ["x", "🙂", "שלום עולם", "\u200b", "one two"])
def test_a_text_shorter_than_a_window_is_told_so_and_the_rest_of_the_page_stays(text: str) -> None:
    app = pasted(text)
    app.slider(key="data.context").set_value(16).run()
    assert not app.exception
    assert any("use a longer text or a shorter window" in w.value for w in app.warning)
    assert len(app.get("bidi_component")) >= 4


def test_an_uploaded_text_is_used_and_a_file_that_is_no_text_is_refused() -> None:
    app = opened(corpus=corpus_choice.UPLOADED)
    app.file_uploader[0].set_value(("tale.txt", b"Once upon a time. " * 20, "text/plain")).run()
    assert whole(app)
    assert "360 characters" in text_of(app)
    app.file_uploader[0].set_value(("photo.txt", b"\xff\xd8\xff\xe0" * 9, "text/plain")).run()
    assert not app.exception
    assert "not UTF\\-8" in app.warning[0].value or "not UTF-8" in app.warning[0].value


def test_without_a_network_the_download_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> Path:
        raise corpus.DownloadError("The Verdict could not be downloaded; upload it instead.")

    monkeypatch.setattr(corpus, "download", offline)
    app = opened(corpus=corpus_choice.VERDICT)
    assert "is not on this computer yet" in text_of(app)
    app.button(key="corpus.download").click().run()
    assert not app.exception
    assert "could not be downloaded" in app.warning[0].value


def test_the_downloaded_verdict_is_used(shared_data, tmp_path: Path) -> None:
    (tmp_path / "the-verdict.txt").write_bytes(shared_data("the-verdict.txt").read_bytes())
    app = opened(corpus=corpus_choice.VERDICT)
    assert whole(app)
    assert "20,479 characters" in text_of(app)
    assert "4,690 tokens" in text_of(app)
    assert "1,130 different tokens" in text_of(app)


def test_both_ends_of_the_sliders_make_sense() -> None:
    app = opened()
    for key, ends in {
        "data.rows": (12, 6), "data.channels": (1, 5),
        "data.batch": (1, 16), "data.size": (1, 64), "data.hop": (1, 64),
    }.items():  # fmt: skip
        for end in ends:
            app.slider(key=key).set_value(end).run()
            assert whole(app), key


PREDICTED = {
    "data__moved": "All of them",
    "data__bag": "In both",
    "data__like_place": "The last one",
    "data__shape": "windows × tokens",
}
"""Wrong guesses, each answered by what is computed."""


def test_wrong_guesses_about_vectors_are_answered_by_the_tensors() -> None:
    app = opened(**PREDICTED)
    assert whole(app)
    said = text_of(app)
    for truth in (
        "The answer is: Those of the tokens it reads", "The answer is: With places",
        "The answer is: windows × tokens × channels",
    ):  # fmt: skip
        assert truth in said
    _, others = place_tables.compared(places.starter())
    nearest = max(others, key=lambda name: others[name][1])
    assert f"{nearest}." in said
    assert "rows. A row that nobody looked up" in said


def test_with_a_tied_head_every_row_moves() -> None:
    app = opened(data__tied="true", data__moved="All of them")
    assert whole(app)
    total = cached.starter().config.vocab_size
    assert f"Yes: All of them.** {total:,} of {total:,} rows" in text_of(app).replace("]", "")


@pytest.mark.parametrize(
    "text",
    ["שלום עולם", "a\u0301\u200b\u202e\x01 b", "👩‍👩‍👧 🙂", "<script>x</script> *b* $a$ _c_"],
)
def test_any_sentence_goes_the_whole_way(text: str) -> None:
    app = opened(text=text, **PREDICTED)
    assert whole(app)
    assert "<script>" not in text_of(app).replace("&lt;", "")


def test_a_single_token_has_no_order_and_nothing_to_name_and_the_page_says_so() -> None:
    app = opened(text="a", **PREDICTED)
    assert not app.exception
    said = [warning.value for warning in app.warning]
    assert any("two different words" in each for each in said)
    assert any("give two or more" in each for each in said)


def test_opened_weights_can_be_looked_at_and_a_link_to_them_survives_their_absence(
    tmp_path: Path,
) -> None:
    app = opened(data__places_of="GPT-2 124M", data__vectors="GPT-2 124M")
    assert whole(app)
    config = GPTConfig(
        vocab_size=50257, context_length=16, emb_dim=8, n_heads=1, n_layers=1, drop_rate=0.0
    )
    folder = export_gpt2(cached.untrained(config), tmp_path)
    content = (folder / WEIGHTS_FILE).read_bytes()
    app.session_state["weights.opened"] = weights_source.uploaded(content)
    app.run()
    app.button_group(key="data.places_of").set_value(weights_source.UPLOADED).run()
    app.button_group(key="data.vectors").set_value(weights_source.UPLOADED).run()
    app.checkbox(key="data.like_place.skip").set_value(True).run()
    assert whole(app)
    assert "All 16 places" in text_of(app) or "The first 16 of 16 places" in text_of(app)


def test_a_guess_is_not_held_against_another_question() -> None:
    app = opened(data__moved="All of them")
    assert "You said: All of them" in text_of(app)
    app.toggle(key="data.tied").set_value(True).run()
    said = text_of(app)
    assert whole(app)
    assert "You said" not in said
    assert ":material/lightbulb: **All of them.**" in said
    app.toggle(key="data.tied").set_value(False).run()
    assert "You said: All of them" in text_of(app)


def test_a_short_pasted_text_travels_in_the_link_while_it_is_worked_on() -> None:
    app = pasted("Owls fly by night. Hens do not.")
    assert app.query_params["pasted"] == "Owls fly by night. Hens do not."
    linked = opened(corpus=corpus_choice.PASTED, pasted="Owls fly by night.")
    assert linked.text_area(key="corpus.pasted").value == "Owls fly by night."
    assert "18 characters; this is how the text begins." in text_of(linked)
    linked.button_group(key="corpus").set_value(corpus_choice.STORY).run()
    assert "pasted" not in linked.query_params
    linked.button_group(key="corpus").set_value(corpus_choice.PASTED).run()
    assert linked.text_area(key="corpus.pasted").value == "Owls fly by night."
    app = pasted("A long way. " * 400)
    assert "pasted" not in app.query_params
    assert "Your text stays in this browser" in text_of(app)
