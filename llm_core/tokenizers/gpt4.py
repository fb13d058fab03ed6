"""GPT-4's tokenizer, where its file is at hand: nothing is ever downloaded from here.

In:     the file of 1.7 MB that tiktoken keeps once somebody has asked it for `cl100k_base`
Out:    a tiktoken.Encoding, or None
Next:   places.py, which characters of a text each token stands for

Four years after GPT-2's, twice as many tokens, and learned from more languages and more code.
"""

import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path

import tiktoken

NAME = "cl100k_base"
ADDRESS = f"https://openaipublic.blob.core.windows.net/encodings/{NAME}.tiktoken"
CHECKSUM = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
"""SHA-256 of the file, as tiktoken states it."""

HOW_TO_GET = f"python -c \"import tiktoken; tiktoken.get_encoding('{NAME}')\""
"""The command that fetches the file, for somebody who wants to."""


def gpt4_file() -> Path:
    """Where tiktoken keeps the file, or would keep it."""
    named = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    folder = Path(named) if named else Path(tempfile.gettempdir()) / "data-gym-cache"
    return folder / hashlib.sha1(ADDRESS.encode()).hexdigest()


def gpt4_tokenizer() -> tiktoken.Encoding | None:
    """GPT-4's tokenizer, or None while its file is not on this computer."""
    file = gpt4_file()
    try:
        stamp = file.stat()
    except OSError:
        return None
    return _read(file, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=1)
def _read(file: Path, changed: int, size: int) -> tiktoken.Encoding | None:
    """Read the file once; one that is not as published is as good as none."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content).hexdigest() != CHECKSUM:
        return None  # asking tiktoken would make it download another
    return tiktoken.get_encoding(NAME)
