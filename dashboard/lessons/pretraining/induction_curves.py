"""A run of the induction lab on the page: its rows, its curves, and what came of the loss."""

import math
from collections.abc import Sequence

import streamlit as st
import torch

from dashboard import charts, chips, jobs, live, palette
from dashboard.components import plot
from dashboard.lessons.pretraining import induction_runs as runs
from llm_core.induction import COPYIST, PER_HEAD, CopyStep, Head, letters_of, repeated_rows

EVENLY, SUDDENLY, NEVER = "It falls evenly", "It waits, then falls suddenly", "It stays where it is"
FATES = (EVENLY, SUDDENLY, NEVER)
"""What may happen to the loss on repeated letters, as the learner guesses it."""

HEADS = tuple(
    Head(layer, number) for layer in range(COPYIST.n_layers) for number in range(COPYIST.n_heads)
)
BLIND = math.log(COPYIST.vocab_size)
LEVEL = (BLIND, f"blind guessing: ln {COPYIST.vocab_size} = {BLIND:.2f}")
"""The loss of a model that knows nothing, and what it is called."""

FIRST, AGAIN = "first reading", "repetition"

SETTLED = 0.5
"""Share of its attention from which on a head counts as having found what to look at."""

_LAYERS = (palette.HAM, palette.OUTPUT)


def name(head: Head) -> str:
    """A head as the learner reads it, counted from 1."""
    return f"Layer {head.layer + 1}, head {head.number + 1}"


def example_rows() -> None:
    """Draw the beginning of two training rows, each letter in a colour of its own."""
    ids, periods = repeated_rows(2, torch.Generator().manual_seed(5))
    for row, period in zip(ids.tolist(), periods.flatten().tolist(), strict=True):
        shown = row[: 2 * period]
        chips.show(
            letters_of(shown),
            tints=[f"token-{i % 7}" for i in shown],
            marks=["dim"] * period + [""] * (len(shown) - period),
            notes=[FIRST] * period + [AGAIN] * (len(shown) - period),
        )


def chart_list() -> tuple[live.Chart, ...]:
    """Both losses, and where each head looks, over the steps of a run."""
    return (
        live.Chart(
            name="loss",
            alt="Loss on letters read for the first time and on repeated letters, over the steps",
            lines=(
                live.Line(
                    name=FIRST,
                    tone=palette.TEST,
                    value=lambda r: r.copying and r.copying.first_loss,
                    dashed=True,
                ),
                live.Line(
                    name=AGAIN,
                    tone=palette.ACCENT,
                    value=lambda r: r.copying and r.copying.again_loss,
                ),
                live.Line(
                    name=LEVEL[1],
                    tone=palette.INK,
                    value=lambda r: r.copying and BLIND,
                    faint=True,
                ),
            ),
            y_title="loss (nats per letter)",
            x_end=float(runs.STEPS),
            y_range=(0.0, 1.3 * BLIND),
            height=300,
        ),
        _heads_chart("matching", "prefix matching"),
        _heads_chart("previous", "looking one back"),
    )


def _heads_chart(score: str, title: str) -> live.Chart:
    return live.Chart(
        name=score,
        alt=f"Share of each head's attention that goes into {title}, over the steps",
        lines=tuple(_head_line(head, score) for head in HEADS),
        y_title=title,
        x_end=float(runs.STEPS),
        y_range=(0.0, 1.0),
        height=230,
    )


def _head_line(head: Head, score: str) -> live.Line:
    def value(record: CopyStep) -> float | None:
        if record.copying is None:
            return None
        scores: PER_HEAD = getattr(record.copying, score)
        return scores[head.layer][head.number]

    return live.Line(
        name=name(head), tone=_LAYERS[head.layer], value=value, dashed=head.number % 2 == 1
    )


def recorded() -> None:
    """Draw the bundled run's curves, as a live run would draw its own."""
    for chart in chart_list():
        plot.show(
            _recorded_figure(chart.name),
            key=f"induction-recorded-{chart.name}",
            alt=chart.alt,
            height=chart.height,
        )


@st.cache_data(show_spinner=False)
def _recorded_figure(chart_name: str) -> str:
    chart = next(chart for chart in chart_list() if chart.name == chart_name)
    history = runs.bundled().history
    drawn = charts.curves(
        {
            line.name: ([r.step for r in history], [line.value(r) or 0.0 for r in history])
            for line in chart.lines
        },
        colours={line.name: line.tone for line in chart.lines},
        dashed=frozenset(line.name for line in chart.lines if line.dashed),
        faint=frozenset(line.name for line in chart.lines if line.faint),
        x_title=chart.x_title,
        y_title=chart.y_title,
        x_range=(0.0, float(runs.STEPS)),
        y_range=chart.y_range,
    )
    return str(drawn.to_json())


def fate(history: Sequence[CopyStep]) -> str | None:
    """What the loss on repeated letters did: one of `FATES`, or None if it was hardly measured."""
    measured = [(r.step, r.copying.again_loss) for r in history if r.copying]
    if len(measured) < 10:
        return None
    whole = measured[0][1] - measured[-1][1]
    if whole < 0.2 * BLIND:
        return NEVER
    tenth = runs.STEPS / 10
    steepest = max(
        before - after
        for step, before in measured
        for later, after in measured
        if step < later <= step + tenth
    )
    return SUDDENLY if steepest > whole / 2 else EVENLY


def fate_in_numbers(history: Sequence[CopyStep]) -> str:
    """The numbers behind `fate`, as sentences: when a head found what to look at, and what came."""
    measured = [(r.step, r.copying) for r in history if r.copying]
    last = measured[-1][1]
    first = (
        f"The first reading stays at {last.first_loss:.2f}: nobody can know it. (More than ln "
        f"{COPYIST.vocab_size} = {BLIND:.2f} is what it costs to bet on a repetition too early.)"
    )
    found = next(((step, now) for step, now in measured if best(now.matching)[1] > SETTLED), None)
    if found is None:
        return f"The loss on the repetition ends at {last.again_loss:.2f}. {first}"
    step, now = found
    head, share = best(now.matching)
    soon = runs.STEPS // 20
    later = next((after for at, after in measured if at >= step + soon), last)
    return (
        f"By step {step:,}, head {head.number + 1} of layer {head.layer + 1} gives {share:.0%} of "
        f"its attention to what followed the same letter before. Within {soon} more steps the loss "
        f"on the repetition falls from {now.again_loss:.2f} to {later.again_loss:.2f}; it ends at "
        f"{last.again_loss:.2f}. {first}"
    )


def best(scores: PER_HEAD) -> tuple[Head, float]:
    """The head with the highest score, and that score."""
    best = max(HEADS, key=lambda head: scores[head.layer][head.number])
    return best, scores[best.layer][best.number]


def verdict_of(job: jobs.Job | None) -> tuple[str, str] | None:
    """What happened and why, of a run that is over or of the bundled one; None before that."""
    history = runs.bundled().history if job is None else job.history[:]
    if job is not None and job.active:
        return None
    truth = fate(history)
    return (truth, fate_in_numbers(history)) if truth else None
