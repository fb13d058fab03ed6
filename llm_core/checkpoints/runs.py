"""Everything a run needs to go on: weights, optimizer, tokenizer, random state.

In:     a model and what belongs to it
Out:    one file, or its bytes; and all of it again
Next:   ../gpt2_weights.py, which fills a model with weights that others trained
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tiktoken
import torch
from torch import Tensor

from llm_core.checkpoints.filling import Build, fill
from llm_core.checkpoints.nested import flatten, restore
from llm_core.checkpoints.tensor_files import (
    CheckpointError,
    file_name,
    read_tensors,
    tensors_to_bytes,
    write_tensors,
)
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.optimizers import MuonAndAdamW
from llm_core.random_state import RandomState
from llm_core.tokenizers import BPETokenizer, Tokenizer, gpt2_tokenizer

FILE_NAME = "checkpoint.safetensors"
"""The file in a checkpoint's folder."""

FORMAT = "build-an-llm 1"
"""Tells our checkpoints from other files, and from those of a later form."""

OPTIMIZERS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (torch.optim.AdamW, torch.optim.Adam, torch.optim.SGD, MuonAndAdamW)
}
"""What can be saved, by the name it has in the file."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What was saved, ready to go on."""

    model: GPTModel
    """With its weights, frozen and in training mode as it was."""

    optimizer: torch.optim.Optimizer | None
    """With what it remembers of earlier gradients, over the parameters of this model."""

    tokenizer: Tokenizer | None
    """The one the model was trained with."""

    random_state: RandomState | None
    """Stands where the run stood."""

    extra: dict[str, Any]
    """Whatever else was handed to `save_checkpoint`; tuples have become lists."""


def save_checkpoint(
    folder: Path | str,
    model: GPTModel,
    optimizer: torch.optim.Optimizer | None = None,
    tokenizer: Tokenizer | None = None,
    random_state: RandomState | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Path:
    """Write everything into one file in the folder, and get its path.

    Whenever the program or the machine stops, the folder holds this checkpoint or the one before.

    Args:
        folder: made if it does not exist.
        model: its weights and its config.
        optimizer: one of `OPTIMIZERS`, over parameters of this model.
        tokenizer: GPT-2's or a `BPETokenizer`.
        random_state: of the run.
        extra: numbers, strings, lists, dictionaries with string keys, and tensors.

    Raises:
        CheckpointError: something in it has no place in such a file.
    """
    path = Path(folder) / FILE_NAME
    tensors, metadata = _packed(model, optimizer, tokenizer, random_state, extra)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_tensors(path, tensors, metadata)
    return path


def checkpoint_bytes(
    model: GPTModel,
    optimizer: torch.optim.Optimizer | None = None,
    tokenizer: Tokenizer | None = None,
    random_state: RandomState | None = None,
    extra: Mapping[str, Any] | None = None,
) -> bytes:
    """The same file as `save_checkpoint` writes, in memory, for a download."""
    return tensors_to_bytes(*_packed(model, optimizer, tokenizer, random_state, extra))


def load_checkpoint(source: Path | str | bytes, *, build: Build = GPTModel) -> Checkpoint:
    """Everything a checkpoint holds.

    Args:
        source: the folder, the file, or the content of the file.
        build: makes a model of the saved shape from its config.

    Raises:
        CheckpointError: no such file, not a checkpoint, incomplete, or another model's.
    """
    if not isinstance(source, bytes):
        source = Path(source)
        source = source / FILE_NAME if source.is_dir() else source
    name = file_name(source)
    tensors, metadata = read_tensors(source)
    try:
        facts = json.loads(metadata["checkpoint"])
        if facts["format"] != FORMAT:
            raise KeyError(FORMAT)
        saved = restore(facts, {key: _well_placed(kept) for key, kept in tensors.items()})
        model = fill(build, GPTConfig.of(saved["config"]), saved["model"], name)
        model.train(saved["training"])
        for key, parameter in model.named_parameters():
            parameter.requires_grad_(key not in saved["frozen"])
        return Checkpoint(
            model=model,
            optimizer=_restored_optimizer(model, saved["optimizer"]),
            tokenizer=_restored_tokenizer(saved["tokenizer"]),
            random_state=_restored_random_state(saved["random_state"]),
            extra=saved["extra"],
        )
    except CheckpointError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"{name} is no checkpoint of this program; choose a file that it saved"
        ) from error


