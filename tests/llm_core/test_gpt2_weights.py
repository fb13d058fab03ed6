"""GPT-2's published layout becomes our model, number for number; whatever does not fit is named."""

import hashlib
import json
import os
import pickle
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
import transformers
from safetensors.torch import load, load_file, save, save_file

from llm_core.checkpoints import load_checkpoint, save_checkpoint
from llm_core.config import GPT2_CONFIGS, GPT_CONFIG_124M, GPTConfig
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights import (
    HUB_NAMES,
    NAMES,
    DownloadStopped,
    GPT2Download,
    WeightsError,
    export_gpt2,
    load_gpt2,
    mapping_table,
)
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState

TINY = GPTConfig(
    vocab_size=61,
    context_length=16,
    emb_dim=48,
    n_heads=3,
    n_layers=2,
    drop_rate=0.0,
    qkv_bias=True,
)
IDS = torch.randint(0, 61, (2, 16), generator=torch.Generator().manual_seed(1))


def theirs(*, tied: bool = True) -> transformers.GPT2LMHeadModel:
    """A small GPT-2 of the transformers library, with no weight left at 0 or 1."""
    settings = transformers.GPT2Config(
        vocab_size=61,
        n_positions=16,
        n_embd=48,
        n_head=3,
        n_layer=2,
        tie_word_embeddings=tied,
        bos_token_id=60,
        eos_token_id=60,
    )
    with RandomState(3).borrowed():
        model = transformers.GPT2LMHeadModel(settings).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.2)
    return model


def logits_of(model: torch.nn.Module) -> torch.Tensor:
    with torch.no_grad():
        output = model(IDS)
    return output if isinstance(output, torch.Tensor) else output.logits


def same_logits(model: torch.nn.Module, other: torch.nn.Module, tolerance: float = 1e-4) -> bool:
    return torch.allclose(logits_of(model), logits_of(other), atol=tolerance, rtol=0)


@pytest.fixture
def folder(tmp_path) -> Path:
    theirs().save_pretrained(tmp_path / "theirs")
    return tmp_path / "theirs"


def change(folder: Path, changes) -> None:
    """Let `changes` have its way with the tensors of a folder."""
    tensors = load_file(folder / "model.safetensors")
    changes(tensors)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def change_settings(folder: Path, **settings) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


# Equality with Hugging Face transformers, in both directions.


def test_a_folder_saved_by_transformers_gives_the_same_logits(folder):
    assert same_logits(load_gpt2(folder), theirs())
    assert same_logits(load_gpt2(str(folder)), theirs())


def test_both_ways_to_name_tensors_mean_the_same(folder):
    def without_prefix(tensors):
        for name in list(tensors):
            tensors[name.removeprefix("transformer.")] = tensors.pop(name)
        for block in range(2):  # the published files carry these along
            tensors[f"h.{block}.attn.bias"] = torch.ones(1, 1, 16, 16)
            tensors[f"h.{block}.attn.masked_bias"] = torch.tensor(-1e4)

    names = load_file(folder / "model.safetensors").keys()
    assert all(name.startswith("transformer.") for name in names)
    change(folder, without_prefix)
    assert same_logits(load_gpt2(folder), theirs())


def test_a_head_of_its_own_is_read_and_a_repeated_table_is_not(tmp_path):
    untied = theirs(tied=False)
    untied.save_pretrained(tmp_path)
    model = load_gpt2(tmp_path)
    assert same_logits(model, untied)
    assert model.out_head.weight is not model.tok_emb.weight
    change(
        tmp_path,
        lambda t: t.update({"lm_head.weight": t["transformer.wte.weight"].clone()}),
    )
    (tmp_path / "config.json").unlink()
    content = (tmp_path / "model.safetensors").read_bytes()
    tied = load_gpt2(content, n_heads=3)
    assert tied.out_head.weight is tied.tok_emb.weight


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("qkv_bias", [True, False])
def test_transformers_opens_what_we_export(tmp_path, tied, qkv_bias):
    with RandomState(4).borrowed():
        model = GPTModel({**TINY, "qkv_bias": qkv_bias}).eval()
    if tied:
        model.tie_weights()
    export_gpt2(model, tmp_path, end_of_text=60)
    opened, report = transformers.GPT2LMHeadModel.from_pretrained(
        tmp_path, output_loading_info=True
    )
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    assert same_logits(opened.eval(), model)
    assert opened.config.eos_token_id == 60
    assert same_logits(load_gpt2(tmp_path), model, tolerance=1e-5)
    (tmp_path / "config.json").unlink()
    alone = load_gpt2(tmp_path / "model.safetensors")
    assert same_logits(alone, model, tolerance=1e-5)


