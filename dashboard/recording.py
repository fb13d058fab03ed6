"""A recorded run: what it measured, wrote and looked like inside, in one JSON file.

`recorder.py` makes a Recording while a run goes on; `as_file` and `opened` carry it out of the
browser and back; `Sent` and `changes` bring it to the screen, later only what is new. Bounded
whatever the length of the run; numbers are rounded to what is drawn.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

FORMAT, VERSION = "recorded run", 1

Setting = str | int | float | bool | None


class Rows(NamedTuple):
    """One entry for each update, column by column; of a very long run for every second, fourth …"""

    step: tuple[int, ...] = ()
    """Number of the update, counted from 0."""
    tokens: tuple[int, ...] = ()
    """Ids read so far."""
    loss: tuple[float | None, ...] = ()
    """On this batch; None where it was no finite number."""
    rate: tuple[float | None, ...] = ()
    """Learning rate."""
    norm: tuple[float | None, ...] = ()
    """Length of the gradient before clipping."""
    clipped: tuple[int, ...] = ()
    """1 where the gradient was shortened."""


class Checks(NamedTuple):
    """Both losses where they were measured, column by column."""

    step: tuple[int, ...] = ()
    train: tuple[float | None, ...] = ()
    validation: tuple[float | None, ...] = ()


class Frame(NamedTuple):
    """The inside of the model at one moment."""

    step: int
    """Updates made before."""
    attention: bytes
    """For each layer and head the rows of its matrix up to the diagonal: 255 times the weight."""
    places: bytes
    """x, y of each watched token as signed bytes: 127 stands for the recording's `reach`."""
    losses: tuple[float | None, ...]
    """Surprise at each token of the example after the first."""
    weights: tuple[float | None, ...]
    """Length of each part's weights."""
    gradients: tuple[float | None, ...]
    """Length of each part's gradients, before clipping; None before the first update."""


class Said(NamedTuple):
    """What the model wrote after a prompt."""

    prompt: str
    parts: tuple[tuple[str, bool], ...]
    """Its text in pieces, and whether a piece stands word for word in the training text."""


class Moment(NamedTuple):
    """What the model wrote at one moment."""

    step: int
    """Updates made before."""
    free: Said
    """After the learner's sentence, drawn by chance."""
    recited: Said
    """After the training text's first words, always the likeliest token."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A run, or as much of it as there is so far."""

    id: str
    """Names it in caches and in the browser."""
    title: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    total: int
    """Updates that were planned."""
    layers: int
    heads: int
    sentence: tuple[str, ...]
    """The pinned sentence's tokens, which look at each other."""
    example: tuple[str, ...]
    """Tokens of a training example; the first is only read, each other one has a loss."""
    words: tuple[str, ...]
    """The watched tokens on the map."""
    parts: tuple[str, ...]
    """Parts of the model whose weights and gradients are measured."""
    reach: float = 0.0
    """The largest coordinate on the map, in units of the embedding."""
    share: float = 0.0
    """Part of the tokens' movement that the map shows, from 0 to 1."""
    rows: Rows = field(default_factory=Rows)
    checks: Checks = field(default_factory=Checks)
    frames: tuple[Frame, ...] = ()
    moments: tuple[Moment, ...] = ()
    ended: str = ""
    """Why it ended before its last step; empty if it did not."""

    @property
    def triangle(self) -> int:
        """Bytes of one frame's attention: of each row as many as the token may look at."""
        tokens = len(self.sentence)
        return self.layers * self.heads * tokens * (tokens + 1) // 2


def as_file(recording: Recording) -> bytes:
    """The recording as one JSON file; `recording_file.opened` reads it."""
    head = {"format": FORMAT, "version": VERSION}
    return as_text(head | as_plain(recording)).encode()


def as_plain(recording: Recording) -> dict[str, Any]:
    """The recording in plain dictionaries, lists and numbers; bytes as base64."""
    plain = {
        name: getattr(recording, name)
        for name in ("id", "title", "total", "layers", "heads", "reach", "share", "ended")
    }
    plain |= {
        name: list(getattr(recording, name)) for name in ("sentence", "example", "words", "parts")
    }
    return plain | {
        "settings": dict(recording.settings),
        "rows": recording.rows._asdict(),
        "checks": recording.checks._asdict(),
        "frames": [_plain_frame(frame) for frame in recording.frames],
        "moments": [_plain_moment(moment) for moment in recording.moments],
    }


def _plain_frame(frame: Frame) -> dict[str, Any]:
    return frame._asdict() | {
        "attention": _base64(frame.attention),
        "places": _base64(frame.places),
    }


def _plain_moment(moment: Moment) -> dict[str, Any]:
    return {
        "step": moment.step,
        "free": moment.free._asdict(),
        "recited": moment.recited._asdict(),
    }


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def as_text(plain: Mapping[str, Any]) -> str:
    """Plain values as JSON without a space too many."""
    return json.dumps(plain, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


class Sent(NamedTuple):
    """How much of a recording a browser has been sent."""

    id: str
    rows: tuple[int, ...]
    """Steps of the rows."""
    checks: tuple[int, ...]
    frames: tuple[int, ...]
    moments: int


def sent_with(recording: Recording) -> Sent:
    """What a browser has once it has all of this recording."""
    return Sent(
        recording.id,
        recording.rows.step,
        recording.checks.step,
        tuple(frame.step for frame in recording.frames),
        len(recording.moments),
    )


def changes(recording: Recording, before: Sent) -> dict[str, Any]:
    """What a browser lacks that has been sent `before` of the same recording.

    Columns come with the place from which they are to be replaced; frames are sent when they are
    new, with the steps of all that still count. The map is sent whole when there is a new frame,
    because its directions may have turned.
    """
    now = sent_with(recording)
    new = [frame for frame in recording.frames if frame.step not in before.frames]
    message: dict[str, Any] = {
        "id": recording.id,
        "ended": recording.ended,
        "rows": _columns(recording.rows, now.rows, before.rows),
        "checks": _columns(recording.checks, now.checks, before.checks),
        "kept": list(now.frames),
        "moments_from": before.moments,
        "moments": [_plain_moment(moment) for moment in recording.moments[before.moments :]],
    }
    if new:
        message["frames"] = [_plain_frame(frame) | {"places": ""} for frame in new]
        message["map"] = {
            "reach": recording.reach,
            "share": recording.share,
            "places": [_base64(frame.places) for frame in recording.frames],
        }
    return message


def _columns(
    columns: Rows | Checks, now: tuple[int, ...], before: tuple[int, ...]
) -> dict[str, Any]:
    """The new end of all columns; all of them if earlier entries have been thinned out."""
    grown = now[: len(before)] == before
    start = len(before) if grown else 0
    return {"from": start} | {name: list(c[start:]) for name, c in columns._asdict().items()}
