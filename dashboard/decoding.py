"""Writing with any model in memory: a stream of tokens, and what temperature does to the choice."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st
import torch
from torch import Tensor

from dashboard import cached, charts, chips, palette
from llm_core.sampling import generate, likeliest, sampling_steps

MOST = 60
"""Tokens written at once."""

CHOICES = 8
"""Tokens kept of those that might have come instead."""

COLD, HOT = 0.1, 5.0
"""Temperatures drawn beside the learner's own, as extremes."""


class Written(NamedTuple):
    """One token that a model wrote."""

    token: str
    token_id: int
    probability: float
    choices: tuple[tuple[str, float], ...]
    """The likeliest tokens at this place with their probabilities, best first."""


class Continuation(NamedTuple):
    """A prompt as the model read it, and what it wrote after it."""

    prompt: tuple[str, ...]
    written: tuple[Written, ...]


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=cached.BY_NAME)
def continuation(
    loaded: cached.Loaded,
    prompt: str,
    *,
    temperature: float,
    top_k: int | None = None,
    seed: int,
    tokens: int = MOST,
) -> Continuation:
    """What the model writes after a prompt; the prompt's end has priority where room is short.

    It may end earlier than after `tokens` tokens, with the model's own end of the text.

    Raises:
        ValueError: an empty prompt, or a setting outside its range.
    """
    ids = _prompt_ids(loaded, prompt)
    stream = generate(
        loaded.model,
        torch.tensor([ids]),
        tokens,
        loaded.config.context_length,
        temperature=temperature,
        top_k=top_k,
        eos_id=loaded.end_of_text,
        generator=torch.Generator().manual_seed(seed),
    )
    decode = loaded.tokenizer.decode
    written = [
        Written(
            decode([step.token_id]),
            step.token_id,
            step.probability,
            tuple((decode([i]), p) for i, p in likeliest(step.probabilities, CHOICES)),
        )
        for step in stream
    ]
    return Continuation(tuple(decode([i]) for i in ids), tuple(written))


def show(continuation: Continuation) -> None:
    """Draw prompt and written tokens as chips; a written one says how likely it was."""
    prompt, written = continuation
    chips.show(
        [*prompt, *(token.token for token in written)],
        marks=["dim"] * len(prompt) + [""] * len(written),
        notes=["yours"] * len(prompt)
        + [f"drawn with a probability of {token.probability:.1%}" for token in written],
    )


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=cached.BY_NAME)
def temperature_figure(
    loaded: cached.Loaded, prompt: str, *, temperature: float, top_k: int | None, count: int = 8
) -> str:
    """Probabilities of the likeliest next tokens at three temperatures and the learner's: JSON."""
    logits = _next_logits(loaded, prompt)  # (V,)
    best = [i for i, _ in likeliest(logits, count)]
    shown = {f"T = {t:g}": t for t in sorted({COLD, 1.0, HOT})}
    groups = {
        name: _picked(sampling_steps(logits, temperature=t, top_k=top_k).probabilities, best)
        for name, t in shown.items()
    }
    yours = f"yours: T = {temperature:g}"
    groups[yours] = _picked(
        sampling_steps(logits, temperature=temperature, top_k=top_k).probabilities, best
    )
    tones = (palette.DIVERGING[0], palette.TEST, palette.DIVERGING[7], palette.OUTPUT)
    drawn = charts.bars(
        groups,
        labels=[chips.label(loaded.tokenizer.decode([i])) for i in best],
        colours=dict(zip(groups, tones, strict=True)),
        value_title="probability",
        label_title="the likeliest next tokens",
        value_range=(0.0, 1.0),
    )
    return str(drawn.to_json())


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def _next_logits(loaded: cached.Loaded, prompt: str) -> Tensor:
    """Scores (V,) of what may follow the prompt; every slider after that needs no forward pass."""
    ids = _prompt_ids(loaded, prompt)
    with torch.no_grad():
        logits: Tensor = loaded.model(torch.tensor([ids]))[0, -1]  # (V,)
    return logits


def _prompt_ids(loaded: cached.Loaded, prompt: str) -> list[int]:
    """The end of the prompt that leaves room to write.

    Raises:
        ValueError: the prompt is empty.
    """
    ids = loaded.tokenizer.encode_ordinary(prompt)
    if not ids:
        raise ValueError("a prompt needs at least one word; write one to begin with")
    room = loaded.config.context_length
    return ids[-max(1, room - MOST, room // 2) :]


def _picked(probabilities: Tensor, ids: Sequence[int]) -> list[float]:
    return [float(probabilities[i]) for i in ids]
