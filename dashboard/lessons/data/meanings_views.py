"""The space of meanings on the page: what is asked, the map, and the answers beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import streamlit as st

from dashboard import charts, chips, jobs, palette, predict
from dashboard.charts.word_map import word_map
from dashboard.components import plot
from dashboard.corpus_choice import Corpus
from dashboard.lessons.data import meanings
from dashboard.lessons.data.meanings import BY_NAME, GROUPS, Space
from llm_core.word2vec import Metric, Near

NEIGHBOURS, ANALOGY, AXIS = "Neighbours", "Analogy", "Axis"
_EXAMPLES = {NEIGHBOURS: "Monday", ANALOGY: "he his she", AXIS: "fox Monday"}
_LABELS = {
    NEIGHBOURS: "Word",
    ANALOGY: "Three words: a is to b as c is to …",
    AXIS: "Two words: from … to …",
}
PCA, T_SNE = "PCA", "t-SNE"

_TONES = (*palette.RUNS, palette.SPAM)
_NAMED = 3  # words of each group whose names are written
_NEAREST = 8
_SMALL = 700  # words of a vocabulary that few texts longer than a story stay below
_HEIGHT = 560


@dataclass(frozen=True, kw_only=True)
class View:
    """What the learner wants to see."""

    whose: str
    ask: str
    words: tuple[str, ...]
    dimensions: int
    method: str
    metric: Metric
    isolate: bool


def offer(corpus: Corpus) -> None:
    """The button that starts a run, and what it learns from."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        learn_from = st.segmented_control(
            "Learn from", [meanings.TALES, meanings.MINE], default=meanings.TALES, required=True,
            key="data.learn_from", bind="query-params",
            help=f"{meanings.DOCUMENTS:,} short documents that this project writes itself, or the "
            "text chosen at the top of the page.",
        )  # fmt: skip
        pressed = st.button(
            "Learn the vectors", icon=":material/play_arrow:", type="primary", key="data.learn"
        )
    if pressed:
        seed = int(st.session_state.get("data.learn_seed") or 1)
        meanings.start(str(learn_from), corpus, seed)
        if st.session_state.get("data.vectors") not in (None, meanings.LEARNT):
            st.session_state["data.vectors"] = meanings.LEARNT


def choose() -> View:
    """Draw the controls of the map."""
    first, second, third, fourth = st.columns([1.5, 1.6, 1.6, 0.8], vertical_alignment="bottom")
    whose = first.segmented_control(
        "Vectors of", meanings.choices(), default=meanings.LEARNT, required=True,
        key="data.vectors", bind="query-params",
    )  # fmt: skip
    ask = str(
        second.segmented_control(
            "Ask for", [NEIGHBOURS, ANALOGY, AXIS], default=NEIGHBOURS, required=True,
            key="data.ask", bind="query-params",
        )
        or NEIGHBOURS
    )  # fmt: skip
    typed = third.text_input(
        _LABELS[ask], _EXAMPLES[ask], key=f"data.ask_{ask.lower()}", bind="query-params",
        max_chars=120,
    )  # fmt: skip
    dimensions = fourth.segmented_control(
        "Dimensions", ["2", "3"], default="2", required=True, key="data.map_dimensions",
        bind="query-params",
    )  # fmt: skip
    with st.expander("More"):
        first, second, third, fourth = st.columns(4, vertical_alignment="bottom")
        method = first.segmented_control(
            "Flattened by", [PCA, T_SNE], default=PCA, required=True, key="data.flattened",
            bind="query-params",
            help="PCA shows the directions in which the words differ most. t-SNE bends the space "
            "so that neighbours stay neighbours; its distances mean nothing.",
        )  # fmt: skip
        metric = second.segmented_control(
            "Nearness", ["cosine", "Euclidean"], default="cosine", required=True,
            key="data.nearness", bind="query-params",
            help="Cosine compares where two vectors point, Euclidean distance where they end.",
        )  # fmt: skip
        isolate = third.toggle("Only what was asked for", key="data.isolate", bind="query-params")
        fourth.number_input("Seed of a run", 0, 9999, 1, key="data.learn_seed", bind="query-params")
    return View(
        whose=str(whose), ask=ask, words=tuple(str(typed or "").replace(",", " ").split()),
        dimensions=3 if dimensions == "3" else 2, method=str(method),
        metric=cast(Metric, metric), isolate=bool(isolate),
    )  # fmt: skip


