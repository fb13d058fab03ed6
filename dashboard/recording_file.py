"""Opens a recorded run that somebody saved: every value is checked before it counts.

The file is JSON, so opening it runs nothing. Its texts may be anything; the page shows them as
text only.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from dashboard.recording import (
    FORMAT,
    VERSION,
    Checks,
    Frame,
    Moment,
    Recording,
    Rows,
    Said,
    Setting,
)

LARGEST = 2_000_000
"""Bytes of a file that may be opened; a recorded run has a tenth of that."""

_ROWS, _FRAMES, _MOMENTS, _TOKENS, _PIECES, _NAMES = 10_000, 128, 200, 256, 1_000, 60
_LINE, _TEXT = 200, 10_000  # characters

T = TypeVar("T")


class RecordingError(ValueError):
    """A file that is no recorded run; one sentence with the remedy."""


def opened(content: bytes) -> Recording:
    """The recording in a file's bytes.

    Raises:
        RecordingError: too large, another kind of file, damaged, or from a later version.
    """
    if len(content) > LARGEST:
        raise RecordingError(
            f"the file has {len(content):,} bytes, and a recorded run has at most {LARGEST:,}; "
            "choose a file that this page has saved"
        )
    try:
        plain = json.loads(content.decode("utf-8"), parse_constant=_refused)
    except (ValueError, RecursionError):
        raise RecordingError(
            "this file is no recorded run, or only the first part of one; "
            "choose a .json file that this page has saved"
        ) from None
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise RecordingError(
            "this file holds no recorded run; choose a .json file that this page has saved"
        )
    if plain.get("version") != VERSION:
        raise RecordingError(
            f"this recorded run is of another version than {VERSION}, which is all that can be "
            "opened here; record the run again"
        )
    recording = _recording(plain, f"file-{hashlib.sha256(content).hexdigest()[:12]}")
    _check_sizes(recording)
    return recording


def _refused(name: str) -> NoReturn:
    raise ValueError(name)


def _recording(plain: dict[str, Any], name: str) -> Recording:
    return Recording(
        id=name,
        title=_string(plain, "title", _LINE),
        settings=_settings(plain),
        total=_whole(plain, "total"),
        layers=_whole(plain, "layers"),
        heads=_whole(plain, "heads"),
        sentence=_list(plain, "sentence", _TOKENS, lambda token: _is_text(token, _LINE)),
        example=_list(plain, "example", _TOKENS, lambda token: _is_text(token, _LINE)),
        words=_list(plain, "words", _TOKENS, lambda token: _is_text(token, _LINE)),
        parts=_list(plain, "parts", _TOKENS, lambda part: _is_text(part, _LINE)),
        reach=_number(plain, "reach"),
        share=_number(plain, "share"),
        rows=Rows(**_columns(plain, "rows", Rows, ("step", "tokens", "clipped"))),
        checks=Checks(**_columns(plain, "checks", Checks, ("step",))),
        frames=_list(plain, "frames", _FRAMES, _frame),
        moments=_list(plain, "moments", _MOMENTS, _moment),
        ended=_string(plain, "ended", _TEXT),
    )


def _check_sizes(recording: Recording) -> None:
    """Everything has as many entries as there are tokens, parts and heads to describe."""
    if not recording.frames or not recording.sentence or len(recording.example) < 2:
        _damaged("frames")
    if recording.layers * recording.heads > 4096 or recording.layers * recording.heads < 1:
        _damaged("heads")
    for frame in recording.frames:
        fits = (
            len(frame.attention) == recording.triangle
            and len(frame.places) == 2 * len(recording.words)
            and len(frame.losses) == len(recording.example) - 1
            and len(frame.weights) == len(frame.gradients) == len(recording.parts)
        )
        if not fits:
            _damaged(f"the frame of step {frame.step}")
    for steps in (
        recording.rows.step,
        recording.checks.step,
        tuple(frame.step for frame in recording.frames),
        tuple(moment.step for moment in recording.moments),
    ):
        if list(steps) != sorted(set(steps)):
            _damaged("the order of its steps")


def _damaged(where: str) -> NoReturn:
    raise RecordingError(
        f"this recorded run is damaged: {where[:40]} is not what it has to be; "
        "save it once more, or record the run again"
    )


def _value(holder: object, name: str) -> Any:
    if not isinstance(holder, dict) or name not in holder:
        _damaged(name)
    return holder[name]


def _is_text(value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError
    value.encode()  # half a surrogate pair is no character; raises a ValueError
    return value


def _is_whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**15:
        raise ValueError
    return value


def _is_number(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not abs(value) < 1e30:
        raise ValueError
    return float(value)


def _is_number_or_none(value: object) -> float | None:
    return None if value is None else _is_number(value)


def _is_bytes(value: object) -> bytes:
    return base64.b64decode(_is_text(value, LARGEST), validate=True)


def _take(holder: object, name: str, read: Callable[[Any], T]) -> T:
    """A value, read; or the sentence that says which one is wrong."""
    value = _value(holder, name)
    try:
        return read(value)
    except RecordingError:
        raise
    except (ValueError, TypeError, binascii.Error):
        _damaged(name)


def _string(holder: object, name: str, longest: int) -> str:
    return _take(holder, name, lambda value: _is_text(value, longest))


def _whole(holder: object, name: str) -> int:
    return _take(holder, name, _is_whole)


def _number(holder: object, name: str) -> float:
    return _take(holder, name, _is_number)


def _list(holder: object, name: str, most: int, read: Callable[[Any], T]) -> tuple[T, ...]:
    def whole_list(value: object) -> tuple[T, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise ValueError
        return tuple(read(entry) for entry in value)

    return _take(holder, name, whole_list)


def _settings(plain: dict[str, Any]) -> dict[str, Setting]:
    """Short names with short values."""

    def read(value: object) -> dict[str, Setting]:
        if not isinstance(value, dict) or len(value) > _NAMES:
            raise ValueError
        return {_is_text(key, _LINE): _setting(entry) for key, entry in value.items()}

    return _take(plain, "settings", read)


def _setting(value: object) -> Setting:
    if isinstance(value, str):
        return _is_text(value, _LINE)
    if value is None or isinstance(value, bool):
        return value
    return int(value) if isinstance(value, int) else _is_number(value)


def _columns(
    plain: dict[str, Any], name: str, shape: type[Rows] | type[Checks], whole: tuple[str, ...]
) -> dict[str, Any]:
    """Columns of equal length."""
    holder = _value(plain, name)
    columns = {
        column: _list(holder, column, _ROWS, _is_whole if column in whole else _is_number_or_none)
        for column in shape._fields
    }
    if len({len(column) for column in columns.values()}) != 1:
        _damaged(name)
    return columns


def _frame(plain: object) -> Frame:
    numbers = {
        name: _list(plain, name, _TOKENS, _is_number_or_none)
        for name in ("losses", "weights", "gradients")
    }
    return Frame(
        step=_whole(plain, "step"),
        attention=_take(plain, "attention", _is_bytes),
        places=_take(plain, "places", _is_bytes),
        **numbers,
    )


def _moment(plain: object) -> Moment:
    step = _whole(plain, "step")
    return Moment(step, _said(_value(plain, "free")), _said(_value(plain, "recited")))


def _said(plain: object) -> Said:
    def piece(value: Any) -> tuple[str, bool]:
        text, copied = value
        if not isinstance(copied, bool):
            raise ValueError
        return _is_text(text, _TEXT), copied

    return Said(_string(plain, "prompt", _TEXT), _list(plain, "parts", _PIECES, piece))
