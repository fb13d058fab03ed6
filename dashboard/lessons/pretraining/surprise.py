"""How surprised a model is by a sentence, token by token: the numbers and the picture."""

import math
from typing import NamedTuple

import streamlit as st
import torch

from dashboard import cached, charts, chips, palette
from llm_core.loss import loss_steps, perplexity

MOST = 32
"""Tokens of a sentence that are looked at: more bars than that cannot be read."""


class Surprise(NamedTuple):
    """A sentence's loss, cell by cell; each list has one entry for each position."""

    seen: tuple[str, ...]
    """The last token the model had read."""
    targets: tuple[str, ...]
    """The token that came next."""
    probabilities: tuple[float, ...]
    """What the model gave it."""
    losses: tuple[float, ...]
    """Minus the natural logarithm of that."""
    loss: float
    """Their mean, in nats per token."""
    perplexity: float
    blind: float
    """The loss of guessing blindly: the logarithm of the size of the vocabulary."""
    vocab_size: int
    left_out: int
    """Tokens at the end of the sentence for which there was no room."""


def blind_loss(vocab_size: int) -> float:
    """The loss of a model that gives every token the same probability, in nats per token.

    >>> round(blind_loss(50257), 2)
    10.82
    """
    return -math.log(1 / vocab_size)


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=cached.BY_NAME)
def of_sentence(loaded: cached.Loaded, sentence: str) -> Surprise:
    """What the model expected at each place of a sentence.

    Raises:
        ValueError: the sentence has only one token, so that none comes next.
    """
    ids = loaded.tokenizer.encode_ordinary(sentence)
    if len(ids) < 2:
        raise ValueError("a loss needs a token and the one after it; write at least two words")
    kept = ids[: min(MOST, loaded.config.context_length) + 1]
    row = torch.tensor([kept])  # (1, T + 1)
    with torch.no_grad():
        logits = loaded.model(row[:, :-1])  # (1, T, V)
    steps = loss_steps(logits, row[:, 1:])
    tokens = [loaded.tokenizer.decode([i]) for i in kept]
    loss = steps.loss.item()
    size = loaded.config.vocab_size
    return Surprise(
        tuple(tokens[:-1]),
        tuple(tokens[1:]),
        tuple(steps.target_probabilities[0].tolist()),
        tuple((-steps.log_probabilities[0]).tolist()),
        loss,
        perplexity(loss),
        blind_loss(size),
        size,
        len(ids) - len(kept),
    )


@st.cache_data(show_spinner=False, max_entries=128)
def figure(born: Surprise, learnt: Surprise | None) -> str:
    """One bar for each target token and model, with the line of blind guessing: JSON."""
    groups = {"untrained": born.losses}
    if learnt:
        groups["trained"] = learnt.losses
    highest = max([born.blind, *born.losses, *(learnt.losses if learnt else ())])
    drawn = charts.bars(
        groups,
        labels=[chips.label(token) for token in born.targets],
        colours={"untrained": palette.TEST, "trained": palette.ACCENT},
        value_title="−ln p (nats)",
        label_title="the token that came next",
        value_range=(0.0, 1.15 * highest),
        number_format=".2f",
        level=(born.blind, f"blind guessing: ln {born.vocab_size:,} = {born.blind:.2f}"),
    )
    return str(drawn.to_json())


def table(cells: Surprise) -> None:
    """Draw the numbers, one row for each position."""
    number = st.column_config.NumberColumn
    st.dataframe(
        {
            "after": [chips.visible(token) for token in cells.seen],
            "comes": [chips.visible(token) for token in cells.targets],
            "p": cells.probabilities,
            "ln p": [-loss for loss in cells.losses],
        },
        column_config={
            "after": st.column_config.TextColumn(help="The last token the model has read"),
            "comes": st.column_config.TextColumn(help="The token that really comes next"),
            "p": number(format="%.3g", help="What the model gave it"),
            "ln p": number(format="%.3f", help="Its natural logarithm"),
        },
        hide_index=True,
        height=35 * min(8, len(cells.losses) + 1) + 3,
    )


def formula(cells: Surprise) -> str:
    """Mean, sign and perplexity with the numbers of these cells, as LaTeX."""
    count = len(cells.losses)
    return (
        "\\begin{aligned}"
        f"\\text{{mean}} &= \\tfrac{{1}}{{{count}}} \\textstyle\\sum \\ln p "
        f"= {-cells.loss:.3f} \\\\"
        f"\\text{{loss}} &= -\\,\\text{{mean}} = {cells.loss:.3f} \\\\"
        f"\\text{{perplexity}} &= e^{{{cells.loss:.3f}}} = {choices(cells)}"
        "\\end{aligned}"
    )


def choices(cells: Surprise) -> str:
    """The perplexity with three digits, or as a whole number if it is larger."""
    count = cells.perplexity
    return f"{count:,.0f}" if 100 <= count < 1e9 else f"{count:.3g}"


def reading(cells: Surprise, trained: bool) -> str:
    """What to see in these numbers, in a sentence or two."""
    words = (
        f"{'The trained' if trained else 'The untrained'} model chooses, on average, as if between "
        f"{choices(cells)} equally likely tokens: its perplexity. "
    )
    if not trained:
        return words + "Train a model below, and its bars join these."
    if cells.loss > cells.blind:
        return words + (
            "That is worse than guessing blindly: it is sure of itself, and wrong. A model that "
            "knows one text by heart expects that text everywhere."
        )
    return words
