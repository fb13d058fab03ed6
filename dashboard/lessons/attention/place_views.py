"""What five position schemes do to a score, and which of them notice the order of the words."""

import random
from itertools import pairwise
from typing import Any

import streamlit as st
import torch

from dashboard import charts, palette, predict
from dashboard.components import plot
from dashboard.drawn import kept
from dashboard.lessons.attention.place_runs import BY_NAME, Placed
from llm_core.trials import SCHEMES, Scheme, character_ids, notices_order, scores_by_distance
from llm_core.trials.positions import PLACED, TRAINED

FAR = TRAINED
"""How far back the scores are drawn: within the windows that are learnt on."""

SAYS: dict[Scheme, str] = {
    "none": "nothing tells the places",
    "learned": "a vector for each place",
    "sinusoidal": "waves for each place",
    "RoPE": "turned by the place",
    "ALiBi": "a price on distance",
}
"""Each scheme in a few words."""

FIRST, LATER, NEVER = "In the first block", "From the second block on", "Never"
NOTICES = (FIRST, LATER, NEVER)
"""When a model without positions may notice the order, as the learner guesses it."""

_HEADS = ("solid", "dash", "dot", "dashdot")

_BLIND = 1e-4  # relative change below which nothing but rounding is left


def distances(placed: Placed, character: str) -> None:
    """Draw the scores of one character with itself, 0, 1, ... places back, for each scheme."""
    for column, scheme in zip(st.columns(len(SCHEMES)), SCHEMES, strict=True):
        with column:
            st.markdown(f"**{scheme}**  \n{SAYS[scheme]}")
            plot.show(
                _distance_figure(placed, scheme, character),
                key=f"attention-distance-{scheme}",
                alt=f"Scores against distance, with the scheme {scheme}, for each head",
                height=230,
            )


@kept(BY_NAME)
def _distance_figure(placed: Placed, scheme: Scheme, character: str) -> Any:
    scores = scores_by_distance(
        placed.models[scheme], int(character_ids(character)[0]), FAR
    ).tolist()
    names = [f"head {number}" for number in range(1, len(scores) + 1)]
    heights = [height for row in scores for height in row]
    middle, reach = (max(heights) + min(heights)) / 2, max(max(heights) - min(heights), 2.0)
    figure = charts.curves(
        {name: (range(FAR), row) for name, row in zip(names, scores, strict=True)},
        colours=dict(zip(names, palette.RUNS, strict=False)),
        dashes=dict(zip(names, _HEADS, strict=True)),
        x_title="places back",
        y_title="score" if scheme == next(iter(SCHEMES)) else "",
        x_range=(0.0, float(FAR)),
        y_range=(middle - 0.6 * reach, middle + 0.6 * reach),
    )
    figure.update_layout(showlegend=False, margin={"l": 40, "r": 8, "t": 8, "b": 40})
    return figure


def shuffled(sentence: str, seed: int) -> list[int]:
    """A new order of all characters but the last: whole words change places, the last one stays.

    Of fewer than three words, the characters themselves change places.

    >>> order = shuffled("a bc def", 1)
    >>> "".join("a bc def"[i] for i in order)
    'bc a de'
    """
    starts = [0] + [i + 1 for i, sign in enumerate(sentence) if sign == " "]
    parts = [list(range(a, b)) for a, b in pairwise(starts)]
    last = list(range(starts[-1], len(sentence) - 1))
    if len(parts) < 2:
        parts, last = [[i] for i in range(len(sentence) - 1)], []
    mixed = parts.copy()
    random.Random(seed).shuffle(mixed)
    if mixed == parts:
        mixed.reverse()
    return [i for part in (*mixed, last) for i in part]


def order_test(placed: Placed, sentence: str, seed: int, guess: str | None) -> None:
    """Shuffle the words before the last one; after a guess, say who notices, block by block."""
    text = " ".join(sentence.split())[-PLACED.context_length :]
    order = shuffled(text, seed)
    if len(order) < 2:
        st.caption("Nothing can change places in so short a sentence; type a longer one above.")
        return
    st.code("".join(text[i] for i in order) + text[-1], language=None, wrap_lines=True)
    if guess is None:
        return
    predict.verdict(guess, *without_positions(placed, text, seed))
    rows = [
        f"| {scheme} | {' | '.join(map(_change, _noticed(placed, scheme, text, seed)))} |"
        for scheme in SCHEMES
    ]
    blocks = [f"after block {number}" for number in range(1, PLACED.n_layers + 1)]
    st.markdown(
        f"| change of the last vector | {' | '.join(blocks)} |\n|---|{'--:|' * len(blocks)}\n"
        + "\n".join(rows)
    )


def without_positions(placed: Placed, text: str, seed: int) -> tuple[str, str]:
    """When the model without positions notices the order: one of NOTICES, and why."""
    first, *later = _noticed(placed, "none", text, seed)
    if first > _BLIND:
        return FIRST, f"Its last vector moves by {first:.1%}."
    if max(later) < _BLIND:
        return NEVER, "What stands there, in whatever order, comes to the same in every block."
    return LATER, (
        f"Its first block sees a bag of characters, and the last vector stays. Then it moves by "
        f"{max(later):.1%}: through the mask, each earlier vector has seen only what stood before "
        "it, and so tells something of its place."
    )


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=BY_NAME)
def _noticed(placed: Placed, scheme: Scheme, text: str, seed: int) -> tuple[float, ...]:
    order = torch.tensor(shuffled(text, seed))
    return notices_order(placed.models[scheme], character_ids(text), order)


def _change(far: float) -> str:
    return "0" if far < _BLIND else f"{far:.1%}"
