"""The map of a space of meanings, and how far words of a kind find each other: pictures."""

from collections.abc import Sequence
from typing import Any

from dashboard import charts, chips, palette
from dashboard.charts.word_map import word_map
from dashboard.drawn import kept
from dashboard.lessons.data import meanings
from dashboard.lessons.data.meanings import BY_NAME, GROUPS, Space
from dashboard.lessons.data.meanings_answers import AXIS, Answer

PCA, T_SNE, ALONG = "PCA", "t-SNE", "along the axis"

_TONES = (*palette.RUNS, palette.SPAM)
_NAMED = 3  # words of each group whose names are written


def way_of_drawing(answer: Answer, method: str, newest: bool, active: bool) -> str:
    """How the map is drawn: along the axis that was asked for, or by the method chosen.

    During a run and in looking back it is always by PCA, whose maps are turned onto each other.
    """
    if active or not newest:
        return PCA
    return ALONG if answer.ask == AXIS and answer.words else method


@kept(BY_NAME)
def map_figure(
    seen: Space, moment: int, answer: Answer, dimensions: int, method: str, isolate: bool,
    every_name: bool,
) -> Any:  # fmt: skip
    """The map.

    Args:
        moment: which of the space's moments.
        method: one of `PCA`, `T_SNE` and `ALONG`.
        isolate: draw only the words of question and answer.
        every_name: write all names that find room, and not only those of the groups.
    """
    lit = [place for word in answer.found if (place := seen.place(word)) is not None]
    places = _places(seen, moment, answer, dimensions, method)
    shown = sorted(lit) if isolate and lit else list(range(len(seen.shown)))
    new = {old: i for i, old in enumerate(shown)}
    names = [seen.vectors.words[seen.shown[i]] for i in shown]
    groups = _groups(names)
    wanted = range(len(names)) if every_name else _few(groups)
    drawn = word_map(
        places[shown],
        labels=[chips.label(name) for name in names],
        groups=groups,
        named=set(wanted),
        lit=[new[i] for i in dict.fromkeys(lit)],
        trails=_lines(seen, moment, answer, dimensions, method, places),
        limits=_limits(seen, dimensions) if method == PCA else (),
        titles=_titles(answer, method),
    )
    if method == ALONG and dimensions == 2:
        (left, low), (right, high) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
        along = {"tickvals": [0, 1], "showticklabels": True}
        drawn.update_layout(
            xaxis=along | {"range": [left - 0.1, right + 0.1]},
            yaxis={"range": [1.15 * low, 1.15 * high]},
        )
    return drawn


def _places(seen: Space, moment: int, answer: Answer, dimensions: int, method: str) -> Any:
    if method == T_SNE:
        return meanings.by_t_sne(seen, dimensions)
    if method == ALONG:
        start, end = answer.words
        return seen.vectors.laid_out(start, end, seen.shown, dimensions).numpy()
    return seen.moments[moment].flat[dimensions].coordinates.numpy()


def _lines(
    seen: Space, moment: int, answer: Answer, dimensions: int, method: str, places: Any
) -> list[Any]:
    """Both steps of an analogy; else the way that the words asked about have come in a run."""
    if answer.joined:
        ends = [[seen.place(word) for word in pair] for pair in answer.joined]
        return [places[pair].tolist() for pair in ends if None not in pair]
    ways = [m.flat[dimensions].coordinates for m in seen.moments[: moment + 1]]
    if method != PCA or len(ways) < 2:
        return []
    moved = [place for word in answer.words if (place := seen.place(word)) is not None]
    return [[way[i].tolist() for way in ways] for i in moved]


def _limits(seen: Space, dimensions: int) -> list[float]:
    """How far the axes reach, so that they stay while a run goes on."""
    reach = [m.flat[dimensions].coordinates.abs().amax(dim=0).tolist() for m in seen.moments]
    return [1.1 * max(0.3, *axis) for axis in zip(*reach, strict=True)]


def _titles(answer: Answer, method: str) -> list[str]:
    if method == ALONG:
        start, end = (chips.label(word) for word in answer.words)
        return [f"from {start} (0) to {end} (1)", "across, 1", "across, 2"]
    return [f"{'direction' if method == PCA else 't-SNE'} {i}" for i in (1, 2, 3)]


def _groups(names: Sequence[str]) -> dict[str, tuple[palette.Tone, list[int]]]:
    """For each group its tone and the places of its words."""
    found = {}
    for (name, group), tone in zip(GROUPS.items(), _TONES, strict=True):
        own = set(group.casefold().split())
        found[name] = (tone, [i for i, word in enumerate(names) if word.casefold() in own])
    return found


def _few(groups: dict[str, tuple[palette.Tone, list[int]]]) -> set[int]:
    return {i for _, own in groups.values() for i in own[:_NAMED]}


@kept(BY_NAME)
def kinds_figure(seen: Space) -> Any:
    """How far words of one group are together."""
    shares = meanings.together(seen)
    drawn: Any = charts.bars(
        {"of the same group": list(shares.values())},
        labels=list(shares),
        colours={"of the same group": palette.ACCENT},
        value_title="share of the five nearest neighbours",
        value_range=(0.0, 1.1),
        sideways=True,
        number_format=".0%",
    )
    drawn.update_layout(xaxis={"tickformat": ".0%", "dtick": 0.25}, margin={"l": 120})
    return drawn
