"""A model in any half-built state: which parts are real, and what it makes of the sentence."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st
import torch

from dashboard import cached, own_run, wording
from dashboard.lessons.architecture import tables
from llm_core import accounting, building, sampling
from llm_core.building import (
    ATTENTION,
    FEED_FORWARD,
    FINAL_NORM,
    NORMS,
    PARTS,
    POSITIONS,
    SHORTCUTS,
)

WEIGHTS = "trained weights"
ROUTE = (*PARTS, WEIGHTS)
"""What can be switched, in the course's order."""

MOST_TOKENS = 64
"""Of the sentence: every switch runs it three times and once backwards."""

_KEY = "architecture.real"
_LATEST = "architecture.real.latest"


class State(NamedTuple):
    """What one half-built model makes of the sentence, in plain numbers."""

    shape: tuple[int, ...]
    mean: float
    deviation: float
    """Of all logits."""
    first: tuple[float, ...]
    """The first three logits of the first place."""
    loss: float | None
    size: float
    first_word: float
    order: float
    gradient: float | None
    likeliest: tuple[tuple[str, float], ...]
    """Five next tokens and their probabilities."""


def ids(sentence: str) -> tuple[int, ...]:
    """The sentence in tokens of the starter model, as many as are read here."""
    return tuple(cached.starter().tokenizer.encode_ordinary(sentence)[:MOST_TOKENS])


def choose() -> tuple[str, ...]:
    """Draw the row of parts; gives those that are real, in the course's order."""
    st.pills(
        "Press a part to make it real; the others are dummies, which hand on what they get", ROUTE,
        default=[POSITIONS], selection_mode="multi", key=_KEY, bind="query-params",
        on_change=_note,
    )  # fmt: skip
    real = st.session_state["architecture.real.before"] = _real()
    left = [part for part in ROUTE if part not in real]
    with st.container(horizontal=True):
        st.button(
            f"Next in the course: {left[0]}" if left else "Everything is real",
            icon=":material/add:", type="primary", disabled=not left,
            on_click=_put, args=((*real, *left[:1]), left[:1]), key="architecture.real.next",
        )  # fmt: skip
        st.button(
            "Back to the skeleton", icon=":material/restart_alt:", disabled=real == (POSITIONS,),
            on_click=_put, args=([POSITIONS], [POSITIONS]), key="architecture.real.back",
        )  # fmt: skip
    return real


def _real() -> tuple[str, ...]:
    chosen = st.session_state.get(_KEY) or []
    return tuple(part for part in ROUTE if part in chosen)


def _put(real: Sequence[str], switched: Sequence[str]) -> None:
    st.session_state[_KEY] = list(real)
    st.session_state[_LATEST] = switched[0]


def _note() -> None:
    """Remember which part was switched last: the table compares with and without it."""
    before = set(st.session_state.get("architecture.real.before", (POSITIONS,)))
    if changed := before ^ set(_real()):
        st.session_state[_LATEST] = changed.pop()


def latest(real: Sequence[str]) -> str:
    """The part that was switched last; in a link, the last real one of the course's order."""
    known = st.session_state.get(_LATEST)
    return known if known in ROUTE else (real[-1] if real else POSITIONS)


def other(real: Sequence[str], part: str) -> tuple[str, ...]:
    """The same state with this part switched."""
    return tuple(p for p in ROUTE if (p in real) != (p == part))


def assembled(real: Sequence[str]) -> building.HalfBuiltGPT:
    """The model in this state: of the starter model's parts, or of its untrained twin's."""
    starter = cached.starter()
    whole = starter if WEIGHTS in real else own_run.untrained_twin(starter)
    return building.HalfBuiltGPT(whole.model, [p for p in real if p != WEIGHTS]).eval()


@st.cache_data(show_spinner=False, max_entries=512)
def state(real: tuple[str, ...], text: tuple[int, ...]) -> State:
    """Assemble the model and run it."""
    found = building.behaviour(assembled(real), torch.tensor([text]))
    logits = found.logits
    probabilities = sampling.sampling_steps(logits[0, -1]).probabilities
    decode = cached.starter().tokenizer.decode
    return State(
        tuple(logits.shape),
        logits.mean().item(),
        logits.std().item(),
        tuple(logits[0, 0, :3].tolist()),
        found.loss,
        found.size,
        found.first_word,
        found.order,
        found.gradient,
        tuple((decode([i]), p) for i, p in sampling.likeliest(probabilities, 5)),
    )