def test_a_file_alone_knows_its_heads_if_we_wrote_it_and_must_be_told_if_not(tmp_path):
    export_gpt2(GPTModel(TINY), tmp_path)
    content = (tmp_path / "model.safetensors").read_bytes()
    assert load_gpt2(content).config == TINY
    bare = save(load(content))
    assert load_gpt2(bare, n_heads=3).config == TINY
    with pytest.raises(WeightsError, match="say so with n_heads"):
        load_gpt2(bare)
    with pytest.raises(WeightsError, match="cannot be split evenly"):
        load_gpt2(bare, n_heads=5)


def test_the_same_model_is_always_the_same_file(tmp_path):
    model = GPTModel(TINY)
    folders = [export_gpt2(model, tmp_path / str(i)) for i in range(5)]
    assert len({(folder / "model.safetensors").read_bytes() for folder in folders}) == 1


def test_half_precision_takes_half_the_room_and_is_read_as_float32(tmp_path):
    model = GPTModel(TINY).eval()
    export_gpt2(model, tmp_path / "full")
    export_gpt2(model, tmp_path / "half", dtype=torch.float16)
    full, half = ((tmp_path / n / "model.safetensors").stat().st_size for n in ("full", "half"))
    assert half < 0.6 * full
    loaded = load_gpt2(tmp_path / "half")
    assert {weight.dtype for weight in loaded.parameters()} == {torch.float32}
    assert same_logits(loaded, model, tolerance=1e-2)


# The loaded model.


def test_the_head_shares_the_embeddings_table_or_has_a_copy_as_in_the_book(folder):
    shared, copied = load_gpt2(folder), load_gpt2(folder, tie=False)
    assert shared.out_head.weight is shared.tok_emb.weight
    assert copied.out_head.weight is not copied.tok_emb.weight
    assert torch.equal(copied.out_head.weight, copied.tok_emb.weight)
    assert copied.out_head.weight.data_ptr() != copied.tok_emb.weight.data_ptr()
    assert same_logits(shared, copied)


def test_a_loaded_model_is_ready_to_answer_and_without_dropout(folder):
    model = load_gpt2(folder)
    assert not model.training
    assert model.config == TINY


def test_training_a_loaded_model_leaves_the_file_as_it_was(folder):
    content = (folder / "model.safetensors").read_bytes()
    model = load_gpt2(folder)
    optimizer = adamw(model, learning_rate=0.1)
    model(IDS).square().mean().backward()
    optimizer.step()
    assert not same_logits(model, theirs())
    assert (folder / "model.safetensors").read_bytes() == content
    assert same_logits(load_gpt2(folder), theirs())


def test_no_two_weights_share_memory_but_the_tied_ones(folder):
    model = load_gpt2(folder)
    places = [weight.data_ptr() for weight in model.parameters()]
    storages = [weight.untyped_storage().data_ptr() for weight in model.parameters()]
    assert len(set(places)) == len(places)
    in_thirds = [
        s for (n, _), s in zip(model.named_parameters(), storages, strict=True) if "W_" in n
    ]
    assert len(set(in_thirds)) == len(in_thirds)
    assert all(weight.is_contiguous() for weight in model.parameters())


def test_loading_draws_no_random_number(folder):
    before = torch.get_rng_state()
    load_gpt2(folder)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_loaded_model_can_be_kept_as_a_checkpoint(folder, tmp_path):
    path = save_checkpoint(tmp_path / "kept", load_gpt2(folder))
    assert same_logits(load_checkpoint(path).model, theirs())


# The table.


def test_the_table_has_a_row_for_each_of_our_tensors_and_each_of_theirs():
    rows = mapping_table(TINY)
    ours = {name: tuple(tensor.shape) for name, tensor in GPTModel(TINY).state_dict().items()}
    assert {row.our_name: row.our_shape for row in rows} == ours
    assert len(rows) == len(ours)
    published = {
        name.removeprefix("transformer."): tuple(tensor.shape)
        for name, tensor in theirs().state_dict().items()
        if name != "lm_head.weight"
    }
    assert {row.their_name: row.their_shape for row in rows} == published