def _well_placed(tensor: Tensor) -> Tensor:
    """The tensor where torch itself would have put it in memory.

    Some matrix products add in another order, and so round differently, elsewhere; and a run that
    goes on is to round as it would have done.
    """
    return tensor if tensor.data_ptr() % 64 == 0 else tensor.clone()


def _packed(
    model: GPTModel,
    optimizer: torch.optim.Optimizer | None,
    tokenizer: Tokenizer | None,
    random_state: RandomState | None,
    extra: Mapping[str, Any] | None,
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of the file."""
    saved = {
        "format": FORMAT,
        "config": dict(model.config),
        "training": model.training,
        "frozen": [key for key, weight in model.named_parameters() if not weight.requires_grad],
        "model": model.state_dict(),
        "optimizer": None if optimizer is None else _saved_optimizer(model, optimizer),
        "tokenizer": None if tokenizer is None else _saved_tokenizer(tokenizer),
        "random_state": None if random_state is None else random_state.state_dict(),
        "extra": {} if extra is None else extra,
    }
    tensors: dict[str, Tensor] = {}
    facts = {key: flatten(value, tensors, key) for key, value in saved.items()}
    return tensors, {"checkpoint": json.dumps(facts)}


def _saved_optimizer(model: GPTModel, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Kind, settings and moments, with parameters called by their names in the model."""
    kind = type(optimizer).__name__
    if OPTIMIZERS.get(kind) is not type(optimizer):
        raise CheckpointError(f"a {kind} cannot be saved; train with one of {sorted(OPTIMIZERS)}")
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    try:
        groups = [
            group | {"params": [names[id(parameter)] for parameter in group["params"]]}
            for group in optimizer.param_groups
        ]
    except KeyError:
        raise CheckpointError(
            "the optimizer trains another model; pass a model and an optimizer made for it"
        ) from None
    moments = {names[id(parameter)]: state for parameter, state in optimizer.state.items()}
    return {"kind": kind, "groups": groups, "moments": moments}


def _restored_optimizer(model: GPTModel, saved: Any) -> torch.optim.Optimizer | None:
    if saved is None:
        return None
    parameters = dict(model.named_parameters())
    groups = [
        group | {"params": [parameters[name] for name in group["params"]]}
        for group in saved["groups"]
    ]
    optimizer: torch.optim.Optimizer = OPTIMIZERS[saved.get("kind", "AdamW")](groups)
    optimizer.state.update({parameters[name]: state for name, state in saved["moments"].items()})
    return optimizer


def _saved_tokenizer(tokenizer: Tokenizer) -> Any:
    """GPT-2's by its name, our own as a dictionary."""
    if isinstance(tokenizer, tiktoken.Encoding) and tokenizer.name == gpt2_tokenizer().name:
        return "gpt2"
    if isinstance(tokenizer, BPETokenizer):
        return tokenizer.to_dict()
    raise CheckpointError(
        f"a {type(tokenizer).__name__} cannot be saved; use gpt2_tokenizer() or a BPETokenizer"
    )


def _restored_tokenizer(saved: Any) -> Tokenizer | None:
    if saved is None:
        return None
    return gpt2_tokenizer() if saved == "gpt2" else BPETokenizer.from_dict(saved)


def _restored_random_state(saved: Any) -> RandomState | None:
    if saved is None:
        return None
    random_state = RandomState(0)
    random_state.load_state_dict(saved)
    return random_state