def show(job: jobs.Job | None = None) -> None:
    """The controls, the map and the answers, as far as the run has come."""
    view = choose()
    seen = meanings.space(view.whose)
    if view.words == (_EXAMPLES[NEIGHBOURS],) and view.words[0] not in seen.vectors:
        view = replace(view, words=(meanings.example(seen),))  # nobody has typed that one
    moment = _moment(seen, job) if view.whose == meanings.LEARNT else len(seen.moments) - 1
    asked, answers, complaint = answered(seen, view.ask, view.words, view.metric)
    flat_by = PCA if job is not None and job.active else view.method
    plot.show(
        map_figure(seen, moment, asked, answers, view.dimensions, flat_by, view.isolate),
        key=f"data-meanings-{view.dimensions}",
        alt="Words where their vectors lie; words of a group have a colour and a sign of their own",
        height=_HEIGHT,
    )
    st.caption(_caption(seen, moment, view, flat_by, job))
    left, right = st.columns(2, gap="large")
    with left:
        if complaint:
            st.warning(complaint, icon=":material/info:")
        else:
            _show_answers(seen, view)
    with right:
        st.markdown("**Do words of a kind find each other?**")
        if not meanings.together(seen):
            st.caption(
                "Too few words of any group stand in this text; learn from our tales to see."
            )
            return
        plot.show(
            kinds_figure(seen),
            key="data-kinds",
            alt="For each group, the share of nearest neighbours that are of the same group",
            height=300,
        )
        known = [sum(word in seen.vectors for word in group.split()) for group in GROUPS.values()]
        st.caption(
            "Of the five nearest neighbours of each word, how many belong to its own group. By "
            f"chance it would be {max(known) / len(seen.vectors.words):.1%} at most."
        )


def reveal(guess: str, word: str, others: tuple[str, ...]) -> None:
    """Whether the guess was right, by the vectors on screen."""
    seen = meanings.space(str(st.session_state.get("data.vectors") or meanings.LEARNT))
    truth = meanings.nearest_of(seen, word, others)
    if truth is None:
        st.caption(
            f"Not all of these words are among the {len(seen.vectors.words):,} on screen; learn "
            "the vectors from our tales to see."
        )
        return
    predict.verdict(
        guess,
        truth,
        "What counts is not how a word is spelled, nor what stands beside it, but what could stand "
        "in its place.",
    )


def _moment(seen: Space, job: jobs.Job | None) -> int:
    """The moment of the run that is on the map: the newest, or one to look back at."""
    last = len(seen.moments) - 1
    if job is None or job.active or last < 1:
        return last
    chosen = st.slider(
        "Look back at the run", 0, last, last, key=f"data.moment.{job.id}",
        help="The map as it was; each step is one that the run has kept.",
    )  # fmt: skip
    return min(max(int(chosen), 0), last)


def _caption(seen: Space, moment: int, view: View, method: str, job: jobs.Job | None) -> str:
    flat = seen.moments[moment].flat[view.dimensions]
    words = []
    if view.whose == meanings.LEARNT and meanings.learnt() is None:
        words.append("Nothing is learnt yet, so this is the starter model's table.")
    words.append(f"{seen.origin}.")
    if len(seen.vectors.words) < _SMALL:
        words.append("A short text shows few words in much company; compare the tales.")
    if moment < len(seen.moments) - 1:
        words.append(f"The map after {seen.moments[moment].pairs:,} pairs.")
    words.append(
        "The colours are ours: no model was told which words belong together. "
        f"{len(seen.shown)} of {len(seen.vectors.words):,} words are drawn, all tell their names "
        "under the pointer;"
    )
    words.append(
        "t-SNE keeps neighbours together, and its distances mean nothing."
        if method == T_SNE
        else f"you see {flat.share:.0%} of all difference between them."
    )
    if job is not None and job.active and view.method == T_SNE:
        words.append("t-SNE comes when the run has ended.")
    return " ".join(words)


def answered(
    seen: Space, ask: str, words: Sequence[str], metric: Metric
) -> tuple[tuple[str, ...], tuple[Near, ...], str]:
    """The words asked about, the answers, and what is wrong with the question ("" if nothing)."""
    need = {NEIGHBOURS: 1, ANALOGY: 3, AXIS: 2}[ask]
    plural = "a word" if need == 1 else f"{need} words, with blanks between them"
    if len(words) != need:
        return (), (), f"Type {plural}."
    try:
        if ask == NEIGHBOURS:
            found = seen.vectors.neighbours(words[0], _NEAREST, metric)
        elif ask == ANALOGY:
            found = seen.vectors.analogy(words[0], words[1], words[2], _NEAREST)
        else:
            found = _ends(seen, words[0], words[1])
    except ValueError as error:
        return (), (), f"{error}."
    return tuple(words), tuple(found), ""


