"""What the architecture page shows: one sentence on its way through a built model.

Figures leave as JSON text, so that a rerun costs nothing; models and tensors are shared, unchanged.
"""

from typing import NamedTuple

import streamlit as st
import torch

from dashboard import cached, charts, chips, palette
from dashboard.lessons.architecture import model_choice
from llm_core import sampling
from llm_core.config import GPTConfig
from llm_core.gpt import GPTSteps
from llm_core.tokenizers import BPETokenizer, gpt2_bpe

SEED = 123
MOST_TOKENS = 96
"""Longer sentences are cut at the front, as generation does when a text outgrows its window."""


# A sentence on its way through --------------------------------------------------------------------


class Inside(NamedTuple):
    """One sentence inside one untrained model."""

    tokens: tuple[str, ...]
    ids: tuple[int, ...]
    out_of_sight: int
    """Tokens at the front that did not fit."""
    steps: GPTSteps
    """Everything computed, but of the logits only the last place is kept."""
    logits_shape: tuple[int, ...]


def built(sentence: str) -> tuple[GPTConfig, Inside]:
    """The configuration that is small enough to run, and your sentence inside it."""
    config = model_choice.small(model_choice.chosen())
    return config, inside(config, sentence)


@st.cache_resource(show_spinner=False, max_entries=8)
def tokenizer(vocab_size: int) -> cached.Tokenizer:
    """GPT-2's tokenizer, or the first merges of it where the vocabulary is smaller."""
    whole = cached.gpt2_tokenizer()
    if vocab_size >= whole.n_vocab:
        return whole
    kept = {token: rank for token, rank in gpt2_bpe().ranks.items() if rank < vocab_size - 1}
    return BPETokenizer(kept, {sampling.END_OF_TEXT: vocab_size - 1})


@st.cache_resource(show_spinner=False, max_entries=8)
def inside(config: GPTConfig, text: str) -> Inside:
    """Read the sentence with an untrained model of this configuration."""
    words = tokenizer(config.vocab_size)
    every = words.encode_ordinary(text)
    ids = every[-min(config.context_length, MOST_TOKENS) :]
    with torch.no_grad():
        steps = cached.untrained(config, SEED).steps(torch.tensor([ids]))  # (1, T)
    return Inside(
        tuple(words.decode([i]) for i in ids),
        tuple(ids),
        len(every) - len(ids),
        steps._replace(logits=steps.logits[:, -1:].clone()),
        tuple(steps.logits.shape),
    )


@st.cache_data(show_spinner=False, max_entries=64)
def guesses(config: GPTConfig, text: str) -> tuple[str, float]:
    """Bars of the likeliest next tokens in per cent; and how much above chance the first one is."""
    logits = inside(config, text).steps.logits[0, -1]  # (V,)
    probabilities = sampling.sampling_steps(logits).probabilities
    best = sampling.likeliest(probabilities, 8)
    words = tokenizer(config.vocab_size)
    percent = [100 * p for _, p in best]
    chance = 100 / config.vocab_size
    figure = charts.bars(
        {"untrained": percent},
        labels=[chips.visible(words.decode([i])) for i, _ in best],
        colours={"untrained": palette.ACCENT},
        value_title="probability in per cent",
        value_range=(0.0, max(10 * chance, 1.1 * percent[0])),
        sideways=True,
        number_format=".2~g",
    )
    return figure.to_json(), percent[0] / chance
