"""A run saved and loaded goes on as if nothing had happened; a damaged file is never trusted."""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn
from torch.utils.data import DataLoader

from llm_core.checkpoints import (
    CheckpointError,
    checkpoint_bytes,
    load_checkpoint,
    save_checkpoint,
)
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.optimizers import OPTIMIZERS, adamw
from llm_core.random_state import RandomState
from llm_core.tokenizers import BPETokenizer, gpt2_tokenizer
from llm_core.training import TrainingState, train

ROOT = Path(__file__).resolve().parents[2]
TINY = GPTConfig(vocab_size=23, context_length=8, emb_dim=16, n_heads=2, n_layers=2, qkv_bias=True)
FILE = "checkpoint.safetensors"


def tiny_model(seed: int = 1, config: GPTConfig = TINY) -> GPTModel:
    with RandomState(seed).borrowed():
        return GPTModel(config)


def same_weights(model: nn.Module, other: nn.Module) -> bool:
    ours, theirs = model.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[k], theirs[k]) for k in ours)


def loader() -> DataLoader:
    ids = torch.randint(0, 23, (10, 9), generator=torch.Generator().manual_seed(3))
    return DataLoader([(row[:-1], row[1:]) for row in ids], batch_size=2, shuffle=True)


def steps(model, optimizer, random_state, state):
    return train(
        model,
        loader(),
        loader(),
        optimizer,
        num_epochs=3,
        eval_freq=4,
        eval_iter=1,
        random_state=random_state,
        state=state,
    )


# Properties.


@pytest.mark.parametrize("rule", OPTIMIZERS)
def test_a_run_loaded_in_the_middle_of_an_epoch_goes_on_as_if_never_stopped(tmp_path, rule):
    config = GPTConfig(**dict(TINY) | {"drop_rate": 0.2})
    model, random_state, state = tiny_model(config=config), RandomState(5), TrainingState()
    optimizer = OPTIMIZERS[rule](model, learning_rate=0.01, weight_decay=0.1, momentum=0.9)
    stream = steps(model, optimizer, random_state, state)
    list(islice(stream, 7))
    save_checkpoint(
        tmp_path, model, optimizer, random_state=random_state, extra={"state": asdict(state)}
    )
    never_stopped = list(stream)
    loaded = load_checkpoint(tmp_path)
    state = TrainingState(**loaded.extra["state"])
    assert list(steps(loaded.model, loaded.optimizer, loaded.random_state, state)) == never_stopped
    assert same_weights(loaded.model, model)


def test_every_weight_and_moment_lies_where_torch_would_have_put_it():
    model = tiny_model()
    optimizer = adamw(model)
    list(islice(steps(model, optimizer, RandomState(5), TrainingState()), 1))
    loaded = load_checkpoint(b"".join([checkpoint_bytes(model, optimizer)]))
    kept = [*loaded.model.parameters()]
    kept += [v for entry in loaded.optimizer.state.values() for v in entry.values()]
    assert {tensor.data_ptr() % 64 for tensor in kept} == {0}


def test_weights_settings_and_mode_come_back_exactly(tmp_path):
    model = tiny_model().eval()
    model.tok_emb.weight.requires_grad_(False)
    loaded = load_checkpoint(save_checkpoint(tmp_path / "new" / "folder", model))
    assert same_weights(loaded.model, model)
    assert loaded.model.config == TINY
    assert not loaded.model.training
    trainable = {name for name, weight in model.named_parameters() if weight.requires_grad}
    assert trainable == {n for n, weight in loaded.model.named_parameters() if weight.requires_grad}
    assert (loaded.optimizer, loaded.tokenizer, loaded.random_state) == (None, None, None)
    assert loaded.extra == {}


def test_bytes_for_a_download_hold_the_same_as_the_file(tmp_path):
    model, tokenizer = tiny_model(), BPETokenizer.train("low lower lowest", vocab_size=259)
    content = checkpoint_bytes(model, tokenizer=tokenizer, extra={"step": 3})
    loaded = load_checkpoint(content)
    assert same_weights(loaded.model, model)
    assert loaded.extra == {"step": 3}
    assert loaded.tokenizer.encode("lowest") == tokenizer.encode("lowest")
    (tmp_path / "uploaded.safetensors").write_bytes(content)
    assert same_weights(load_checkpoint(tmp_path / "uploaded.safetensors").model, model)


def test_tied_weights_are_stored_once_and_stay_tied(tmp_path):
    model = tiny_model()
    model.tie_weights()
    path = save_checkpoint(tmp_path, model)
    with safe_open(path, "pt") as opened:
        names = opened.keys()
    assert "model.out_head.weight" not in names
    loaded = load_checkpoint(path).model
    assert loaded.out_head.weight is loaded.tok_emb.weight


