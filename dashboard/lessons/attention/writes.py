"""What a head writes: whom it looks at, how much each hands over, which words that speaks for."""

from typing import NamedTuple

import streamlit as st
import torch
from torch import Tensor

from dashboard import cached
from dashboard.components import switchboard
from dashboard.lessons import reading
from dashboard.lessons.attention import effects, pressed
from dashboard.lessons.attention.effects import Ids
from llm_core.heads import handed_over, head_writes, read_out
from llm_core.induction import Head

DESK = "attention-writing"
EVERY, MOST_OF_THEM, FEWER = "In every head", "In most heads", "In half of them or fewer"
_TOPS = 5
_MOST_SENT = 250_000
"""Attention weights that are sent at once: one megabyte."""
_MOST_READ_OUT = 1_500_000_000
"""Products for the words that every head speaks for, at every token: a third of a second."""


class Written(NamedTuple):
    """What every head writes to some tokens."""

    places: tuple[int, ...]
    """The P tokens that are written to."""
    weights: Tensor
    """For each of them and each head the weights of the tokens up to it, one row after another."""
    reach: Tensor
    """How much each token would hand over to a head that looks at it alone, (L, H, T)."""
    wrote: Tensor
    """How long the sum of all that is handed over is, (P, L, H)."""
    ids: Tensor
    """Of the vocabulary those pushed up most, then those pushed down most, (P, L, H, 2N)."""
    pushes: Tensor
    """What is added to their logits, (P, L, H, 2N)."""


def places(loaded: cached.Loaded, ids: Ids, place: int) -> tuple[int, ...]:
    """All tokens where that is little to send and to compute, else the one that is asked for."""
    heads, tokens = loaded.config.n_heads * loaded.config.n_layers, len(ids)
    read = heads * tokens * loaded.config.vocab_size * loaded.config.emb_dim
    few = heads * tokens * tokens < 2 * _MOST_SENT and read < _MOST_READ_OUT
    return tuple(range(tokens)) if few else (place,)


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=cached.BY_NAME)
def written(loaded: cached.Loaded, ids: Ids, to: tuple[int, ...]) -> Written:
    """What every head writes to the tokens at these places."""
    steps, layers = reading.steps(loaded, ids), range(loaded.config.n_layers)
    with torch.inference_mode():
        at = torch.tensor(to)
        both = [head_writes(loaded.model, steps, layer)[0] for layer in layers]
        writes = torch.stack(both)[:, :, at].movedim(2, 0)  # (L, H, T, C) -> (P, L, H, C)
        reach = torch.stack([handed_over(loaded.model, steps, layer)[0] for layer in layers])
        high, low = [], []
        for place, parts in zip(to, writes, strict=True):
            logits = read_out(loaded.model, steps, parts, place)  # (L, H, V)
            high.append(logits.topk(_TOPS))
            low.append(logits.topk(_TOPS, largest=False))
        pushes = [torch.cat([h.values, b.values], -1) for h, b in zip(high, low, strict=True)]
        tokens = [torch.cat([h.indices, b.indices], -1) for h, b in zip(high, low, strict=True)]
        weights = [steps.attention_weights[:, 0, :, p, : p + 1].flatten() for p in to]
    return Written(
        to,
        torch.cat(weights),
        reach,
        torch.linalg.vector_norm(writes, dim=-1),
        torch.stack(tokens),
        torch.stack(pushes),
    )


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=cached.BY_NAME)
def _names(loaded: cached.Loaded, ids: Ids, to: tuple[int, ...]) -> dict[int, str]:
    """Every token of the vocabulary that some head speaks for or against, as it is drawn."""
    spoken_of = sorted(set(written(loaded, ids, to).ids.flatten().tolist()))
    return effects.tokens(loaded, spoken_of)


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def agreeing(loaded: cached.Loaded, ids: Ids) -> tuple[int, int]:
    """In how many heads, of how many, the last token looks most at who hands over most to it."""
    last = len(ids) - 1
    given = written(loaded, ids, (last,))
    weights = given.weights.view(*given.reach.shape[:2], len(ids))  # (L, H, T)
    same = weights.argmax(dim=-1) == (weights * given.reach).argmax(dim=-1)  # (L, H)
    return int(same.sum()), same.numel()


def _standing(loaded: cached.Loaded, version: str, tokens: int) -> tuple[Head | None, int]:
    """Head and token that the learner looks at: as the browser or the link says."""
    name, config = "attention.writer", loaded.config
    told = st.session_state.get(DESK, {}).get("standing")
    if told and told.get("version") == version:
        text = f"{int(told['layer']) + 1}.{int(told['head']) + 1}.{int(told['place']) + 1}"
    else:
        text = str(st.session_state.get(f"{name}.kept", st.query_params.get(name, "")))
    found = pressed.read(text, config)
    place = text.split(".")[-1] if text.count(".") == 2 else ""
    at = int(place) - 1 if place.isdecimal() and len(place) < 5 else tokens - 1
    pressed.keep(name, text if found else "")
    return (found[0] if found else None), min(max(at, 0), tokens - 1)


def desk(loaded: cached.Loaded, words: tuple[str, ...], ids: Ids) -> None:
    """Draw what heads write to the tokens of a sentence."""
    version = f"{loaded.name} {hash(ids)}"
    head, place = _standing(loaded, version, len(ids))
    given = written(loaded, ids, places(loaded, ids, place))
    if head is None:  # the one that writes most
        most = int(given.wrote[given.places.index(place)].argmax())
        head = Head(*divmod(most, loaded.config.n_heads))
    switchboard.writing(
        key=DESK,
        head={
            "version": version, "layers": loaded.config.n_layers, "heads": loaded.config.n_heads,
            "words": words, "places": given.places, "tops": _TOPS,
            "names": _names(loaded, ids, given.places),
            "at": {"layer": head.layer, "head": head.number, "place": place},
            "says": "Choose a head. Tab reaches tokens and squares, the arrow keys walk, the space "
            "bar chooses.",
        },
        numbers={
            "weights": given.weights, "reach": given.reach, "wrote": given.wrote,
            "ids": given.ids, "pushes": given.pushes,
        },
    )  # fmt: skip