def test_the_published_sizes_have_the_published_shapes():
    rows = {row.our_name: row for row in mapping_table(GPT2_CONFIGS["gpt2-small (124M)"])}
    assert rows["tok_emb.weight"].their_shape == (50257, 768)  # chapter 5.5
    assert rows["trf_blocks.11.att.W_value.weight"].their_shape == (768, 2304)
    assert rows["trf_blocks.11.ff.layers.0.weight"].our_shape == (3072, 768)
    assert len(rows) == 2 + 16 * 12 + 3
    assert len(NAMES) == 2 + 16 + 3


def test_the_table_says_what_a_file_lacks():
    shapes = {row.their_name: row.their_shape for row in mapping_table(TINY)}
    del shapes["wpe.weight"]
    shapes["ln_f.bias"] = (7,)
    status = {row.our_name: row.status for row in mapping_table(TINY, shapes)}
    assert status.pop("pos_emb.weight") == "missing"
    assert status.pop("final_norm.shift") == "(7,)"
    assert set(status.values()) == {"ok"}


# What does not fit.


def test_a_tensor_that_is_missing_too_much_or_misshapen_is_named(folder):
    def spoil(tensors):
        del tensors["transformer.h.1.attn.c_attn.weight"]
        tensors["transformer.h.0.ln_1.bias"] = torch.zeros(47)
        tensors["transformer.stranger"] = torch.zeros(1)

    change(folder, spoil)
    with pytest.raises(WeightsError) as refused:
        load_gpt2(folder)
    sentence = str(refused.value)
    assert "h.1.attn.c_attn.weight is missing" in sentence
    assert "h.0.ln_1.bias has shape (47,) and not (48,)" in sentence
    assert "stranger is no tensor of such a model" in sentence


@pytest.mark.parametrize(
    ("setting", "number"),
    [
        ("n_layer", 3),
        ("n_layer", 10**9),
        ("n_positions", 10**9),
        ("vocab_size", 60),
        ("n_embd", "x"),
    ],
)
def test_a_config_of_another_model_is_noticed(folder, setting, number):
    change_settings(folder, **{setting: number})
    with pytest.raises(WeightsError, match=f"{setting}={number!r}.*belong together"):
        load_gpt2(folder)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"model_type": "llama"}, "about a llama model"),
        ({"activation_function": "relu"}, "activation_function='relu'"),
        ({"layer_norm_epsilon": 1e-6}, "layer_norm_epsilon=1e-06"),
        ({"n_inner": 100}, "n_inner=100"),
        ({"scale_attn_by_inverse_layer_idx": True}, "scale_attn_by_inverse_layer_idx=True"),
        ({"n_head": 5}, "cannot be split evenly"),
        ({"n_head": "many"}, "settings of no model"),
        ({"n_head": [3]}, "settings of no model"),
    ],
)
def test_a_config_our_model_cannot_follow_is_refused(folder, settings, sentence):
    change_settings(folder, **settings)
    with pytest.raises(WeightsError, match=sentence):
        load_gpt2(folder)


@pytest.mark.parametrize("content", ["not json", "[]", '"text"'])
def test_a_config_that_is_none_is_refused(folder, content):
    (folder / "config.json").write_text(content)
    with pytest.raises(WeightsError, match="is not JSON settings"):
        load_gpt2(folder)


def test_a_truncated_file_and_a_pickle_are_refused_in_one_sentence(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsError, match="only the first part"):
        load_gpt2(folder)
    path.write_bytes(pickle.dumps({"wte.weight": 1}))
    for source in (folder, path, path.read_bytes()):
        with pytest.raises(WeightsError, match="is a pickle"):
            load_gpt2(source)
    path.unlink()
    with pytest.raises(WeightsError, match=r"has no model\.safetensors"):
        load_gpt2(folder)


def test_weights_of_something_else_are_refused(tmp_path):
    save_file({"conv.weight": torch.zeros(2)}, tmp_path / "model.safetensors")
    with pytest.raises(WeightsError, match=r"holds conv\.weight and no wte\.weight"):
        load_gpt2(tmp_path)


def test_a_place_where_nothing_is_and_a_name_nobody_published_are_refused():
    with pytest.raises(WeightsError, match="neither a file nor a folder nor a published model"):
        load_gpt2("gpt3")
    with pytest.raises(WeightsError, match="choose one of gpt2, gpt2-medium"):
        GPT2Download(name="../somewhere/else")


