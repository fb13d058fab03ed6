"""Recorded runs on the page: those that ship, the learner's own, and one opened from a file.

Make those that ship, a few minutes on one core:  python -m dashboard.lessons.pretraining.recorded
"""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, cast

import streamlit as st
import torch

from dashboard import cached, corpus_choice, frame, jobs, recording, recording_file, session
from dashboard.components import scrubber
from dashboard.lessons.pretraining import memorised, plans, runs
from dashboard.lessons.pretraining.speed import Speed
from dashboard.recorder import Recorder
from dashboard.recording import Recording
from llm_core import corpus
from llm_core.training import DivergedError

FOLDER = cached.ROOT / "assets" / "runs"
YOURS, OPENED = "Your run", "Opened file"

_CHOICE, _NEXT, _FILE, _SEEN = (
    f"pretraining.{name}" for name in ("recorded", "recorded-next", "opened-run", "seen-run")
)
_SAYS = {
    YOURS: "What your run has recorded. While it goes on, the slider stays at its end unless you "
    "take it away.",
    OPENED: "What the file has recorded.",
}
_TICK = 2  # seconds between two deliveries of what a run has recorded since


class Shipped(NamedTuple):
    """A run that comes with the project."""

    name: str
    """Of its file, without the ending."""
    title: str
    settings: plans.Settings
    says: str
    """What to look for."""


SHIPPED = (
    Shipped(
        "by-heart",
        "Learns, then recites",
        plans.Settings(size="Small", steps=240, learning_rate=0.002),
        "A model with far more weights than the text has letters: watch where the two curves "
        "part, and what it writes from then on.",
    ),
    Shipped(
        "too-large",
        "Steps grow too large",
        plans.Settings(steps=300, learning_rate=1.0, warmup=1.0, final_share=1.0, max_norm=None),
        "The learning rate climbs from step to step and never stops: at first the model learns, "
        "then each update undoes the one before, until nothing is left to save.",
    ),
    Shipped(
        "led-up",
        "Large steps after a warmup",
        plans.Settings(steps=300, learning_rate=0.05, warmup=0.3),
        "Ten times the learning rate that this page proposes, but reached slowly and left again. "
        "Set the warmup to 0 and train the same yourself: it gets stuck.",
    ),
)


def shipped(name: str) -> Recording | None:
    """A run that comes with the project; None if its file is missing or damaged."""
    path = FOLDER / f"{name}.json"
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else None


@st.cache_resource(show_spinner=False)
def _read(path: Path, changed: int) -> Recording | None:
    try:
        return recording_file.opened(path.read_bytes())
    except recording_file.RecordingError:
        return None


def of(job: jobs.Job | None) -> Recorder | None:
    """What records this run; None before it has begun."""
    return cast("Recorder | None", job.products.get("recording")) if job else None


def begun() -> None:
    """A new run was started: its recording comes on screen."""
    st.session_state[_CHOICE] = YOURS


def show(job: jobs.Job | None) -> None:
    """Draw the choice of recordings, the chosen one under its slider, and the way in and out."""
    own = of(job)
    opened = cast("Recording | None", st.session_state.get(_FILE))
    if pending := st.session_state.pop(_NEXT, None):
        st.session_state[_CHOICE] = pending
    if job and st.session_state.get(_SEEN) != job.id:  # started here, by a link, or resumed
        st.session_state[_SEEN] = job.id
        begun()
    titles = [run.title for run in SHIPPED if shipped(run.name)]
    options = ([YOURS] if job else []) + titles + ([OPENED] if opened else [])
    if not options:
        st.caption("No recording is at hand; train a run, and it is recorded.")
        return
    if st.session_state.get(_CHOICE, st.query_params.get(_CHOICE)) not in options:
        st.session_state[_CHOICE] = options[0]
    choice = st.segmented_control(
        "Recorded run", options, required=True, key=_CHOICE, bind="query-params",
        help="Every run here is recorded: slide back and forth, nothing is computed anew.",
    )  # fmt: skip
    run = next((run for run in SHIPPED if run.title == choice), None)
    live = choice == YOURS and job is not None and job.active

    @st.fragment(run_every=jobs.scheduler().pace(_TICK) if live else None)
    def views() -> None:
        jobs.courtesy().page_begins()
        on_screen = _recording(str(choice), own or of(job), opened)
        if on_screen is None or not on_screen.frames:
            st.caption("The recording begins with the run.")
            return
        scrubber.show(on_screen, key="pretraining-recorded", live=live, play=choice in titles)

    st.caption(run.says if run else _SAYS[str(choice)])
    views()
    _keep(str(choice), own, opened)


