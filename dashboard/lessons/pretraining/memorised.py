"""Finds what a sample copied: the stretches of it that stand word for word in the training text."""

from typing import NamedTuple

AT_LEAST = 20
"""Characters in a row that count as copied; shorter ones may match by chance."""


class Stretch(NamedTuple):
    """A part of a text, copied or not."""

    text: str
    copied: bool


def stretches(text: str, source: str, at_least: int = AT_LEAST) -> tuple[Stretch, ...]:
    """Cut a text into copied and other parts; joined, they are the text again.

    From left to right the longest copy at each place is taken.

    Args:
        text: what the model wrote.
        source: what it may have copied from.
        at_least: length of the shortest copy that counts, in characters.

    >>> [s.text for s in stretches("so the cat sat here", "the cat sat down", 8)]
    ['so ', 'the cat sat ', 'here']
    """
    found: list[Stretch] = []
    other = ""
    place = 0
    while place < len(text):
        length = _longest(text, place, source, at_least)
        if length == 0:
            other += text[place]
            place += 1
            continue
        if other:
            found.append(Stretch(other, False))
            other = ""
        found.append(Stretch(text[place : place + length], True))
        place += length
    if other:
        found.append(Stretch(other, False))
    return tuple(found)


def _longest(text: str, place: int, source: str, at_least: int) -> int:
    """Length of the longest copy that begins at `place`; 0 if it is too short to count."""
    end = place + at_least
    while end <= len(text) and text[place:end] in source:
        end += 1
    length = end - 1 - place
    return length if length >= at_least else 0


def share(parts: tuple[Stretch, ...]) -> float:
    """Which part of the characters is copied, from 0 to 1.

    >>> share((Stretch("abc", True), Stretch("d", False)))
    0.75
    """
    total = sum(len(part.text) for part in parts)
    return sum(len(part.text) for part in parts if part.copied) / total if total else 0.0
