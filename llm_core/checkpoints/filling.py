"""A model made of given tensors, without drawing or copying anything.

In:     a config, and a tensor for every weight
Out:    a model that consists of these tensors
Next:   runs.py, which keeps a whole run
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from llm_core.checkpoints.tensor_files import CheckpointError
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel

Build = Callable[[GPTConfig], GPTModel]
"""Makes a model with room for the weights: `GPTModel`, unless layers were exchanged since."""


class _WithoutInit(TorchFunctionMode):
    """Inside, no weight is initialised: nothing is drawn, and no time is spent on it."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if getattr(func, "__module__", None) == "torch.nn.init":
            return args[0] if args else kwargs["tensor"]
        return func(*args, **(kwargs or {}))


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Inside, nobody looks for garbage: a model is a thousand small objects, none of it garbage.

    Python would look through all that lives, several times as long as the rest takes.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def fill(build: Build, config: GPTConfig, weights: Mapping[str, Tensor], name: str) -> GPTModel:
    """A model that consists of exactly these tensors; they are not copied.

    The room that `build` sets aside for weights is let go before it is ever written to, so it costs
    nothing, and tensors that still lie in a file are read when the model first needs them.

    Embedding and head are one parameter if they are the same tensor.

    Raises:
        CheckpointError: a weight is missing, is not the model's, or has another shape.
    """
    tables = {
        "tok_emb.weight": (config.vocab_size, config.emb_dim),
        "pos_emb.weight": (config.context_length, config.emb_dim),
    }
    _check_shapes(weights, tables, name)  # before room is made for a model of any size
    with _without_collecting(), _WithoutInit():
        model = build(config)
    room = {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()}
    if strangers := room.keys() ^ weights.keys():
        few = ", ".join(sorted(strangers)[:3])
        where = "the file" if strangers <= weights.keys() else "the model"
        raise CheckpointError(
            f"{name} is of another model: only {where} has {few}; load it where it was saved"
        )
    _check_shapes(weights, room, name)
    for place, part in model.named_modules():
        _hand_over(part, f"{place}." if place else "", weights)
    if weights["tok_emb.weight"] is weights.get("out_head.weight"):
        model.tie_weights()
    return model


def _hand_over(part: nn.Module, prefix: str, weights: Mapping[str, Tensor]) -> None:
    """Put the tensors in the place of a part's own; `load_state_dict` takes ten times as long."""
    for key, old in part._parameters.items():
        if old is not None:
            given = weights[prefix + key].detach()
            part._parameters[key] = nn.Parameter(given, requires_grad=old.requires_grad)
    for key in part._buffers.keys() - part._non_persistent_buffers_set:
        part._buffers[key] = weights[prefix + key].detach()


def _check_shapes(
    weights: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]], name: str
) -> None:
    """Those weights that have a shape here have this one."""
    for key, shape in shapes.items():
        if key in weights and weights[key].shape != shape:
            raise CheckpointError(
                f"{key} has shape {tuple(weights[key].shape)} in {name} and {shape} in the model; "
                "load it where it was saved"
            )
