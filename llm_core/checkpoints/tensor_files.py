"""Tensors in a file that is whole or not there at all.

In:     tensors by name, and a few strings
Out:    a .safetensors file; and from a file, or its bytes, the tensors again
Next:   nested.py, for what is not a plain list of tensors

Source: https://huggingface.co/docs/safetensors
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import safetensors
import safetensors.torch
from torch import Tensor

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
        safetensors.torch.save_file(dict(tensors), unfinished, dict(metadata))
        with unfinished.open("rb+") as file:
            table = file.read(int.from_bytes(file.read(8), "little"))
            file.seek(8)
            file.write(_in_order(table))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    if os.name == "posix":  # the new name is kept by the folder, which must reach the disk too
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _in_order(table: bytes) -> bytes:
    """The table at the beginning of a file with its strings in the order of their names.

    The library writes them in any order; this way the same content is always the same file.
    """
    entries = json.loads(table)
    entries["__metadata__"] = dict(sorted(entries.get("__metadata__", {}).items()))
    ordered = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
    padded = ordered.ljust(len(table))
    return padded if len(padded) == len(table) else table


def tensors_to_bytes(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    """What `write_tensors` would write."""
    return safetensors.torch.save(dict(tensors), dict(metadata))


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
