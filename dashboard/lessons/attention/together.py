"""What the last token's vector is made of: through all layers, and by the last one alone."""

from html import escape
from typing import Any, NamedTuple

import streamlit as st

from dashboard import cached, charts, palette
from dashboard.drawn import kept
from dashboard.lessons import reading
from dashboard.lessons.attention import grid
from llm_core import heads

SOURCES = ("The last token itself", "The first token", "Another token")


class LastRow(NamedTuple):
    """What the last token's vector is made of."""

    rollout: tuple[float, ...]
    """T shares, through all layers."""
    last_layer: tuple[float, ...]
    """T weights of the last layer, mean of its heads."""

    @property
    def truth(self) -> str:
        most = self.rollout.index(max(self.rollout))
        return SOURCES[0] if most == len(self.rollout) - 1 else SOURCES[min(most, 1) + 1]

    @property
    def why(self) -> str:
        return (
            f"Through all layers the last token itself holds {self.rollout[-1]:.3g}, the first one "
            f"{self.rollout[0]:.3g}, and the largest share of any is {max(self.rollout):.3g}. "
            f"Read off the last layer alone, they would be {self.last_layer[-1]:.3g}, "
            f"{self.last_layer[0]:.3g} and {max(self.last_layer):.3g}."
        )


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def last_row(loaded: cached.Loaded, ids: tuple[int, ...]) -> LastRow:
    """Shares of the text in the last token's vector, by both accounts."""
    weights = grid.weights_of(loaded, ids)
    both = heads.rollout(weights)[-1, -1], heads.last_layer_mean(weights)[-1]  # (T,) each
    return LastRow(*(tuple(row.tolist()) for row in both))


@kept(cached.BY_NAME)
def sources(loaded: cached.Loaded, sentence: str) -> Any:
    """Both accounts of the last token, token by token."""
    text = reading.read(loaded, sentence)
    found = last_row(loaded, text.ids)
    return charts.bars(
        {"all layers together": found.rollout, "last layer": found.last_layer},
        labels=[escape(word, quote=False) for word in text.words],
        colours={"all layers together": palette.OUTPUT, "last layer": palette.TEST},
        value_title="share of the last token",
        label_title="token of the text",
    )
