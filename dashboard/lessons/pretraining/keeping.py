"""The controls that save a run or a model, open one, and let a run go on."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from dashboard import corpus_choice, jobs, own_run, session
from dashboard.lessons.pretraining import compared, resume, runs
from dashboard.lessons.pretraining.plans import LONGEST
from dashboard.lessons.pretraining.resume import Saved, Standing
from llm_core.checkpoints import load_checkpoint

_FILE = "pretraining.saved-run"  # in the session: an opened file's content and what it says


class Waiting(NamedTuple):
    """A run that can go on."""

    saved: Saved
    file: bytes | Path | None
    """Where it is; None if it is the run on screen."""


def standing(job: jobs.Job | None) -> Standing | None:
    """What this run needs to go on; None before it has begun, and where nothing was kept."""
    return job.products.get("standing") if job else None


def waiting() -> Waiting | None:
    """The run that can go on: an opened file's, else the one on screen if it has ended."""
    opened: Waiting | None = st.session_state.get(_FILE)
    if opened is not None and own_run.file_is_open():
        return opened
    job = jobs.current(own_run.KIND)
    run = standing(job)
    if job is None or run is None or job.active or not jobs.owned(job):
        return None
    return Waiting(Saved(run.settings, run.state.next_step, run.ready.text.title), None)


def go_on(sentence: str) -> bool:
    """Draw the button that lets a run go on, if there is one; whether it was pressed."""
    found = waiting()
    if found is None:
        return False
    settings, step, _ = found.saved
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        proposed = settings.steps if step < settings.steps else 2 * settings.steps
        steps = st.number_input(
            "Steps in all", step + 1, max(LONGEST, step + 1), max(proposed, step + 1), 20,
            key=f"pretraining.further.{step}", width=160,
            help=f"It has made {step:,} of {settings.steps:,}. If the number stays, the curve is "
            "the one that a run without a break draws, to the last bit; another number stretches "
            "the learning rate's way.",
        )  # fmt: skip
        pressed = st.button(
            f"Go on from step {step:,}", icon=":material/resume:", key="pretraining.resume"
        )
    if step and int(steps) != settings.steps:
        before = settings.schedule()(step - 1)
        after = replace(settings, steps=int(steps)).schedule()(step)
        st.caption(
            f"The learning rate's way is stretched to {steps:,} steps: it was {before:.2g} at the "
            f"last step and goes on with {after:.2g}. Where that is much more, the loss jumps "
            "before it falls again."
        )
    if pressed:
        _begin(found, int(steps), sentence)
    return pressed


def _begin(found: Waiting, steps: int, sentence: str) -> None:
    """Let the run go on, with so many steps in all."""
    if found.file is not None:
        run = resume.opened(found.file, corpus_choice.current())
        runs.go_on(resume.with_steps(run, steps), sentence)
        del st.session_state[_FILE]
        return
    job = jobs.current(own_run.KIND)
    taken: Standing | None = job.products.pop("standing", None) if job else None
    if job is None or taken is None:  # pressed twice
        return
    try:
        taken.seconds, taken.samples = job.seconds, job.products.get("samples", ())
        further = runs.go_on(resume.with_steps(taken, steps), sentence)
        compared.replace(job.id, further.id)  # its curve is the beginning of the new one
    except ValueError:
        job.products["standing"] = taken
        raise


def save() -> None:
    """Draw what can be saved: the model, the run, and the place on the server's disk."""
    own = own_run.own_model()
    if own is None:
        st.caption("Train a model above, then save it here.")
        return
    job = jobs.current(own_run.KIND)
    st.caption(f"Yours has {own.model.num_parameters():,} parameters ({own_run.origin()}).")
    run = standing(job)
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Save the model", lambda: own_run.as_file(own), "my-model.safetensors",
            icon=":material/download:", key="pretraining.save", on_click="ignore",
        )  # fmt: skip
        if job and run:
            _save_run(job, run)


def _save_run(job: jobs.Job, run: Standing) -> None:
    st.download_button(
        "Save the run", lambda: resume.as_file(run, job.seconds), "my-run.safetensors",
        icon=":material/download:", key="pretraining.save-all", on_click="ignore",
        help=f"Everything it takes to go on: {run.size / 1024**2:,.1f} MB.",
    )  # fmt: skip
    if jobs.owned(job) and st.button(
        "Keep the run here", icon=":material/save:", key="pretraining.keep",
        help="On this server's disk, in place of the one you kept before; only this browser can "
        f"open it. The oldest goes when more than {resume.KEPT} browsers keep one.",
    ):  # fmt: skip
        resume.keep(run, job.seconds, session.browser())


def open_again() -> None:
    """Draw the ways back in: a file of the learner's, or the run kept here."""
    megabytes = own_run.LARGEST_FILE // 1024**2
    file = st.file_uploader(
        f"Open a saved model or run (up to {megabytes} MB)",
        type=["safetensors", "pt", "pth", "bin"], key="pretraining.open",
        max_upload_size=megabytes,
    )  # fmt: skip
    if file is not None and st.session_state.get("pretraining.opened") != file.file_id:
        open_file(file.getvalue())
        st.session_state["pretraining.opened"] = file.file_id
        st.rerun()
    kept = resume.kept(session.browser())
    if kept and st.button(
        "Open the run kept here", icon=":material/folder_open:", key="pretraining.open-kept"
    ):
        open_file(kept)
        st.rerun()
    if own_run.file_is_open():
        _say_opened(waiting())


def _say_opened(found: Waiting | None) -> None:
    words = ":material/check: Opened: this page now shows the file's model."
    if found and found.file is not None:
        settings, step, _ = found.saved
        words = (
            f":material/check: Opened: a run after {step:,} of {settings.steps:,} steps. This page "
            "shows its model. Press **Go on** beside Train, and its curve comes back too."
        )
    st.caption(words)


def open_file(source: bytes | Path) -> None:
    """Make a saved model the learner's own, and its run ready to go on if it holds one.

    Raises:
        ValueError: as `own_run.open_file`.
    """
    own_run.open_file(source)
    saved = resume.described(load_checkpoint(source))
    st.session_state[_FILE] = Waiting(saved, source) if saved else None
