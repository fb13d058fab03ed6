"""The logit lens: what every vector on the way through the blocks would say comes next.

A map of depths and tokens for one model or two, and for the chosen token two curves: the
probability of the final guess, and the length of the vector. The browser has all numbers after one
message; place, depth and colour change there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from torch import Tensor

from dashboard.components import published
from dashboard.components.sending import packed

_component = st.components.v2.component(
    "lens", html='<div class="lens"></div>\n', js=published.loader("lens")
)

COLOURS = ("Probability", "Uncertainty", "Rank of the final guess")
"""What a square may be coloured by."""


def show(head: Mapping[str, Any], models: Sequence[Mapping[str, Tensor]], *, key: str) -> None:
    """Draw the maps, or bring those that are there up to date.

    Args:
        head: shown, names, words, first, vocabulary, tops, titles, choice, veiled; see
            `lessons.architecture.lens`.
        models: of each the numbers of `llm_core.lens.Lens` and `Growth`, by name.
        key: names the component; its state "chosen" is {"shown", "choice"}.
    """
    numbers = {
        f"{name} {i}": part for i, model in enumerate(models) for name, part in model.items()
    }
    _component(
        key=key,
        data=packed({**head, "colours": COLOURS}, numbers),
        on_chosen_change=lambda: None,
    )
