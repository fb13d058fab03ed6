"""What a component is sent once and keeps: large parts, each named by its content."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


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