def test_layers_that_gpt2_does_not_have_are_not_exported(tmp_path):
    model = GPTModel(TINY)
    model.out_head = torch.nn.Linear(48, 2)
    with pytest.raises(WeightsError, match="save a checkpoint instead"):
        export_gpt2(model, tmp_path / "folder")


# Fetching, with the real code of the hub's library and a small server that speaks its language.


class Hub(BaseHTTPRequestHandler):
    """Answers for one repository as huggingface.co does: first a description, then the content."""

    files: dict[str, bytes]
    cut_off = False
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        content = self._answer()
        if content is not None:
            self.wfile.write(content[: len(content) // 2] if self.cut_off else content)
            if self.cut_off:
                self.close_connection = True

    def _answer(self) -> bytes | None:
        repository, found, name = self.path.lstrip("/").partition("/resolve/main/")
        content = self.files.get(name) if repository == "openai-community/gpt2" and found else None
        self.send_response(200 if content is not None else 404)
        self.send_header("X-Repo-Commit", "0" * 40)
        if content is not None:
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        return content

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def hub(folder):
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OurHub", (Hub,), {"files": files}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_a_model_is_fetched_once_and_then_found_without_asking(hub, tmp_path):
    download = GPT2Download(name="gpt2", folder=tmp_path / "cache", endpoint=address(hub))
    assert download.fetched() is None
    seen = []
    folder = download.fetch(lambda received, whole: seen.append((received, whole)))
    assert same_logits(load_gpt2(folder), theirs())
    size = len(hub.RequestHandlerClass.files["model.safetensors"])
    assert seen[-1] == (size, size)
    assert seen == sorted(seen)
    assert download.fetched() == folder
    hub.shutdown()
    assert download.fetch() == folder


def test_all_names_of_a_published_model_mean_the_same():
    assert HUB_NAMES["gpt2"] == HUB_NAMES["gpt2-small (124M)"] == "openai-community/gpt2"
    assert HUB_NAMES["openai-community/gpt2-xl"] == HUB_NAMES["gpt2-xl (1558M)"]
    assert set(GPT2_CONFIGS) < set(HUB_NAMES)


def test_without_a_server_one_sentence_says_so_after_one_question(tmp_path, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("waits for another try"))
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    download = GPT2Download(name="gpt2", folder=tmp_path, endpoint=f"http://127.0.0.1:{port}")
    with pytest.raises(WeightsError, match=r"server does not answer; connect to the internet, or"):
        download.fetch()


def test_a_server_without_the_model_is_said_to_have_none(hub, tmp_path):
    del hub.RequestHandlerClass.files["model.safetensors"]
    with pytest.raises(WeightsError, match=r"will not give gpt2 \(status 404\); try later"):
        GPT2Download(name="gpt2", folder=tmp_path, endpoint=address(hub)).fetch()


def test_a_connection_that_breaks_is_said_to_have_broken(hub, tmp_path, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)  # the hub's library tries six times
    hub.RequestHandlerClass.cut_off = True
    download = GPT2Download(name="gpt2", folder=tmp_path, endpoint=address(hub))
    with pytest.raises(WeightsError, match=r"broke off .*; try once more"):
        download.fetch()
    assert download.fetched() is None


def test_a_download_stopped_half_way_leaves_nothing_that_looks_whole(hub, tmp_path):
    download = GPT2Download(name="gpt2", folder=tmp_path, endpoint=address(hub))

    def stop(received: int, whole: int) -> None:
        raise DownloadStopped

    with pytest.raises(DownloadStopped):
        download.fetch(stop)
    assert download.fetched() is None
    assert same_logits(load_gpt2(download.fetch()), theirs())


def test_a_name_given_to_the_loader_is_fetched_from_the_hub(hub, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address(hub))
    monkeypatch.setattr(
        "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
        address(hub) + "/{repo_id}/resolve/{revision}/{filename}",
    )
    assert same_logits(load_gpt2("gpt2", cache_folder=tmp_path), theirs())


# The published size.


def test_a_file_of_the_published_width_needs_no_config(tmp_path):
    small = {**GPT_CONFIG_124M, "vocab_size": 50, "context_length": 8, "n_layers": 1}
    model = GPTModel({**small, "qkv_bias": True, "drop_rate": 0.0}).eval()
    export_gpt2(model, tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    save_file(tensors, tmp_path / "alone.safetensors")
    os.remove(tmp_path / "config.json")
    assert load_gpt2(tmp_path / "alone.safetensors").config == model.config
