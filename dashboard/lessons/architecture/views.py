"""What the architecture page shows: ledgers, and one sentence on its way through a built model.

Figures leave as JSON text, so that a rerun costs nothing; models and tensors are shared, unchanged.
"""

from typing import NamedTuple, cast

import streamlit as st
import torch
from torch import Tensor

from dashboard import cached, charts, palette
from dashboard.charts.activation import activation
from dashboard.charts.spread import spread
from dashboard.charts.stacked import stacked
from dashboard.lessons.architecture import model_choice
from llm_core import accounting, sampling
from llm_core.config import GPTConfig
from llm_core.gpt import GPTSteps
from llm_core.random_state import RandomState
from llm_core.tokenizers import BPETokenizer, gpt2_bpe
from llm_core.transformer import (
    ExampleDeepNeuralNetwork,
    FeedForwardSteps,
    LayerNorm,
    LayerNormSteps,
    TransformerBlock,
    gelu,
    gradient_means,
)

SEED = 123
MOST_TOKENS = 96
"""Longer sentences are cut at the front, as generation does when a text outgrows its window."""

# Ledgers ------------------------------------------------------------------------------------------

PART_TONES = {
    "token embedding": palette.TOKENS[0],
    "position embedding": palette.TOKENS[4],
    "attention": palette.TOKENS[3],
    "feed-forward": palette.TOKENS[2],
    "layer norms": palette.TOKENS[5],
    "output head": palette.TOKENS[1],
}


@st.cache_data(show_spinner=False, max_entries=64)
def areas(config: GPTConfig, tied: bool) -> str:
    """Treemap of the parameters: parts, and inside attention and feed-forward their tensors."""
    ledger = accounting.parameter_ledger(config)
    parts = {k: n for k, n in ledger.by_part.items() if not (tied and k == "output head")}
    names, parents, values = [*parts], [""] * len(parts), [*parts.values()]
    tones = [PART_TONES[part] for part in parts]
    for row in ledger.rows:
        if row.part in ("attention", "feed-forward") and row.tensor.endswith("weight"):
            short = row.tensor.split(".")[-2]
            label = {"0": "widen", "2": "narrow"}.get(short, short)
            names.append(f"{label} ({row.copies} ×)")
            parents.append(row.part)
            values.append(row.count)
            tones.append(_tensor_tone(label, PART_TONES[row.part]))
    return str(charts.treemap(names, parents, values, unit="parameters", tones=tones).to_json())


def _tensor_tone(label: str, otherwise: palette.Tone) -> palette.Tone:
    """Queries, keys, values and output wear their own colours."""
    own = {
        "W_query": palette.QUERY,
        "W_key": palette.KEY,
        "W_value": palette.VALUE,
        "out_proj": palette.OUTPUT,
    }
    return own.get(label, otherwise)


@st.cache_data(show_spinner=False, max_entries=64)
def memory(config: GPTConfig, tied: bool, batch_size: int, tokens: int) -> str:
    """Stacked bars: running the model in three number formats, training it with AdamW."""
    ledger = accounting.training_memory(config, batch_size, tokens, tied=tied)
    runs = {
        "run, float32": "float32",
        "run, bfloat16": "bfloat16",
        "run, int8": "int8",
    }
    size = accounting.BYTES_PER_MEGABYTE
    unit = "MB"
    if ledger.total > 4096 * size:
        size, unit = size * 1024, "GB"
    labels = [*runs, "train, float32"]
    weights = [accounting.weight_bytes(config, form, tied=tied) / size for form in runs.values()]
    parts = {"weights": [*weights, ledger.rows[0].bytes / size]}
    parts |= {row.part: [0.0] * len(runs) + [row.bytes / size] for row in ledger.rows[1:]}
    tones = (palette.ACCENT, palette.VALIDATION, palette.OUTPUT, palette.TEST)
    figure = stacked(
        parts,
        labels=labels,
        colours=dict(zip(parts, tones, strict=True)),
        value_title=f"memory in {unit}",
        unit=unit,
    )
    return str(figure.to_json())


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
def written(config: GPTConfig, text: str, count: int) -> tuple[list[str], list[int]]:
    """What the untrained model appends, always taking the likeliest token: tokens and ids."""
    words = tokenizer(config.vocab_size)
    ids = torch.tensor([inside(config, text).ids])  # (1, T)
    model = cached.untrained(config, SEED)
    longer = sampling.generate_text_simple(model, ids, count, config.context_length)
    new = longer[0, ids.shape[1] :].tolist()
    return [words.decode([i]) for i in new], new


# Parts by hand ------------------------------------------------------------------------------------