def _recording(choice: str, own: Recorder | None, opened: Recording | None) -> Recording | None:
    if choice == YOURS:
        return own.recording() if own else None
    if choice == OPENED:
        return opened
    return next((shipped(run.name) for run in SHIPPED if run.title == choice), None)


def _keep(choice: str, own: Recorder | None, opened: Recording | None) -> None:
    """Save the recording on screen; open one that was saved."""

    def content() -> bytes:
        on_screen = _recording(choice, own, opened)
        return recording.as_file(on_screen) if on_screen else b""

    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.download_button(
            "Save this recording", content, "recorded-run.json", "application/json",
            icon=":material/download:", key="pretraining.save-run", on_click="ignore",
        )  # fmt: skip
        with st.popover("Open a recording", icon=":material/folder_open:"):
            file = st.file_uploader(
                "A recorded run (.json, up to 2 MB)", type=["json"], key="pretraining.open-run",
                max_upload_size=2,
            )  # fmt: skip
            if file is not None and st.session_state.get("pretraining.run-file") != file.file_id:
                st.session_state["pretraining.run-file"] = file.file_id
                with frame.guarded():
                    st.session_state[_FILE] = recording_file.opened(file.getvalue())
                    st.session_state[_NEXT] = OPENED
                    st.rerun()


def pace(job: jobs.Job) -> None:
    """How fast the run reads, and how far it is from learning by heart."""
    history = job.history[:]
    if not history or not job.seconds:
        return
    words = [f"{history[-1].tokens_seen / job.seconds:,.0f} tokens a second"]
    checked = next((r for r in reversed(history) if r.val_loss is not None), None)
    if checked:
        words.append(f"gap between the curves **{checked.val_loss - checked.train_loss:.2f}**")
    samples: tuple[runs.Samples, ...] = job.products.get("samples", ())
    if samples:
        copied = memorised.share(samples[-1].recited.parts)
        words.append(f"**{copied:.0%}** of what it recites is copied word for word")
    own = of(job)
    if own:
        words.append(f"recording took {own.seconds / job.seconds:.1%} of the time")
    st.caption(" · ".join(words))


def record(run: Shipped) -> Recording:
    """Train to the end, on the bundled story, and give what was recorded."""
    text = corpus.story()
    story = corpus_choice.Corpus(corpus_choice.STORY, "the bundled story", text, "bundled")
    ready = plans.material(story, run.settings.vocabulary)
    planned = plans.plan(ready, run.settings)
    make_steps = runs.steps(ready, run.settings, planned, session.SENTENCE, Speed())
    job = jobs.Job(make_steps, kind="pretraining", id=run.name)
    try:
        for _ in job.make_steps(job):
            pass
    except DivergedError:
        pass  # recorded as well, with its reason
    own = of(job)
    if own is None:
        raise RuntimeError(f"the run {run.name} recorded nothing")
    return replace(own.recording(), title=run.title)


if __name__ == "__main__":
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    for each in SHIPPED:
        file = FOLDER / f"{each.name}.json"
        file.write_bytes(recording.as_file(record(each)))
        print(file.name, f"{file.stat().st_size:,} bytes")
