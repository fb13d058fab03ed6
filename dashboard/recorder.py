"""Records a run while it goes on: cheap, bounded, and without the run noticing.

The scheduler's thread calls `note`, `frame` and `said`; a page calls `recording` whenever it
likes. Nothing here draws a random number or changes the model (`llm_core.observing`), so a recorded
run has the very curve of one that is not recorded.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import torch
from torch import Tensor

from dashboard.cached import Tokenizer
from dashboard.recording import Checks, Frame, Moment, Recording, Rows
from llm_core import observing
from llm_core.gpt import GPTModel
from llm_core.training import TrainStep

MOST_FRAMES = 40
"""Frames kept; when one more would come, every second one goes."""

MOST_ROWS = 4_000
"""Steps whose numbers are kept; the same holds for them."""

MOST_TIME = 0.03
"""Share of a run's time after which frames have to wait; fast runs have fewer of them."""

PINNED = 16
"""Tokens of the pinned sentence, fewer in a model with many heads."""

MOST_WEIGHTS = 4_096
"""Attention weights in one frame."""

EXAMPLE = 48
"""Places of the training example whose loss is recorded."""

WORDS = 36
"""Tokens on the map: the most frequent ones of the training text."""

_READ = 20_000  # characters of the training text that are read to find them

T = TypeVar("T")


class _Inside(NamedTuple):
    """A frame as it is kept: the watched tokens' vectors wait for the map's directions."""

    frame: Frame
    vectors: Tensor


class Recorder:
    """Collects one run; `job.products["recording"]` holds it."""

    def __init__(
        self,
        model: GPTModel,
        tokenizer: Tokenizer,
        *,
        id: str,
        title: str,
        sentence: str,
        text: str,
        settings: Mapping[str, Any],
        total: int,
    ) -> None:
        """
        Args:
            model: what will train; only its shape is looked at now.
            tokenizer: reads both texts.
            id: names the recording.
            title: what to call the run.
            sentence: the pinned one, whose attention is recorded.
            text: what the model learns from.
            settings: what is needed to start the same run again.
            total: updates that are planned.
        """
        config = model.config
        self._lock = threading.Lock()
        self._ids = tokenizer.encode_ordinary(text[:_READ])
        self._example = self._ids[: min(EXAMPLE, config.context_length) + 1]
        pinned = tokenizer.encode_ordinary(sentence) or self._ids
        self._sentence = pinned[: _pinned(config.n_layers * config.n_heads, config.context_length)]
        self._words = _frequent(self._ids, tokenizer)
        self._blank = Recording(
            id=id,
            title=title,
            settings={name: _setting(value) for name, value in settings.items()},
            total=total,
            layers=config.n_layers,
            heads=config.n_heads,
            sentence=_spelled(self._sentence, tokenizer),
            example=_spelled(self._example, tokenizer),
            words=_spelled(self._words, tokenizer),
            parts=tuple(observing.parts(model)),
        )
        self._rows: list[tuple[Any, ...]] = []
        """As `Rows` has them, rounded at once: a page that looks must not wait for all of them."""
        self._row_distance = 1
        self._noted = 0
        self._last: TrainStep | None = None
        self._checks: list[tuple[int, float | None, float | None]] = []
        self._inside: list[_Inside] = []
        self._distance = max(1, math.ceil(total / MOST_FRAMES))
        self._moments: list[Moment] = []
        self._ended = ""
        self._axes: Tensor | None = None
        self._placed: tuple[tuple[Frame, ...], float, float] | None = None
        self._made: Recording | None = None
        self.seconds = 0.0
        """Time spent on recording, of which the run's thread knows."""

    def note(self, record: TrainStep) -> None:
        """Keep the numbers of an update."""
        with self._lock:
            self._last, self._made = record, None
            if self._noted % self._row_distance == 0:
                self._rows.append(_row(record))
            self._noted += 1
            if len(self._rows) > MOST_ROWS:
                self._rows, self._row_distance = self._rows[::2], 2 * self._row_distance
            if record.train_loss is not None or record.val_loss is not None:
                done = record.step + 1
                self._checks.append((done, _drawn(record.train_loss), _drawn(record.val_loss)))
                if len(self._checks) > MOST_ROWS:
                    self._checks = self._checks[::2]

    def due(self, step: int, spent: float = 0.0) -> bool:
        """Whether a frame is to be taken after so many updates, for which the run took its time.

        Args:
            step: updates made.
            spent: seconds of computing, all together; 0 if nobody counts them.
        """
        affordable = not spent or self.seconds <= MOST_TIME * spent
        return step % self._distance == 0 and affordable

    def frame(self, model: GPTModel, step: int) -> None:
        """Look into the model after so many updates; a second look at the same step is none."""
        if self._inside and self._inside[-1].frame.step >= step:
            return
        begun = time.perf_counter()
        clipped = self._last is not None and self._last.clipped
        norms = observing.part_norms(
            model, whole_gradient=self._last.gradient_norm if self._last and clipped else None
        )
        frame = Frame(
            step=step,
            attention=_triangles(observing.attention_weights(model, self._sentence)),
            places=b"",
            losses=_drawn_all(observing.losses_by_position(model, self._example)),
            weights=_drawn_all(norms.weights),
            gradients=_drawn_all(norms.gradients),
        )
        vectors = observing.token_vectors(model, self._words)
        with self._lock:
            self._made = self._placed = None
            self._inside.append(_Inside(frame, vectors))
            if len(self._inside) > MOST_FRAMES + 1:  # and the newest, whatever its step
                self._distance *= 2
                first, *between, newest = self._inside
                kept = [look for look in between if look.frame.step % self._distance == 0]
                self._inside = [first, *kept, newest]
        self.seconds += time.perf_counter() - begun

    def said(self, moment: Moment) -> None:
        """Keep what the model wrote; at the same step as before, in place of that."""
        with self._lock:
            self._made = None
            if self._moments and self._moments[-1].step >= moment.step:
                self._moments.pop()
            self._moments.append(moment)

    def end(self, why: str = "") -> None:
        """The run is over; `why` if that was before its last step."""
        with self._lock:
            self._made, self._ended = None, why

    def recording(self) -> Recording:
        """The run so far; the same object until something is added."""
        with self._lock:
            if self._made is None:
                self._made = self._so_far()
            return self._made

    def _so_far(self) -> Recording:
        if self._placed is None:
            self._placed = self._mapped()
        frames, reach, share = self._placed
        return Recording(
            **{name: getattr(self._blank, name) for name in _FIXED},
            reach=reach,
            share=share,
            rows=Rows(*zip(*self._rows, strict=True)) if self._rows else Rows(),
            checks=Checks(*zip(*self._checks, strict=True)) if self._checks else Checks(),
            frames=frames,
            moments=tuple(self._moments),
            ended=self._ended,
        )

    def _mapped(self) -> tuple[tuple[Frame, ...], float, float]:
        """All frames on one map, how far it reaches, and which share of the movement it shows."""
        if not self._inside:
            return (), 0.0, 0.0
        found = observing.movement_map(
            torch.stack([look.vectors for look in self._inside]), self._axes
        )
        self._axes = found.axes
        reach = float(found.places.abs().max())
        signed = (found.places * (127 / max(reach, 1e-9))).round().to(torch.int8)  # (F, W, 2)
        frames = tuple(
            look.frame._replace(places=places.numpy().tobytes())
            for look, places in zip(self._inside, signed, strict=True)
        )
        return frames, _drawn(reach) or 0.0, _drawn(found.share) or 0.0