def blind() -> float:
    """The loss of somebody who gives every token the same chance, in nats."""
    return math.log(cached.starter().config.vocab_size)


def readings(without: State, with_it: State) -> list[tuple[str, str, str, str]]:
    """What the model does without a part and with it: name of the row, what it is, both values."""

    def spread(s: State) -> str:
        return f"{_number(s.mean)}, {_number(s.deviation)}"

    rows: list[tuple[str, str, Callable[[State], str]]] = [
        ("loss", "loss on your sentence, nats", lambda s: _number(s.loss)),
        ("first word", "another first word moves the last vector", lambda s: _share(s.first_word)),
        ("order", "reversing the earlier words moves it", lambda s: _share(s.order)),
        ("size", "standard deviation of what reaches the head", lambda s: _number(s.size)),
        ("gradient", "gradient below the blocks, of 1 above", lambda s: _number(s.gradient)),
        ("logits", "logits: mean and standard deviation", spread),
        ("first", "the first three of them", lambda s: ", ".join(map(_number, s.first))),
        ("shape", "their shape", lambda s: tables.by(s.shape)),
    ]  # fmt: skip
    return [(name, label, say(without), say(with_it)) for name, label, say in rows]


LIT = {
    POSITIONS: ("order",),
    NORMS: ("size",),
    ATTENTION: ("first word", "order"),
    FEED_FORWARD: ("loss", "logits"),
    SHORTCUTS: ("gradient",),
    FINAL_NORM: ("size", "logits"),
    WEIGHTS: ("loss",),
}
"""The rows of `readings` to look at when a part is switched."""


def _number(value: float | None) -> str:
    """Three significant digits.

    >>> _number(1.0), _number(241.2), _number(0.00024)
    ('1.00', '241', '2.4 × 10⁻⁴')
    """
    if value is None:
        return "–"
    plain = not value or 1e-3 <= abs(value) < 999.5
    return f"{value:#.3g}".rstrip(".") if plain else wording.scientific(value, 1)


def _share(value: float) -> str:
    return f"{100 * value:.3g} %"


def became_true(without: State, with_it: State, part: str, real: Sequence[str]) -> str:
    """What this part brings, in a sentence or two with the numbers of this very state."""
    return {
        POSITIONS: "Every place adds a vector of its own. "
        + (
            f"Reversing the earlier words moves the last vector by {_share(with_it.order)}; "
            f"without positions by {_share(without.order)}."
            if ATTENTION in real
            else "But no token looks at another yet: whatever stands before it, the last vector "
            "stays as it is."
        ),
        NORMS: "In front of each half of a block, every vector is brought to one size: what "
        f"reaches the head has a standard deviation of {_number(with_it.size)} instead of "
        f"{_number(without.size)}.",
        ATTENTION: f"The words before count: another first word moves the last vector by "
        f"{_share(with_it.first_word)}. Without attention: {_share(without.first_word)}.",
        FEED_FORWARD: f"Each vector is worked on by itself, with a bend in between: {_weights()} "
        f"weights. The logits' standard deviation is {_number(with_it.deviation)} "
        f"instead of {_number(without.deviation)}.",
        SHORTCUTS: "Each half only adds to what came in, so an error finds its way back: of a "
        f"gradient of 1 above the blocks, {_number(with_it.gradient)} arrives below them; without "
        f"shortcuts {_number(without.gradient)}."
        + (
            ""
            if {ATTENTION, FEED_FORWARD} <= set(real)
            else " Around a dummy, what came in is added once more, and the vector only grows."
        ),
        FINAL_NORM: "Whatever the blocks added up, the head reads numbers of one size: their "
        f"standard deviation is {_number(with_it.size)} instead of {_number(without.size)}.",
        WEIGHTS: "The same parts, with the numbers that training found: the loss is "
        f"{_number(with_it.loss)} instead of {_number(without.loss)}. Giving every token the same "
        f"chance costs {blind():.3g}."
        + (
            ""
            if with_it.loss is None or with_it.loss < blind()
            else " It is sure and wrong: words like yours did not stand in the tales it has read."
        ),
    }[part]


def _weights() -> str:
    ledger = accounting.parameter_ledger(cached.starter().config)
    return f"{ledger.by_part['feed-forward']:,}"
