"""Live training runs: they belong to the server, and survive reruns, page changes and reloads.

`turns.Scheduler` lets them advance; here a run is tied to the browser that started it and to the
link that names it. A run ends some minutes after everybody who looked at it has left.
"""

from collections.abc import Callable, Iterator
from typing import Any

import streamlit as st
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import limits, session
from dashboard.courtesy import Courtesy
from dashboard.job import Job, State, Wish
from dashboard.turns import Scheduler

__all__ = ["Job", "Scheduler", "State", "Wish"]

MEMORY = 60 * 1024**2
"""Bytes that a run of the small starter model holds: what counts where a page gives no estimate."""


@st.cache_resource(show_spinner=False)
def courtesy() -> Courtesy:
    """The server's one record of the pages that are being computed."""
    return Courtesy()


@st.cache_resource(show_spinner=False)
def scheduler() -> Scheduler:
    """The server's one scheduler; kept over code reloads."""
    return Scheduler(limits.from_environment(), courtesy=courtesy(), present=_connected)


def _connected(session_id: str) -> bool:
    """Whether this session's page is still open in a browser."""
    return exists() and get_instance().is_active_session(session_id)


def start(
    kind: str,
    make_steps: Callable[[Job], Iterator[Any]],
    *,
    settings: dict[str, Any],
    total: int | None = None,
    memory: int = MEMORY,
) -> Job:
    """Start a run for this session; an older one of the same kind stops.

    Args:
        kind: the stage that starts it.
        make_steps: called once, on the scheduler's thread; yields a record for each step, or None
            for a breath, so that a long step need not keep others waiting.
        settings: what a reader needs to start the same run again.
        total: how many steps it will take, if known.
        memory: bytes it will hold in the middle of a step, by estimate.

    Raises:
        ValueError: the server has no memory for it, or this browser has had its computing time.
    """
    old = current(kind)
    replaced = old if old is not None and old.active and owned(old) else None
    job = Job(
        make_steps,
        kind=kind,
        settings=settings,
        total=total,
        owner=session.browser(),
        memory=memory,
    )
    scheduler().start(job, instead_of=replaced)
    _watch(job)
    st.session_state[f"run.{kind}"] = job.id
    st.query_params[f"run.{kind}"] = job.id
    return job


def current(kind: str) -> Job | None:
    """The run on screen: this session's own, or the one a link names. Looking keeps it alive."""
    name = f"run.{kind}"
    linked = st.query_params.get(name)
    job = scheduler().get(st.session_state.get(name)) or scheduler().get(linked)
    if job is None or job.kind != kind:
        if linked is not None:
            st.session_state[f"{name}.gone"] = True
            del st.query_params[name]
        return None
    _watch(job)
    if linked != job.id:
        st.query_params[name] = job.id
    st.session_state[name] = job.id
    return job


def _watch(job: Job) -> None:
    """This session looks at the run, and keeps it as long as its page is open."""
    job.touch()
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        job.watchers.add(context.session_id)


def gone(kind: str) -> bool:
    """Whether a link named a run of this kind that the server no longer has."""
    return bool(st.session_state.get(f"run.{kind}.gone"))


def owned(job: Job) -> bool:
    """Whether this browser started the run; a link lets others watch it, not steer it."""
    return job.owner == session.browser()
