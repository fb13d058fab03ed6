"""The panel of a live run: its buttons, where it stands, and curves that grow without redrawing.

A page lists the lines it wants; the panel draws them in full once, and afterwards sends only the
points that are new. It ticks while the run is active and stands still otherwise. What else moves
with the run stands in a part of its own, which is drawn again only when it has news: a tick is a
few kilobytes and a few milliseconds, whatever the page shows.
"""

from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from dashboard import jobs, palette
from dashboard.charts import curves
from dashboard.components import news, plot

_OVERLAP = 4  # records sent again each tick, so that a lost message mends itself
_FRESH = 20  # new points of a line sent at a tick; of more, evenly spaced ones
_DIGITS = 4  # significant ones of a height that a tick sends; no screen shows more
_PATIENCE = 0.4  # seconds that a click waits for the run to obey
_MOST = 900  # points of a line drawn in full; more are thinned


@dataclass(frozen=True, kw_only=True)
class Line:
    """One curve of a live chart."""

    name: str
    tone: palette.Tone
    value: Callable[[Any], float | None]
    """The height for one record of the run's history, or None where it has none."""
    dashed: bool = False
    faint: bool = False
    """Thin and pale, behind what matters."""
    points: bool = False
    """Single points that nothing joins."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart that grows with the run."""

    name: str
    alt: str
    lines: tuple[Line, ...]
    y_title: str
    x_title: str = "training step"
    x: Callable[[Any], float] = lambda record: float(record.step)
    x_end: float | None = None
    """Where the x axis ends while there is no run; a run's own length counts afterwards."""
    y_range: tuple[float, float] | None = None
    from_zero: bool = False
    """Whether an axis without a fixed range shows the zero."""
    level: tuple[float, str] | None = None
    second_x: tuple[str, Sequence[float], Sequence[str]] | None = None
    """Title, places (in x) and labels of a second axis on top."""
    height: int = 340


def controls(kind: str) -> jobs.Job | None:
    """The run's buttons, always in their place: pause or go on, one step, stop."""
    job = jobs.current(kind)
    active = job is not None and job.active
    if job and active and not jobs.owned(job):
        st.caption(":material/visibility: You are watching a run that another browser started.")
        return job
    runs = not (job and active and job.wish != "run")

    def press(wish: jobs.Wish) -> None:
        if job:
            jobs.scheduler().ask(job, wish)
            jobs.scheduler().obeyed(job, _PATIENCE)  # so that the page shows what came of it

    with st.container(horizontal=True, gap="small"):
        st.button(
            "Pause" if runs else "Go on",
            icon=":material/pause:" if runs else ":material/play_arrow:",
            key=f"{kind}.pause",  # one button with two words: two would stand side by side a moment
            on_click=press,
            args=("pause" if runs else "run",),
            disabled=not active,
        )
        st.button(
            "One step",
            icon=":material/skip_next:",
            key=f"{kind}.step",
            on_click=press,
            args=("step",),
            disabled=runs,
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            key=f"{kind}.stop",
            on_click=press,
            args=("stop",),
            disabled=not active,
        )
    return job


def panel(
    kind: str,
    charts: Sequence[Chart],
    *,
    beside: Callable[[jobs.Job], None] | None = None,
    doing: str = "Training",
) -> jobs.Job | None:
    """Buttons, status and charts of the run of this kind; ticks by itself while it is active.

    Args:
        kind: the stage whose run it is.
        charts: drawn one below the other; their frames stand there before the run begins.
        beside: draws what else should move with the run (samples, examples), below the charts.
        doing: what the run does while it runs, in a word.

    Returns:
        The run, or None while there is none.
    """
    job = controls(kind)
    ticking = _moving(job)
    sent: dict[str, int] = {}  # chart -> records already in the browser
    shown = [_news(job)]  # what `beside` has drawn
    aside = f"{kind}-beside"

    every = jobs.scheduler().pace(jobs.scheduler().limits.tick)

    @st.fragment(run_every=every if ticking else None, key=f"{kind}-live")
    def live() -> None:
        jobs.courtesy().page_begins()
        now = jobs.current(kind)
        status(now, kind, doing)
        for chart in charts:
            _draw(kind, chart, now, sent)
        if ticking and not _moving(now):
            st.rerun()
        if beside and _news(now) != shown[0]:
            news.ask(aside)

    @st.fragment(key=aside)
    def moved() -> None:
        jobs.courtesy().page_begins()
        now = jobs.current(kind)
        shown[0] = _news(now)
        if now and beside:
            beside(now)

    live()
    moved()
    return job


