"""The weight-loading page: what it shows is what is in the file, and no file stops it."""

import io
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from safetensors.torch import save
from streamlit.testing.v1 import AppTest

from dashboard import cached, gpt2_download, session, weights_source
from dashboard.lessons.weights import views as weights_views
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights import GPT2Download, WeightsError, export_gpt2
from llm_core.random_state import RandomState

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/5_Weight_loading.py"


@pytest.fixture(autouse=True)
def its_own_download(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(cached, "DOWNLOADS", tmp_path)
    gpt2_download.download.clear()
    yield
    gpt2_download.download.clear()


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A model with the starter's vocabulary and other sizes, in GPT-2's layout."""
    config = GPTConfig(
        vocab_size=cached.starter().config.vocab_size,
        context_length=32, emb_dim=24, n_heads=2, n_layers=1, drop_rate=0.0, qkv_bias=True,
    )  # fmt: skip
    with RandomState(7).borrowed():
        model = GPTModel(config)
    folder = export_gpt2(model, tmp_path_factory.mktemp("weights"))
    return (folder / "model.safetensors").read_bytes()


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(ROOT / "Home.py", default_timeout=60)
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    return app.switch_page(PAGE).run()


def upload(content: bytes, name: str = "model.safetensors") -> AppTest:
    app = opened(weights__source=weights_source.UPLOADED)
    return app.file_uploader(key="weights.file").upload(name, content).run()


def text_of(app: AppTest) -> str:
    return "\n".join(str(m.value) for m in [*app.markdown, *app.caption])


def warnings(app: AppTest) -> list[str]:
    assert not app.exception
    return [w.value for w in app.warning]


def test_the_page_opens_with_the_starter_model_in_our_gpt() -> None:
    app = opened()
    assert not warnings(app)
    assert app.metric[2].value == f"{cached.starter().model.num_parameters():,}"


def test_the_page_says_where_more_tensors_come_from_and_how_the_file_keeps_numbers() -> None:
    app = opened()
    starter = weights_source.starter()
    assert app.metric[0].value == f"{len(starter.shapes)}"
    assert f"fills the {len(starter.rows())} tensors of our GPT" in text_of(app)
    assert "keeps 2 bytes a number" in text_of(app)


def test_without_a_file_of_yours_the_page_says_whose_numbers_it_shows() -> None:
    app = opened(weights__source=weights_source.UPLOADED)
    assert "No file yet: what follows shows the starter model" in text_of(app)


def test_the_fault_shown_first_is_worse_than_blind_guessing() -> None:
    app = opened()
    starter = weights_source.starter()
    name, fault = (str(app.selectbox(key=f"weights.{key}").value) for key in ("wrong", "fault"))
    spoilt = weights_views.broken(starter, name, fault, session.SENTENCE, 0.7, 1, 5)
    assert spoilt.loss is not None
    assert spoilt.loss > weights_views.blind(starter.config.vocab_size)


def test_the_proof_is_a_loss_that_falls_below_blind_guessing() -> None:
    def proof(loss: float | None) -> weights_views.Proof:
        return weights_views.Proof("", "", (), loss)

    assert "falls from 7.00 to 3.00" in weights_views.evidence(proof(7.0), proof(3.0), 2048)
    assert "no proof" in weights_views.evidence(proof(7.0), proof(7.1), 2048)
    assert "two words" in weights_views.evidence(proof(None), proof(None), 2048)


def test_the_table_names_every_tensor_of_the_model_once() -> None:
    starter = weights_source.starter()
    rows = starter.rows()
    assert {row.our_name for row in rows} == set(starter.model.state_dict())
    of_parts = [
        row for part in weights_views.parts(starter.config)
        for row in weights_views.of_part(rows, part)
    ]  # fmt: skip
    assert sorted(of_parts) == sorted(rows)
    assert all(row.status == "ok" for row in rows)


def test_the_table_is_shown_after_the_guess_and_turns_red_without_a_tensor() -> None:
    app = opened()
    assert "can be filled" not in text_of(app)
    app.button_group(key="weights.transposed").set_value("wte.weight").run()
    assert "The answer is: h.0.mlp.c_fc.weight" in text_of(app)
    assert "tensors can be filled" in text_of(app)
    app.selectbox(key="weights.without").set_value("h.0.attn.c_attn.weight").run()
    assert text_of(app).count(":red[:material/close: missing]") == 3  # queries, keys and values
    assert "3 cannot" in text_of(app)
    assert not warnings(app)


def test_the_three_thirds_joined_again_are_the_files_matrix() -> None:
    starter = weights_source.starter()
    for block in range(starter.config.n_layers):
        assert weights_views.cut(starter, block).apart == 0


def test_before_and_after_are_shown_after_the_guess_and_tick_the_stage() -> None:
    app = opened()
    assert "After: Starter model" not in text_of(app)
    app.button_group(key="weights.shared").set_value("none").run()
    assert "After: Starter model" in text_of(app)
    assert "weights" in app.session_state["done"]


def test_a_fault_changes_one_tensor_and_leaves_the_shared_model_alone() -> None:
    starter = weights_source.starter()
    name = "trf_blocks.0.att.out_proj.weight"
    whole = {key: tensor.clone() for key, tensor in starter.model.state_dict().items()}
    for fault in ("stays random", "is not transposed", "is all zeros"):
        spoilt = weights_views.with_fault(starter, name, fault).state_dict()
        assert [key for key in whole if not torch.equal(spoilt[key], whole[key])] == [name]
        shared = starter.model.state_dict()
        assert all(spoilt[key].data_ptr() == shared[key].data_ptr() for key in whole if key != name)
    assert all(torch.equal(starter.model.state_dict()[key], whole[key]) for key in whole)


def test_only_a_square_matrix_can_miss_its_transpose_unnoticed() -> None:
    by_name = {row.our_name: row for row in weights_source.starter().rows()}
    assert "is not transposed" in weights_views.faults(by_name["trf_blocks.0.att.W_key.weight"])
    for name in ("trf_blocks.0.ff.layers.0.weight", "tok_emb.weight", "final_norm.scale"):
        assert "is not transposed" not in weights_views.faults(by_name[name])


def test_a_tensor_is_born_as_in_an_untrained_model_of_its_kind() -> None:
    model = weights_source.starter().model
    assert weights_views.as_born(model, "final_norm.scale").eq(1).all()
    assert abs(weights_views.as_born(model, "tok_emb.weight").std().item() - 1) < 0.01
    for name, tensor in model.state_dict().items():
        assert weights_views.as_born(model, name).shape == tensor.shape


def test_your_file_fills_our_model_and_the_page_looks_at_it(small_file: bytes) -> None:
    app = upload(small_file)
    assert not warnings(app)
    assert app.metric[3].value == "1 × 24"
    assert app.selectbox(key="weights.block").options == ["block 0"]


def other_layout() -> bytes:
    return save({"some.other.name": torch.zeros(2, 2)})


def unknown_vocabulary() -> bytes:
    config = GPTConfig(vocab_size=300, context_length=8, emb_dim=8, n_heads=2, n_layers=1)
    with TemporaryDirectory() as folder:
        export_gpt2(GPTModel(config), folder)
        return (Path(folder) / "model.safetensors").read_bytes()


def pickled() -> bytes:
    buffer = io.BytesIO()
    torch.save({"wte.weight": torch.zeros(2, 2)}, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda whole: whole[: len(whole) // 2], "first part of one"),
        (lambda whole: b"", "first part of one"),
        (lambda whole: b"hello", "safetensors"),
        (lambda whole: pickled(), "pickle"),
        (lambda whole: pickle.dumps({"a": 1}), "pickle"),
        (lambda whole: other_layout(), "layout"),
        (lambda whole: unknown_vocabulary(), "no tokenizer here"),
    ],
    ids=["truncated", "empty", "text", "torch pickle", "pickle", "other layout", "vocabulary"],
)
def test_a_file_that_does_not_fit_gets_one_sentence_and_the_rest_stays(
    content: Callable[[bytes], bytes], says: str, small_file: bytes
) -> None:
    app = upload(content(small_file))
    (sentence,) = warnings(app)
    assert says in sentence
    assert "Before: random weights" in text_of(app)  # the starter model still does its work


def test_a_file_too_large_for_the_page_is_refused_before_it_is_read() -> None:
    with pytest.raises(ValueError, match="smaller model"):
        weights_source.uploaded(bytes(weights_source.MOST_BYTES + 1))


def test_a_download_without_a_network_gets_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(self: GPT2Download, progress: object = None) -> Path:
        raise WeightsError("gpt2 cannot be fetched because the server does not answer")

    monkeypatch.setattr(GPT2Download, "fetch", offline)
    app = opened(weights__source=weights_source.PUBLISHED)
    assert not warnings(app)
    app.button(key="weights.download").click().run()
    for _ in range(50):
        if gpt2_download.download().state == "failed":
            break
        app.run()
    app.run()
    (sentence,) = warnings(app)
    assert "does not answer" in sentence
    assert app.button(key="weights.download")


def test_gpt2_is_refused_where_the_server_is_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpt2_download, "free_memory", lambda: 10**8)
    app = opened(weights__source=weights_source.PUBLISHED)
    (sentence,) = warnings(app)
    assert "95 MB of memory left" in sentence
    assert "Before: random weights" in text_of(app)


def test_free_memory_is_the_smaller_of_machine_and_container(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_text("MemTotal: 9 kB\nMemAvailable:   2000 kB\n")
    assert gpt2_download.free_memory(tmp_path) == 2000 * 1024
    group = tmp_path / "sys/fs/cgroup"
    group.mkdir(parents=True)
    (group / "memory.max").write_text("max\n")
    (group / "memory.current").write_text("500\n")
    assert gpt2_download.free_memory(tmp_path) == 2000 * 1024
    (group / "memory.max").write_text("1500\n")
    assert gpt2_download.free_memory(tmp_path) == 1000
    assert gpt2_download.free_memory(tmp_path / "nowhere") is None


@pytest.mark.parametrize("prompt", ["", "I", "🙂", "שלום", "word " * 80, "<b>`$x$`"])
def test_any_prompt_is_continued(prompt: str) -> None:
    app = opened()
    app.button_group(key="weights.shared").set_value("none")
    app.text_input(key="text").set_value(prompt).run()
    assert not warnings(app)


def test_both_ends_of_every_control_work() -> None:
    app = opened()
    app.button_group(key="weights.shared").set_value("none").run()
    for key in ("weights.proof_temperature", "weights.proof_count", "weights.wrong_temperature"):
        for end in (app.slider(key=key).min, app.slider(key=key).max):
            app.slider(key=key).set_value(end).run()
            assert not warnings(app), key
    for key in ("weights.block", "weights.wrong", "weights.heap"):
        for end in (0, -1):
            app.selectbox(key=key).set_value(app.selectbox(key=key).options[end]).run()
            assert not warnings(app), key
