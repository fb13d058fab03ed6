"""A language model with another head: which class is it, instead of which token comes next.

In:     a pretrained GPT
Out:    the same model with N logits per position, most of it frozen, and where to read them
Next:   finetuning.py, which trains what is not frozen

The logits are read at the last token, the only one that has looked at the whole text.

Shapes: B batch, T tokens, N classes.
Source: Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training", sec. 3.2
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple, assert_never

import torch
from torch import Tensor, nn

from llm_core.classification.messages import PAD_TOKEN_ID
from llm_core.gpt import GPTModel
from llm_core.lora import train_only_lora

Trainable = Literal["head", "last_block", "last_two_blocks", "all", "lora"]
"""What is trained; blocks come with the final norm and the head. The book takes "last_block"."""

Read = Literal["last_token", "last_real_token", "first_token"]
"""Where the answer is read: at the last position, which is filler in most rows; at the last token
that is not filler; or, to see it fail, at the first."""


def swap_head(model: GPTModel, num_classes: int = 2) -> None:
    """Put a fresh head for N classes where that for V tokens was, in place; draws its weights."""
    old = model.tok_emb.weight
    model.out_head = nn.Linear(old.shape[1], num_classes, device=old.device, dtype=old.dtype)


class PartCount(NamedTuple):
    """One part of the model, and how many of its numbers are trained."""

    part: str
    parameters: int
    trainable: int


def freeze(model: GPTModel, trainable: Trainable = "last_block") -> list[PartCount]:
    """Choose what is trained, in place; tells each part of the model, from the ids to the head.

    Raises:
        ValueError: "lora" for a model without LoRA layers.
    """
    if trainable == "lora":
        train_only_lora(model)
        return parts(model)
    blocks = list(model.trf_blocks)
    thawed: list[nn.Module]
    match trainable:
        case "head":
            thawed = [model.out_head]
        case "last_block":
            thawed = [*blocks[-1:], model.final_norm, model.out_head]
        case "last_two_blocks":
            thawed = [*blocks[-2:], model.final_norm, model.out_head]
        case "all":
            thawed = [model]
        case _:
            assert_never(trainable)
    model.requires_grad_(False)
    for part in thawed:
        part.requires_grad_(True)
    return parts(model)


def parts(model: GPTModel) -> list[PartCount]:
    """Sizes of the model's parts, in the order of the data, and how much of each is trained now."""
    modules: dict[str, nn.Module] = {"tok_emb": model.tok_emb, "pos_emb": model.pos_emb}
    modules |= {f"trf_blocks.{number}": block for number, block in enumerate(model.trf_blocks)}
    modules |= {"final_norm": model.final_norm, "out_head": model.out_head}
    return [
        PartCount(
            name,
            sum(parameter.numel() for parameter in module.parameters()),
            sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad),
        )
        for name, module in modules.items()
    ]


@contextmanager
def asked(model: nn.Module) -> Iterator[None]:
    """Inside, the model is only asked: no dropout, no gradients; afterwards it is as before."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)


def class_logits(
    model: nn.Module, ids: Tensor, read: Read = "last_token", pad_token_id: int = PAD_TOKEN_ID
) -> Tensor:
    """One score per class for each text: ids (B, T) -> (B, N)."""
    at = read_at(ids, read, pad_token_id)
    logits: Tensor = model(ids[:, : int(at.max()) + 1])  # no token sees a later one: (B, T, N)
    return logits[torch.arange(len(ids), device=ids.device), at]


def read_at(ids: Tensor, read: Read, pad_token_id: int = PAD_TOKEN_ID) -> Tensor:
    """Place of each text's answer: ids (B, T) -> (B,).

    >>> read_at(torch.tensor([[7, 8, 0, 0], [7, 8, 9, 0]]), "last_real_token", 0)
    tensor([1, 2])
    """
    places = torch.arange(ids.shape[1], device=ids.device)
    match read:
        case "last_token":
            return places[-1:].expand(len(ids))
        case "first_token":
            return places[:1].expand(len(ids))
        case "last_real_token":
            return (places * (ids != pad_token_id)).amax(dim=1)
        case _:
            assert_never(read)
