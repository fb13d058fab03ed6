"""The learner's configuration of a GPT: presets, eight controls, and a model small enough to build.

The largest presets exist on paper only: their ledgers are computed from the seven numbers. What the
page runs is built for real, so it stays under `MOST_PARAMETERS`.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import chips
from llm_core.accounting import parameter_ledger
from llm_core.config import GPT2_CONFIGS, GPT_CONFIG_124M, GPTConfig

MOST_PARAMETERS = 8_000_000
"""Built models are shared by everybody on the server: 32 MB each at the most."""

FEWEST_TOKENS = 257
"""256 single bytes and the end of text: a smaller vocabulary cannot spell every sentence."""

DEMO = GPTConfig(
    vocab_size=50257, context_length=96, emb_dim=64, n_heads=4, n_layers=4, drop_rate=0.1
)
"""Runs on this page when nothing smaller is chosen: GPT-2's vocabulary, a twelfth of its width."""

PRESETS: Mapping[str, GPTConfig] = MappingProxyType(
    {
        "tiny": GPTConfig(
            vocab_size=1024, context_length=64, emb_dim=32, n_heads=2, n_layers=2, drop_rate=0.1
        ),
        "demo": DEMO,
        "Starter model": GPTConfig(
            vocab_size=4096,
            context_length=256,
            emb_dim=256,
            n_heads=4,
            n_layers=6,
            drop_rate=0.0,
            qkv_bias=True,
        ),
        "GPT-2 small": GPT_CONFIG_124M,
        "GPT-2 medium": GPT2_CONFIGS["gpt2-medium (355M)"],
        "GPT-2 large": GPT2_CONFIGS["gpt2-large (774M)"],
        "GPT-2 XL": GPT2_CONFIGS["gpt2-xl (1558M)"],
        "GPT-3": GPTConfig(
            vocab_size=50257,
            context_length=2048,
            emb_dim=12288,
            n_heads=96,
            n_layers=96,
            drop_rate=0.0,
            qkv_bias=True,
        ),
    }
)
"""GPT-3 as in Brown et al. 2020, "Language Models are Few-Shot Learners", table 2.1.

The starter model is the bundled one; it and the published ones share one table between both ends.
"""

STANDARD = "GPT-2 small"

_LIMITS = {
    "emb_dim": (1, 32_768, "Width", "emb_dim: how many numbers stand for one token"),
    "n_heads": (1, 512, "Heads", "n_heads: in how many parts attention splits that width"),
    "n_layers": (1, 512, "Blocks", "n_layers: how many transformer blocks are stacked"),
    "context_length": (
        1,
        1_048_576,
        "Context",
        "context_length: the most tokens it can look at together",
    ),
    "vocab_size": (
        FEWEST_TOKENS,
        1_000_000,
        "Vocabulary",
        "vocab_size: how many different tokens it knows",
    ),
}
_IN_THE_ROW = ("emb_dim", "n_heads", "n_layers")


