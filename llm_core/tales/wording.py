"""Sentences with choices and gaps, read once and told quickly.

A wording is plain text with [one|another|] to choose from (choices nest) and {role} or {role:form}
to fill; {@key} is a wording of another key. In front may stand conditions in angle brackets,
"<winter>" or "<!winter rain>": all words of a bracket must hold, a word after ! must not.

In:     the lists of wordings in data/telling_*.json
Out:    BANK, key -> compiled wordings
Next:   naming and discourse, which decide how a gap is filled
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llm_core.tales.world import DATA, read_data


@dataclass(slots=True, eq=False)
class Gap:
    """A place where a person, an animal, a thing, a place or a word is named."""

    role: str
    form: str


@dataclass(slots=True, eq=False)
class Choice:
    """Alternatives, equally likely."""

    options: "Sequence[Sequence[Piece]]"


class Stop:
    """Between two sentences of one wording."""


STOP = Stop()
Piece = str | Gap | Choice | Stop


@dataclass(slots=True, eq=False)
class Wording:
    """One way to tell an event."""

    pieces: Sequence[Piece]
    needs: Sequence[str]
    """Words that must hold of the day ("winter", "rain"), or, with "!", must not."""
    text: str


def _literal(text: str) -> list[Piece]:
    """Plain text, cut where a sentence ends inside it."""
    found: list[Piece] = []
    start = 0
    for at in range(len(text) - 1):
        if text[at] in ".!?" and text[at + 1] == " ":
            found += [text[start : at + 2], STOP]
            start = at + 2
    if start < len(text):
        found.append(text[start:])
    return found


def _sequence(text: str, at: int, closing: str) -> tuple[list[Piece], int]:
    """Pieces from a position to one of the closing signs, which is not read."""
    pieces: list[Piece] = []
    start = at
    while at < len(text) and text[at] not in closing:
        if text[at] == "{":
            pieces += _literal(text[start:at])
            end = text.index("}", at)
            role, _, form = text[at + 1 : end].partition(":")
            pieces.append(Gap(role, form))
            at = start = end + 1
        elif text[at] == "[":
            pieces += _literal(text[start:at])
            options = []
            while text[at] != "]":
                option, at = _sequence(text, at + 1, "|]")
                options.append(option)
            pieces.append(Choice(options))
            at = start = at + 1
        else:
            at += 1
    pieces += _literal(text[start:at])
    return pieces, at


def compile_wording(text: str) -> Wording:
    """One wording, from the notation of the data files.

    Raises:
        ValueError: brackets do not match.

    >>> len(compile_wording("{A} [ran|walked] home.").pieces)
    4
    """
    needs: list[str] = []
    body = text
    if body.startswith("<"):
        words, _, body = body[1:].partition(">")
        needs = words.split()
        body = body.lstrip()
    pieces, end = _sequence(body, 0, "]|") if body.count("[") == body.count("]") else ([], -1)
    if end != len(body):
        raise ValueError(f"the brackets of {text!r} do not match; close each [ with a ]")
    return Wording(pieces, needs, text)


def _bank() -> dict[str, list[Wording]]:
    bank: dict[str, list[Wording]] = {}
    for path in sorted(DATA.glob("telling_*.json")):
        for key, texts in read_data(path.stem).items():
            if key in bank:
                raise ValueError(f"{key!r} stands in two files; rename the one in {path.name}")
            bank[key] = [compile_wording(text) for text in texts]
    return bank


BANK: Mapping[str, Sequence[Wording]] = _bank()


class Choices:
    """The wordings that fit a day, remembered for each kind of day."""

    def __init__(self) -> None:
        self._fitting: dict[tuple[str, str], Sequence[Wording]] = {}

    def fitting(self, key: str, day: str) -> Sequence[Wording]:
        """Wordings of a key whose conditions hold on a day such as "winter snow evening".

        Raises:
            KeyError: no file has the key.
        """
        known = self._fitting.get((key, day))
        if known is None:
            words = day.split()
            known = [one for one in BANK[key] if holds(one.needs, words)]
            self._fitting[key, day] = known
        return known


def holds(needs: Sequence[str], words: Sequence[str]) -> bool:
    """Whether each condition is met by the words of the day.

    >>> holds(["!winter"], ["summer", "sunny"])
    True
    """
    return all((need[1:] not in words) if need[0] == "!" else need in words for need in needs)


CHOICES = Choices()
