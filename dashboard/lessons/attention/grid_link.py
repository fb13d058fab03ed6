"""What a learner looks at in the grid of heads: in the session and in the link."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import streamlit as st

from llm_core.heads import ROLES

WHOLE = ("rollout", "mean")
"""Names in the link of the two maps that come after those of the heads."""

_KEY = "attention.at"


@dataclass(frozen=True)
class Token:
    """A token that was pinned: as one that asks, or as one that is looked at."""

    side: Literal["asks", "seen"]
    place: int


@dataclass(frozen=True)
class At:
    """Where one learner stands; heads are counted through all layers, from 0."""

    heads: int
    """Heads of a layer, as long as these numbers hold."""
    map: int = 0
    view: Literal["map", "lines"] = "map"
    token: Token | None = None
    pins: tuple[int, ...] = ()
    """Heads kept for the lines."""
    alone: int = -1
    """The one of them that is seen alone, or -1."""
    role: str = ""
    """Only heads of this role are in full colour."""
    bright: bool = False
    """Small weights are drawn stronger."""


def standing(heads: int, count: int, tokens: int, reported: Mapping[str, Any] | None = None) -> At:
    """Where the learner stands: as the browser has reported, as before, or as the link says.

    Args:
        heads: of one layer.
        count: maps there are, the two of all layers included.
        tokens: of the text.
        reported: what `components.heads.show` has returned.
    """
    before = st.session_state.get(_KEY)
    if reported:
        here = _checked(At(heads=int(reported.get("heads", 0))), reported)
    elif isinstance(before, At):
        here = before
    else:
        here = _linked(heads, count)
    if here.heads != heads:
        here = replace(here, heads=heads, map=0, pins=(), alone=-1)
    pins = tuple(pin for pin in here.pins if 0 <= pin < count)
    token = here.token if here.token and here.token.place < tokens else None
    here = replace(
        here,
        map=here.map if 0 <= here.map < count else 0,
        pins=pins,
        alone=here.alone if here.alone in (*pins, here.map) else -1,
        token=token,
    )
    st.session_state[_KEY] = here
    return here


def _checked(start: At, told: Mapping[str, Any]) -> At:
    """A report of the browser, each part checked for its kind."""
    token = told.get("token")
    role = told.get("role")
    return replace(
        start,
        map=int(told.get("map", 0)),
        view="lines" if told.get("view") == "lines" else "map",
        token=Token("seen" if token.get("side") == "seen" else "asks", int(token.get("place", 0)))
        if isinstance(token, Mapping)
        else None,
        pins=tuple(int(pin) for pin in told.get("pins", ())),
        alone=int(told.get("alone", -1)),
        role=str(role) if role in ROLES else "",
        bright=bool(told.get("bright")),
    )


def _linked(heads: int, count: int) -> At:
    """What the address asks for; nonsense is left out."""
    asked = {name: st.query_params.get(f"attention.{name}", "") for name in _names()}
    pins = (_number(name, heads, count) for name in asked["kept"].split("-"))
    side, place = asked["token"][:1], asked["token"][1:]
    return At(
        heads=heads,
        map=max(_number(asked["head-on-show"], heads, count), 0),
        view="lines" if asked["view"] == "lines" else "map",
        token=Token("asks" if side == "q" else "seen", max(int(place) - 1, 0))
        if side in ("q", "k") and place.isdecimal()
        else None,
        pins=tuple(pin for pin in pins if pin >= 0),
        alone=_number(asked["alone"], heads, count),
        role=asked["role"] if asked["role"] in ROLES else "",
        bright=asked["strong"] == "1",
    )


def _names() -> tuple[str, ...]:
    return ("head-on-show", "view", "token", "kept", "alone", "role", "strong")


def _number(name: str, heads: int, count: int) -> int:
    """The map that a name in the link stands for ("3.2": layer 3, head 2), or -1."""
    if name in WHOLE:
        return count - len(WHOLE) + WHOLE.index(name)
    layer, _, head = name.partition(".")
    if not (layer.isdecimal() and head.isdecimal() and 1 <= int(head) <= heads and int(layer)):
        return -1
    number = (int(layer) - 1) * heads + int(head) - 1
    return number if number < count - len(WHOLE) else -1


def written(number: int, heads: int, count: int) -> str:
    """The other way round: how a map is called in the link."""
    if number >= count - len(WHOLE):
        return WHOLE[number - count + len(WHOLE)]
    return f"{number // heads + 1}.{number % heads + 1}"


def to_link(here: At, count: int) -> None:
    """Let the address say where the learner stands; what is standard is left out."""
    token = here.token
    texts = {
        "head-on-show": written(here.map, here.heads, count) if here.map else "",
        "view": here.view if here.view != "map" else "",
        "token": f"{'q' if token.side == 'asks' else 'k'}{token.place + 1}" if token else "",
        "kept": "-".join(written(pin, here.heads, count) for pin in here.pins),
        "alone": written(here.alone, here.heads, count) if here.alone >= 0 else "",
        "role": here.role,
        "strong": "1" if here.bright else "",
    }
    for name, text in texts.items():
        key = f"attention.{name}"
        if not text:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != text:
            st.query_params[key] = text


def as_plain(here: At) -> dict[str, Any]:
    """For the browser."""
    return asdict(here)
