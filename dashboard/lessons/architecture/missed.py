"""The finished model with one part made a dummy again: which is missed most?"""

from typing import Any, NamedTuple

import streamlit as st
import torch

from dashboard import charts, palette
from dashboard.drawn import drawn
from dashboard.lessons.architecture import building
from llm_core import building as core
from llm_core.building import PARTS


class Losses(NamedTuple):
    """The finished, trained model, and what is left when one part becomes a dummy again."""

    whole: float
    without: dict[str, float]

    @property
    def worst(self) -> str:
        """The part that is missed most."""
        return max(self.without, key=lambda part: self.without[part])


@st.cache_data(show_spinner=False, max_entries=64)
def losses(text: tuple[int, ...]) -> Losses:
    """The loss of a sentence of two tokens or more with all parts trained, and without each."""
    tokens = torch.tensor([text])
    with torch.inference_mode():
        left = {p: building.assembled(building.other(building.ROUTE, p))(tokens) for p in PARTS}
        whole = building.assembled(building.ROUTE)(tokens)
    return Losses(
        core.loss_of(whole, tokens),
        {part: core.loss_of(logits, tokens) for part, logits in left.items()},
    )


@drawn
def losses_figure(text: tuple[int, ...]) -> Any:
    """A bar for the whole model, one for each missing part, and one for a blind guess."""
    found = losses(text)
    values = [found.whole, *found.without.values(), building.blind()]
    return charts.bars(
        {"loss": values},
        labels=[
            "nothing",
            *(part.replace(" ", "<br>") for part in found.without),
            "everything<br>(blind guess)",
        ],
        colours={"loss": palette.ACCENT},
        value_title="loss in nats per token",
        label_title="what is missing",
        value_range=(0.0, 1.15 * max(values)),
    )


def why_worst(found: Losses) -> str:
    """What the bars say, in two sentences."""
    worse = [part for part, loss in found.without.items() if loss > building.blind()]
    return (
        f"Loss without it: {found.without[found.worst]:.3g}; with every part {found.whole:.3g}. "
        + (
            f"In {len(worse)} of {len(PARTS)} cases it does worse than somebody who knows nothing "
            f"({building.blind():.3g}): the parts were trained together, and rely on each other."
            if worse
            else f"Somebody who knows nothing has {building.blind():.3g}."
        )
    )
