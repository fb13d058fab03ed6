"""Which runs are compared, and each as the picture and the table of `compare.py` need it.

Each run keeps its place, colour and dash while it is compared. Which ones are compared stands in
the session and in the address (`pretraining.compare=1abc,2def`: place and id, oldest first), so a
link shows the same picture as long as the server has the runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import streamlit as st

from dashboard import jobs, own_run, palette
from dashboard.lessons.pretraining import recorded
from dashboard.lessons.pretraining.plans import Settings
from dashboard.recording import Recording

MOST = len(palette.RUNS)
"""Runs at once."""

SHIPPED = "*"
"""Before the name of a recorded run that ships, where others have their id."""

_NAME = "pretraining.compare"
_SEEN = "pretraining.compare-seen"

LABELS = {
    "size": "model",
    "text": "text",
    "digest": "text (digest)",
    "vocabulary": "vocabulary",
    "learning_rate": "learning rate",
    "optimizer": "optimizer",
    "momentum": "momentum",
    "weight_decay": "weight decay",
    "batch_size": "batch",
    "context_length": "context",
    "drop_rate": "dropout",
    "max_norm": "clip to",
    "steps": "steps",
    "warmup": "warmup",
    "initial_share": "first rate",
    "decay": "after the warmup",
    "decay_share": "fall",
    "final_share": "last rate",
    "seed": "seed",
    "eval_freq": "evaluate every",
    "fast": "fast path",
}
"""Settings in the order of the table, as it calls them."""


class Entry(NamedTuple):
    """A run that is compared."""

    place: int
    """0 to 4: its colour and dash."""
    id: str
    """The job's, or the name of a recording that ships."""


class Compared(NamedTuple):
    """A run as the picture and the table need it."""

    entry: Entry
    title: str
    settings: Mapping[str, Any]
    steps: int
    """Updates made."""
    total: int
    checks: tuple[tuple[int, float, float], ...]
    """Step, loss on training text, loss on validation text, where both were measured."""
    seconds: float | None
    active: bool
    mishap: bool
    """Whether it ended with an error."""

    @property
    def name(self) -> str:
        return f"Run {self.entry.place + 1}"

    @property
    def tokens(self) -> int:
        """Read in one step."""
        return int(self.settings["batch_size"]) * int(self.settings["context_length"])

    @property
    def lowest(self) -> tuple[float, int] | None:
        """The lowest loss on unread text, and the step where it was measured."""
        return min(((val, step) for step, _, val in self.checks), default=None)


def entries() -> list[Entry]:
    """What is compared, oldest first: at first what the link names; the run on screen joins it."""
    found = _so_far()
    job = jobs.current(own_run.KIND)
    if job and job.id not in st.session_state[_SEEN]:
        found = with_new(found, job.id)
        _remember(found)
    return found


def _so_far() -> list[Entry]:
    """The entries without the run on screen, unless it has joined them."""
    if _NAME not in st.session_state:
        st.session_state[_NAME] = parsed(st.query_params.get(_NAME, ""))
        st.session_state[_SEEN] = {entry.id for entry in st.session_state[_NAME]}
    found: list[Entry] = st.session_state[_NAME]
    return found


def parsed(address: str) -> list[Entry]:
    """The entries in an address; what makes no sense is left out.

    >>> parsed("2abc,1*by-heart,9x,2again,")
    [Entry(place=1, id='abc'), Entry(place=0, id='*by-heart')]
    """
    found: list[Entry] = []
    for part in address.split(","):
        place, name = part[:1], part[1:]
        taken = {entry.place for entry in found} | {entry.id for entry in found}
        if place in set("12345"[:MOST]) and name and not {int(place) - 1, name} & taken:
            found.append(Entry(int(place) - 1, name))
    return found


def with_new(found: Sequence[Entry], name: str) -> list[Entry]:
    """The entries with a new run in the first free place; the oldest makes way for a sixth.

    >>> with_new([Entry(0, "a"), Entry(2, "b")], "c")[-1]
    Entry(place=1, id='c')
    """
    kept = [entry for entry in found if entry.id != name][-(MOST - 1) :]
    free = next(place for place in range(MOST) if place not in {entry.place for entry in kept})
    return [*kept, Entry(free, name)]


def remove(name: str) -> None:
    """Take a run out of the comparison."""
    _remember([entry for entry in entries() if entry.id != name])


def add(name: str) -> None:
    """Compare a further run."""
    _remember(with_new(entries(), name))


def replace(name: str, by: str) -> None:
    """A run goes on as another one, in the same place."""
    _remember([entry._replace(id=by) if entry.id == name else entry for entry in _so_far()])


def _remember(found: list[Entry]) -> None:
    st.session_state[_NAME] = found
    st.session_state[_SEEN] |= {entry.id for entry in found}
    if found:
        st.query_params[_NAME] = ",".join(f"{entry.place + 1}{entry.id}" for entry in found)
    elif _NAME in st.query_params:
        del st.query_params[_NAME]


def runs() -> list[Compared]:
    """The compared runs that the server still has, oldest first."""
    return [run for entry in entries() if (run := _found(entry)) is not None]


def _found(entry: Entry) -> Compared | None:
    if entry.id.startswith(SHIPPED):
        recording = recorded.shipped(entry.id.removeprefix(SHIPPED))
        return of_recording(entry, recording) if recording else None
    job = jobs.scheduler().get(entry.id)
    if job is None or job.kind != own_run.KIND:
        return None
    job.touch()
    return of_job(entry, job)


def of_job(entry: Entry, job: jobs.Job) -> Compared:
    """A run that the server has."""
    history = job.history[:]
    checks = (
        (r.step, r.train_loss, r.val_loss)
        for r in history
        if r.train_loss is not None and r.val_loss is not None
    )
    return Compared(
        entry,
        "",
        _complete(job.settings),
        len(history),
        job.total or len(history),
        tuple(checks),
        job.seconds,
        job.active,
        job.state == "failed",
    )


def of_recording(entry: Entry, recording: Recording) -> Compared:
    """A run that was recorded."""
    checks = (
        (done - 1, train, val)
        for done, train, val in zip(*recording.checks, strict=True)
        if train is not None and val is not None
    )
    steps = recording.rows.step[-1] + 1 if recording.rows.step else 0
    return Compared(
        entry,
        recording.title,
        _complete(recording.settings),
        steps,
        recording.total,
        tuple(checks),
        None,
        False,
        bool(recording.ended),
    )


def _complete(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that an older run does not name have their standard value."""
    return {**asdict(Settings()), **settings}


def differing(found: Sequence[Compared]) -> list[str]:
    """Names of the settings that are not the same in all runs."""
    return [
        name
        for name in LABELS
        if all(name in run.settings for run in found)
        and len({repr(run.settings[name]) for run in found}) > 1
        and not (name == "digest" and _titles_tell(found))
    ]


def _titles_tell(found: Sequence[Compared]) -> bool:
    """Whether texts that differ have names that differ."""
    texts = {(run.settings["text"], run.settings["digest"]) for run in found}
    return len({title for title, _ in texts}) == len(texts)
