"""Attention as real matrices in one flow, in the browser.

Each cell says what it is made from; matrices are revealed one after another; a number that may be
changed is typed over, and everything made from it follows at once (arithmetic.js, held equal to
llm_core.attention by a test). What is on a fresh stage are the tensors that Python computed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st
import torch
from torch import Tensor

from dashboard import palette
from dashboard.components import published
from dashboard.components.sending import message

_component = st.components.v2.component(
    "stage", html='<div class="stage"></div>\n', js=published.loader("stage")
)

_SCALES = {
    "weight": [tone.light for tone in palette.SEQUENTIAL],
    "signed": [tone.light for tone in palette.DIVERGING],
}


class Matrix(NamedTuple):
    """One matrix of a flow."""

    name: str
    values: Tensor
    """(R, C), or one for each head (N, R, C)."""
    title: str
    says: str
    """Below the title: how it is made."""
    cell: str
    """What one number of it is, with {row} and {column}."""
    step: int = 0
    """With which step of the reveal it appears."""
    kind: str = "given"
    """How it follows from others: a kind of arithmetic.js."""
    of: tuple[str, ...] = ()
    """Names of those it is made from."""
    rows: str = "tokens"
    columns: str = "channels"
    role: str = "ink"
    """The palette's name of its colour."""
    scale: str = "signed"
    """Or "weight": from 0 on."""
    edit: str = ""
    """A letter, if its numbers may be typed over."""
    by: int = 1
    """Width whose root divides it, where it is scaled."""
    note: str = ""
    """Said of a given matrix that cannot be changed."""


class Switch(NamedTuple):
    """A step that can be taken or left out: "mask" or "root"."""

    name: str
    label: str
    on: bool


class Flow(NamedTuple):
    """Matrices in the order of the computation."""

    matrices: Sequence[Matrix]
    labels: Sequence[str]
    """The tokens."""
    steps: Sequence[tuple[str, str]] = ()
    """Steps of the reveal: a name, and one sentence."""
    axes: Sequence[tuple[str, int]] = ()
    """What tells the N matrices of a kind apart, such as ("Head", 6)."""
    switches: Sequence[Switch] = ()
    controls: bool = True
    """Whether there is a bar with buttons."""
    course: bool = False
    """Whether the numbers are the course's."""


def show(flow: Flow, origin: str, standing: Mapping[str, Any], *, key: str) -> None:
    """Draw a flow, or bring the one that is there up to date.

    Args:
        flow: what is on the stage.
        origin: names what is shown; while it stays the same, what the learner did in the browser
            stands; another one begins with `standing`.
        standing: "edits", "switches", "step", "axes" and "cell" to begin with.
        key: names the component; what the learner did is found in the next run under
            `st.session_state[key]["turned"]`.
    """
    sent: set[str] = st.session_state.setdefault(f"{key}.sent", set())
    head = {
        "stage": key,
        "origin": origin,
        "standing": dict(standing),
        "flow": [_described(matrix) for matrix in flow.matrices],
        "labels": list(flow.labels),
        "steps": [name for name, _ in flow.steps],
        "hints": [sentence for _, sentence in flow.steps],
        "axes": [{"name": name, "size": size} for name, size in flow.axes],
        "switches": [switch._asdict() for switch in flow.switches],
        "controls": flow.controls,
        "course": flow.course,
        "scales": _SCALES,
    }
    _component(
        key=key,
        data=message(head, {"numbers": numbers(flow)}, sent),
        on_turned_change=lambda: None,
        on_lack_change=sent.clear,
    )


def numbers(flow: Flow) -> bytes:
    """All matrices of a flow one after another, 32 bits a number."""
    all_numbers = torch.cat([matrix.values.detach().flatten() for matrix in flow.matrices])
    return all_numbers.float().numpy().astype("<f4").tobytes()


def _described(matrix: Matrix) -> dict[str, Any]:
    described = matrix._asdict()
    values = described.pop("values")
    frames = values.shape[0] if values.ndim == 3 else 1
    return described | {"size": [frames, *values.shape[-2:]]}
