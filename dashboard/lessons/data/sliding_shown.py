"""Windows on the page: their controls, brackets over the tokens, rows of a batch, examples."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from dashboard import chips, palette, wording
from dashboard.corpus_choice import Corpus
from dashboard.lessons.data import sliding
from dashboard.lessons.data.sliding import FIRST, INTEGERS, LAST, SECOND, TEXT, Rung, Setting

_CSS = (Path(__file__).parent / "sliding.css").read_text(encoding="utf-8")
_ROWS = 8
"""Windows of a batch that are written out."""
_NUMBERED = 4
"""With more lanes than this the brackets are thin and have no numbers."""


def choose() -> Setting:
    """Draw the controls: over what, how the windows slide, how they are put in batches."""
    st.html(f"<style>{_CSS}</style>")
    left, middle, right = st.columns([1.2, 1, 1], vertical_alignment="bottom")
    over = left.segmented_control(
        "Slide over", [TEXT, INTEGERS], default=TEXT, required=True,
        key="data.over", bind="query-params",
        help="On integers you can check a data loader by eye: every answer is the input plus 1.",
    )  # fmt: skip
    drop = middle.toggle(
        "Drop the last batch if it is short", True, key="data.drop_last", bind="query-params"
    )
    count = 20
    if over == INTEGERS:
        count = right.slider(
            "How many integers", 2, sliding.MOST_INTEGERS, 20, key="data.integers",
            bind="query-params",
        )  # fmt: skip
    left, middle, right = st.columns(3)
    size = left.slider("Context length", 1, 16, 4, key="data.context", bind="query-params")
    stride = middle.slider("Stride", 1, 16, 4, key="data.stride", bind="query-params")
    batch = right.slider("Batch size", 1, 16, 4, key="data.per_batch", bind="query-params")
    numbers = (int(count), int(size), int(stride), int(batch))
    if min(numbers) < 1 or max(numbers[1:]) > 16 or count > sliding.MOST_INTEGERS:
        raise ValueError("a number is out of its slider's range; move the sliders")
    return Setting(str(over), *numbers, bool(drop))


def which_batch() -> str:
    """Draw the choice of a batch."""
    return str(
        st.segmented_control(
            "Batch", [FIRST, SECOND, LAST], default=FIRST, required=True,
            key="data.which", bind="query-params",
        )
    )  # fmt: skip


def brackets(corpus: Corpus, setting: Setting, which: str, *, answers: bool) -> None:
    """The tokens around a batch, with a coloured bracket for each window; then the counts."""
    seen = sliding.strip(corpus, setting, which)
    spots = []
    for offset, place in enumerate(seen.places):
        lanes = ["<i class='lane'></i>"] * seen.lanes
        for bracket in seen.brackets:
            if drawn := _lane(bracket, place, answers):
                lanes[bracket.lane] = drawn
        number = f"<small>{seen.ids[offset]}</small>" if setting.over == TEXT else ""
        spots.append(
            f'<div class="spot{"" if seen.used[offset] else " unused"}">'
            f'<span class="chip" style="--tint: var(--surface)">'
            f"<bdi>{escape(chips.visible(seen.tokens[offset]))}</bdi>{number}</span>"
            f"{''.join(lanes)}</div>"
        )
    total = len(sliding.row(corpus, setting))
    left = total - seen.places.stop
    end = f'<span class="strip-end">and {left:,} more</span>' if left else ""
    start = f'<span class="strip-end">{seen.places.start:,} before</span>'
    many = " many" if seen.lanes > _NUMBERED else ""
    st.html(
        f'<div class="strip{many}">{start if seen.places.start else ""}{"".join(spots)}{end}</div>'
    )


def _lane(bracket: sliding.Bracket, place: int, answers: bool) -> str:
    """What one window draws under one token: nothing, a part of its bracket, or its answer."""
    tone = palette.RUNS[(bracket.number - 1) % len(palette.RUNS)]
    style = f"--of: light-dark({tone.light}, {tone.dark})"
    if place in bracket.inputs:
        first, last = place == bracket.inputs[0], place == bracket.inputs[-1]
        ends = (" starts" if first else "") + (" ends" if last else "")
        label = f"<b>{bracket.number}</b>" if first else ""
        return f'<i class="lane in{ends} {bracket.state}" style="{style}">{label}</i>'
    if answers and place == bracket.answer and bracket.state != "dropped":
        return f'<i class="lane answers {bracket.state}" style="{style}"></i>'
    return ""


def counts(corpus: Corpus, setting: Setting) -> str:
    """What an epoch reads, in a sentence or two."""
    found = sliding.coverage(corpus, setting)
    total = len(sliding.row(corpus, setting))
    made = (
        f"{wording.counted(total, 'token')} give {wording.counted(found.windows, 'window')} in "
        f"{wording.counted(found.batches, 'batch').replace('batchs', 'batches')}"
    )
    dropped = (
        f"; {wording.counted(found.dropped, 'window')} too few for a batch, dropped (dashed line)"
        if found.dropped
        else ""
    )
    skipped = (
        f"{wording.counted(found.skipped, 'token')} between windows, read by none (dashed tile, "
        "but where one is an answer)"
    )
    return (
        f"{made}{dropped}. Tokens read more than once: {found.repeated:,}. "
        f"{f'{skipped}. ' if found.skipped else ''}{wording.counted(found.tail, 'token')} at the "
        f"end of the row {'fills' if found.tail == 1 else 'fill'} no window that is kept."
    )


def sides(corpus: Corpus, setting: Setting, which: str) -> None:
    """Inputs and targets of a batch side by side, a window in each row."""
    window = sliding.batch(corpus, setting, which)
    first = sliding.first_window(corpus, setting, which)
    tables = []
    for name, rows in (("input", window.inputs), ("target", window.targets)):
        lines = []
        for number, ids in enumerate(rows[:_ROWS].tolist()):
            cells = "".join(
                f'<td><span class="chip" style="--tint: var(--token-{place % 7})">'
                f"<bdi>{escape(chips.visible(token))}</bdi>"
                f"{f'<small>{i}</small>' if setting.over == TEXT else ''}</span></td>"
                for place, i, token in _placed(ids, setting, first, number, name == "target")
            )
            lines.append(f'<tr><th scope="row">{first + number + 1}</th>{cells}</tr>')
        tables.append(
            f'<div><p class="label">{name}, {" × ".join(map(str, rows.shape))}</p>'
            f'<div class="chip-grid" tabindex="0"><table>{"".join(lines)}</table></div></div>'
        )
    st.html(f'<div class="both-sides">{"".join(tables)}</div>')
    if (more := len(window.inputs) - _ROWS) > 0:
        st.caption(f"and {wording.counted(more, 'window')} more")


def _placed(
    ids: Sequence[int], setting: Setting, first: int, number: int, target: bool
) -> list[tuple[int, int, str]]:
    """Place in the row, id and text of each token, so that a token has one tint on both sides."""
    start = (first + number) * setting.stride + target
    names = sliding.written(ids, setting.over)
    return [(start + k, i, name) for k, (i, name) in enumerate(zip(ids, names, strict=True))]


def ladder(rungs: Sequence[Rung]) -> None:
    """The growing context, in words and in ids."""
    rows = [
        (rung.context, rung.answer, str(rung.context_ids), str(rung.answer_id)) for rung in rungs
    ]
    _table("the model has read", "and is to name", rows)


def word_table(examples: Sequence[tuple[str, str]]) -> None:
    """Sentence so far and next word."""
    _table("sentence so far", "next word", [(so_far, word, "", "") for so_far, word in examples])


def _table(before: str, after: str, rows: Sequence[tuple[str, str, str, str]]) -> None:
    lines = "".join(
        f"<tr><td><bdi>{_marked(left)}</bdi><small>{ids}</small></td><td class='to'>→</td>"
        f"<td class='answer'><bdi>{_marked(right)}</bdi><small>{answer}</small></td></tr>"
        for left, right, ids, answer in rows
    )
    st.html(
        f"<table class='rungs'><tr><th>{before}</th><th></th><th>{after}</th></tr>{lines}</table>"
    )


def _marked(text: str) -> str:
    """A text as people read it, but with a blank at its edge and control characters visible."""
    shown = chips.visible(text)
    middle = shown[1:-1].replace("␣", " ")
    return escape(shown[:1] + middle + shown[-1:] if len(shown) > 1 else shown)
