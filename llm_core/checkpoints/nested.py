"""Dictionaries with tensors somewhere in them, as JSON beside a flat list of tensors.

In:     a value made of dictionaries, lists, numbers, strings and tensors
Out:    the same with names in place of the tensors, and the tensors under these names; and back
Next:   filling.py, for tensors that are a model
"""

from collections.abc import Mapping
from typing import Any

import torch

from llm_core.checkpoints.tensor_files import CheckpointError

TENSOR = "tensor named"
"""The only key of a dictionary that stands for a tensor."""


def flatten(value: Any, tensors: dict[str, torch.Tensor], name: str) -> Any:
    """The value ready for JSON; its tensors go into `tensors`, under names that begin with `name`.

    A tensor that occurs twice is kept once: both places name the same one.

    Raises:
        CheckpointError: something JSON does not know.

    >>> tensors = {}
    >>> flatten({"step": 3, "moments": [torch.zeros(2)]}, tensors, "run")
    {'step': 3, 'moments': [{'tensor named': 'run.moments.0'}]}
    >>> tensors
    {'run.moments.0': tensor([0., 0.])}
    """
    if isinstance(value, torch.Tensor):
        return {TENSOR: _keep(value, tensors, name)}
    if isinstance(value, Mapping):
        if strangers := [key for key in value if not isinstance(key, str)]:
            raise CheckpointError(
                f"{name} has the key {strangers[0]!r}, a file knows only strings; use str(...)"
            )
        return {key: flatten(entry, tensors, f"{name}.{key}") for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [flatten(entry, tensors, f"{name}.{i}") for i, entry in enumerate(value)]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise CheckpointError(
        f"{name} is a {type(value).__name__}, which cannot be saved; "
        "use numbers, strings, lists, dictionaries and tensors"
    )


def _keep(tensor: torch.Tensor, tensors: dict[str, torch.Tensor], name: str) -> str:
    """The name a tensor is kept under: an earlier one if the same numbers have one already."""
    for earlier, kept in tensors.items():
        if kept is tensor or (tensor.numel() and _place(kept) == _place(tensor)):
            return earlier
    tensors[name] = tensor.detach().contiguous()
    return name


def _place(tensor: torch.Tensor) -> tuple[Any, ...]:
    """Where a tensor's numbers lie in memory, and how."""
    return tensor.data_ptr(), tensor.dtype, tensor.shape, tensor.stride()


def restore(value: Any, tensors: Mapping[str, torch.Tensor]) -> Any:
    """What `flatten` was given, but tuples are lists.

    Raises:
        KeyError: a tensor is not there.

    >>> restore({"moments": [{"tensor named": "a"}]}, {"a": torch.zeros(2)})
    {'moments': [tensor([0., 0.])]}
    """
    if isinstance(value, dict):
        if value.keys() == {TENSOR}:
            return tensors[value[TENSOR]]
        return {key: restore(entry, tensors) for key, entry in value.items()}
    if isinstance(value, list):
        return [restore(entry, tensors) for entry in value]
    return value
