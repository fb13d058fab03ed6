"""Greedy writing after the learner's sentence, every step of it kept for the browser."""

from typing import Any, NamedTuple

import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator

from dashboard import cached, wording
from dashboard.components import greedy as component
from dashboard.lessons import linked
from dashboard.lessons.architecture.words import word
from llm_core.fast.decoding import FastDecoder
from llm_core.sampling import generate, likeliest

KEY = "architecture-greedy"
TOPS = 5
WINDOW = 16
"""Places of the window to begin with: few enough that it slides."""
NEW_ALONE, SENTENCE_AGAIN, ALL_AGAIN = (
    "The new token alone",
    "The same text again, without the new token",
    "The text again, with the new token at its end",
)
READS = (NEW_ALONE, SENTENCE_AGAIN, ALL_AGAIN)
"""What the second new token may be found from, as the learner guesses it."""

_AT_ONCE = 8_000_000_000
"""Multiplications that a rerun may wait for: a fifth of a second or so."""

Ids = tuple[int, ...]


class NewToken(NamedTuple):
    """One token that was written, and those that came nearest."""

    token_id: int
    best: tuple[tuple[str, int, float, float], ...]
    """The likeliest: word, id, logit, probability."""


class Written(NamedTuple):
    """What was appended."""

    tokens: tuple[NewToken, ...]
    stops: bool
    """Whether the last of them is the end of the text."""


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def written(loaded: cached.Loaded, ids: Ids, count: int, context: int) -> Written:
    """Let the model go on greedily, seeing `context` tokens at once, to the end of its text."""
    found: list[NewToken] = []
    prompt = torch.tensor([ids])
    with torch.inference_mode():
        fast = FastDecoder(loaded.model)
        for token in generate(loaded.model, prompt, count, context, logits_of=fast):
            best = [
                (word(loaded, i), i, float(token.logits[i]), p)
                for i, p in likeliest(token.probabilities, TOPS)
            ]
            found.append(NewToken(token.token_id, tuple(best)))
            if token.token_id == loaded.end_of_text:
                return Written(tuple(found), True)
    return Written(tuple(found), False)


def window(place: DeltaGenerator, loaded: cached.Loaded) -> int:
    """Draw the choice of how many tokens the model sees at once."""
    most = loaded.config.context_length
    sizes = [size for size in (2, 4, 8, WINDOW, 32, 64, 128) if size < most] + [most]
    if len(sizes) == 1:
        return most
    chosen = place.select_slider(
        "Window: tokens seen at once", sizes, min(WINDOW, most),
        key=f"architecture.window.{most}", bind="query-params",
    )  # fmt: skip
    return int(chosen)


def asked(loaded: cached.Loaded, count: int, context: int, ids: Ids) -> int:
    """How many tokens are written now; with a large model, a button asks for those after."""
    config = loaded.config
    one = 12 * config.n_layers * config.emb_dim**2 + config.vocab_size * config.emb_dim
    few = max(_AT_ONCE // (one * min(context, WINDOW)), 2)
    wanted: set[object] = st.session_state.setdefault("architecture.new.asked", set())
    if count > few and (loaded.name, ids) not in wanted:
        if not st.button(f"Write all {count} tokens", key="architecture.new.all"):
            return few
        wanted.add((loaded.name, ids))
    return count


def why(prompt: int, context: int) -> str:
    """What the loop reads for the second new token after a prompt of so many."""
    length = prompt + 1
    read = (
        f"all {wording.counted(length, 'id')} of the longer text"
        if length <= context
        else f"the last {wording.counted(context, 'id')} of {length:,}, as many as the window holds"
    )
    return (
        f"It reads {read}. The model itself remembers nothing from one token to the next: all it "
        "knows of the text is the text."
    )


def show(loaded: cached.Loaded, ids: Ids, context: int, found: Written, *, told: bool) -> None:
    """Draw the loop; until the answer is told, no further than the first new token."""
    every = [*ids, *(token.token_id for token in found.tokens)]
    shown = linked.name_of(loaded.name, every, context)
    choice = linked.standing(KEY, "architecture.at", shown, "0")
    head: dict[str, Any] = {
        "shown": shown,
        "words": [word(loaded, i) for i in every],
        "ids": every,
        "prompt": len(ids),
        "context": context,
        "vocabulary": loaded.config.vocab_size,
        "tokens": [{"best": token.best} for token in found.tokens],
        "stops": found.stops,
        "choice": linked.number(choice, component.PHASES * len(found.tokens) + 1, 0),
        "last": component.PHASES * len(found.tokens) if told else component.PHASES - 1,
    }
    component.show(head, key=KEY)
