"""A model in four bits a weight: an eighth of its size, to keep many moments of one training.

In:     a trained model
Out:    a small file; and from the file a model that computes almost the same
Next:   ../gpt2_weights.py, which fills a model with weights that others trained

Neighbouring weights share one scale, the largest of them. What is left lies between -1 and 1 and is
rounded to the nearest of 16 levels. Trained weights are spread like a bell, so the levels lie close
together near 0 and far apart near the ends: each is needed about equally often.

    weight -> scale of its group (2 bytes for 64 weights) and number of its level (half a byte)

G groups, 64 weights in each.

Source: Dettmers et al. 2023, "QLoRA: Efficient Finetuning of Quantized LLMs", section 3
(NormalFloat).
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from statistics import NormalDist
from typing import Any

import torch
from torch import Tensor

from llm_core.checkpoints.filling import Build, fill
from llm_core.checkpoints.tensor_files import CheckpointError, read_tensors, write_tensors
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel

GROUP = 64
"""Weights that share a scale."""

FORMAT = "build-an-llm compact 1"
"""Tells these files from others."""


def normal_levels() -> Tensor:
    """16 levels (16,) from -1 to 1, 0 among them, each as likely as the next for a bell of weights.

    >>> levels = normal_levels()
    >>> len(levels), levels[0].item(), levels[7].item(), levels[-1].item()
    (16, -1.0, 0.0, 1.0)
    """
    bell = NormalDist()
    edge = 1 - 0.5 * (1 / 32 + 1 / 30)  # the ends of the bell would be infinitely far away
    upper = [bell.inv_cdf(0.5 + (edge - 0.5) * i / 8) for i in range(9)]
    lower = [-bell.inv_cdf(0.5 + (edge - 0.5) * i / 7) for i in range(7, 0, -1)]
    return torch.tensor(lower + upper) / upper[-1]


def squeeze(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Levels and scales of a weight of any shape.

    Returns:
        Numbers of levels, two to a byte (32 * G,), and scales (G,) in float16.

    Raises:
        ValueError: a weight that is no finite number.
    """
    flat = weight.detach().float().flatten()  # (N,)
    if not flat.isfinite().all():
        raise ValueError("a weight is no finite number; keep a model before it diverged")
    groups = math.ceil(flat.numel() / GROUP)
    rows = torch.nn.functional.pad(flat, (0, groups * GROUP - flat.numel())).view(groups, GROUP)
    scales = rows.abs().amax(dim=1).half()  # (G,)
    scaled = rows / scales.float().clamp(min=1e-12)[:, None]  # (G, 64)
    levels = normal_levels()
    numbers = torch.bucketize(scaled.contiguous(), (levels[1:] + levels[:-1]) / 2)  # (G, 64)
    high, low = numbers.to(torch.uint8).view(-1, 2).unbind(dim=1)  # (32 * G,) each
    return high * 16 + low, scales


def unsqueeze(packed: Tensor, scales: Tensor, shape: torch.Size) -> Tensor:
    """The weight that `squeeze` was given, rounded to its levels; float32 of that shape."""
    numbers = torch.stack([packed // 16, packed % 16], dim=1).long()  # (32 * G, 2)
    rows = normal_levels()[numbers].view(-1, GROUP) * scales.float()[:, None]  # (G, 64)
    return rows.flatten()[: shape.numel()].view(shape)


def write_compact(path: Path, model: GPTModel, facts: Mapping[str, Any] | None = None) -> None:
    """Write a model of four bits a weight; vectors (biases, norms) stay in float16.

    Args:
        path: of the file; its folder has to exist.
        model: its weights and its config; one table for both ends is written once.
        facts: anything for JSON, such as the step and the losses.
    """
    tied = model.out_head.weight is model.tok_emb.weight
    tensors: dict[str, Tensor] = {}
    for name, weight in model.named_parameters():  # a tied weight comes once
        if weight.ndim < 2:
            tensors[name] = weight.detach().half()
        else:
            tensors[f"{name}.levels"], tensors[f"{name}.scales"] = squeeze(weight)
    about = {"format": FORMAT, "config": dict(model.config), "tied": tied, "facts": facts or {}}
    write_tensors(path, tensors, {"compact": json.dumps(about)})


def read_compact(path: Path, *, build: Build = GPTModel) -> tuple[GPTModel, dict[str, Any]]:
    """The model of such a file, in evaluation mode, and the facts that were written with it.

    Raises:
        CheckpointError: no such file, or one of another kind.
    """
    tensors, metadata = read_tensors(path)
    try:
        about = json.loads(metadata["compact"])
        if about["format"] != FORMAT:
            raise KeyError(FORMAT)
        config = GPTConfig.of(about["config"])
        with torch.device("meta"):
            shapes = {name: weight.shape for name, weight in build(config).state_dict().items()}
        if about["tied"]:
            shapes.pop("out_head.weight")
        state = {
            name: unsqueeze(tensors[f"{name}.levels"], tensors[f"{name}.scales"], shape)
            if len(shape) > 1
            else tensors[name].float()
            for name, shape in shapes.items()
        }
        if about["tied"]:
            state["out_head.weight"] = state["tok_emb.weight"]
        return fill(build, config, state, path.name).eval(), about["facts"]
    except CheckpointError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"{path.name} is no compact model of this program; choose one of its own files"
        ) from error
