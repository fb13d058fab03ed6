"""Writing with any model in memory: a prompt, and the tokens that came after it."""

from typing import NamedTuple

import streamlit as st
import torch

from dashboard import cached, chips
from llm_core.fast.decoding import FastDecoder
from llm_core.sampling import generate, likeliest

MOST = 60
"""Tokens written at once."""

CHOICES = 8
"""Tokens kept of those that might have come instead."""


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
    ids = prompt_ids(loaded, prompt)
    stream = generate(
        loaded.model,
        torch.tensor([ids]),
        tokens,
        loaded.config.context_length,
        temperature=temperature,
        top_k=top_k,
        eos_id=loaded.end_of_text,
        generator=torch.Generator().manual_seed(seed),
        logits_of=FastDecoder(loaded.model),
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


def prompt_ids(loaded: cached.Loaded, prompt: str) -> list[int]:
    """The end of the prompt that leaves room to write.

    Raises:
        ValueError: the prompt is empty.
    """
    ids = loaded.tokenizer.encode_ordinary(prompt)
    if not ids:
        raise ValueError("a prompt needs at least one word; write one to begin with")
    room = loaded.config.context_length
    return ids[-max(1, room - MOST, room // 2) :]
