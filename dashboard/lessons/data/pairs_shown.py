"""Byte pairs on the page: the vote, the text before and after it, and the ladder of a word."""

from collections.abc import Sequence
from html import escape
from itertools import accumulate
from pathlib import Path

import streamlit as st

from dashboard import chips, palette, wording
from dashboard.corpus_choice import STORY, VERDICT, Corpus
from dashboard.lessons.data import pairs
from dashboard.lessons.data.written import token_text
from llm_core.tokenizers import Merge, ReplayStep, gpt2_bpe

_CSS = (Path(__file__).parent / "pairs.css").read_text(encoding="utf-8")
_BYTES = 256
"""Ids of single bytes come first; GPT-2's first merge made the token with this id."""
_LADDER = 24
"""Steps of the ladder that are drawn, around the one looked at."""


def stepper(label: str, most: int, *, key: str, on: str, icon: str) -> int:
    """A slider over steps, with one step back and on; its place is in the link.

    Args:
        label: what is counted.
        most: the last step; the first is 0.
        key: of the slider, and with an ending those of the buttons.
        on: what a step on does, on its button.
        icon: of that button.
    """

    def move(by: int) -> None:
        st.session_state[key] = min(max(int(st.session_state[key]) + by, 0), most)

    if int(st.session_state.get(key) or 0) > most:
        st.session_state[key] = most
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    n = left.slider(label, 0, most, 0, key=key, bind="query-params") if most else 0
    now = min(max(int(n), 0), most)
    with right, st.container(horizontal=True):
        st.button("Back", icon=":material/undo:", on_click=move, args=(-1,), key=f"{key}.back",
                  disabled=now == 0, width="stretch")  # fmt: skip
        st.button(on, icon=icon, on_click=move, args=(1,), key=f"{key}.on",
                  disabled=now == most, width="stretch")  # fmt: skip
    return now


# The learner's text -------------------------------------------------------------------------------


def merge(corpus: Corpus, n: int) -> None:
    """What merge n decided and did; at 0, what stands there before the first."""
    st.html(f"<style>{_CSS}</style>")
    made = pairs.learned(corpus)[max(n, 1) - 1]
    seen = pairs.scene(corpus, max(n, 1))
    left, right = st.columns([1, 1.15], gap="large")
    with left:
        st.caption(f"The pairs counted before merge {max(n, 1)}, for token {made.rank}")
        vote(pairs.competitors(corpus, max(n, 1)))
        st.caption(_how_decided(made))
    with right:
        where = "The text begins" if seen.opening else "Further on in the text"
        st.caption(
            f"{where}: {wording.counted(len(seen.before), 'token')} before merge {max(n, 1)}"
        )
        _row(seen.before)
        if n:
            st.caption(
                f"The same after {wording.counted(n, 'merge')}: "
                f"{wording.counted(len(seen.after), 'token')}"
            )
            _row(seen.after)
        st.caption(
            "Framed: the pieces that join, and the token they make."
            if any(token.framed for token in seen.before)
            else "The pair does not stand in these lines."
        )


def _row(tokens: Sequence[pairs.Shown]) -> None:
    chips.show(
        [token.text for token in tokens],
        marks=["lit" if token.framed else "" for token in tokens],
        tints=[tint(token.start) for token in tokens],
    )


def tint(start: int) -> str:
    """The ground of a token that begins at this byte: merging changes no other token's."""
    return f"token-{start % len(palette.TOKENS)}"


def _how_decided(merge: Merge) -> str:
    rule = "The pair with the larger count wins"
    if not merge.ties:
        return f"{rule}; here no other is as frequent."
    others = wording.counted(merge.ties, "other pair")
    return (
        f"{rule}. A tie: {others} {'is' if merge.ties == 1 else 'are'} as frequent. Then the "
        "smaller ids win: first those of the left tokens are compared, then those of the right."
    )


def vote(rows: Sequence[pairs.Competitor]) -> None:
    """The most frequent pairs, the winner on top, ties named."""
    most = rows[0].times
    lines = "".join(
        f"<tr class='{'' if i else 'winner'}'><td>{_chip(row.tokens[0])} + {_chip(row.tokens[1])}"
        f"</td><td class='number'><small>{row.ids[0]} + {row.ids[1]}</small></td>"
        f"<td class='number'>{row.times:,}</td>"
        f"<td class='tie'>{'tie' if row.ties else ''}</td><td class='share'>"
        f"<i style='--share: {row.times / most:.4f}'></i></td></tr>"
        for i, row in enumerate(rows)
    )
    st.html(
        "<table class='pairs'><tr><th>pair</th><th class='number'>ids</th>"
        f"<th class='number'>times</th><th></th><th></th></tr>{lines}</table>"
    )


