"""Each token of the sentence hidden in turn: what the starter model then expects."""

import streamlit as st

from dashboard import cached, chips, wording
from dashboard.components import hiding as component
from dashboard.components.hiding import Bar, Variant
from dashboard.lessons import linked, reading
from llm_core import hiding
from llm_core.hiding import HiddenEach

KEY = "attention-hiding"
LINK = "attention.hide"

AT_FIRST = 32
"""Tokens at the end of a long text that are hidden at once; the others only when asked for."""

NEAR = 3
"""Tokens at the end that the question leaves aside."""

_SHOWN = 6


@st.cache_resource(show_spinner=False, max_entries=16)
def hidden(sentence: str, last: int | None) -> HiddenEach:
    """What each of the last tokens does to the prediction of the next one."""
    loaded = cached.starter()
    return hiding.hide_each(loaded.model, _ids(sentence), loaded.end_of_text, last)


@st.cache_data(show_spinner=False, max_entries=16)
def variants(sentence: str, last: int | None) -> tuple[list[Bar], list[Variant]]:
    """The likeliest next tokens of the whole sentence, and of each one that lacks a token."""
    found = hidden(sentence, last)
    best = found.whole.topk(_SHOWN).indices.tolist()
    whole = [Bar(_word(i), p, p) for i, p in zip(best, found.whole[best].tolist(), strict=True)]
    made = []
    for place, bits, after in zip(found.places, found.bits.tolist(), found.without, strict=True):
        top = int(after.argmax())
        shown = [*best, top] if top not in best else best
        bars = [Bar(_word(i), found.whole[i].item(), after[i].item()) for i in shown]
        made.append(Variant(place, max(bits, 0.0), bars))
    return whole, made


def candidates(sentence: str, last: int | None) -> tuple[list[str], str]:
    """Three earlier tokens with their places, and the one whose absence moves the guess most.

    The last few are left out: they say which kind of word can follow, and nearly always matter.
    None are offered where too little is left.
    """
    found, tokens = hidden(sentence, last), words(sentence)
    earlier = [i for i, place in enumerate(found.places) if place < len(tokens) - NEAR]
    named = [i for i in earlier if tokens[found.places[i]].isalpha()]
    if len(named) < 4:
        return [], ""
    top = max(named, key=lambda i: found.bits[i].item())
    long = sorted((i for i in named if i != top), key=lambda i: -len(tokens[found.places[i]]))
    places = wording.numbered(tokens)
    offered = [places[found.places[i]] for i in sorted([top, *long[:2]])]
    return offered, places[found.places[top]]


def words(sentence: str) -> tuple[str, ...]:
    """The sentence's tokens, as many as the model has places for."""
    return reading.read(cached.starter(), sentence).words


def show(sentence: str, last: int | None) -> None:
    """Draw the sentence; which token is hidden stands in the link, counted from 1."""
    whole, made = variants(sentence, last)
    shown = linked.name_of(sentence, last)
    tokens = words(sentence)
    choice = linked.standing(KEY, LINK, shown, "-1")
    component.show(
        tokens, whole, made, shown=shown, choice=linked.number(choice, len(tokens), -1), key=KEY
    )


def _ids(sentence: str) -> tuple[int, ...]:
    return reading.read(cached.starter(), sentence).ids


def _word(token: int) -> str:
    return chips.visible(cached.starter().tokenizer.decode([token]).strip(" ") or " ")
