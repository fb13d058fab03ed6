"""The grid of heads: every map of who looks at whom, and what each head does on this text."""

import json
from typing import Any, NamedTuple

import streamlit as st
import torch
from torch import Tensor

from dashboard import cached, charts, palette
from dashboard.components import heads as component
from dashboard.drawn import kept
from dashboard.lessons import reading
from dashboard.lessons.attention import grid_link
from dashboard.wording import counted
from llm_core import heads
from llm_core.heads import HeadRole

KEY = "attention-grid"
LETTERS = ("A", "B", "C")

SIGNS = {
    heads.PREVIOUS: ("←", "before"),
    heads.SAME: ("=", "same"),
    heads.INDUCTION: ("↷", "induction"),
    heads.FIRST: ("⇤", "first"),
    heads.OFFSET: ("↔", "offset"),
    heads.NEARBY: ("⇇", "nearby"),
    heads.DIFFUSE: ("≈", "diffuse"),
    heads.MIXED: ("·", "mixed"),
}
"""Role -> its sign and its short name in the grid."""

FEW = 5
"""Over fewer tokens a mean may be luck."""

WHOLE = (
    {
        "name": "all layers together",
        "says": "Attention rollout: each layer's heads averaged, half of the token's own vector "
        "added, and the layers multiplied. Where the tokens of the text end up, by this account.",
    },
    {
        "name": "last layer, mean of its heads",
        "says": "The heads of the last layer averaged, as it is often read off. It looks at "
        "vectors that have already looked around, so it is not yet a look at the text.",
    },
)
HINT = "What each head does on this text is said here once you have answered below."


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=cached.BY_NAME)
def maps(loaded: cached.Loaded, ids: tuple[int, ...]) -> bytes:
    """All maps one after the other, of each the rows up to the diagonal, as 16-bit floats.

    Those of the heads, layer by layer; then rollout over all layers; then the mean of the last one.
    """
    weights = weights_of(loaded, ids)  # (L, H, T, T)
    whole = torch.stack([heads.rollout(weights)[-1], heads.last_layer_mean(weights)])  # (2, T, T)
    rows, columns = torch.tril_indices(len(ids), len(ids))
    squares = torch.cat([weights.flatten(0, 1), whole])  # (L * H + 2, T, T)
    every = squares[:, rows, columns]  # (L * H + 2, T (T + 1) / 2)
    return every.half().numpy().astype("<f2").tobytes()


def weights_of(loaded: cached.Loaded, ids: tuple[int, ...]) -> Tensor:
    """Who looks at whom in each layer and head, (L, H, T, T)."""
    return reading.steps(loaded, ids).attention_weights[:, 0].float()


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def roles(loaded: cached.Loaded, ids: tuple[int, ...]) -> tuple[HeadRole, ...]:
    """What each head does on this text, layer by layer."""
    of_layers = heads.head_roles(weights_of(loaded, ids), torch.tensor(ids))
    return tuple(role for layer in of_layers for role in layer)


def show(loaded: cached.Loaded, text: reading.Reading, *, told: bool) -> None:
    """Draw the grid.

    Args:
        loaded: the model on show.
        text: the sentence as it reads it.
        told: whether the roles are told, or still to be found.
    """
    config = loaded.config
    count = config.n_layers * config.n_heads + len(WHOLE)
    here = grid_link.standing(config.n_heads, count, len(text.ids))
    letters = dict(zip(candidates(loaded, text.ids), LETTERS, strict=False))
    head = {
        "words": list(text.words),
        "layers": config.n_layers,
        "heads": config.n_heads,
        "roles": [_plain(role) for role in roles(loaded, text.ids)] if told and letters else [],
        "names": list(heads.ROLES),
        "letters": {str(number): letter for number, letter in letters.items()},
        "whole": WHOLE,
        "hint": HINT if letters else few_tokens(),
        "figure": json.loads(_figure()),
        "colours": {
            "scale": [list(tone) for tone in palette.SEQUENTIAL],
            "lines": [list(tone) for tone in palette.RUNS],
        },
        "state": grid_link.as_plain(here),
    }
    reported = component.show(head, maps(loaded, text.ids), key=KEY)
    here = grid_link.standing(config.n_heads, count, len(text.ids), reported)
    grid_link.to_link(here, count)


@kept({})
def _figure() -> Any:
    """The look of the enlarged map; the browser fills in numbers and tokens."""
    return charts.heatmap(
        [[0.0]], rows=[""], columns=[""], row_title="asks", column_title="is looked at",
        unit="weight", low=0.0, high=1.0, numbers=False,
    )  # fmt: skip


def _plain(role: HeadRole) -> dict[str, Any]:
    sign, short = SIGNS[role.role]
    if role.role == heads.OFFSET:
        short = f"{role.offset} back" if role.offset else "itself"
    leans = not role.plays and role.role != heads.MIXED
    return {
        "role": role.role, "sign": sign, "short": short, "plays": role.plays,
        "title": f"Leans to {role.role}" if leans else role.role.capitalize(),
        "says": evidence(role),
    }  # fmt: skip


