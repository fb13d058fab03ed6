"""How large the published models of the three families were."""

from typing import NamedTuple

import streamlit as st

from dashboard import cached
from dashboard.charts.sizes import sizes
from dashboard.lessons.family import views as family_views
from dashboard.lessons.family.runs import FILL, GO_ON, TRANSLATE

TWO_HALVES, ENCODER, DECODER = "encoder-decoder", "encoder alone", "decoder alone"


class Published(NamedTuple):
    """A model as its paper describes it."""

    year: int
    name: str
    parameters: float
    kind: str
    source: str


PUBLISHED = (
    Published(2017, "Transformer, base", 65e6, TWO_HALVES, "Vaswani et al. 2017, table 3"),
    Published(2018, "GPT-1", 117e6, DECODER, "Radford et al. 2019, table 2"),
    Published(2018, "BERT-base", 110e6, ENCODER, "Devlin et al. 2018, section 3"),
    Published(2019, "GPT-2", 1.542e9, DECODER, "Radford et al. 2019, table 2"),
    Published(2020, "GPT-3", 175e9, DECODER, "Brown et al. 2020, table 2.1"),
)

_HERE = (
    ("This page: translator", TRANSLATE, TWO_HALVES),
    ("This page: BERT", FILL, ENCODER),
    ("This page: GPT", GO_ON, DECODER),
)


def starter_size() -> int:
    """How many numbers the starter model has learnt."""
    return cached.starter().model.num_parameters()


@st.cache_data(show_spinner=False)
def figure() -> str:
    """All of them, and those of this page, on a logarithmic axis."""
    here = [(name, family_views.parameters(kind), kind_of) for name, kind, kind_of in _HERE]
    starter = ("Starter model", starter_size(), DECODER)
    rows = [*here, starter, *((f"{p.year}  {p.name}", p.parameters, p.kind) for p in PUBLISHED)]
    return str(
        sizes(
            [name for name, _, _ in rows],
            [count for _, count, _ in rows],
            kinds=[kind for _, _, kind in rows],
            faint=[i <= len(here) for i in range(len(rows))],
            value_title="parameters, each line ten times the one before",
            value_range=(1e4, 9e11),
        ).to_json()
    )


def sources() -> str:
    """Where the numbers come from."""
    return "; ".join(f"{p.name}: {p.source}" for p in PUBLISHED)


def growth() -> tuple[Published, Published, float]:
    """The first and the largest of them, and how many times larger the one is."""
    first, largest = PUBLISHED[0], max(PUBLISHED, key=lambda p: p.parameters)
    return first, largest, largest.parameters / first.parameters
