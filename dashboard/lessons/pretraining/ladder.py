"""The ladder of speed on the page: a model that trains while its rungs are switched on and off.

The run reads, before each update, which rungs its page wants: `wishes` in the job's products. Until
somebody touches a switch, it climbs by itself.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import streamlit as st

from dashboard import jobs, live, palette
from dashboard.lessons.pretraining import plans
from dashboard.lessons.pretraining.plans import Material, Settings
from llm_core.batches import create_dataloader_v1
from llm_core.fast.ladder import ALL, RUNGS, LadderStep, climb
from llm_core.fast.machine import machine
from llm_core.gpt import GPTModel
from llm_core.random_state import RandomState

KIND = "ladder"
SETTINGS = Settings(size="Small", context_length=128, batch_size=16, fast=False)
"""Of the model that climbs: large enough for a rung to count, small enough for a stair a second."""

ON_EACH = 8
"""Updates on each rung while it climbs by itself."""

STEPS = 500
_CHOSEN = "pretraining.rungs"

GUESSES = tuple(rung.title for rung in RUNGS)
"""What a learner may hold for the largest."""


def start(ready: Material) -> jobs.Job:
    """Begin to climb, for this session.

    Raises:
        ValueError: the text is too short, or the server has no room now; with the remedy.
    """
    planned = plans.plan(ready, SETTINGS)
    job = jobs.start(
        KIND, steps(ready), settings={"text": ready.text.title}, total=STEPS, memory=planned.memory
    )
    st.session_state.pop(_CHOSEN, None)  # all are on again
    return job


def steps(ready: Material) -> Callable[[jobs.Job], Iterator[LadderStep]]:
    """The run itself, called on the scheduler's thread."""

    def make_steps(job: jobs.Job) -> Iterator[LadderStep]:
        with RandomState(SETTINGS.seed).borrowed():
            model = GPTModel(SETTINGS.config(ready.tokenizer.n_vocab))
            loader = create_dataloader_v1(
                ready.train_text,
                SETTINGS.batch_size,
                max_length=SETTINGS.context_length,
                stride=SETTINGS.context_length,
                tokenizer=ready.tokenizer,
            )
            batches = list(loader)  # drawn once: only the updates are timed
        return climb(model, batches, steps=STEPS, taken=lambda: _taken(job))

    return make_steps


def _taken(job: jobs.Job) -> Sequence[str]:
    """The rungs for the next update: the page's wish, else one more every few updates."""
    wishes: Sequence[str] | None = job.products.get("wishes")
    if wishes is not None:
        return wishes
    stair = len(job.history) // ON_EACH
    job.products["stair"] = min(stair, len(ALL) + 1)  # one more than there are: it is up
    return ALL[:stair]


def _is_up(job: jobs.Job) -> bool:
    return "wishes" in job.products or job.products.get("stair", 0) > len(ALL)


def switches(job: jobs.Job) -> None:
    """One switch for each rung, to be turned while the run goes on; none before it is up."""
    titles = {rung.name: rung.title for rung in RUNGS}
    if job.active and not _is_up(job):
        taken = ALL[: job.products.get("stair", 0)]
        newest = f"the newest rung is {titles[taken[-1]]}" if taken else "no rung is taken yet"
        st.caption(
            f"**Climbing**: {newest}. Each gets {ON_EACH} updates; afterwards you can switch them."
        )
        return
    if not job.active:
        st.caption("The run is over; climb once more to switch rungs off and on.")
        return

    def wish() -> None:
        job.products["wishes"] = tuple(st.session_state[_CHOSEN])

    st.session_state.setdefault(_CHOSEN, list(ALL))
    st.pills(
        "Switch a rung off, and watch the curve",
        ALL,
        selection_mode="multi",
        format_func=lambda name: titles[name],
        key=_CHOSEN,
        on_change=wish,
        disabled=not jobs.owned(job),
    )


def chart() -> live.Chart:
    """Tokens per second of every update."""
    return live.Chart(
        name="speed",
        alt="Tokens per second of each update, as rungs are taken and left",
        lines=(
            live.Line(
                name="tokens per second",
                tone=palette.ACCENT,
                value=lambda record: record.tokens_per_second,
            ),
        ),
        y_title="tokens per second of computing",
        x_end=float(STEPS),
        height=280,
    )


class Measured(NamedTuple):
    """One set of rungs as it did so far."""

    rungs: tuple[str, ...]
    tokens_per_second: float
    """The median."""
    difference: float
    """Of the gradient from the readable path's; see `LadderStep`."""


def measured(history: Sequence[LadderStep]) -> list[Measured]:
    """Every set of rungs that was taken for long enough, in the order of the first time."""
    differences = {r.rungs: r.difference for r in history if r.difference is not None}
    rates: dict[tuple[str, ...], list[float]] = {}
    for record in history:
        if record.warm:
            rates.setdefault(record.rungs, []).append(record.tokens_per_second)
    return [Measured(rungs, median(found), differences[rungs]) for rungs, found in rates.items()]


def table(job: jobs.Job) -> None:
    """What each set of rungs gave."""
    rows = measured(job.history[:])
    if not rows:
        return
    ground = rows[0].tokens_per_second
    lines = [
        f"| {_words(row.rungs)} | {row.tokens_per_second:,.0f} | "
        f"{row.tokens_per_second / ground:.2f} × | {row.difference:.1g} |"
        for row in rows
    ]
    st.markdown(
        "| rungs | tokens per second | against the first row | gradient differs by |\n"
        "|---|--:|--:|--:|\n" + "\n".join(lines)
    )


def _words(rungs: tuple[str, ...]) -> str:
    """A set of rungs in few words."""
    titles = {rung.name: rung.title for rung in RUNGS}
    left = [titles[name] for name in ALL if name not in rungs]
    if not left:
        return "all"
    if not rungs:
        return "none: the readable path"
    if rungs == ALL[: len(rungs)]:
        return f"up to {titles[rungs[-1]]}"
    if len(left) <= len(rungs):
        return "all but " + ", ".join(left)
    return "only " + ", ".join(titles[name] for name in rungs)


def largest(history: Sequence[LadderStep]) -> tuple[str, str] | None:
    """The rung with which the climb became fastest, and by how much; None before it is up."""
    climbed = {row.rungs: row.tokens_per_second for row in measured(history)}
    stairs = [ALL[:count] for count in range(len(ALL) + 1)]
    if any(stair not in climbed for stair in stairs):
        return None
    gains = [climbed[after] / climbed[before] for before, after in pairwise(stairs)]
    best = max(range(len(gains)), key=gains.__getitem__)
    whole = climbed[ALL] / climbed[()]
    return RUNGS[best].title, (
        f"Here it made training {gains[best]:.2f} times as fast, and all rungs together "
        f"{whole:.2f} times."
    )


def explained() -> None:
    """Each rung: what it changes, and why the result stays."""
    rows = [f"| **{rung.title}** | {rung.change} | {rung.same} |" for rung in RUNGS]
    st.markdown("| rung | what it changes | is it the same? |\n|---|---|---|\n" + "\n".join(rows))


def detected() -> str:
    """What this processor can do, and what follows."""
    found = machine()
    use = "the last rung pays" if found.bf16 else "the last rung is left out of your runs"
    return f"Detected on this machine: {found.words}. So {use}."
