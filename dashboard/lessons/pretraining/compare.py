"""Up to five runs over each other: their curves, what differs between them, and what it did."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import charts, jobs, palette
from dashboard.components import plot
from dashboard.lessons.pretraining import recorded
from dashboard.lessons.pretraining.compared import (
    LABELS,
    SHIPPED,
    Compared,
    add,
    differing,
    entries,
    remove,
    runs,
)
from dashboard.lessons.pretraining.surprise import blind_loss
from llm_core.loss import perplexity

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")

STEPS, TOKENS = "steps", "tokens read"
"""What the curves may stand over."""

_OVERLAP = 4  # points sent again, so that a lost message mends itself
_TICK = 2.0  # seconds between two looks at a run that is under way


def show() -> None:
    """Draw the curves of all compared runs, what differs, and what the latest change did."""
    found = runs()
    if missing := len(entries()) - len(found):
        st.caption(f"{missing} of the runs compared here are over and no longer kept.")
    if not found:
        st.caption("No run yet: train one above, or add a recorded one.")
        _buttons(found)
        return
    over = st.segmented_control(
        "Over", [STEPS, TOKENS], default=STEPS, required=True,
        key="pretraining.over", bind="query-params",
    )  # fmt: skip
    moving = any(run.active for run in found)
    sent: dict[str, int] = {}  # run -> points of it that are already in the browser

    @st.fragment(
        run_every=jobs.scheduler().pace(_TICK) if moving else None, key="pretraining-compared"
    )
    def views() -> None:
        jobs.courtesy().page_begins()
        now = runs()
        _curves(now, over == TOKENS, sent)
        if len(now) > 1:
            st.markdown(outcome(now[-2], now[-1]))
        table(now)
        if moving and not any(run.active for run in now):
            st.rerun()

    views()
    _buttons(found)


def _curves(found: Sequence[Compared], over_tokens: bool, sent: dict[str, int]) -> None:
    """Draw the curves, or add to those on screen what is new; `sent` says what is there."""
    key, alt = "pretraining-compare", "Losses of the compared runs on training and validation text"
    if list(sent) == [run.entry.id for run in found]:
        plot.extend(fresh(found, over_tokens, sent), key=key, height=380, lost=sent.clear)
    else:
        plot.show(drawn(found, over_tokens), key=key, alt=alt, height=380)
        sent.clear()
    sent.update({run.entry.id: len(run.checks) for run in found})


def fresh(
    found: Sequence[Compared], over_tokens: bool, sent: Mapping[str, int]
) -> list[dict[str, list[float]]]:
    """The points of each line that are new, and the few before them, in the order of `drawn`."""
    points = []
    for run in found:
        news = run.checks[max(0, sent[run.entry.id] - _OVERLAP) :]
        places: list[float] = [step * (run.tokens if over_tokens else 1) for step, _, _ in news]
        points += [{"x": places, "y": [round(check[part], 4) for check in news]} for part in (1, 2)]
    return points


def drawn(found: Sequence[Compared], over_tokens: bool) -> str:
    """The curves over each other, as JSON: validation thick, training thin."""
    lines: dict[str, tuple[list[float], list[float]]] = {}
    tones: dict[str, palette.Tone] = {}
    dashes: dict[str, str] = {}
    faint: set[str] = set()
    for run in found:
        width = run.tokens if over_tokens else 1
        places = [float(step * width) for step, _, _ in run.checks]
        for part, heights in (
            ("training", [train for _, train, _ in run.checks]),
            ("validation", [val for _, _, val in run.checks]),
        ):
            name = f"{run.name}, {part}"
            lines[name] = (places, heights)
            tones[name] = palette.RUNS[run.entry.place]
            dashes[name] = DASHES[run.entry.place]
            if part == "training":
                faint.add(name)
    sizes = {int(run.settings["vocab_size"]) for run in found}
    blind = {size: blind_loss(size) for size in sizes}
    end = max((run.total * (run.tokens if over_tokens else 1) for run in found), default=10)
    picture = charts.curves(
        lines,
        colours=tones,
        faint=frozenset(faint),
        dashes=dashes,
        x_title="tokens read" if over_tokens else "training step",
        y_title="loss (nats per token)",
        x_range=(0.0, float(end)),
        y_range=(0.0, 1.2 * max(blind.values(), default=6.0)),
        level=_level(blind),
    )
    return str(picture.to_json())


def _level(blind: Mapping[int, float]) -> tuple[float, str] | None:
    """The line of blind guessing; of several vocabularies, that of the largest."""
    if not blind:
        return None
    size = max(blind)
    others = "".join(f"; ln {other:,} = {blind[other]:.2f}" for other in blind if other != size)
    return blind[size], f"blind guessing: ln {size:,} = {blind[size]:.2f}{others}"


def table(found: Sequence[Compared]) -> None:
    """One row for each run: the settings that are not the same in all, and what came of them."""
    columns: dict[str, list[Any]] = {"run": [_title(run) for run in found]}
    for name in differing(found) if len(found) > 1 else []:
        columns[LABELS[name]] = [_shown(run.settings[name]) for run in found]
    columns |= {
        "lowest validation loss": [run.lowest[0] if run.lowest else None for run in found],
        "at step": [run.lowest[1] if run.lowest else None for run in found],
        "last validation": [run.checks[-1][2] if run.checks else None for run in found],
        "last training": [run.checks[-1][1] if run.checks else None for run in found],
        "tokens/s": [_pace(run) for run in found],
        "seconds": [run.seconds for run in found],
    }
    number = st.column_config.NumberColumn
    loss = number(format="%.3f")
    st.dataframe(
        columns,
        column_config={
            "lowest validation loss": loss,
            "last validation": loss,
            "last training": loss,
            "tokens/s": number(format="localized", help="Of computing; other runs' turns left out"),
            "seconds": number(format="%.1f", help="Of computing"),
        },
        hide_index=True,
        height=35 * (len(found) + 1) + 3,
    )


def _title(run: Compared) -> str:
    state = " (under way)" if run.active else " (ended early)" if run.mishap else ""
    return f"{run.name}: {run.title}" if run.title else f"{run.name}{state}"


def _pace(run: Compared) -> int | None:
    return round(run.steps * run.tokens / run.seconds) if run.seconds else None


def _shown(value: Any) -> str:
    """A setting as a reader wants it."""
    if isinstance(value, bool) or value is None:
        return {True: "on", False: "off", None: "never"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def outcome(before: Compared, after: Compared) -> str:
    """What a change did, in a sentence or two; its texts are escaped for Markdown."""
    names = differing((before, after))
    changes = [
        f"{LABELS[name]} {_safe(before.settings[name])} → {_safe(after.settings[name])}"
        for name in names
    ]
    if not names:
        words = f"**{after.name}** repeats {before.name}: the same settings and the same seed. "
    elif len(names) == 1:
        words = f"**{after.name}** differs from {before.name} in one thing: **{changes[0]}**. "
    else:
        words = (
            f"**{after.name}** differs from {before.name} in {len(names)} things "
            f"({', '.join(changes)}), so the curves cannot say which of them did it. "
        )
    if before.lowest is None or after.lowest is None:
        return words
    if before.settings["vocab_size"] != after.settings["vocab_size"]:
        return words + (
            "Their tokens are not the same, so neither are their losses: compare how far each "
            "falls below its own line of blind guessing."
        )
    return words + _result(before, after, before.lowest, after.lowest)


def _result(
    before: Compared, after: Compared, old: tuple[float, int], new: tuple[float, int]
) -> str:
    """The difference in numbers."""
    so_far = "so far " if after.active else ""
    gain = old[0] - new[0]
    said = (
        f"Its lowest loss on unread text is {so_far}**{new[0]:.2f}**, at step {new[1]:,}; that of "
        f"{before.name} was **{old[0]:.2f}**, at step {old[1]:,}. "
    )
    if abs(gain) < 0.01:
        return said + "That is no difference worth the name."
    return said + (
        f"{'Lower' if gain > 0 else 'Higher'} by {abs(gain):.2f} nats: as if it chose among "
        f"{perplexity(new[0]):,.0f} tokens instead of {perplexity(old[0]):,.0f}."
    )


def _safe(value: Any) -> str:
    """A value inside Markdown, whatever it holds."""
    text = _shown(value)
    return "".join(f"\\{sign}" if sign in "\\`*_$[]<>:#~|" else sign for sign in text)


def _buttons(found: Sequence[Compared]) -> None:
    """Take a run out, or add one that ships."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for run in found:
            st.button(
                f"Remove {run.name.lower()}", icon=":material/close:", on_click=remove,
                args=(run.entry.id,), key=f"pretraining.remove.{run.entry.place}",
            )  # fmt: skip
        there = {run.entry.id for run in found}
        for recording in recorded.SHIPPED:
            name = SHIPPED + recording.name
            if name not in there and recorded.shipped(recording.name):
                st.button(
                    f"Add “{recording.title}”", icon=":material/add:", on_click=add,
                    args=(name,), key=f"pretraining.add.{recording.name}",
                )  # fmt: skip
