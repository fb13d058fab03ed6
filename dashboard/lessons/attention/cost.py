"""What length costs: time and memory of attention, measured here and now."""

from collections.abc import Sequence
from typing import Any, cast

from dashboard import cached, palette
from dashboard.charts.loglog import loglog
from dashboard.drawn import drawn
from llm_core.attention import cost
from llm_core.attention.cost import Cost
from llm_core.transformer import TransformerBlock

LENGTHS = (32, 64, 128, 256, 512, 1024)
"""To the starter model's context of 256 tokens, and four times as far."""

NAMES = {
    "readable": "readable, all tokens",
    "fused": "fused kernel, all tokens",
    "cached": "cache, the next token only",
}
TONES = {"readable": palette.QUERY, "fused": palette.OUTPUT, "cached": palette.VALUE}

ANSWERS = ("Twice as much", "Four times as much", "Eight times as much")


def measure() -> tuple[Cost, ...]:
    """Time and memory of the starter model's first attention, measured now."""
    layer = cast(TransformerBlock, cached.starter().model.trf_blocks[0]).att
    return tuple(cost.costs(layer, LENGTHS, repeats=3))


def growth(found: Sequence[Cost], way: str, what: str) -> float:
    """The power with which one way's time or memory grows, over the longest four lengths."""
    rows = [row for row in found if row.way == way][-4:]
    return cost.growth([row.tokens for row in rows], [getattr(row, what) for row in rows])


def doubled(found: Sequence[Cost], way: str) -> float:
    """How many times as much memory the longest text takes as the one half as long."""
    *_, shorter, longer = [row for row in found if row.way == way]
    return longer.bytes / shorter.bytes


@drawn
def measured(found: tuple[Cost, ...], what: str) -> Any:
    """Seconds or bytes against the length, with the law of the readable path beside it."""
    unit, scale = ("milliseconds", 1e3) if what == "seconds" else ("megabytes", 1e-6)
    lines, colours = {}, {}
    for way, name in NAMES.items():
        said = f"{name}: T<sup>{growth(found, way, what):.2f}</sup>"
        rows = [row for row in found if row.way == way]
        values = [getattr(row, what) * scale for row in rows]
        lines[said] = ([float(row.tokens) for row in rows], values)
        colours[said] = TONES[way]
    sizes, values = next(iter(lines.values()))
    law = [values[-1] * (size / sizes[-1]) ** 2 for size in sizes]
    return loglog(
        lines,
        colours=colours,
        x_title="length T in tokens",
        y_title=unit,
        laws={"T²": (sizes[-4:], law[-4:])},
    )


def ratios(found: Sequence[Cost]) -> str:
    """A table: at each length, how many times as much the readable path takes as the others."""
    by_place = {(row.way, row.tokens): row for row in found}
    lines = []
    for tokens in LENGTHS:
        readable, fused, kept = (by_place[way, tokens] for way in cost.WAYS)
        lines.append(
            f"| {tokens:,} | {readable.seconds / fused.seconds:.3g} | "
            f"{readable.bytes / fused.bytes:.3g} | {fused.seconds / kept.seconds:.3g} |"
        )
    head = "| tokens | time, readable : fused | memory, readable : fused | time, fused : cache |"
    return "\n".join([head, "|--:|--:|--:|--:|", *lines])