def norm_places(config: GPTConfig) -> list[str]:
    """Every layer norm of the model, in order."""
    inner = [f"block {b + 1}, norm {n}" for b in range(config.n_layers) for n in (1, 2)]
    return [*inner, "final norm"]


@st.cache_resource(show_spinner=False, max_entries=64)
def norm_steps(
    config: GPTConfig, text: str, place: int, token: int, eps: float
) -> tuple[Tensor, LayerNormSteps]:
    """One token's vector (C,) on the way into a layer norm, and that norm's steps."""
    steps = inside(config, text).steps
    block, second = divmod(place, 2)
    enters = steps.blocks[block].after_attention if second else steps.block_outputs[block]
    vector = enters[0, token]  # (C,)
    with torch.no_grad():
        return vector, LayerNorm(config.emb_dim, eps).steps(vector)


def mean_and_variance(vector: Tensor) -> tuple[float, float]:
    """Of the numbers of one vector; a mean that is only rounding error counts as 0."""
    mean = vector.mean().item()
    return (0.0 if abs(mean) < 5e-5 else mean), vector.var(unbiased=False).item()


@st.cache_data(show_spinner=False, max_entries=64)
def norm_figure(config: GPTConfig, text: str, place: int, token: int, eps: float) -> str:
    """Dots of the vector before and after."""
    before, steps = norm_steps(config, text, place, token, eps)
    rows = {"before": before, "after": steps.output}
    reach = max(4.0, 1.05 * max(v.abs().max().item() for v in rows.values()))
    figure = spread(
        {name: vector.tolist() for name, vector in rows.items()},
        centres=[vector.mean().item() for vector in rows.values()],
        widths=[vector.std(unbiased=False).item() for vector in rows.values()],
        colours={"before": palette.MUTED, "after": palette.ACCENT},
        value_title="value of a channel",
        value_range=(-reach, reach),
    )
    return str(figure.to_json())


@st.cache_resource(show_spinner=False, max_entries=32)
def feed_forward(config: GPTConfig, text: str, block: int) -> FeedForwardSteps:
    """The feed-forward half of one block at work on the sentence: (1, T, 4C) inside."""
    enters = inside(config, text).steps.blocks[block].feed_forward_input  # (1, T, C)
    with torch.no_grad():
        half = cast(TransformerBlock, cached.untrained(config, SEED).trf_blocks[block]).ff
        return half.steps(enters)


class Passed(NamedTuple):
    """What two activation functions do to the numbers of one token."""

    figure: str
    numbers: int
    negative: int
    """Numbers below zero: all of them are zero after ReLU."""
    kept: float
    """Their mean size after GELU."""


@st.cache_data(show_spinner=False, max_entries=64)
def activations(config: GPTConfig, text: str, block: int, token: int) -> Passed:
    """GELU and ReLU, with the pre-activations of one token on the curve, of all in a histogram."""
    steps = feed_forward(config, text, block)
    enters, leaves = steps.expanded[0, token], steps.activated[0, token]  # (4C,)
    x = torch.linspace(-3, 3, 121)
    below = enters < 0
    figure = activation(
        {"ReLU": x.relu().tolist(), "GELU": gelu(x).tolist()},
        x=x.tolist(),
        colours={"ReLU": palette.MUTED, "GELU": palette.ACCENT},
        dashed=frozenset({"ReLU"}),
        marks=(enters.tolist(), leaves.tolist()),
        mark_name="this token",
        mark_tone=palette.OUTPUT,
        all_values=steps.expanded.flatten().tolist(),
        x_title="number that goes in",
        y_title="number that comes out",
        count_title="count",
    )
    kept = leaves[below].abs().mean().item() if below.any() else 0.0
    return Passed(figure.to_json(), enters.numel(), int(below.sum()), kept)


@st.cache_data(show_spinner=False, max_entries=64)
def gradients(depth: int) -> tuple[str, tuple[float, ...], tuple[float, ...]]:
    """Gradient sizes of a chain of layers: log bars, without and with shortcuts."""
    example = torch.tensor([[1.0, 0.0, -1.0]])  # (1, 3)
    sizes = {}
    for name, shortcut in (("without shortcuts", False), ("with shortcuts", True)):
        with RandomState(SEED).borrowed():
            network = ExampleDeepNeuralNetwork([3] * depth + [1], use_shortcut=shortcut)
        sizes[name] = gradient_means(network, example)
    figure = charts.bars(
        sizes,
        labels=[str(i + 1) for i in range(depth)],
        colours={"without shortcuts": palette.MUTED, "with shortcuts": palette.ACCENT},
        value_title="mean size of the gradient",
        label_title="layer, from input to output",
        value_range=(1e-11, 10),
        log=True,
    )
    return figure.to_json(), sizes["without shortcuts"], sizes["with shortcuts"]
