"""A live run of five GPTs that differ in how they know the places, and the models it leaves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from dashboard import cached, charts, jobs, live, palette
from dashboard.components import plot
from dashboard.drawn import drawn
from llm_core.accounting import training_memory
from llm_core.corpus import story
from llm_core.gpt import GPTModel
from llm_core.trials import SCHEMES, PlaceStep, Scheme, learn_with_every_scheme, newborn
from llm_core.trials.positions import PLACED, TRAINED
from llm_core.trials.side_by_side import BATCH_SIZE

KIND = "positions"
STEPS = 300
TONES = dict(zip(SCHEMES, palette.RUNS, strict=True))
DASHES = dict(zip(SCHEMES, ("dot", "dash", "dashdot", "4px,2px", "solid"), strict=True))

_STRIDE = 8  # places that share a point of the curve
_EVERY = 100  # steps between two snapshots


class Placed(NamedTuple):
    """Five models to look at, which nobody changes any more."""

    name: str
    models: Mapping[Scheme, GPTModel]
    origin: str
    """Where they come from, as the end of a sentence."""


BY_NAME: dict[str | type[Any], Callable[[Any], Any]] = {Placed: lambda placed: placed.name}
"""For a cached function that takes a Placed: `hash_funcs=BY_NAME`."""


def start(seed: int) -> jobs.Job:
    """Begin a run for this session.

    Raises:
        ValueError: the server has no room for it now.
    """
    memory = training_memory(PLACED, BATCH_SIZE, TRAINED).total
    return jobs.start(
        KIND,
        steps(seed),
        settings={"seed": seed, "steps": STEPS},
        total=STEPS,
        memory=len(SCHEMES) * memory,
    )


def steps(seed: int) -> Callable[[jobs.Job], Iterator[PlaceStep]]:
    """The run itself, called on the scheduler's thread; its product "placed" is a Placed."""

    def make_steps(job: jobs.Job) -> Iterator[PlaceStep]:
        models = {scheme: newborn(scheme, seed) for scheme in SCHEMES}
        done = 0
        try:
            for record in learn_with_every_scheme(models, story(), steps=STEPS, seed=seed):
                done = record.step + 1
                if record.by_place:
                    job.products["by_place"] = record
                yield record
                if done % _EVERY == 0:
                    _keep(job, models, done)
        finally:
            _keep(job, models, done)

    return make_steps


def _keep(job: jobs.Job, models: Mapping[Scheme, GPTModel], done: int) -> None:
    copies = {
        scheme: cached.fresh(model).eval().requires_grad_(False) for scheme, model in models.items()
    }
    job.products["placed"] = Placed(
        f"{job.id} {done}", copies, f"of your run, after {done:,} steps"
    )


@st.cache_resource(show_spinner=False, max_entries=8)
def unborn(seed: int) -> Placed:
    """The five before they have learnt anything."""
    models = {scheme: newborn(scheme, seed).eval().requires_grad_(False) for scheme in SCHEMES}
    return Placed(f"unborn {seed}", models, "that have not learnt anything yet")


def current() -> Placed:
    """The newest models of the run on screen; before there are any, untrained ones."""
    job = jobs.current(KIND)
    found: Placed | None = job.products.get("placed") if job else None
    return found or unborn(1)


def chart() -> live.Chart:
    """Loss of all five within the length they learn on."""

    def line(scheme: Scheme) -> live.Line:
        return live.Line(
            name=scheme,
            tone=TONES[scheme],
            value=lambda record: record.inside(scheme),
            dashed=scheme != "ALiBi",
        )

    return live.Chart(
        name="loss",
        alt=f"Loss up to place {TRAINED} of five position schemes, over the training steps",
        lines=tuple(line(scheme) for scheme in SCHEMES),
        y_title="loss (nats per character)",
        x_end=float(STEPS),
        y_range=(1.5, 3.5),
        height=300,
    )


def by_place(job: jobs.Job) -> None:
    """Draw the newest loss at each place, far beyond the length they learn on, and a table."""
    measured: PlaceStep | None = job.products.get("by_place")
    if measured is None or measured.by_place is None:
        st.caption("Nothing is measured yet.")
        return
    rows = tuple((scheme, measured.by_place[scheme]) for scheme in SCHEMES)
    plot.show(
        _by_place_figure(rows),
        key="attention-by-place",
        alt=f"Loss of five position schemes at places 1 to {PLACED.context_length}",
        height=320,
    )
    lines = [
        f"| {scheme} | {measured.inside(scheme):.2f} | {measured.beyond(scheme):.2f} |"
        for scheme in SCHEMES
    ]
    st.markdown(
        f"| after {measured.step + 1:,} steps | up to place {TRAINED} | from {TRAINED + 1} to "
        f"{PLACED.context_length} |\n|---|--:|--:|\n" + "\n".join(lines)
    )


@drawn
def _by_place_figure(rows: tuple[tuple[Scheme, tuple[float, ...]], ...]) -> Any:
    figure = charts.curves(
        {scheme: _binned(losses) for scheme, losses in rows},
        colours=TONES,
        dashes=DASHES,
        x_title=f"place in the text (each point is the mean of {_STRIDE})",
        y_title="loss (nats per character)",
        x_range=(0.0, float(PLACED.context_length)),
        y_range=(1.5, 4.5),
    )
    return end_of_training(figure)


def _binned(losses: Sequence[float]) -> tuple[list[float], list[float]]:
    starts = range(0, len(losses), _STRIDE)
    means = [sum(losses[at : at + _STRIDE]) / len(losses[at : at + _STRIDE]) for at in starts]
    return [at + (_STRIDE + 1) / 2 for at in starts], means


def end_of_training(figure: Any) -> Any:
    """The same figure with a line where the windows end on which they learn."""
    figure.add_vline(
        x=TRAINED,
        line={"color": palette.MUTED.light, "width": 1, "dash": "dot"},
        annotation={"text": "learnt up to here", "font": {"color": palette.MUTED.light}},
        annotation_position="top right",
    )
    return figure


def verdict_of(job: jobs.Job | None) -> tuple[Scheme, str] | None:
    """Which scheme reads on best, and by how much; None before a run is over."""
    if job is None or job.active:
        return None
    measured: PlaceStep | None = job.products.get("by_place")
    if measured is None or measured.by_place is None or measured.step < STEPS // 4:
        return None
    beyond = {scheme: measured.beyond(scheme) or 0.0 for scheme in SCHEMES}
    inside = {scheme: measured.inside(scheme) or 0.0 for scheme in SCHEMES}
    best = min(beyond, key=beyond.__getitem__)
    first = min(inside, key=inside.__getitem__)
    worst = max(beyond, key=lambda scheme: beyond[scheme] - inside[scheme])
    return best, (
        f"Beyond place {TRAINED} its loss is {beyond[best]:.2f}, after {inside[best]:.2f} before. "
        f"Up to place {TRAINED}, {first} is lowest with {inside[first]:.2f}. Most is lost by "
        f"{worst}: from {inside[worst]:.2f} to {beyond[worst]:.2f}."
    )
