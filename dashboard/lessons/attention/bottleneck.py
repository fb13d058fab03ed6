"""A text squeezed into one vector: what the attention page computes and draws of it."""

from typing import Any

import streamlit as st
import torch

from dashboard import cached, charts, chips, palette, wording
from dashboard.drawn import drawn
from dashboard.lessons import reading
from llm_core import recurrent_memory
from llm_core.recurrent_memory import Recalled, RecurrentMemory

RANDOM, TABLE = "Random directions", "The starter model's"
"""Where the words' vectors come from, as it stands on the page and in a link."""

WIDTHS = (16, 32, 64, 128, 256, 512, 1024)
ASKED = 64
"""The width that the prediction asks about, and the slider begins with."""

DASHES = ("dot", "dot", "dot", "dash", "dashdot", "longdash", "longdashdot")
LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_SEED = 1


@st.cache_resource(show_spinner=False, max_entries=8)
def table(source: str, width: int) -> torch.Tensor:
    """A vector of length 1 for each token of the starter model, (V, D)."""
    loaded = cached.starter()
    if source == TABLE:
        return recurrent_memory.unit_length(loaded.model.tok_emb.weight.detach())
    return recurrent_memory.random_words(loaded.config.vocab_size, width, _SEED)


def choose() -> tuple[str, int]:
    """Draw the choice of vectors and width; the model's own vectors have one width only."""
    left, right = st.columns([1.3, 1], vertical_alignment="bottom")
    origin = left.segmented_control(
        "Vectors of the words", [RANDOM, TABLE], default=RANDOM, required=True,
        key="attention.words", bind="query-params",
    )  # fmt: skip
    width = right.select_slider(
        "Numbers in the memory", WIDTHS, value=ASKED, key="attention.memory", bind="query-params",
        disabled=origin == TABLE,
    )  # fmt: skip
    return str(origin), cached.starter().config.emb_dim if origin == TABLE else int(width)


@st.cache_resource(show_spinner=False, max_entries=256)
def recalled(sentence: str, source: str, width: int) -> Recalled:
    """The sentence read into one vector, and asked back."""
    ids = reading.read(cached.starter(), sentence).ids
    return recurrent_memory.recall(ids, table(source, width), RecurrentMemory(width, _SEED))


def read_from(sentence: str) -> str:
    """Which tokens are read, as the middle of a sentence."""
    found = reading.read(cached.starter(), sentence)
    first = "first " if found.left_out else ""
    return f"the {first}{wording.counted(len(found.ids), 'token')} of your sentence"


def truth(sentence: str) -> str:
    """Which of ANSWERS is right about the memory that is asked for."""
    share = recalled(sentence, RANDOM, ASKED).share
    return ANSWERS[0 if share == 1 else 1 if share >= 0.5 else 2 if share > 0 else 3]


ANSWERS = ("All of them", "Half or more", "Fewer than half", "None")


def show_words(sentence: str, source: str, width: int) -> Recalled:
    """Draw each token with what came back in its place; right and wrong have signs as well."""
    found = recalled(sentence, source, width)
    loaded = cached.starter()
    words = reading.read(loaded, sentence).words
    came = [
        chips.visible(loaded.tokenizer.decode([i]).strip(" ") or " ") for i in found.ids.tolist()
    ]
    right = found.right.tolist()
    with st.container(height=260 if len(words) > 60 else "content", border=False):
        chips.show(
            words,
            below=["✓" if good else f"✗ {word}" for good, word in zip(right, came, strict=True)],
            marks=["good" if good else "bad" for good in right],
        )
    return found


@drawn
def curve(sentence: str, source: str, width: int) -> Any:
    """Share that comes back against the length, for memories of several widths and attention."""
    widths = [width] if source == TABLE else sorted({64, 256, 1024, width})
    lines: dict[str, tuple[Any, Any]] = {}
    colours = {}
    rotation = iter((palette.RUNS[0], palette.RUNS[2], palette.RUNS[3], palette.RUNS[4]))
    for wide in widths:
        name = f"{wide:,} numbers"
        lines[name] = (LENGTHS, shares(source, wide))
        colours[name] = palette.VALIDATION if wide == width else next(rotation)
    others = [wide for wide in widths if wide != width]
    dashes = {f"{wide:,} numbers": DASHES[WIDTHS.index(wide)] for wide in others}
    kept = [recurrent_memory.recall_with_attention(range(n), table(source, width)) for n in LENGTHS]
    lines["attention keeps all"] = (LENGTHS, kept)
    colours["attention keeps all"] = palette.OUTPUT
    found = recalled(sentence, source, width)
    lines["your sentence"] = ([len(found.ids)], [found.share])
    colours["your sentence"] = palette.INK
    figure = charts.curves(
        lines,
        colours=colours,
        x_title="length of the text in tokens",
        y_title="share that comes back",
        y_range=(-0.03, 1.05),
        dashes={"attention keeps all": "dash"} | dashes,
        points=frozenset({"your sentence"}),
    )
    figure.update_xaxes(type="log", tickvals=LENGTHS, ticktext=[str(n) for n in LENGTHS])
    figure.update_traces(selector={"name": "your sentence"}, marker={"size": 11})
    figure.update_layout(margin={"l": 56, "r": 16, "t": 48, "b": 48})
    return figure


@st.cache_data(show_spinner=False, max_entries=32)
def shares(source: str, width: int) -> list[float]:
    """What comes back of random texts of LENGTHS, the mean over a few."""
    memory = RecurrentMemory(width, _SEED)
    return recurrent_memory.recall_curve(table(source, width), memory, LENGTHS, texts=3)
