"""Greedy writing with and without a cache, raced here and now, token by token in turn."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import streamlit as st
import torch

from dashboard import cached, jobs, live, palette
from dashboard.charts import curves
from dashboard.drawn import kept
from dashboard.lessons.architecture.tables import large
from llm_core.accounting import kv_cache_bytes
from llm_core.config import GPTConfig
from llm_core.sampling import Lap, operations, race

KIND = "racing"
MOST = 120
"""Tokens written in a race."""

NAMES = ("with the cache", "without")
TONES = (palette.ACCENT, palette.MUTED)
SAME, LESS, MORE = "About as many times", "Fewer times", "More times"
ANSWERS = (SAME, LESS, MORE)
_CLOSE = 1.25

Ids = tuple[int, ...]


def prompt(config: GPTConfig, ids: Ids) -> Ids:
    """The end of the sentence, so much of it that half of the context stays free."""
    return ids[-max(config.context_length // 2, 1) :]


def count(config: GPTConfig, ids: Ids) -> int:
    """How many tokens there is room for, up to MOST."""
    return min(MOST, config.context_length - len(prompt(config, ids)))


@st.cache_data(show_spinner=False, max_entries=64)
def work(config: GPTConfig, ids: Ids) -> tuple[list[int], list[int]]:
    """Multiplications for each new token, with the cache and without."""
    begin = len(prompt(config, ids))
    lengths = range(begin, begin + count(config, ids))
    whole = [operations(config, tokens, tokens) for tokens in lengths]
    alone = [operations(config, tokens, 1) for tokens in lengths]
    return [*whole[:1], *alone[1:]], whole  # the prompt has to be read once in any case


def saved(config: GPTConfig, ids: Ids) -> str:
    """How much the cache saves, in words."""
    few, many = map(sum, work(config, ids))
    return (
        f"For {count(config, ids):,} tokens that is {large(few)} operations instead of "
        f"{large(many)}: {many / few:.3g} times fewer."
    )


def ratio(config: GPTConfig, ids: Ids) -> float:
    """How many times as many operations it takes without the cache."""
    few, many = map(sum, work(config, ids))
    return many / few


@kept({})
def arithmetic(config: GPTConfig, ids: Ids) -> Any:
    """Millions of operations for each new token."""
    both = work(config, ids)
    written = [float(n) for n in range(1, len(both[0]) + 1)]
    return curves(
        {name: (written, [n / 1e6 for n in one]) for name, one in zip(NAMES, both, strict=True)},
        colours=dict(zip(NAMES, TONES, strict=True)),
        dashed=frozenset(NAMES[1:]),
        x_title="new token",
        y_title="millions of operations",
        x_range=(0.0, float(len(written))),
        y_range=(0.0, 1.05 * max(both[1]) / 1e6),
    )


def start(loaded: cached.Loaded, ids: Ids) -> jobs.Job:
    """Begin a race for this session.

    Raises:
        ValueError: the server has no room for it now.
    """
    total = count(loaded.config, ids)
    return jobs.start(
        KIND,
        steps(loaded, prompt(loaded.config, ids), total),
        settings={"model": loaded.name, "prompt": list(ids), "tokens": total},
        total=total,
        memory=2 * kv_cache_bytes(loaded.config, 1, loaded.config.context_length),
    )


def steps(loaded: cached.Loaded, ids: Ids, total: int) -> Callable[[jobs.Job], Iterator[Lap]]:
    """The race itself, called on the scheduler's thread."""

    def make_steps(job: jobs.Job) -> Iterator[Lap]:
        job.products["writer"] = loaded
        yield from race(loaded.model, torch.tensor([ids]), total)

    return make_steps


def chart() -> live.Chart:
    """Milliseconds of each new token, both ways."""

    def line(way: int) -> live.Line:
        return live.Line(
            name=NAMES[way],
            tone=TONES[way],
            value=lambda lap: 1000 * lap.seconds[way],
            dashed=way == 1,
        )

    return live.Chart(
        name="time",
        alt="Milliseconds for each new token with the cache and without",
        lines=(line(0), line(1)),
        y_title="milliseconds",
        x_title="new token",
        x=lambda lap: float(lap.step + 1),
        x_end=float(MOST),
        from_zero=True,
        height=300,
    )


def answer(laps: Sequence[Lap]) -> tuple[str, str]:
    """One of ANSWERS, and the numbers behind it."""
    seconds, counted = ([lap.seconds for lap in laps], [lap.operations for lap in laps])
    (fast, slow), (few, many) = (
        [sum(one[way] for one in both) for way in (0, 1)] for both in (seconds, counted)
    )
    time, work_done = slow / fast, many / few
    truth = LESS if time * _CLOSE < work_done else MORE if time > _CLOSE * work_done else SAME
    why = (
        f"Measured here: {1000 * fast:,.0f} ms with the cache, {1000 * slow:,.0f} ms without. That "
        f"is {time:.3g} times as long, for {work_done:.3g} times as many operations."
    )
    if truth == LESS:
        why += (
            " Multiplying is not all there is: every pass calls every layer and fetches all "
            "weights from memory, for one token as for a hundred."
        )
    return truth, why


def texts(job: jobs.Job) -> None:
    """What both wrote."""
    laps: list[Lap] = job.history[:]
    writer: cached.Loaded | None = job.products.get("writer")
    if not laps or writer is None:
        return
    ways = [[lap.ids[way] for lap in laps] for way in (0, 1)]
    same = sum(one == other for one, other in zip(*ways, strict=True))
    st.markdown(
        f"**Identical text:** {same:,} of {len(laps):,} tokens are the same both ways."
        if same == len(laps)
        else f"{same:,} of {len(laps):,} tokens are the same: rounding decided between near ties."
    )
    st.code(writer.tokenizer.decode(ways[0]), language=None, wrap_lines=True, height=110)