def _chip(token: str) -> str:
    return (
        '<span class="chip" style="--tint: var(--surface)">'
        f"<bdi>{escape(chips.visible(token))}</bdi></span>"
    )


# A word in GPT-2 ----------------------------------------------------------------------------------


def choose_piece(text: str) -> str:
    """The piece of the typed text whose merges are shown; asks only if there are several."""
    pieces = pairs.gpt2_pieces(text)
    if len(pieces) == 1:
        return pieces[0]
    options = wording.numbered([chips.visible(piece) for piece in pieces])
    chosen = st.selectbox(
        "Piece: no token reaches from one into the next", options, key="data.piece",
        bind="query-params",
    )  # fmt: skip
    return pieces[options.index(str(chosen))]


def turn(rank: int) -> str:
    """Which of GPT-2's merges made the token with this id."""
    return f"merge {rank - _BYTES + 1:,}"


def moment(steps: Sequence[ReplayStep], n: int) -> None:
    """The piece after n of its merges: its tokens, and what may happen next."""
    step, ranks = steps[n], gpt2_bpe().ranks
    st.caption(
        f"{wording.counted(len(step.parts), 'token')} after {wording.counted(n, 'merge')}"
        + (f"; the last one was {turn(step.rank)}" if step.rank is not None else ": single bytes")
    )
    chips.show(
        [token_text(part) for part in step.parts],
        ids=[ranks[part] for part in step.parts],
        marks=["lit" if place == step.place else "" for place in range(len(step.parts))],
        tints=[tint(start) for start in accumulate(map(len, step.parts), initial=0)],
    )
    offers = sorted((rank, place) for place, rank in enumerate(step.offers) if rank is not None)
    if not offers:
        st.caption("No two neighbours make a token of GPT-2, so this is the end.")
        return
    named = ", ".join(turn(rank).removeprefix("merge ") for rank, _ in offers[:6])
    more = f" and {len(offers) - 6} more" if len(offers) > 6 else ""
    st.caption(
        f"Two neighbours can merge in {wording.counted(len(offers), 'place')}, by merge {named}"
        f"{more}. The one learnt first goes next: {turn(offers[0][0])}."
    )


def ladder(steps: Sequence[ReplayStep], n: int) -> None:
    """All merges of the piece, a row each; what comes after step n is pale."""
    st.html(f"<style>{_CSS}</style>")
    size = len(steps[0].parts)
    start = max(0, min(n - _LADDER // 2, len(steps) - _LADDER))
    rows = []
    for row, step in enumerate(steps[start : start + _LADDER], 1):
        number = start + row - 1
        state = " now" if number == n else " later" if number > n else ""
        label = "bytes" if step.rank is None else turn(step.rank)
        rows.append(f'<span class="turn{state}" style="--row: {row}">{label}</span>')
        column = 2
        for place, part in enumerate(step.parts):
            lit = " lit" if place == step.place else ""
            rows.append(
                f'<span class="chip{state}{lit}" title="{escape(part.hex(" "))}" style="--row: '
                f"{row}; grid-column: {column} / span {len(part)}; --tint: "
                f'var(--{tint(column - 2)})"><bdi>{escape(chips.visible(_short(part)))}'
                "</bdi></span>"
            )
            column += len(part)
    st.html(f'<div class="merge-ladder" tabindex="0" style="--bytes: {size}">{"".join(rows)}</div>')
    if len(steps) > _LADDER:
        st.caption(f"{_LADDER} of {len(steps)} rows; move the slider to see the others.")


def _short(part: bytes) -> str:
    """A token as it fits its place: a byte that is no character is two digits."""
    return part.hex() if len(part) == 1 and part[0] > 127 else token_text(part)


def result(corpus: Corpus, piece: str) -> None:
    """Where the merges end, beside what tiktoken says; and the same for the whole text."""
    ours, theirs = pairs.ids(piece)
    st.markdown(
        f"The merges end with the ids `{ours}`; tiktoken gives `{theirs}`: {_same(ours == theirs)}."
    )
    found = pairs.agreement(corpus)
    st.caption(
        f"On the whole of {_of(corpus)}, {found.tokens:,} tokens, both programs were run just now: "
        f"their ids are {_same(found.equal)}."
    )


def _of(corpus: Corpus) -> str:
    return corpus.title if corpus.choice in (STORY, VERDICT) else "your text"


def _same(equal: bool) -> str:
    return "the same" if equal else "different"
