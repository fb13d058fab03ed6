"""The bill of a training: by the rule of thumb, by the ledger, and over all sizes of models."""

from typing import NamedTuple

import streamlit as st

from dashboard import palette, wording
from dashboard.charts.bills import bills
from dashboard.lessons.architecture import scale, tables
from llm_core import accounting

TOKENS = tuple(
    digit * 10**power for power in range(6, 15) for digit in (1, 2, 3, 5)
)  # a million to five hundred trillion
MACHINES = (1, 8, 64, 256, 1024, 4096, 10_000, 25_000, 100_000)

GPT_3_TOKENS = 300_000_000_000
"""Brown et al. 2020, table 2.1."""

GPT_3_UTILISATION = 21
"""Per cent, on V100: Chowdhery et al. 2022, "PaLM", table 3."""


class Wish(NamedTuple):
    """What shall be trained, and on what."""

    model: scale.Sized
    tokens: int
    cluster: accounting.Cluster

    @property
    def rule(self) -> float:
        """Operations by 6 N D. N counts a table that is only looked things up in not at all."""
        return accounting.training_flops(multiplied(self.model), self.tokens)

    @property
    def exact(self) -> float:
        """Operations, product by product."""
        return accounting.training_flops_by_ledger(self.model.config, self.tokens)

    @property
    def bill(self) -> accounting.Bill:
        """By the rule."""
        return self.cluster.bill(self.rule)


def multiplied(model: scale.Sized) -> int:
    """N: the parameters, one of the two vocabulary tables left out, as only the head multiplies."""
    return accounting.parameter_ledger(model.config).total_tied


def two_ways(wish: Wish) -> str:
    """A table: the bill by the rule of thumb and by the ledger."""
    ways = {"rule of thumb, 6 N D": wish.rule, "ledger, product by product": wish.exact}
    rows = []
    for name, operations in ways.items():
        bill = wish.cluster.bill(operations)
        price = tables.dollars(bill.dollars)
        rows.append([name, wording.scientific(operations), tables.lasting(bill.seconds), price])
    return tables.table(["counted by", "operations", "time", "dollars"], rows)


class Growth(NamedTuple):
    """How a bill grows with the model."""

    fixed: float
    """If the tokens stay as they are."""
    optimal: float
    """If each parameter gets its 20 tokens."""


def growth(wish: Wish) -> Growth:
    """Times the bill, for twice the parameters."""
    parameters = multiplied(wish.model)
    optimal = [
        accounting.training_flops(n, accounting.compute_optimal_tokens(n))
        for n in (parameters, 2 * parameters)
    ]
    return Growth(
        accounting.training_flops(2 * parameters, wish.tokens) / wish.rule, optimal[1] / optimal[0]
    )


def why_four(wish: Wish) -> str:
    """Why twice the parameters cost four times, and what that means for this wish."""
    grown, best = growth(wish), accounting.compute_optimal_tokens(multiplied(wish.model))
    return (
        f"Twice the parameters read twice the tokens: × {grown.optimal:.0f}. With as many tokens "
        f"as before it would be × {grown.fixed:.0f}. Hoffmann et al. (2022) found about 20 tokens "
        f"for each parameter best for a given bill. These would be {tables.large(best)} here; you "
        f"chose {tables.large(wish.tokens)}."
    )


_FIXED, _OPTIMAL = "reads your tokens", "reads 20 tokens for each parameter"


@st.cache_data(show_spinner=False, max_entries=64)
def over_sizes(wish: Wish, optimal: bool) -> str:
    """Dollars against parameters: with the tokens as chosen, and with 20 for each parameter."""

    def dollars(parameters: float, tokens: float) -> float:
        return wish.cluster.bill(accounting.training_flops(parameters, tokens)).dollars

    here = float(multiplied(wish.model))
    sizes = [min(1e5, here / 3), *(10.0**power for power in range(7, 14))]
    lines = {_FIXED: (sizes, [dollars(n, wish.tokens) for n in sizes])}
    if optimal:
        best = [dollars(n, accounting.compute_optimal_tokens(n)) for n in sizes]
        lines[_OPTIMAL] = (sizes, best)

    def placed(model: scale.Sized) -> tuple[str, float, float, bool]:
        size = multiplied(model)
        above = wish.tokens >= accounting.compute_optimal_tokens(size)  # of both lines
        return model.name.removesuffix(" model"), float(size), dollars(size, wish.tokens), above

    names = (scale.STARTER, scale.SMALL, scale.XL, scale.LARGEST)
    dots = [placed(scale.published(name)) for name in names if name != wish.model.name]
    if optimal:
        best_bill = dollars(here, accounting.compute_optimal_tokens(int(here)))
        upper = best_bill > wish.bill.dollars
        dots.append((f"{wish.model.name}, 20 each", here, best_bill, upper))
    figure = bills(
        lines,
        colours={_FIXED: palette.ACCENT, _OPTIMAL: palette.VALIDATION},
        dots=dots,
        here=placed(wish.model),
        x_title="parameters",
        y_title="dollars",
        x_ticks={"1,000": 1e3, "1 million": 1e6, "1 billion": 1e9, "1 trillion": 1e12},
        y_ticks={
            "1 cent": 0.01,
            "$1": 1.0,
            "$1,000": 1e3,
            "$1 million": 1e6,
            "$1 billion": 1e9,
            "$1 trillion": 1e12,
        },
        y_range=(min(1e-3, wish.bill.dollars / 10), 1e13),
    )
    return str(figure.to_json())
