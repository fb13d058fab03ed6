"""What a learner did on a matrix stage, in the session and in the link."""

import re
from dataclasses import dataclass, field
from typing import Any, cast

import streamlit as st

from dashboard.components import stage as component
from dashboard.components.stage import Flow

_EDIT = re.compile(r"([xqkv](?:_\d{1,3}){3})_(-?\d[\de.+-]*)")
_CELL = re.compile(r"\w+~\d{1,3}~\d{1,3}")
_MOST_EDITS = 200
_LARGEST = 1e4


@dataclass
class Standing:
    """Where one learner stands on one stage."""

    material: tuple[object, ...] = ()
    """What the changed numbers belong to; with other material they are gone."""
    origin: str = ""
    """What is on the stage."""
    edits: dict[str, float] = field(default_factory=dict)
    """Letter of a matrix, head, row and column -> the number typed there."""
    switches: dict[str, bool] = field(default_factory=dict)
    """Switches that do not stand as the rung has them."""
    step: int = -1
    """Of the reveal; -1 is the last."""
    axes: list[int] = field(default_factory=list)
    """Layer and head, counted from 0."""
    cell: str = ""
    """The cell that was kept: matrix~row~column."""
    version: int = 0
    """Counts what stood on the stage, so that an older report does not undo a newer beginning."""

    def name(self) -> str:
        """What the browser calls what is on the stage."""
        return f"{self.version} {self.origin}"

    def plain(self) -> dict[str, Any]:
        """What the browser begins with."""
        names = ("edits", "switches", "step", "axes", "cell")
        return {name: getattr(self, name) for name in names}


def show(
    flow: Flow,
    origin: tuple[object, ...],
    *,
    key: str,
    link: str,
    material: tuple[object, ...] = (),
    begin: str = "",
) -> Standing:
    """Draw a flow where the learner left it, or where the link says.

    Args:
        flow: what is on the stage.
        origin: plain values that name it.
        key: names the stage.
        link: what the names of its parts in the address begin with.
        material: plain values; while they stay the same, changed numbers live on from one origin
            to the next.
        begin: the cell that is explained at first.
    """
    here = cast("Standing | None", st.session_state.get(f"{key}.standing"))
    named = repr(origin)
    if here is None:
        here = _from_link(link)
        here.material, here.origin = material, named
        here.cell = here.cell or begin
    elif here.origin != named:
        edits = here.edits if here.material == material else {}
        here = Standing(
            material, named, edits, axes=here.axes, cell=begin, version=here.version + 1
        )
    else:
        _take_over(here, st.session_state.get(key, {}).get("turned"))
    st.session_state[f"{key}.standing"] = here
    _to_link(here, link, begin)
    component.show(flow, here.name(), here.plain(), key=key)
    return here


def _take_over(here: Standing, turned: Any) -> None:
    """What the browser has reported, if it is about what is on the stage now."""
    if not turned or turned.get("origin") != here.name():
        return
    here.edits = _checked({str(name): value for name, value in turned["edits"].items()})
    here.switches = {name: bool(on) for name, on in turned["switches"].items()}
    here.step = int(turned["step"])
    here.axes = [int(place) for place in turned["axes"]]
    here.cell = str(turned["cell"])


def _checked(edits: dict[str, Any]) -> dict[str, float]:
    """Those that are numbers of a size that can be typed."""
    kept = {}
    for name, value in list(edits.items())[:_MOST_EDITS]:
        try:
            number = float(value)
        except ValueError:
            continue
        if abs(number) <= _LARGEST:
            kept[name] = number
    return kept


def _from_link(link: str) -> Standing:
    """What the address asks for, each part checked."""

    def asked(part: str) -> str:
        return str(st.query_params.get(f"{link}.{part}", ""))

    pairs = [_EDIT.fullmatch(text) for text in asked("edits").split("~")]
    switches = {name: asked(name) for name in ("mask", "root")}
    axes = asked("head").split("~")
    return Standing(
        edits=_checked({pair[1]: pair[2] for pair in pairs if pair}),
        switches={name: text == "on" for name, text in switches.items() if text in ("on", "off")},
        step=int(asked("step")) - 1 if asked("step").isdecimal() else -1,
        axes=[max(int(place) - 1, 0) for place in axes if place.isdecimal()],
        cell=asked("cell") if _CELL.fullmatch(asked("cell")) else "",
    )


def _to_link(here: Standing, link: str, begin: str) -> None:
    """Let the address say where the learner stands; what is standard is left out."""
    wanted = {
        "edits": "~".join(f"{name}_{value:g}" for name, value in here.edits.items()),
        "mask": _on_off(here.switches.get("mask")),
        "root": _on_off(here.switches.get("root")),
        "step": str(here.step + 1) if here.step >= 0 else "",
        "head": "~".join(str(place + 1) for place in here.axes) if any(here.axes) else "",
        "cell": here.cell if here.cell != begin else "",
    }
    for part, text in wanted.items():
        name = f"{link}.{part}"
        if not text:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != text:
            st.query_params[name] = text


def _on_off(on: bool | None) -> str:
    return "" if on is None else "on" if on else "off"
