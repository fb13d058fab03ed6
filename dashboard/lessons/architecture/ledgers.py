"""The ledgers of a configuration as pictures: areas of parameters, bars of memory.

Figures leave as JSON text, so that a rerun costs nothing.
"""

import streamlit as st

from dashboard import charts, palette
from dashboard.charts.stacked import stacked
from dashboard.lessons.architecture import tables
from llm_core import accounting
from llm_core.config import GPTConfig

PART_TONES = {
    "token embedding": palette.TOKENS[0],
    "position embedding": palette.TOKENS[4],
    "attention": palette.TOKENS[3],
    "feed-forward": palette.TOKENS[2],
    "layer norms": palette.TOKENS[5],
    "output head": palette.TOKENS[1],
}

_TENSOR_TONES = {
    "W_query": palette.QUERY,
    "W_key": palette.KEY,
    "W_value": palette.VALUE,
    "out_proj": palette.OUTPUT,
}

_LAYERS = {"0": "widen", "2": "narrow"}
"""Names of the two layers of a feed-forward half, by their number in it."""

FORMATS = ("float32", "bfloat16", "int8")


def parts(config: GPTConfig, tied: bool) -> dict[str, int]:
    """Parameters of each part, without the head where it has no table of its own."""
    by_part = accounting.parameter_ledger(config).by_part
    return {part: n for part, n in by_part.items() if not (tied and part == "output head")}


@st.cache_data(show_spinner=False, max_entries=64)
def areas(config: GPTConfig, tied: bool) -> str:
    """Treemap of the parameters: parts, and inside attention and feed-forward their tensors."""
    outer = parts(config, tied)
    names, parents, values = [*outer], [""] * len(outer), [*outer.values()]
    tones = [PART_TONES[part] for part in outer]
    for row in accounting.parameter_ledger(config).rows:
        if row.part in ("attention", "feed-forward") and row.tensor.endswith("weight"):
            short = row.tensor.split(".")[-2]
            names.append(f"{_LAYERS.get(short, short)}<br>{row.copies} of {tables.by(row.shape)}")
            parents.append(row.part)
            values.append(row.count)
            tones.append(_TENSOR_TONES.get(short, PART_TONES[row.part]))
    figure = charts.treemap(
        names, parents, values, whole="whole model", unit="parameters", tones=tones
    )
    return str(figure.to_json())


def at_rest(config: GPTConfig, tied: bool) -> str:
    """In words: memory of the weights in each format, and of a training before it reads anything.

    >>> from llm_core.config import GPT_CONFIG_124M
    >>> at_rest(GPT_CONFIG_124M, tied=False)
    '622 MB in float32, 311 MB in bfloat16, 155 MB in int8; to train it with AdamW, 2.43 GB'
    """
    sizes = [tables.memory(accounting.weight_bytes(config, f, tied=tied)) for f in FORMATS]
    said = ", ".join(f"{size} in {name}" for size, name in zip(sizes, FORMATS, strict=True))
    return f"{said}; to train it with AdamW, {tables.memory(before_reading(config, tied))}"


def before_reading(config: GPTConfig, tied: bool) -> int:
    """Bytes that a training holds before it reads a text: all but the activations."""
    return sum(row.bytes for row in accounting.training_memory(config, 1, 1, tied=tied).rows[:-1])


_TONES = {
    "weights": palette.ACCENT,
    "keys and values of the texts": palette.VALUE,
    "gradients": palette.VALIDATION,
    "AdamW's two averages": palette.OUTPUT,
    "activations": palette.TEST,
}


@st.cache_data(show_spinner=False, max_entries=64)
def memory(config: GPTConfig, tied: bool, batch_size: int, tokens: int, training: bool) -> str:
    """Stacked bars: writing with the model in three number formats, training it with AdamW.

    Args:
        config: of the model.
        tied: whether head and token embedding share a table.
        batch_size: texts at once.
        tokens: in each text.
        training: whether the bar of training is drawn as well.
    """
    ledger = accounting.training_memory(config, batch_size, tokens, tied=tied)
    rows = {row.part: row.bytes for row in ledger.rows}
    weights = [accounting.weight_bytes(config, form, tied=tied) for form in FORMATS]
    cache = [accounting.kv_cache_bytes(config, batch_size, tokens, form) for form in FORMATS]
    bars = {"weights": [*weights, rows["weights"]], "keys and values of the texts": [*cache, 0]}
    bars |= {part: [0, 0, 0, rows[part]] for part in list(rows)[1:]}
    shown = 4 if training else 3
    if not training:
        bars = dict(list(bars.items())[:2])
    largest = max(sum(values[i] for values in bars.values()) for i in range(shown))
    size, unit = tables.memory_unit(largest / 4)  # 3 GB are better said as 3,072 MB
    figure = stacked(
        {part: [value / size for value in values[:shown]] for part, values in bars.items()},
        labels=[*(f"write, {form}" for form in FORMATS), "train, float32"][:shown],
        colours=_TONES,
        value_title=f"memory in {unit}",
        unit=unit,
    )
    return str(figure.to_json())