def _aim(role: HeadRole) -> str:
    """Where the rule says to look, in words."""
    return {
        heads.PREVIOUS: "the token just before",
        heads.SAME: "earlier places of the very same token",
        heads.INDUCTION: "what came after an earlier place of the same token",
        heads.FIRST: "the first token",
        heads.NEARBY: f"itself and the {heads.NEAR - 1} tokens before",
        heads.OFFSET: f"the token {role.offset} places back" if role.offset else "the token itself",
    }[role.nearest]


def evidence(role: HeadRole) -> str:
    """What says that the head has this role, in a sentence or two."""
    if not role.tokens:
        return few_tokens()
    over = f"on average over {counted(role.tokens, 'token')}"
    if role.role == heads.DIFFUSE:
        return (
            f"Spreads its weight nearly evenly: the entropy of its rows is {role.share:.2f} of the "
            f"largest possible, {over}."
        )
    share = f"{role.share:.2f} of its weight, {over}; an even spread would give {role.even:.2f}."
    if role.role == heads.MIXED:
        return f"No rule fits. The nearest: it looks at {_aim(role)} with {share}"
    return f"Looks at {_aim(role)} with {share}" + (
        " So few tokens may be luck." if role.tokens < FEW else ""
    )


def few_tokens() -> str:
    """Said where a text is too short."""
    return "With fewer than three tokens no role can be told from another: write a longer sentence."


def cannot_show(loaded: cached.Loaded, ids: tuple[int, ...]) -> str:
    """What this text cannot show of any head, with the remedy; "" if it can show all."""
    aims = heads.role_targets(torch.tensor(ids))
    if len(ids) < 3 or all(bool(aims[role].any()) for role in heads.FINDERS):
        return ""
    return (
        "No token comes back in this sentence, so no head can show here whether it looks for the "
        "**same token**, or for what came after it (**induction**). Repeat a phrase in your "
        "sentence."
    )


class Question(NamedTuple):
    """Three heads, one of which looks more at the token just before than the two others."""

    numbers: tuple[int, ...]
    """Counted through all layers, from 0, in rising order."""
    shares: tuple[float, ...]
    """How much of its weight each puts on the token just before, on average."""
    tokens: int
    """Over so many tokens."""

    @property
    def truth(self) -> str:
        return LETTERS[self.shares.index(max(self.shares))]


def ask(loaded: cached.Loaded, ids: tuple[int, ...]) -> Question | None:
    """The question about this text; a guess made about another text does not count for it.

    Who has answered once is told the roles of every further text at once.
    """
    origin, before = (loaded.name, ids), st.session_state.get("attention.before.of")
    if before not in (None, origin) and st.session_state.get("attention.before"):
        st.session_state["attention.before"] = None
        st.session_state["attention.before.skip"] = True
    st.session_state["attention.before.of"] = origin
    return question(loaded, ids)


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def question(loaded: cached.Loaded, ids: tuple[int, ...]) -> Question | None:
    """Which head looks at the token just before? None where no text or model can answer.

    Against the best stand the head that looks most at the first token, and the most even one.
    """
    weights = weights_of(loaded, ids)
    aims = heads.role_targets(torch.tensor(ids))
    if len(ids) < 3 or weights.shape[0] * weights.shape[1] < len(LETTERS):
        return None
    previous, first = (
        heads.shares(weights, aims[role]).share.flatten() for role in (heads.PREVIOUS, heads.FIRST)
    )  # (L * H,)
    chosen: list[int] = []
    for scores in (previous, first, heads.evenness(weights).flatten()):
        ranked = scores.argsort(descending=True).tolist()
        chosen.append(next(number for number in ranked if number not in chosen))
    numbers = tuple(sorted(chosen))
    return Question(numbers, tuple(previous[list(numbers)].tolist()), len(ids) - 2)


def candidates(loaded: cached.Loaded, ids: tuple[int, ...]) -> tuple[int, ...]:
    """The heads that the question is about; none where there is no question."""
    asked = question(loaded, ids)
    return asked.numbers if asked else ()


def name(number: int, loaded: cached.Loaded) -> str:
    """A head in words."""
    return f"layer {number // loaded.config.n_heads + 1}, head {number % loaded.config.n_heads + 1}"


def verdict(asked: Question, loaded: cached.Loaded) -> str:
    """What the three heads do."""
    told = (
        f"{letter} ({name(number, loaded)}) {share:.2f}"
        for letter, number, share in zip(LETTERS, asked.numbers, asked.shares, strict=True)
    )
    return (
        f"Its share of weight there, on average over {counted(asked.tokens, 'token')}: "
        f"{', '.join(told)}. In the map those are the squares just below the diagonal."
    )


HOW_ROLES = (
    "The grid now says what each head does on **this** text, in bold where half of its weight or "
    "more goes there. *Same*: it looks at earlier copies of the token. *Induction*: at what came "
    "after such a copy. *Diffuse*: at everything. *Mixed*: no rule fits. Another text may show "
    "another side of it."
)
