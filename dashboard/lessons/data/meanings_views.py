"""The space of meanings on the page: what is asked, the map, and the answers beside it."""

from dataclasses import dataclass, replace
from typing import cast

import streamlit as st

from dashboard import chips, frame, jobs, predict
from dashboard.components import plot
from dashboard.corpus_choice import Corpus
from dashboard.lessons.data import meanings
from dashboard.lessons.data.meanings import GROUPS, Space
from dashboard.lessons.data.meanings_answers import (
    ANALOGY,
    AXIS,
    EXAMPLES,
    HEADINGS,
    LABELS,
    MEANINGS,
    NEIGHBOURS,
    Answer,
    answered,
    bars,
)
from dashboard.lessons.data.meanings_map import (
    ALONG,
    PCA,
    T_SNE,
    kinds_figure,
    map_figure,
    way_of_drawing,
)
from llm_core.word2vec import Metric

GROUPED, OF_TEXT = "Our groups", "My text"

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
    nearest: int
    """Neighbours that are listed."""
    of_text: bool
    """Whether the words of the learner's text are on the map, and not those of our groups."""


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
        LABELS[ask], EXAMPLES[ask], key=f"data.ask_{ask.lower()}", bind="query-params",
        max_chars=120,
    )  # fmt: skip
    dimensions = fourth.segmented_control(
        "Dimensions", ["2", "3"], default="2", required=True, key="data.map_dimensions",
        bind="query-params",
    )  # fmt: skip
    with st.expander("More"):
        first, second, third = st.columns(3, vertical_alignment="bottom")
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
        words = third.segmented_control(
            "Words on the map", [GROUPED, OF_TEXT], default=GROUPED, required=True,
            key="data.map_words", bind="query-params",
        )  # fmt: skip
        first, second, third = st.columns(3, vertical_alignment="bottom")
        nearest = first.slider("Neighbours", 3, 20, 8, key="data.neighbours", bind="query-params")
        second.number_input("Seed of a run", 0, 9999, 1, key="data.learn_seed", bind="query-params")
        isolate = third.toggle("Only what was asked for", key="data.isolate", bind="query-params")
    return View(
        whose=str(whose), ask=ask, words=tuple(str(typed or "").replace(",", " ").split()),
        dimensions=3 if dimensions == "3" else 2, method=str(method),
        metric=cast(Metric, metric), isolate=bool(isolate),
        nearest=min(max(int(nearest), 3), 20), of_text=words == OF_TEXT,
    )  # fmt: skip


def show(corpus: Corpus, job: jobs.Job | None = None) -> None:
    """The controls, the map and the answers, as far as the run has come."""
    view = choose()
    seen = meanings.space(view.whose)
    if view.words == (EXAMPLES[NEIGHBOURS],) and view.words[0] not in seen.vectors:
        view = replace(view, words=(meanings.example(seen),))  # nobody has typed that one
    moment = _moment(seen, job) if view.whose == meanings.LEARNT else len(seen.moments) - 1
    newest = moment == len(seen.moments) - 1
    if view.of_text and newest:
        seen = meanings.redrawn(seen, meanings.words_of(seen, corpus))
    answer = answered(seen, view.ask, view.words, view.metric, view.nearest)
    active = job is not None and job.active
    if newest and not active:
        seen = meanings.with_words(seen, answer.found)
    moment = len(seen.moments) - 1 if newest else moment
    method = way_of_drawing(answer, view.method, newest, active)
    plot.show(
        map_figure(seen, moment, answer, view.dimensions, method, view.isolate, view.of_text),
        key=f"data-meanings-{view.dimensions}",
        alt="Words where their vectors lie; words of a group have a colour and a sign of their own",
        height=_HEIGHT,
    )
    st.caption(_caption(seen, moment, view, method, active))
    left, right = st.columns(2, gap="large")
    with left:
        if answer.complaint:
            st.warning(frame.explain(ValueError(answer.complaint)), icon=":material/info:")
        else:
            _show_answers(answer, view.metric)
    with right:
        _show_kinds(seen)


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
        "Two words are near each other if the same words stand around them, so if one could take "
        "the other's place.",
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


def _caption(seen: Space, moment: int, view: View, method: str, active: bool) -> str:
    flat = seen.moments[moment].flat[view.dimensions]
    words = []
    if view.whose == meanings.LEARNT and meanings.learnt() is None:
        words.append(
            "**Word2Vec has not learnt yet: press the button. Until then the starter model's own "
            "table stands in.**"
        )
    words.append(f"{seen.origin}.")
    if len(seen.vectors.words) < _SMALL:
        words.append("A short text shows few words in much company; compare the tales.")
    if moment < len(seen.moments) - 1:
        words.append(f"The map after {seen.moments[moment].pairs:,} pairs.")
    words.append(
        "The colours are ours: no model was told which words belong together. "
        f"{len(seen.shown)} of {len(seen.vectors.words):,} words are drawn, all tell their names "
        "under the pointer."
    )
    words.append(
        {
            T_SNE: "t-SNE keeps neighbours together, and its distances mean nothing.",
            PCA: f"You see {flat.share:.0%} of all difference between them.",
            ALONG: "From left to right they lie on the way from your first word to your second.",
        }[method]
    )
    if active and view.method == T_SNE:
        words.append("t-SNE comes when the run has ended.")
    if active and view.ask == AXIS:
        words.append("The map along your axis comes when the run has ended.")
    return " ".join(words)


def _show_answers(answer: Answer, metric: Metric) -> None:
    words = [chips.label(word).replace("*", "\\*").replace("_", "\\_") for word in answer.words]
    st.markdown(f"**{HEADINGS[answer.ask].format(*words)}**")
    plot.show(
        bars(answer, metric),
        key="data-answers",
        alt="The words that answer, and how near they are",
        height=300 if len(answer.near) <= 12 else 440,
    )
    st.caption(MEANINGS[answer.ask])


def _show_kinds(seen: Space) -> None:
    st.markdown("**Do words of a kind find each other?**")
    if not meanings.together(seen):
        st.caption("Too few words of any group stand in this text; learn from our tales to see.")
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
