"""Scores and weights by hand, on six words or on the learner's own."""

from typing import NamedTuple

import streamlit as st

from dashboard import frame, predict, source, wording
from dashboard.components import plot
from dashboard.lessons.attention import (
    figures,
    formulas,
    stage,
    standing,
    views,
)
from dashboard.lessons.attention import scaling as scores_spread
from llm_core import attention


class Asked(NamedTuple):
    """The vectors that all of these ideas work on, and the token that asks."""

    sentence: str
    chosen: tuple[str, str]
    """Which vectors, and the sentence: what `views` is asked with."""
    shown: views.Tokens
    places: list[str]
    """The tokens with their places, as options of a select box."""
    row: int
    """Of the token that asks, from 0."""


def choose(sentence: str) -> Asked:
    """Draw the choice of vectors and of the token that asks."""
    with st.container(key="attention-asked"):
        st.space("medium")
        left, right = st.columns([1.3, 1], vertical_alignment="bottom")
        vectors_of = left.segmented_control(
            "Vectors (rows of numbers) for everything below",
            [views.COURSE, views.OWN],
            default=views.COURSE,
            required=True,
            key="attention.vectors",
            bind="query-params",
            help="The course's six words have three numbers each, so you can check every product "
            "by hand.",
        )
        chosen = (str(vectors_of), sentence)
        shown = views.tokens(*chosen)
        places = wording.numbered(shown.labels)
        asking = right.selectbox(
            "The token that asks",
            places,
            index=min(1, len(places) - 1),
            key="attention.row",
            bind="query-params",
        )
        if vectors_of == views.OWN and views.left_out(sentence):
            st.caption(
                f"The matrices below hold the first {views.MOST} tokens of your sentence and "
                f"leave out {views.left_out(sentence)}: more could not be read. The heads further "
                "down read all."
            )
    return Asked(sentence, chosen, shown, places, places.index(str(asking)))


@frame.idea("How alike are two tokens?")
def scores(asked: Asked) -> None:
    """Dot products as scores."""
    steps = views.simple(*asked.chosen)
    st.markdown(
        "Each token is a vector, with one number in each **channel**; above you chose the token "
        "that asks. Multiply two vectors channel "
        "by channel and add up: the **dot product**, large where they point the same way. That is "
        "the **score** of one token with another."
    )
    other = st.selectbox(
        "Compare the token that asks with",
        asked.places,
        key="attention.other",
        bind="query-params",
    )
    st.latex(formulas.dot_product(*asked.chosen, asked.row, asked.places.index(str(other))))
    plot.show(
        figures.row_of_scores(*asked.chosen, asked.row),
        key="attention-scores",
        alt="The asking token's score with each token",
        height=260,
    )
    guess = predict.choice(
        "Does each of these tokens score highest with itself?",
        ["Yes, each of them", "No, not each"],
        key="attention.itself",
        done="attention",
    )
    if guess is not None:
        if views.someone_beats_itself(steps.scores):
            truth = "No, not each"
            why = "Look along the rows: a long vector can beat the token's own, shorter one."
        else:
            truth = "Yes, each of them"
            why = (
                "With many channels a vector mostly agrees best with itself. It is no law: try the "
                "six course vectors."
            )
        predict.verdict(guess, truth, why)
        standing.show(
            stage.alike(*asked.chosen), (*asked.chosen, asked.row),
            key="attention-alike", link="attention.alike",
            begin=f"scores~{asked.row + 1}~{asked.places.index(str(other)) + 1}",
        )  # fmt: skip
        st.caption(
            "Two nested loops over all pairs, or one matrix product, the vectors times themselves, "
            "transposed: the results differ by at most "
            f"{wording.difference(views.loops_gap(*asked.chosen))}."
        )
    source.show(
        attention.scores_by_loops,
        attention.simple_attention,
        attention.attend,
        key="attention.scores.code",
        shapes={"inputs": asked.shown.vectors, "scores": steps.scores},
    )


