"""Which characters of the text each token stands for: what lights up under the pointer.

In:     a text, and the pieces or the bytes it was cut into
Out:    for each of them the first character, and the one after the last
Next:   ../batches.py, where token ids become examples to learn from

A token of bytes may be a part of a character only: then several tokens stand for the same one.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Place(NamedTuple):
    """A stretch of the text, as Python slices it: `text[start:end]`."""

    start: int
    end: int


def places(text: str, pieces: Iterable[str]) -> list[Place]:
    """Where pieces stand that were cut out of a text in its order, with or without its blanks.

    Raises:
        ValueError: a piece does not stand in the rest of the text.

    >>> places("Hello, world", ["Hello", ",", "world"])
    [Place(start=0, end=5), Place(start=5, end=6), Place(start=7, end=12)]
    """
    found, at = [], 0
    for piece in pieces:
        start = text.find(piece, at)
        if start < 0:
            raise ValueError(f"{piece!r} was not cut from this text; give the text it came from")
        at = start + len(piece)
        found.append(Place(start, at))
    return found


def byte_places(text: str, tokens: Iterable[bytes]) -> list[Place]:
    """Where tokens stand whose bytes, joined, are the text; each holds one byte or more.

    Raises:
        ValueError: they spell another text.

    >>> byte_places("a é", [b"a", b" \\xc3", b"\\xa9"])
    [Place(start=0, end=1), Place(start=1, end=3), Place(start=2, end=3)]
    """
    tokens = list(tokens)
    if b"".join(tokens) != text.encode("utf-8", "replace"):
        raise ValueError("these tokens spell another text; give the text they were made from")
    owner = [at for at, character in enumerate(text) for _ in character.encode("utf-8", "replace")]
    found, at = [], 0
    for token in tokens:
        found.append(Place(owner[at], owner[at + len(token) - 1] + 1))
        at += len(token)
    return found
