"""What the pretraining page draws of a run: curves, samples, cost, learning rate."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import charts, jobs, live, palette
from dashboard.charts.curves import round_places
from dashboard.lessons.pretraining import memorised, passages
from dashboard.lessons.pretraining.plans import Material, Plan, Settings
from dashboard.lessons.pretraining.runs import Sample, Samples
from dashboard.lessons.pretraining.speed import span
from llm_core.training import TrainStep

BOTH_FALL = "Both fall together"
TURNS_BACK = "It falls, then turns back up"
STAYS = "It hardly falls at all"
FATES = (BOTH_FALL, TURNS_BACK, STAYS)
"""What the loss on unread text may do in a run, as the learner guesses it."""

_AROUND = 260  # characters shown on each side of the split
_WORDS = 90  # characters whose loss is looked at


def loss_chart(run: Mapping[str, Any]) -> live.Chart:
    """Loss over steps: each batch faint, both evaluations, the level of blind guessing.

    Args:
        run: a job's settings.
    """
    blind = math.log(run["vocab_size"])
    steps, tokens = int(run["steps"]), int(run["batch_size"]) * int(run["context_length"])
    places = round_places(steps)
    return live.Chart(
        name="loss",
        alt="Loss over training steps, on training and on validation text",
        lines=(
            live.Line(
                name="each batch", tone=palette.TRAIN, value=lambda r: float(r.loss), faint=True
            ),
            live.Line(name="training text", tone=palette.TRAIN, value=lambda r: r.train_loss),
            live.Line(
                name="validation text",
                tone=palette.VALIDATION,
                value=lambda r: r.val_loss,
                dashed=True,
            ),
        ),
        y_title="loss (nats per token)",
        x_end=float(steps),
        y_range=(0.0, 1.4 * blind),
        level=(blind, f"blind guessing: ln {run['vocab_size']:,} = {blind:.2f}"),
        second_x=("tokens seen", places, [_short(place * tokens) for place in places]),
        height=380,
    )


def inner_charts(run: Mapping[str, Any]) -> tuple[live.Chart, ...]:
    """What goes on inside each update: length of the gradient, size of the step."""
    return (
        live.Chart(
            name="gradient",
            alt="Length of the gradient over training steps",
            lines=(
                live.Line(
                    name="gradient", tone=palette.OUTPUT, value=lambda r: float(r.gradient_norm)
                ),
                live.Line(
                    name="shortened before the step",
                    tone=palette.BAD,
                    value=lambda r: float(r.gradient_norm) if r.clipped else None,
                    points=True,
                ),
            ),
            y_title="length of the gradient",
            level=(run["max_norm"], f"clipped to {run['max_norm']:g}") if run["max_norm"] else None,
            height=220,
        ),
        live.Chart(
            name="rate",
            alt="Learning rate over training steps",
            lines=(
                live.Line(
                    name="learning rate",
                    tone=palette.ACCENT,
                    value=lambda r: float(r.learning_rate),
                ),
            ),
            y_title="learning rate",
            height=220,
        ),
    )


def samples(job: jobs.Job) -> None:
    """What the model wrote last, with what it copied marked; the recording keeps the rest."""
    history: Sequence[Samples] = job.products.get("samples", ())
    for moment in history[-1:]:
        _moment(moment)
    st.caption(
        "Grey: the prompt. Underlined: stands word for word in the training text, at least "
        f"{memorised.AT_LEAST} characters in a row. Your sentence goes on by chance, with the same "
        "draws every time; the text's own words go on with the likeliest token."
    )


def _moment(moment: Samples) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        _sample(f"After {moment.step:,} steps, your sentence goes on", moment.free)
    with right:
        _sample("The training text's first words go on", moment.recited)


def _sample(title: str, sample: Sample) -> None:
    copied = memorised.share(sample.parts)
    st.caption(f"**{title}**" + (f" · {copied:.0%} copied" if copied else ""))
    passages.show(
        [
            (sample.prompt, "prompt"),
            *((part.text, "train" if part.copied else "") for part in sample.parts),
        ]
    )


def fate(history: Sequence[TrainStep]) -> str | None:
    """What the loss on unread text did: one of `FATES`, or None if it was hardly measured."""
    losses = [r.val_loss for r in history if r.val_loss is not None and math.isfinite(r.val_loss)]
    if len(losses) < 4:
        return None
    first, lowest, last = losses[0], min(losses), losses[-1]
    if lowest > 0.97 * first:
        return STAYS
    return TURNS_BACK if last > 1.03 * lowest else BOTH_FALL


def fate_in_numbers(history: Sequence[TrainStep]) -> str:
    """The numbers behind `fate`, as a sentence."""
    measured = [r for r in history if r.val_loss is not None]
    lowest = min(measured, key=lambda r: r.val_loss or math.inf)
    last = measured[-1]
    return (
        f"On unread text the loss was lowest at step {lowest.step:,} with {lowest.val_loss:.2f}, "
        f"and {last.val_loss:.2f} at step {last.step:,}; on the training text it is "
        f"{last.train_loss:.2f} by then."
    )


def cost(planned: Plan, settings: Settings) -> str:
    """What a run will take, in one line."""
    passes = settings.steps / planned.batches
    return (
        f"{planned.parameters:,} parameters · {planned.memory / 1024**2:,.0f} MB of memory while "
        f"training · one pass over the training part takes {planned.batches:,} batches, so "
        f"{settings.steps:,} steps are {passes:,.3g} passes · about {span(planned.seconds)}, "
        "measured on this machine"
    )


def split(ready: Material) -> None:
    """The place where the text is cut in two, with both sides in their colours."""
    before, after = ready.train_text[-_AROUND:], ready.val_text[:_AROUND]
    before = before.partition(" ")[2] or before
    after = after.rpartition(" ")[0] or after
    passages.show(
        [
            ("… " if len(ready.train_text) > _AROUND else "", ""),
            (before, "train"),
            (after, "validation"),
            (" …" if len(ready.val_text) > _AROUND else "", ""),
        ]
    )


def beginnings(ready: Material) -> tuple[str, str]:
    """First words of the training part, and of the first whole paragraph of the validation part."""
    whole = ready.val_text.partition("\n")[2].strip() or ready.val_text
    return ready.train_text.strip()[:_WORDS], whole[:_WORDS]


@st.cache_data(show_spinner=False, max_entries=64)
def schedule_figure(settings: Settings) -> str:
    """The learning rate of each step, as JSON."""
    schedule = settings.schedule()
    steps = list(range(settings.steps))
    drawn = charts.curves(
        {"learning rate": (steps, [schedule(step) for step in steps])},
        colours={"learning rate": palette.ACCENT},
        x_title="training step",
        y_title="learning rate",
        x_range=(0.0, float(settings.steps)),
        y_range=(0.0, 1.1 * settings.learning_rate),
    )
    return str(drawn.to_json())


def _short(count: int) -> str:
    return f"{count / 1000:,.0f} k" if count >= 1000 else f"{count:,}"
