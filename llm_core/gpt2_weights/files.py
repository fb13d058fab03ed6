"""Files in the Hugging Face GPT-2 layout: into our model, and from it.

In:     a folder with config.json and model.safetensors, or a .safetensors file alone
Out:    a GPTModel; and such a folder again
Next:   ../lora.py and ../classification.py, which finetune what was loaded

V vocabulary, T tokens of context, C channels
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from llm_core.checkpoints import CheckpointError, fill, read_tensors, write_tensors
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights.hub import (
    CONFIG_FILE,
    HUB_NAMES,
    WEIGHTS_FILE,
    GPT2Download,
    Progress,
    WeightsError,
)
from llm_core.gpt2_weights.names import mapping_table, rules_of, theirs_from_ours
from llm_core.gpt2_weights.settings import config_of, is_tied, read_settings

PREFIX = "transformer."
"""What some files put before every name but that of the head."""

IGNORED = (".attn.bias", ".attn.masked_bias")
"""Causal masks that older files carry along; we make our own."""


def load_gpt2(
    source: str | Path | bytes,
    *,
    n_heads: int | None = None,
    tie: bool = True,
    progress: Progress | None = None,
    cache_folder: Path | None = None,
) -> GPTModel:
    """A model with somebody's weights, in evaluation mode, without dropout, as float32.

    Args:
        source: a name of `HUB_NAMES`, a folder, a .safetensors file, or the content of one.
        n_heads: needed for a file alone, since tensors do not tell it, unless it has one of the
            published widths or was written by `export_gpt2`; in a folder config.json says it.
        tie: one table for token embedding and head, as GPT-2 was trained; False copies it for the
            head, as the book does, so that finetuning can change one without the other.
        progress: called with bytes received and bytes in all, if anything has to be fetched.
        cache_folder: where fetched files are kept; None is the hub's own place.

    Raises:
        WeightsError: nothing there, not GPT-2, incomplete, or a tensor of the wrong shape.
    """
    if isinstance(source, str) and source in HUB_NAMES:
        source = GPT2Download(name=source, folder=cache_folder).fetch(progress)
    source = Path(source) if isinstance(source, str) else source
    settings: Mapping[str, Any] = {}
    if isinstance(source, Path):
        path = source / WEIGHTS_FILE if source.is_dir() else source
        _check_path(source, path)
        settings = read_settings(path.with_name(CONFIG_FILE))
        source = path
    name = "this file" if isinstance(source, bytes) else source.name
    try:
        tensors, metadata = read_tensors(source)
        theirs = {key.removeprefix(PREFIX): tensor for key, tensor in tensors.items()}
        config = config_of(settings, theirs, metadata, n_heads, name)
        tied = is_tied(settings, theirs)
        _check_complete(config, theirs, tied, name)
        return fill(GPTModel, config, _translate(config, theirs, tied, tie), name).eval()
    except WeightsError:
        raise
    except CheckpointError as error:
        raise WeightsError(str(error)) from error


def _check_path(source: Path, path: Path) -> None:
    """Something is there, and it is no pickle's folder."""
    if path.is_file():
        return
    if source.is_dir():
        raise WeightsError(
            f"the folder {source.name} has no {WEIGHTS_FILE}; choose a folder with the weights as "
            f"safetensors in one file"
        )
    raise WeightsError(
        f"{source} is neither a file nor a folder nor a published model; choose one of these, "
        f"for instance {next(iter(HUB_NAMES))}"
    )


def _check_complete(config: GPTConfig, theirs: Mapping[str, Tensor], tied: bool, name: str) -> None:
    """Every tensor of the table is there in its shape, and nothing else is."""
    shapes = {key: tuple(tensor.shape) for key, tensor in theirs.items()}
    rows = mapping_table(config, shapes, tied=tied)
    known = {row.their_name for row in rows} | {"lm_head.weight"}
    problems = [f"{row.their_name} is missing" for row in rows if row.status == "missing"]
    problems += [
        f"{row.their_name} has shape {row.status} and not {row.their_shape}"
        for row in rows
        if row.status not in ("ok", "missing")
    ]
    problems += [
        f"{key} is no tensor of such a model"
        for key in theirs
        if key not in known and not key.endswith(IGNORED)
    ]
    distinct = list(dict.fromkeys(problems))
    if distinct:
        more = f" and {len(distinct) - 3} more" if len(distinct) > 3 else ""
        raise WeightsError(
            f"{name} does not fit a GPT-2 with {config.n_layers} blocks of {config.emb_dim} "
            f"channels: {'; '.join(distinct[:3])}{more}; choose weights and {CONFIG_FILE} that "
            "belong together"
        )


def _translate(
    config: GPTConfig, theirs: Mapping[str, Tensor], tied: bool, tie: bool
) -> dict[str, Tensor]:
    """Our tensors; those that need no change stay in the file until they are looked at."""
    rules = rules_of(config, tied=tied)
    numbers = {rule.theirs: theirs[rule.theirs].float() for rule, _ in rules}
    ours = {rule.ours: rule.operation.apply(numbers[rule.theirs]) for rule, _ in rules}
    if tied and not tie:
        ours["out_head.weight"] = ours["out_head.weight"].clone()
    return ours


def export_gpt2(
    model: GPTModel,
    folder: str | Path,
    *,
    dtype: torch.dtype = torch.float32,
    end_of_text: int | None = None,
) -> Path:
    """Write the model so that `load_gpt2` and Hugging Face transformers open it; gives the folder.

    Args:
        model: any GPTModel with its own layers.
        folder: made if it does not exist.
        dtype: how to store the numbers; float16 takes half the room.
        end_of_text: id of the token that ends a text, if there is one.

    Raises:
        WeightsError: the model has layers that such a file has no place for.
    """
    folder = Path(folder)
    ours = model.state_dict()
    tied = model.out_head.weight is model.tok_emb.weight
    config = model.config
    if not config.qkv_bias:
        config = replace(config, qkv_bias=True)
    if strangers := ours.keys() - {rule.ours for rule, _ in rules_of(config)}:
        raise WeightsError(
            f"GPT-2's layout has no place for {min(strangers)}; save a checkpoint instead"
        )
    theirs = theirs_from_ours(config, ours, tied=tied)
    prefixed = {
        key if key.startswith("lm_head") else PREFIX + key: tensor.to(dtype)
        for key, tensor in theirs.items()
    }
    settings = {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "activation_function": "gelu_new",
        "vocab_size": config.vocab_size,
        "n_positions": config.context_length,
        "n_embd": config.emb_dim,
        "n_head": config.n_heads,
        "n_layer": config.n_layers,
        "layer_norm_epsilon": 1e-5,
        "embd_pdrop": config.drop_rate,
        "attn_pdrop": config.drop_rate,
        "resid_pdrop": config.drop_rate,
        "tie_word_embeddings": tied,
        "bos_token_id": end_of_text,
        "eos_token_id": end_of_text,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG_FILE).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    write_tensors(folder / WEIGHTS_FILE, prefixed, {"format": "pt", "n_head": str(config.n_heads)})
    return folder
