"""The learner's configuration of a GPT: presets, eight controls, and a model small enough to build.

The largest presets exist on paper only: their ledgers are computed from the seven numbers. What the
page runs is built for real, so it stays under `MOST_PARAMETERS`.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

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
_PRESET, _TIED = "architecture.preset", "architecture.tied"
_KEPT = "architecture.config"


def choose(changed: Callable[[], None]) -> tuple[GPTConfig, bool]:
    """Draw the controls.

    Each preset keeps widgets of its own, so its numbers are the defaults and a link holds only what
    the learner changed.

    Args:
        changed: called when a control has been moved and `chosen` and `head_is_tied` follow it.

    Returns:
        the configuration, and whether head and token embedding share one table.

    Where the heads do not divide the width, one sentence says so and the last model stays.
    """

    def follow() -> None:
        _keep(_numbers())
        changed()

    first, *others = st.columns([1.4, 1, 1, 1], vertical_alignment="bottom")
    name = first.selectbox(
        "Start from", list(PRESETS), index=list(PRESETS).index(STANDARD),
        key=_PRESET, bind="query-params", on_change=follow,
    )  # fmt: skip
    preset = PRESETS[str(name)]

    def number(place: DeltaGenerator, field: str) -> None:
        lowest, highest, label, meaning = _LIMITS[field]
        place.number_input(
            label, lowest, highest, preset[field], key=_key(str(name), field), help=meaning,
            bind="query-params", on_change=follow,
        )  # fmt: skip

    for place, field in zip(others, _IN_THE_ROW, strict=True):
        number(place, field)
    with st.expander("More: vocabulary, context, dropout, biases, tying"):
        left, middle, right = st.columns(3, vertical_alignment="bottom")
        number(left, "vocab_size")
        number(middle, "context_length")
        right.slider(
            "Dropout", 0.0, 0.9, preset.drop_rate, 0.05,
            key=_key(str(name), "drop_rate"), bind="query-params", on_change=follow,
            help="drop_rate: share of numbers set to zero at random in training; costs nothing",
        )  # fmt: skip
        left.toggle(
            "Biases on q, k, v", preset.qkv_bias, key=_key(str(name), "qkv_bias"),
            bind="query-params", on_change=follow,
            help="qkv_bias: as in the published GPT-2 weights",
        )  # fmt: skip
        middle.toggle(
            "Tie the head", False, key=_TIED, bind="query-params", on_change=follow,
            help="The output head uses the token embedding's table instead of one of its own",
        )  # fmt: skip
    numbers = _numbers()
    _keep(numbers)
    config = chosen()
    if not _splits_evenly(numbers):
        st.warning(_uneven(numbers["emb_dim"], numbers["n_heads"], config), icon=":material/info:")
    return config, head_is_tied()


def _numbers() -> dict[str, Any]:
    """What the controls stand at, each within its limits."""
    name = str(st.session_state[_PRESET])
    numbers = {
        field: st.session_state.get(_key(name, field), value)
        for field, value in dict(PRESETS[name]).items()
    }
    for field, (lowest, highest, *_) in _LIMITS.items():
        numbers[field] = min(max(int(numbers[field]), lowest), highest)
    return numbers


def _splits_evenly(numbers: Mapping[str, Any]) -> bool:
    return bool(numbers["emb_dim"] % numbers["n_heads"] == 0)


def _keep(numbers: Mapping[str, Any]) -> None:
    """The other ideas look at this configuration, or at the last that could be a model."""
    config = GPTConfig(**numbers) if _splits_evenly(numbers) else chosen()
    st.session_state[_KEPT] = config, bool(st.session_state[_TIED])


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
        f"A width of {width:,} cannot be split evenly over {heads:,} heads; choose {listed} "
        f"{'head' if listed == '1' else 'heads'}. "
        f"Until then you see the last model that could be built: {still.emb_dim:,} wide, with "
        f"{still.n_heads:,} heads."
    )


def chosen() -> GPTConfig:
    """The last configuration that could be a model."""
    config, _ = st.session_state.get(_KEPT, (PRESETS[STANDARD], False))
    return GPTConfig.of(dict(config))  # survives a reload of the module it is defined in


def head_is_tied() -> bool:
    """Whether head and token embedding share one table, as chosen last."""
    _, tied = st.session_state.get(_KEPT, (None, False))
    return bool(tied)


def small(config: GPTConfig) -> GPTConfig:
    """What runs on the page: the configuration itself if it is small enough to build, else `DEMO`.

    Dropout is off while a model is only looked at, so it makes no difference here.
    """
    return config if parameter_ledger(config).total <= MOST_PARAMETERS else DEMO


def _key(preset: str, field: str) -> str:
    return f"architecture.{preset.lower().replace(' ', '-')}.{field}"


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