def _ends(seen: Space, start: str, end: str) -> list[Near]:
    """Words of the map that lie farthest to both ends of an axis, in order."""
    along = seen.vectors.along(start, end).tolist()
    names = {start.casefold(), end.casefold()}
    rows = [row for row in seen.shown if seen.vectors.words[row].casefold() not in names]
    rows.sort(key=lambda row: along[row])
    half = _NEAREST // 2 + 1
    chosen = rows if len(rows) <= 2 * half else rows[:half] + rows[-half:]
    return [Near(seen.vectors.words[row], along[row]) for row in chosen]


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=BY_NAME)
def map_figure(
    seen: Space,
    moment: int,
    asked: tuple[str, ...],
    answers: tuple[Near, ...],
    dimensions: int,
    method: str,
    isolate: bool,
) -> str:
    """The map: JSON."""
    found = (*asked, *(near.word for near in answers))
    lit = [place for word in found if (place := seen.place(word)) is not None]
    flat = seen.moments[moment].flat[dimensions].coordinates
    places = meanings.by_t_sne(seen, dimensions) if method == T_SNE else flat.numpy()
    kept = sorted(lit) if isolate and lit else list(range(len(seen.shown)))
    new = {old: i for i, old in enumerate(kept)}
    names = [seen.vectors.words[seen.shown[i]] for i in kept]
    groups = _groups(names)
    trails = []
    if method == PCA:
        ways = [m.flat[dimensions].coordinates for m in seen.moments[: moment + 1]]
        moved = [place for word in asked if (place := seen.place(word)) is not None]
        trails = [[way[i].tolist() for way in ways] for i in moved] if len(ways) > 1 else []
    reach = [m.flat[dimensions].coordinates.abs().amax(dim=0).tolist() for m in seen.moments]
    limits = [1.1 * max(0.3, *axis) for axis in zip(*reach, strict=True)]
    way = "direction" if method == PCA else "t-SNE"
    figure = word_map(
        places[kept],
        labels=[chips.label(name) for name in names],
        groups=groups,
        named=_named(groups),
        lit=[new[i] for i in lit],
        trails=trails,
        limits=limits if method == PCA else (),
        titles=[f"{way} {i}" for i in (1, 2, 3)],
    )
    return str(figure.to_json())


def _groups(names: Sequence[str]) -> dict[str, tuple[palette.Tone, list[int]]]:
    """For each group its tone and the places of its words."""
    found = {}
    for (name, group), tone in zip(GROUPS.items(), _TONES, strict=True):
        own = set(group.casefold().split())
        found[name] = (tone, [i for i, word in enumerate(names) if word.casefold() in own])
    return found


def _named(groups: dict[str, tuple[palette.Tone, list[int]]]) -> set[int]:
    return {i for _, own in groups.values() for i in own[:_NAMED]}


def _show_answers(seen: Space, view: View) -> None:
    words = [chips.label(word).replace("*", "\\*").replace("_", "\\_") for word in view.words]
    heading = {
        NEIGHBOURS: "Nearest to “{0}”",
        ANALOGY: "“{0}” is to “{1}” as “{2}” is to …",
        AXIS: "From “{0}” (0) to “{1}” (1)",
    }[view.ask]
    st.markdown(f"**{heading.format(*words)}**")
    plot.show(
        answers_figure(seen, view.ask, view.words, view.metric),
        key="data-answers",
        alt="The words that answer, and how near they are",
        height=300,
    )
    st.caption(
        {
            NEIGHBOURS: "In all channels, not on the map: what lies side by side there may be far "
            "apart in what you do not see.",
            ANALOGY: "The words nearest to the second vector minus the first plus the third. Try "
            "“run ran go” and “man woman king”: some come out right, many do not.",
            AXIS: "The words of the map that lie farthest to both ends of the straight way. Any "
            "two words make an axis; it says most when they differ in one thing only.",
        }[view.ask]
    )


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=BY_NAME)
def answers_figure(seen: Space, ask: str, words: tuple[str, ...], metric: Metric) -> str:
    """The answers as bars: JSON."""
    _, answers, _ = answered(seen, ask, words, metric)
    far = ask == NEIGHBOURS and metric == "Euclidean"
    titles = {AXIS: "place on the way"}
    drawn = charts.bars(
        {"nearness": [near.value for near in answers]},
        labels=[chips.label(near.word) for near in answers],
        colours={"nearness": palette.OUTPUT},
        value_title=titles.get(ask, "Euclidean distance" if far else "cosine similarity"),
        value_range=None if far or ask == AXIS else (0.0, 1.1),
        sideways=True,
        number_format=".2f",
    )
    return str(drawn.to_json())


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=BY_NAME)
def kinds_figure(seen: Space) -> str:
    """How far words of one group are together, as bars: JSON."""
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
    return str(drawn.to_json())