@frame.idea("How do scores become weights?")
def weights(asked: Asked) -> None:
    """Three normalisations, then the context vector."""
    st.markdown(
        "A weight is the share that a token takes from another, so a row of weights sums to 1. "
        "Dividing by the sum is the first idea. **Softmax** makes every score positive with $e^x$ "
        "first, which favours the large ones."
    )
    st.latex(r"\alpha_j = \frac{e^{\omega_j}}{\sum_k e^{\omega_k}}, \qquad \sum_j \alpha_j = 1")
    st.caption("ω: the scores of the asking token, one for each token j. α: its weights.")
    guess = predict.choice(
        "Every score times 100, then softmax: what do the asking token's weights become?",
        [views.SAME, views.FLATTER, views.FEWER],
        key="attention.sharper",
        done="attention",
    )
    if guess is not None:
        predict.verdict(guess, *views.sharper(*asked.chosen, asked.row))
        times = st.select_slider(
            "Multiply the scores by",
            [0.5, 1.0, 2.0, 5.0, 20.0, 100.0],
            value=100.0,
            key="attention.times",
            bind="query-params",
        )
        ways = views.normalised(*asked.chosen, asked.row, float(times))
        plot.show(
            figures.three_normalisations(*asked.chosen, asked.row, float(times)),
            key="attention-weights",
            alt="The same row of scores made to sum to one in three ways",
            height=320,
        )
        sums = [f"{sum(way.tolist()):.4g}" for way in ways]
        st.caption(
            f"The three rows sum to {sums[0]}, {sums[1]} and {sums[2]}. Where $e^x$ grows larger "
            "than a 32-bit number can be, the definition gives nan (not a number) and its bars are "
            "gone; torch's softmax subtracts the largest score from all of them first and never "
            "overflows."
        )
    st.markdown("The **context vector** of the asking token is all vectors, each times its weight:")
    st.latex(formulas.weighted_sum(*asked.chosen, asked.row))
    standing.show(
        stage.mixed(*asked.chosen), (*asked.chosen, asked.row),
        key="attention-mixed", link="attention.mixed",
        begin=f"context~{asked.row + 1}~1",
    )  # fmt: skip
    source.show(
        attention.normalisations,
        attention.softmax_naive,
        key="attention.weights.code",
        shapes={
            "weights of the row": views.simple(*asked.chosen).weights[asked.row],
            "context": views.simple(*asked.chosen).context[asked.row],
        },
    )


@frame.idea("Why are scores divided by the root of the width?")
def scaling(sentence: str) -> None:
    """Variance of dot products against the width, and softmax with and without the division."""
    st.markdown(
        "In a model, a token asks with one vector, its **query** $q$, and is found by another, its "
        "**key** $k$ (the next idea makes them). A score adds up one product for each channel. "
        "With $d$ random channels the **variance** "
        "of the sum, its mean squared distance from the middle, is $d$: wide vectors make large "
        "scores. What does softmax do with them?"
    )
    st.latex(r"\text{scaled} = \frac{q \cdot k}{\sqrt{d}}")
    guess = predict.choice(
        f"A row of {scores_spread.TOKENS} scores of random vectors with {scores_spread.ASKED:,} "
        "channels, not divided: how large is the largest weight?",
        scores_spread.ANSWERS,
        key="attention.largest",
        done="attention",
    )
    if guess is None:
        return
    raw, divided = scores_spread.largest()
    predict.verdict(
        guess,
        scores_spread.truth(),
        f"It is {raw:.3g} on average over twenty draws; divided by the root, {divided:.3g}. One "
        "takes all. Then a small change of the scores changes no weight any more, and training, "
        "which tries small changes, finds nothing to improve.",
    )
    plot.show(
        scores_spread.variances(),
        key="attention-variance",
        alt="Measured variance of dot products against the width, raw and divided",
        height=320,
    )
    scores_spread.show_random()
    st.caption("Move the width, and divide. The arrow keys move a slider that has the focus.")
    st.markdown("The same in the starter model, where the last token of your sentence asks:")
    scores_spread.show_model(sentence)
    raw, divided = scores_spread.largest_in_model(sentence)
    st.caption(
        f"Over all its heads the largest weight is {divided:.2f} on average. Without the division, "
        f"for which it was not trained, it would be {raw:.2f}."
    )
    source.show(
        attention.scaling.saturation, attention.scaling.spread_of_scores,
        key="attention.scaling.code",
        shapes={"scores of the model's heads": scores_spread.last_scores(sentence)},
    )  # fmt: skip