def test_two_weights_of_equal_value_are_not_taken_for_one(tmp_path):
    model = tiny_model()
    nn.init.zeros_(model.out_head.weight)
    nn.init.zeros_(model.tok_emb.weight)
    loaded = load_checkpoint(save_checkpoint(tmp_path, model)).model
    assert loaded.out_head.weight is not loaded.tok_emb.weight


def test_an_optimizer_of_some_parameters_in_groups_comes_back_with_its_moments():
    model = tiny_model()
    optimizer = torch.optim.AdamW(
        [
            {"params": model.out_head.parameters(), "lr": 0.1},
            {"params": model.final_norm.parameters(), "weight_decay": 0.5},
        ],
        betas=(0.8, 0.9),
    )
    model(torch.tensor([[1, 2]])).sum().backward()
    optimizer.step()
    loaded = load_checkpoint(checkpoint_bytes(model, optimizer))
    for ours, theirs in zip(loaded.optimizer.param_groups, optimizer.param_groups, strict=True):
        assert {k: v for k, v in ours.items() if k not in ("params", "betas")} == {
            k: v for k, v in theirs.items() if k not in ("params", "betas")
        }
        assert tuple(ours["betas"]) == (0.8, 0.9)
    ours = loaded.optimizer.state[loaded.model.out_head.weight]
    theirs = optimizer.state[model.out_head.weight]
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_gpt2s_tokenizer_is_saved_by_its_name():
    loaded = load_checkpoint(checkpoint_bytes(tiny_model(), tokenizer=gpt2_tokenizer()))
    assert loaded.tokenizer.encode("Hello") == gpt2_tokenizer().encode("Hello")


def test_loading_draws_no_random_number():
    content = checkpoint_bytes(tiny_model())
    before = torch.get_rng_state()
    load_checkpoint(content)
    assert torch.equal(torch.get_rng_state(), before)


def test_training_a_loaded_model_leaves_the_file_as_it_was(tmp_path):
    path = save_checkpoint(tmp_path, tiny_model())
    content = path.read_bytes()
    model = load_checkpoint(path).model
    list(islice(steps(model, adamw(model), RandomState(1), TrainingState()), 2))
    assert not same_weights(model, tiny_model())
    assert path.read_bytes() == content


def test_a_model_with_exchanged_layers_is_built_by_its_own_builder():
    def classifier(config: GPTConfig) -> GPTModel:
        model = GPTModel(config)
        model.out_head = nn.Linear(config.emb_dim, 2)
        return model

    model = classifier(TINY)
    content = checkpoint_bytes(model)
    assert same_weights(load_checkpoint(content, build=classifier).model, model)
    with pytest.raises(CheckpointError, match="load it where it was saved"):
        load_checkpoint(content)


# Whenever the program stops.


def test_a_failing_write_leaves_the_older_checkpoint_and_no_litter(tmp_path, monkeypatch):
    save_checkpoint(tmp_path, tiny_model(seed=1))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save_checkpoint(tmp_path, tiny_model(seed=2))
    assert same_weights(load_checkpoint(tmp_path).model, tiny_model(seed=1))
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