_FIXED = (
    "id", "title", "settings", "total", "layers", "heads", "sentence", "example", "words", "parts",
)  # fmt: skip


def _row(record: TrainStep) -> tuple[Any, ...]:
    return (
        record.step,
        record.tokens_seen,
        _drawn(record.loss),
        _drawn(record.learning_rate),
        _drawn(record.gradient_norm),
        int(record.clipped),
    )


def _pinned(heads: int, room: int) -> int:
    """Tokens of the pinned sentence, so that a frame's attention stays within bounds."""
    fitting = math.isqrt(2 * MOST_WEIGHTS // heads)
    return max(1, min(PINNED, fitting, room))


def _frequent(ids: Sequence[int], tokenizer: Tokenizer) -> list[int]:
    """The most frequent tokens that can be read: not spaces alone, nor a part of a character."""
    counts = Counter(ids).most_common(4 * WORDS)
    readable = [i for i, _ in counts if (t := tokenizer.decode([i])).strip() and "�" not in t]
    return (readable or list(ids[:1]))[:WORDS]


def _spelled(ids: Sequence[int], tokenizer: Tokenizer) -> tuple[str, ...]:
    return tuple(tokenizer.decode([i]) for i in ids)


def _triangles(weights: Tensor) -> bytes:
    """(L, H, T, T) -> the rows up to the diagonal, one byte a weight."""
    tokens = weights.shape[-1]
    below = torch.ones(tokens, tokens, dtype=torch.bool).tril()
    kept = torch.nan_to_num(weights.cpu())[..., below]  # (L, H, T (T + 1) / 2)
    return (kept * 255).round().to(torch.uint8).numpy().tobytes()


def _drawn(value: float | None) -> float | None:
    """Rounded to what a chart can show; None for what is no finite number."""
    return float(f"{value:.4g}") if value is not None and math.isfinite(value) else None


def _drawn_all(values: Tensor) -> tuple[float | None, ...]:
    return tuple(_drawn(value) for value in values.tolist())


def _setting(value: Any) -> str | int | float | bool | None:
    plain = value is None or isinstance(value, (bool, int, float))
    return value if plain else str(value)[:200]