def choose() -> tuple[GPTConfig, bool]:
    """Draw the controls.

    Each preset keeps widgets of its own, so its numbers are the defaults and a link holds only what
    the learner changed.

    Returns:
        the configuration, and whether head and token embedding share one table.

    Where the heads do not divide the width, one sentence says so and the last model stays.
    """
    first, *others = st.columns([1.4, 1, 1, 1], vertical_alignment="bottom")
    name = first.selectbox(
        "Start from", list(PRESETS), index=list(PRESETS).index(STANDARD),
        key="architecture.preset", bind="query-params",
    )  # fmt: skip
    preset = PRESETS[str(name)]
    numbers = {
        field: _number(place, preset, str(name), field)
        for place, field in zip(others, _IN_THE_ROW, strict=True)
    }
    with st.expander("More: vocabulary, context, dropout, biases, tying"):
        left, middle, right = st.columns(3, vertical_alignment="bottom")
        numbers["vocab_size"] = _number(left, preset, str(name), "vocab_size")
        numbers["context_length"] = _number(middle, preset, str(name), "context_length")
        drop_rate = right.slider(
            "Dropout", 0.0, 0.9, preset.drop_rate, 0.05,
            key=_key(str(name), "drop_rate"), bind="query-params",
            help="drop_rate: share of numbers set to zero at random in training; costs nothing",
        )  # fmt: skip
        bias = left.toggle(
            "Biases on q, k, v", preset.qkv_bias, key=_key(str(name), "qkv_bias"),
            bind="query-params", help="qkv_bias: as in the published GPT-2 weights",
        )  # fmt: skip
        tied = middle.toggle(
            "Tie the head", False, key="architecture.tied", bind="query-params",
            help="The output head uses the token embedding's table instead of one of its own",
        )  # fmt: skip
    if numbers["emb_dim"] % numbers["n_heads"]:
        config = chosen()
        st.warning(_uneven(numbers["emb_dim"], numbers["n_heads"], config), icon=":material/info:")
        return config, bool(tied)
    config = GPTConfig(**numbers, drop_rate=float(drop_rate), qkv_bias=bool(bias))
    st.session_state["architecture.config"] = config
    return config, bool(tied)


def head_counts(width: int, near: int) -> list[int]:
    """Up to six head counts that divide the width, around the wanted one.

    >>> head_counts(768, 7), head_counts(7, 2)
    ([3, 4, 6, 8, 12, 16], [1, 7])
    """
    most = _LIMITS["n_heads"][1]
    fitting = [n for n in range(1, min(width, most) + 1) if width % n == 0]
    below, above = (
        [n for n in fitting if n < near][-3:],
        [n for n in fitting if n > near][:3],
    )
    return below + above


def _uneven(width: int, heads: int, still: GPTConfig) -> str:
    counts = [f"{n:,}" for n in head_counts(width, heads)]
    listed = " or ".join([", ".join(counts[:-1]), counts[-1]]) if counts[1:] else counts[0]
    return (
        f"A width of {width:,} cannot be split evenly over {heads:,} heads; choose {listed} heads. "
        f"Until then you see the last model that could be built: {still.emb_dim:,} wide, with "
        f"{still.n_heads:,} heads."
    )


def chosen() -> GPTConfig:
    """The last configuration that could be a model."""
    config = st.session_state.get("architecture.config", PRESETS[STANDARD])
    return GPTConfig.of(dict(config))  # survives a reload of the module it is defined in


def head_is_tied() -> bool:
    """Whether head and token embedding share one table, as chosen last."""
    return bool(st.session_state.get("architecture.tied"))


def small(config: GPTConfig) -> GPTConfig:
    """What runs on the page: the configuration itself if it is small enough to build, else `DEMO`.

    Dropout is off while a model is only looked at, so it makes no difference here.
    """
    return config if parameter_ledger(config).total <= MOST_PARAMETERS else DEMO


def _key(preset: str, field: str) -> str:
    return f"architecture.{preset.lower().replace(' ', '-')}.{field}"


def _number(place: DeltaGenerator, preset: GPTConfig, name: str, field: str) -> int:
    lowest, highest, label, meaning = _LIMITS[field]
    value = place.number_input(
        label, lowest, highest, preset[field], key=_key(name, field), bind="query-params",
        help=meaning,
    )  # fmt: skip
    return min(max(int(value), lowest), highest)


def token(place: DeltaGenerator, tokens: Sequence[str], *, key: str) -> int:
    """Which token of the sentence to look at; the last one by default."""
    positions = list(range(len(tokens)))
    return int(
        place.selectbox(
            "Token", positions, index=len(positions) - 1, key=key, bind="query-params",
            format_func=lambda i: f"{i + 1}  {chips.visible(tokens[i])}",
        )
    )  # fmt: skip


def block(place: DeltaGenerator, config: GPTConfig, *, key: str) -> int:
    """Which transformer block to look into, from 0; named from 1."""
    names = [f"block {i + 1}" for i in range(config.n_layers)]
    return names.index(place.selectbox("Block", names, key=key, bind="query-params"))
