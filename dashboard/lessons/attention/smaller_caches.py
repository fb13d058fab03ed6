"""How a long text's cache is made smaller, calculated for any numbers."""

from typing import Any, NamedTuple

import streamlit as st

from dashboard import cached, charts, palette
from dashboard.components import plot
from dashboard.drawn import drawn
from llm_core import cache_memory
from llm_core.cache_memory import CachedText


class Preset(NamedTuple):
    """A model and a text to calculate with."""

    layers: int
    heads: int
    emb_dim: int
    tokens: int
    sharing: int
    latent: int
    window: int
    per_full: int
    number_format: str


def presets() -> dict[str, Preset]:
    """The course's two examples, and the model that comes with this project."""
    own = cached.starter().config
    return {
        "The course: 32 layers, a long text": Preset(
            32, 32, 4096, 32_768, 4, 1024, 1024, 5, "bfloat16"
        ),
        "The course: 48 layers, latent": Preset(48, 24, 2048, 8192, 4, 1024, 1024, 5, "bfloat16"),
        "The starter model": Preset(
            own.n_layers, own.n_heads, own.emb_dim, own.context_length, own.n_heads,
            own.emb_dim // 4, own.context_length // 4, 5, "float32",
        ),
    }  # fmt: skip


_FULL, _SLIDING = "all heads", "sliding window"


class Kept(NamedTuple):
    """One way to keep a text."""

    name: str
    formula: str
    bytes: int


def caches(preset: Preset) -> list[Kept]:
    """All ways, the plain one first.

    Raises:
        ValueError: numbers that describe no model.
    """
    text = CachedText(
        layers=preset.layers, heads=preset.heads, emb_dim=preset.emb_dim, tokens=preset.tokens,
        number_format=preset.number_format,
    )  # fmt: skip
    window, per_full, sharing = preset.window, preset.per_full, preset.sharing
    through = cache_memory.windowed_layers(preset.layers, per_full)
    full = preset.layers - through
    return [
        Kept(_FULL, r"2\,T\,L\,H\,D", cache_memory.full_cache(text)),
        Kept(
            "grouped queries",
            rf"2\,T\,L\,\tfrac{{H}}{{{sharing}}}\,D",
            cache_memory.grouped_cache(text, sharing),
        ),
        Kept(
            "latent", rf"T\,L \cdot {preset.latent}", cache_memory.latent_cache(text, preset.latent)
        ),
        Kept(
            _SLIDING,
            rf"2\,({full}\,T + {through} \cdot {min(window, preset.tokens)})\,H\,D",
            cache_memory.sliding_cache(text, window, per_full),
        ),
        Kept(
            "window and groups",
            rf"2\,({full}\,T + {through} \cdot {min(window, preset.tokens)})\,"
            rf"\tfrac{{H}}{{{sharing}}}\,D",
            cache_memory.sliding_cache(text, window, per_full, sharing),
        ),
    ]


ANSWERS = {"About a half": 0.5, "About a fifth": 0.2, "About 3 %": 0.03}
"""What windows may leave of the first preset's cache -> the share."""


class Windowed(NamedTuple):
    """What the question about windows asks, and what is true."""

    through: int
    """Layers that look through a window."""
    preset: Preset
    share: float
    """What is left of the cache."""
    truth: str
    """The nearest of ANSWERS."""


def windowed() -> Windowed:
    """The question about windows, on the first preset."""
    preset = next(iter(presets().values()))
    full, sliding = (kept.bytes for kept in caches(preset) if kept.name in (_FULL, _SLIDING))
    share = sliding / full
    truth = min(ANSWERS, key=lambda answer: abs(ANSWERS[answer] - share))
    through = cache_memory.windowed_layers(preset.layers, preset.per_full)
    return Windowed(through, preset, share, truth)


def size(number: float) -> str:
    """Bytes as they are said.

    >>> size(17_179_869_184), size(786_432)
    ('17.18 GB', '0.79 MB')
    """
    unit, name = (1e9, "GB") if number >= 1e8 else (1e6, "MB")
    return f"{number / unit:,.2f} {name}"


@drawn
def compared(preset: Preset) -> Any:
    """The ways as bars."""
    ways = caches(preset)
    unit, name = (1e9, "gigabytes") if ways[0].bytes >= 1e8 else (1e6, "megabytes")
    return charts.bars(
        {name: [way.bytes / unit for way in ways]},
        labels=[way.name for way in ways],
        colours={name: palette.KEY},
        value_title=f"{name} of keys and values",
        sideways=True,
    )


_FIELDS = {
    "layers": "Layers L",
    "heads": "Heads H",
    "emb_dim": "Channels C",
    "tokens": "Tokens T",
    "sharing": "Query heads that share a key",
    "latent": "Latent numbers per token",
    "window": "Window in tokens",
    "per_full": "Windowed layers per full one",
}
_MOST = 10_000_000


def choose() -> Preset:
    """Draw the numbers to calculate with; each preset has boxes of its own, filled in."""
    known = presets()
    name = st.selectbox("Numbers of", list(known), key="attention.preset", bind="query-params")
    number, preset = list(known).index(str(name)), known[str(name)]
    columns = [*st.columns(4)]
    with st.popover("More", icon=":material/tune:"):
        columns += st.columns(2) * 2

    def box(field: str) -> int:
        value = columns[list(_FIELDS).index(field)].number_input(
            _FIELDS[field], 0 if field == "per_full" else 1, _MOST, getattr(preset, field),
            key=f"attention.c{number}{field}", bind="query-params",
        )  # fmt: skip
        return int(value)

    return Preset(
        box("layers"), box("heads"), box("emb_dim"), box("tokens"), box("sharing"), box("latent"),
        box("window"), box("per_full"), preset.number_format,
    )  # fmt: skip


def show(preset: Preset) -> None:
    """Draw the ways to keep a text as bars, and as a table with their formulas."""
    ways = caches(preset)
    plot.show(
        compared(preset),
        key="attention-caches",
        alt="Memory of keys and values in five ways",
        height=280,
    )
    whole = ways[0].bytes
    rows = [
        f"| {way.name} | ${way.formula}$ | {size(way.bytes)} | {1 - way.bytes / whole:.2%} |"
        for way in ways
    ]
    st.markdown("\n".join(["| keeps | numbers | memory | saved |", "|:--|:--|--:|--:|", *rows]))