def _news(job: jobs.Job | None) -> object:
    """Changes whenever a run has made or measured something, or its state is another."""
    if job is None:
        return None
    made = [(name, id(thing), _length(thing)) for name, thing in job.products.copy().items()]
    measured = sum(getattr(record, "val_loss", None) is not None for record in job.history[:])
    return job.id, job.state, made, measured


def _length(thing: object) -> int:
    return len(thing) if isinstance(thing, Sized) else 0


def _moving(job: jobs.Job | None) -> bool:
    """Whether the run may change without a click on this page, so that it has to look again."""
    if job is None or not job.active:
        return False
    return not jobs.owned(job) or not (job.wish == "pause" and job.state == "paused")


def status(job: jobs.Job | None, kind: str, doing: str = "Training") -> None:
    """One line: where the run stands, how fast it goes, how long it will take."""
    if job is None:
        gone = "The run that this link names is over and no longer kept; start one of your own."
        st.caption(gone if jobs.gone(kind) else "No run yet.")
        return
    steps = len(job.history)
    of = f" of {job.total:,}" if job.total else ""
    words = [f"step {steps:,}{of}"]
    rate = steps / job.seconds if job.seconds > 0 else 0.0
    if rate:
        words.append(f"{rate:,.3g} steps a second")
    if job.state == "running" and rate and job.total:
        words.append(f"about {_span((job.total - steps) / rate)} left")
    place = jobs.scheduler().waiting(job)
    text = {
        "queued": f"Waiting for a place: number {place} in the queue" if place else "Starting",
        "running": doing,
        "paused": "Paused" if job.state == "paused" else "Pausing",
        "done": "Finished",
        "stopped": "Stopped",
        "failed": "Ended early",
    }["paused" if job.active and job.wish == "pause" else job.state]
    st.caption(f"**{text}** · " + " · ".join(words))
    if job.error:
        st.warning(job.error, icon=":material/info:")


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _draw(kind: str, chart: Chart, job: jobs.Job | None, sent: dict[str, int]) -> None:
    history = job.history[:] if job else []
    before = sent.get(chart.name)
    sent[chart.name] = len(history)
    key = f"{kind}-{chart.name}"
    if before is not None and job is not None:
        recent = history[max(0, before - _OVERLAP) :]
        points = [_short(*_points(chart, line, recent, most=_FRESH)) for line in chart.lines]
        plot.extend(points, key=key, height=chart.height, lost=partial(_forget, sent, chart.name))
        return
    last = float(job.total) if job and job.total else max(chart.x_end or 10.0, len(history))
    figure = curves(
        {line.name: _points(chart, line, history, most=_MOST) for line in chart.lines},
        colours={line.name: line.tone for line in chart.lines},
        dashed=frozenset(line.name for line in chart.lines if line.dashed),
        faint=frozenset(line.name for line in chart.lines if line.faint),
        points=frozenset(line.name for line in chart.lines if line.points),
        x_title=chart.x_title,
        y_title=chart.y_title,
        x_range=(0.0, last),
        y_range=chart.y_range,
        level=chart.level,
        second_x=chart.second_x,
    )
    if chart.from_zero:
        figure.update_yaxes(rangemode="tozero")
    # A curve invites a closer look, which stays while it grows and when the run ends.
    figure.update_layout(dragmode="zoom", uirevision=job.id if job else "")
    plot.show(figure, key=key, alt=chart.alt, height=chart.height)


def _forget(sent: dict[str, int], chart: str) -> None:
    """The browser has no such chart: it is drawn in full next time."""
    sent.pop(chart, None)


def _short(x: list[float], y: list[float]) -> dict[str, list[float]]:
    """Points in few letters: whole numbers without a dot, heights to a few digits."""
    return {
        "x": [int(place) if place == int(place) else place for place in x],
        "y": [float(f"{height:.{_DIGITS}g}") for height in y],
    }


def _points(
    chart: Chart, line: Line, records: Sequence[Any], most: int | None = None
) -> tuple[list[float], list[float]]:
    """The points of a line; of too many, `most` evenly spaced ones and the last."""
    pairs = [(chart.x(r), v) for r in records if (v := line.value(r)) is not None]
    if most and len(pairs) > most:
        pairs = [pairs[i * len(pairs) // most] for i in range(most)] + pairs[-1:]
    return [x for x, _ in pairs], [y for _, y in pairs]