KILL_WHILE_SAVING = """
import os, random, signal, sys, time
from pathlib import Path
from llm_core.checkpoints import load_checkpoint, save_checkpoint
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel

folder, times = Path(sys.argv[1]), int(sys.argv[2])
model = GPTModel(GPTConfig(vocab_size=5000, context_length=8, emb_dim=64, n_heads=2, n_layers=1))
begun = time.perf_counter()
save_checkpoint(folder, model, extra={"number": 0})
one_save = time.perf_counter() - begun
draw, number, interrupted = random.Random(1), 0, 0
for _ in range(times):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        while True:
            number += 1
            save_checkpoint(folder, model, extra={"number": number})
            os.write(write, number.to_bytes(4, "big"))
    os.close(write)
    time.sleep(draw.uniform(0, 2 * one_save))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    confirmed = os.read(read, 1 << 16)
    os.close(read)
    last = int.from_bytes(confirmed[-4:], "big") if confirmed else number
    number = load_checkpoint(folder).extra["number"]
    assert number in (last, last + 1), (number, last)
    left = list(folder.glob(".*.unfinished"))
    interrupted += bool(left)
    for path in left:
        path.unlink()
print(interrupted)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a signal that cannot be caught")
def test_a_program_killed_while_saving_two_hundred_times_leaves_a_whole_checkpoint_each_time(
    tmp_path,
):
    killing = subprocess.run(
        [sys.executable, "-c", KILL_WHILE_SAVING, tmp_path, "200"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert killing.returncode == 0, killing.stderr
    assert int(killing.stdout) >= 20  # so often it stopped in the middle of a file


# Files that are not what they claim.


@pytest.fixture
def content() -> bytes:
    return checkpoint_bytes(tiny_model())


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.5, 0.999])
def test_the_first_part_of_a_file_is_called_so(tmp_path, content, share):
    cut = content[: int(len(content) * share)]
    (tmp_path / FILE).write_bytes(cut)
    for source in (cut, tmp_path, tmp_path / FILE):
        with pytest.raises(CheckpointError, match="only the first part"):
            load_checkpoint(source)


class Bomb:
    def __reduce__(self):
        return (os.abort, ())


def test_a_pickle_under_another_name_is_recognised_and_never_run(tmp_path):
    torch.save({"weight": Bomb()}, tmp_path / "zipped.safetensors")
    (tmp_path / "plain.safetensors").write_bytes(pickle.dumps(Bomb()))
    for path in tmp_path.iterdir():
        for source in (path, path.read_bytes()):
            with pytest.raises(CheckpointError, match=r"is a pickle.*choose a \.safetensors file"):
                load_checkpoint(source)


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff" * 100, b"{}" * 50, bytes(64)])
def test_any_other_file_is_refused(content):
    with pytest.raises(CheckpointError, match=r"no \.safetensors file"):
        load_checkpoint(content)


def test_a_missing_file_is_named(tmp_path):
    for source in (tmp_path, tmp_path / "nowhere.safetensors"):
        with pytest.raises(CheckpointError, match="choose a file that exists"):
            load_checkpoint(source)


def test_somebody_elses_tensors_are_no_checkpoint(tmp_path):
    save_file({"weight": torch.zeros(2)}, tmp_path / FILE)
    with pytest.raises(CheckpointError, match="choose a file that it saved"):
        load_checkpoint(tmp_path)


def change_file(path: Path, change) -> None:
    """Let `change` have its way with the tensors and facts of a checkpoint."""
    with safe_open(path, "pt") as opened:
        names = opened.keys()
        tensors = {key: opened.get_tensor(key) for key in names}
        facts = json.loads(opened.metadata()["checkpoint"])
    change(tensors, facts)
    save_file(tensors, path, {"checkpoint": json.dumps(facts)})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t, f: t.pop("model.pos_emb.weight"), "choose a file that it saved"),
        (lambda t, f: f["model"].pop("pos_emb.weight"), "only the model has pos_emb.weight"),
        (
            lambda t, f: f["model"].update({"stranger": {"tensor named": "model.pos_emb.weight"}}),
            "only the file has stranger",
        ),
        (
            lambda t, f: t.update({"model.pos_emb.weight": torch.zeros(8, 99)}),
            r"pos_emb\.weight has shape \(8, 99\) in .* and \(8, 16\) in the model",
        ),
        (lambda t, f: f["config"].pop("emb_dim"), "choose a file that it saved"),
        (lambda t, f: f["config"].update(context_length=10**9), r"\(1000000000, 16\)"),
        (lambda t, f: f["random_state"].update(seed="x"), "choose a file that it saved"),
        (lambda t, f: f.update({"format": "build-an-llm 9"}), "choose a file that it saved"),
        (lambda t, f: f.pop("optimizer"), "choose a file that it saved"),
    ],
)
def test_a_checkpoint_with_something_missing_or_misshapen_is_refused(tmp_path, change, sentence):
    path = save_checkpoint(tmp_path, tiny_model(), random_state=RandomState(1))
    change_file(path, change)
    with pytest.raises(CheckpointError, match=sentence):
        load_checkpoint(path)


# What cannot be saved.


def test_what_no_file_can_hold_is_refused_before_anything_is_written(tmp_path):
    model = tiny_model()
    for arguments, sentence in [
        ({"extra": {"page": object()}}, "extra.page is a object"),
        ({"extra": {1: 2}}, "only strings"),
        ({"tokenizer": object()}, "use gpt2_tokenizer"),
        ({"optimizer": torch.optim.RMSprop(model.parameters())}, "train with one of"),
        ({"optimizer": adamw(tiny_model())}, "another model"),
    ]:
        with pytest.raises(CheckpointError, match=sentence):
            save_checkpoint(tmp_path / "empty", model, **arguments)
    assert not (tmp_path / "empty").exists()
