"""How numbers reach a component: as bytes, in one message or in parts that it keeps."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor


def message(head: Mapping[str, Any], parts: Mapping[str, bytes], sent: set[str]) -> bytes:
    """Length of the head, the head as JSON, then those parts that were not sent before.

    Every part begins at a multiple of 8 bytes. `sent` learns what goes out; if a message is lost,
    the browser says what it lacks.
    """
    ids = {kind: f"{kind} {hashlib.sha256(part).hexdigest()[:16]}" for kind, part in parts.items()}
    fresh = {ids[kind]: part for kind, part in parts.items() if ids[kind] not in sent}
    sent |= set(fresh)
    full = {**head, "ids": ids, "parts": [[name, len(part)] for name, part in fresh.items()]}
    text = json.dumps(full, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-(4 + len(text)) % 8)
    padded = (part + bytes(-len(part) % 8) for part in fresh.values())
    return b"".join((len(text).to_bytes(4, "little"), text, *padded))


def packed(head: Mapping[str, Any], numbers: Mapping[str, Tensor] | None = None) -> bytes:
    """Four bytes with the length of the head, the head as JSON, then each tensor's numbers.

    All numbers have four bytes: whole ones as int32, others as float32. `unpacked` of shared.js
    reads it.
    """
    given = numbers or {}
    parts = {
        name: tensor.contiguous().to(torch.float32 if tensor.is_floating_point() else torch.int32)
        for name, tensor in given.items()
    }
    kinds = [
        [name, part.numel(), "real" if part.is_floating_point() else "whole"]
        for name, part in parts.items()
    ]
    text = json.dumps({**head, "parts": kinds}, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    raw = (part.numpy().tobytes() for part in parts.values())
    return b"".join((len(text).to_bytes(4, "little"), text, *raw))
