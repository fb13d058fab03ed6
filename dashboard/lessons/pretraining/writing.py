"""Texts that can be looked into: every token with the scores and the number that made it."""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import streamlit as st
import torch
from torch import Tensor

from dashboard import cached
from dashboard.decoding import prompt_ids
from llm_core.fast.decoding import FastDecoder
from llm_core.sampling import generate, next_logits, uniform_numbers


@dataclass(frozen=True, kw_only=True)
class Dials:
    """The settings of the chain as a learner turns them; the standing values change nothing."""

    temperature: float = 1.0
    top_k: int = 0
    """0 lets every token in."""
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0

    @classmethod
    def of(cls, asked: Mapping[str, object], standing: "Dials") -> "Dials":
        """What somebody asks for, each value within its range; what is missing or no number stays.

        >>> Dials.of({"temperature": "9", "top_k": "many"}, Dials(top_k=3))
        Dials(temperature=5.0, top_k=3, top_p=1.0, min_p=0.0, repetition_penalty=1.0)
        """
        values: dict[str, Any] = {}
        for name, (low, high) in RANGES.items():
            try:
                value = float(str(asked[name]))
            except (KeyError, ValueError):
                continue
            if math.isfinite(value):
                values[name] = type(getattr(standing, name))(min(max(value, low), high))
        return replace(standing, **values)

    def links(self) -> dict[str, Any]:
        """The same as keywords of `sampling_steps` and `generate`."""
        return asdict(self) | {"top_k": self.top_k or None}


RANGES: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 5.0),
    "top_k": (0, 200_000),
    "top_p": (0.01, 1.0),
    "min_p": (0.0, 1.0),
    "repetition_penalty": (1.0, 2.0),
}
"""From where to where each dial turns."""


class Step(NamedTuple):
    """One token of a text that can be looked into."""

    token_id: int
    probability: float
    """How likely it was when it was drawn; at temperature 0, what the model gave it."""
    given: bool
    """Whether somebody chose it, instead of a number."""


class Text(NamedTuple):
    """What a model wrote, with everything needed to draw each of its tokens again."""

    prompt: tuple[int, ...]
    steps: tuple[Step, ...]
    logits: Tensor
    """What the model gave at each place, (N, V)."""

    @property
    def ids(self) -> tuple[int, ...]:
        """Ids of the tokens after the prompt."""
        return tuple(step.token_id for step in self.steps)


NUMBERS = 1000
"""Numbers drawn from one seed: the first ones write the text, all of them test the theory."""

_KEPT = 12
"""Texts that the server remembers."""


class _Shelf:
    """The texts written last, for everybody."""

    def __init__(self) -> None:
        self._texts: OrderedDict[object, Text] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, name: object) -> Text | None:
        with self._lock:
            if name in self._texts:
                self._texts.move_to_end(name)
            return self._texts.get(name)

    def put(self, name: object, text: Text) -> None:
        with self._lock:
            self._texts[name] = text
            while len(self._texts) > _KEPT:
                self._texts.popitem(last=False)


@st.cache_resource(show_spinner=False)
def _shelf() -> _Shelf:
    return _Shelf()


@st.cache_resource(show_spinner=False, max_entries=32)
def numbers(seed: int) -> Tensor:
    """The numbers of a seed, (NUMBERS,), which decide every draw."""
    return uniform_numbers(seed, NUMBERS)


def write(
    loaded: cached.Loaded,
    prompt: str,
    dials: Dials,
    *,
    seed: int,
    tokens: int,
    given: Sequence[int] = (),
    watch: Callable[[str], None] | None = None,
) -> Text:
    """Let the model write after a prompt, token by token, by the numbers of a seed.

    Args:
        given: ids that stand fixed at the beginning, whoever chose them.
        watch: told the text so far after each token, unless the whole is known already.

    Raises:
        ValueError: an empty prompt, or a model whose scores are no numbers.
    """
    name = (loaded.name, prompt, dials, seed, tokens, tuple(given))
    known = _shelf().find(name)
    if known is not None:
        return known
    ids = prompt_ids(loaded, prompt)
    stream = generate(
        loaded.model,
        torch.tensor([ids]),
        tokens,
        loaded.config.context_length,
        **dials.links(),
        eos_id=loaded.end_of_text,
        numbers=numbers(seed).tolist(),
        given=given,
        logits_of=FastDecoder(loaded.model),
    )
    steps: list[Step] = []
    logits: list[Tensor] = []
    for token in stream:
        _check(token.logits)
        steps.append(Step(token.token_id, token.probability, len(steps) < len(given)))
        logits.append(token.logits)
        if watch:
            watch(loaded.tokenizer.decode([step.token_id for step in steps]))
    shape = (0, loaded.config.vocab_size)
    text = Text(tuple(ids), tuple(steps), torch.stack(logits) if logits else torch.empty(shape))
    _shelf().put(name, text)
    return text


def at(loaded: cached.Loaded, text: Text, place: int) -> Tensor:
    """What the model gives for the token at a place of the text, (V,); also for what would follow.

    Raises:
        ValueError: the model's scores are no numbers.
    """
    if place < len(text.steps):
        return text.logits[place]
    return _next_logits(loaded, text.prompt + text.ids)


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def _next_logits(loaded: cached.Loaded, ids: tuple[int, ...]) -> Tensor:
    logits = next_logits(loaded.model, torch.tensor([ids]), loaded.config.context_length)[0]  # (V,)
    _check(logits)
    return logits


def _check(logits: Tensor) -> None:
    """Refuse what a diverged run leaves behind."""
    if not bool(logits.isfinite().all()):
        raise ValueError(
            "this model's scores are no numbers any more, since its run diverged; train again with "
            "a lower learning rate, or choose another model"
        )
