"""What has to be known of a file besides its tensors: config.json, and what the tensors tell.

In:     a folder's config.json, if there is one, and the shapes of the tensors
Out:    a GPTConfig, and whether the head shares the token embedding's table
Next:   files.py, which builds the model

V vocabulary, T tokens of context, C channels
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from llm_core.config import GPT2_CONFIGS, GPTConfig
from llm_core.gpt2_weights.hub import CONFIG_FILE, WeightsError


def read_settings(path: Path) -> Mapping[str, Any]:
    """What config.json says; nothing if there is none.

    Raises:
        WeightsError: it is not about GPT-2, or about a GPT-2 with other insides than ours.
    """
    if not path.is_file():
        return {}
    try:
        settings: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        model_type = settings.get("model_type", "gpt2")
    except (ValueError, AttributeError) as error:
        raise WeightsError(f"{path.name} is not JSON settings; fetch it once more") from error
    if model_type != "gpt2":
        raise WeightsError(f"{path.name} is about a {model_type} model; choose a GPT-2")
    usual = {
        "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
        "layer_norm_epsilon": (1e-5,),
        "n_inner": (None, 4 * settings.get("n_embd", 0)),
        "scale_attn_weights": (True,),
        "scale_attn_by_inverse_layer_idx": (False,),
        "add_cross_attention": (False,),
    }
    for setting, values in usual.items():
        if settings.get(setting, values[0]) not in values:
            raise WeightsError(
                f"{path.name} has {setting}={settings[setting]!r}, which our model cannot do; "
                f"choose weights with {values[-1]!r}"
            )
    return settings


def config_of(
    settings: Mapping[str, Any],
    theirs: Mapping[str, Tensor],
    metadata: Mapping[str, str],
    n_heads: int | None,
    name: str,
) -> GPTConfig:
    """The model's seven numbers; all but the number of heads can be read off the tensors."""
    try:
        vocab_size, emb_dim = theirs["wte.weight"].shape
        context_length = theirs["wpe.weight"].shape[0]
    except (KeyError, ValueError, IndexError):
        few = ", ".join(sorted(theirs)[:3]) or "nothing"
        raise WeightsError(
            f"{name} is not in GPT-2's layout: it holds {few} and no wte.weight and wpe.weight; "
            "choose a file saved by Hugging Face transformers or export_gpt2"
        ) from None
    blocks = {key.split(".")[1] for key in theirs if key.startswith("h.")}
    measured = {
        "vocab_size": vocab_size,
        "n_positions": context_length,
        "n_embd": emb_dim,
        "n_layer": len(blocks),
    }
    for setting, number in measured.items():
        if settings.get(setting, number) != number:
            raise WeightsError(
                f"{CONFIG_FILE} has {setting}={settings[setting]!r}, the weights in {name} have "
                f"{number}; choose two files that belong together"
            )
    published = {config.emb_dim: config.n_heads for config in GPT2_CONFIGS.values()}
    heads = settings.get("n_head") or n_heads or metadata.get("n_head") or published.get(emb_dim)
    if heads is None:
        raise WeightsError(
            f"{name} does not say how many heads its {emb_dim} channels are split into; "
            f"say so with n_heads, or put {CONFIG_FILE} beside it and choose the folder"
        )
    try:
        return GPTConfig(
            vocab_size=vocab_size,
            context_length=context_length,
            emb_dim=emb_dim,
            n_heads=int(heads),
            n_layers=len(blocks),
            drop_rate=0.0,
            qkv_bias=True,
        )
    except (ValueError, TypeError) as error:
        raise WeightsError(f"{name} has settings of no model: {error}") from error


def is_tied(settings: Mapping[str, Any], theirs: Mapping[str, Tensor]) -> bool:
    """Whether the head shares the token embedding's table."""
    head = theirs.get("lm_head.weight")
    if head is None or "tie_word_embeddings" in settings:
        return head is None or bool(settings["tie_word_embeddings"])
    return torch.equal(head, theirs["wte.weight"])
