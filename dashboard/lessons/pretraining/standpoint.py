"""Where a learner stands at the decoding bench, in the session and in the link."""

from dataclasses import dataclass, field

import streamlit as st

from dashboard.lessons.pretraining import writing
from dashboard.lessons.pretraining.writing import Dials

STANDING = Dials(temperature=0.8)
"""Where the dials stand on a fresh page."""

_NAMES = {
    "temperature": "temperature", "top_k": "topk", "top_p": "topp", "min_p": "minp",
    "repetition_penalty": "penalty",
}  # fmt: skip


@dataclass
class At:
    """Where one learner stands."""

    origin: tuple[object, ...] = ()
    """Model, prompt and seed; another one begins anew."""
    dials: Dials = STANDING
    place: int = 0
    """Which token of the text is looked at."""
    given: tuple[int, ...] = ()
    """Tokens that stand fixed at the beginning of the text."""
    ways: list[tuple[str, tuple[int, ...], int]] = field(default_factory=list)
    """The ways the text has gone: what it is called, what is given, where the learner stood."""
    way: int = 0
    draws: int = 1
    picked: int = -1
    """Id of the token whose chain is shown; -1 follows the draw."""
    version: int = 0
    """Counts what was set from here, so that an older report does not undo it."""


def from_link(size: int) -> At:
    """What the address asks for, each part checked."""
    asked = {name: st.query_params.get(f"pretraining.{short}") for name, short in _NAMES.items()}
    numbers = {
        name: st.query_params.get(f"pretraining.{name}", "")
        for name in ("place", "draws", "picked")
    }
    place, draws, picked = (int(n) if n.isdecimal() else -1 for n in numbers.values())
    kept = st.query_params.get("pretraining.kept", "").split(".")
    given = tuple(int(i) for i in kept if i.isdecimal() and int(i) < size)
    return At(
        dials=Dials.of({name: value for name, value in asked.items() if value}, STANDING),
        place=max(place, 0),
        given=given if len(given) == len(kept) else (),
        draws=min(max(draws, 1), writing.NUMBERS),
        picked=picked if picked < size else -1,
    )


def to_link(here: At) -> None:
    """Let the address say where the learner stands; what is standard is left out."""
    wanted: dict[str, tuple[object, object]] = {
        short: (getattr(here.dials, name), getattr(STANDING, name))
        for name, short in _NAMES.items()
    }
    wanted |= {"place": (here.place, 0), "draws": (here.draws, 1), "picked": (here.picked, -1)}
    wanted["kept"] = (".".join(str(i) for i in here.given), "")
    for name, (value, standard) in wanted.items():
        key, text = f"pretraining.{name}", f"{value:g}" if isinstance(value, float) else str(value)
        if value == standard:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != text:
            st.query_params[key] = text
