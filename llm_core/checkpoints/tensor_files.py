"""Tensors in a file that is whole or not there at all.

In:     tensors by name, and a few strings
Out:    a .safetensors file; and from a file, or its bytes, the tensors again
Next:   nested.py, for what is not a plain list of tensors

Source: https://huggingface.co/docs/safetensors
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import safetensors
import safetensors.torch
import torch
from torch import Tensor

ALIGNED = 64
"""Where torch puts tensors: at multiples of so many bytes, which some products are faster with."""

TYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}
"""Kinds of numbers, and what such a file calls them."""

PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
"""How files begin that `torch.save` or `pickle` wrote."""


class CheckpointError(ValueError):
    """A file that cannot be read as what it claims to be; one sentence with the remedy."""


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write the file beside its place, let the disk confirm it, then rename it into place.

    Whenever the program or the machine stops, `path` holds the new file or what it held before.
    """
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}.unfinished")
    try:
        with unfinished.open("wb") as file:
            for piece in _content(tensors, metadata):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    if os.name == "posix":  # the new name is kept by the folder, which must reach the disk too
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def tensors_to_bytes(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    """What `write_tensors` would write."""
    return b"".join(_content(tensors, metadata))


def _content(
    tensors: Mapping[str, Tensor], metadata: Mapping[str, str]
) -> Iterator[bytes | memoryview]:
    """The file piece by piece: how long the table is, the table, the numbers of each tensor.

    The same content is always the same file. Tensors begin at multiples of `ALIGNED` bytes, as they
    do in memory, so that they can be used where the file lies; those of another length come last.
    """
    order = sorted(tensors, key=lambda name: (tensors[name].nbytes % ALIGNED > 0, name))
    entries: dict[str, Any] = {"__metadata__": dict(sorted(metadata.items()))}
    begins = 0
    for name in order:
        tensor = tensors[name]
        entries[name] = {
            "dtype": TYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [begins, begins + tensor.nbytes],
        }
        begins += tensor.nbytes
    table = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
    table += b" " * (-(8 + len(table)) % ALIGNED)
    yield len(table).to_bytes(8, "little")
    yield table
    for name in order:
        flat = tensors[name].detach().cpu().contiguous().flatten()
        yield flat.view(torch.uint8).numpy().data


def read_tensors(source: Path | bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a .safetensors file, from its path or its content.

    Tensors of a path stay on disk until they are looked at. Changing them never changes the file.

    Raises:
        CheckpointError: missing, cut off, or another kind of file.
    """
    name = file_name(source)
    beginning = b""
    try:
        if isinstance(source, bytes):
            beginning = source[:4]
            return safetensors.torch.load(source), _metadata_of(source)
        with source.open("rb") as file:
            beginning = file.read(4)
        with safetensors.safe_open(source, framework="pt") as opened:
            tensors = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
            return tensors, opened.metadata() or {}
    except OSError as error:
        raise CheckpointError(
            f"{name} cannot be read ({error.strerror or error}); choose a file that exists"
        ) from error
    except (safetensors.SafetensorError, ValueError) as error:
        if beginning.startswith(PICKLES):
            raise CheckpointError(
                f"{name} is a pickle, whatever it is called, and reading a pickle can run any "
                "program; choose a .safetensors file"
            ) from error
        raise CheckpointError(
            f"{name} is no .safetensors file, or only the first part of one; "
            "fetch or save it once more"
        ) from error


def _metadata_of(content: bytes) -> dict[str, str]:
    """The strings in the table at the beginning: 8 bytes say how long it is, then it follows."""
    length = int.from_bytes(content[:8], "little")
    metadata: dict[str, str] = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return metadata


def file_name(source: Path | bytes) -> str:
    """How to call a file in a sentence."""
    return "this file" if isinstance(source, bytes) else source.name
