"""A model in memory continues a text: the tokens it draws and what it might have drawn instead."""

from typing import NamedTuple

import streamlit as st
import torch

from dashboard import cached
from llm_core.sampling import generate, likeliest

MOST = 60  # tokens


class Written(NamedTuple):
    """One token of a continuation, and the choices the model had at its place."""

    token: str
    token_id: int
    probability: float
    choices: tuple[tuple[str, float], ...]
    """The likeliest tokens at this place with their probabilities, best first."""


@st.cache_data(show_spinner=False, max_entries=256)
def prompt_tokens(text: str) -> list[str]:
    """The pieces the bundled model's tokenizer cuts a text into."""
    tokenizer = cached.starter().tokenizer
    return [tokenizer.decode([i]) for i in tokenizer.encode_ordinary(text)]


@st.cache_data(show_spinner=False, max_entries=256)
def continuation(text: str, *, temperature: float, seed: int, tokens: int = MOST) -> list[Written]:
    """What the bundled model writes after a text.

    Args:
        text: the learner's own; must hold at least one token.
        temperature: 0 takes the likeliest token each time; above it, tokens are drawn by chance.
        seed: of the draws.
        tokens: how many.
    """
    loaded = cached.starter()
    ids = torch.tensor([loaded.tokenizer.encode_ordinary(text)])
    ids = ids[:, -loaded.config.context_length + MOST :]
    stream = generate(
        loaded.model,
        ids,
        tokens,
        loaded.config.context_length,
        temperature=temperature,
        generator=torch.Generator().manual_seed(seed),
    )
    decode = loaded.tokenizer.decode
    return [
        Written(
            decode([step.token_id]),
            step.token_id,
            step.probability,
            tuple((decode([i]), p) for i, p in likeliest(step.probabilities, 8)),
        )
        for step in stream
    ]
