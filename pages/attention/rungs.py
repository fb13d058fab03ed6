"""The rungs of attention, from plain averages to several heads, on six words or on your own."""

import streamlit as st

from dashboard import frame, predict, source, wording
from dashboard.lessons.attention import (
    dropping,
    splitting,
    stage,
    standing,
    views,
)
from llm_core import attention
from pages.attention.by_hand import Asked
from pages.attention.layout import beside

RUNG_SAYS = {
    "Dot products": "Each vector is its own query, key and value. Nothing is learnt.",
    "Queries, keys, values": "Three learnt matrices (tables of numbers) turn each vector into a "
    '<b style="color: var(--query)">query</b> (what I look for), a <b style="color: var(--key)">'
    'key</b> (what I can be found by) and a <b style="color: var(--value)">value</b> (what I hand '
    "over). One such set of three is a <b>head</b>.",
    "Causal": "The same, and no token sees the tokens after it.",
    "Several heads": "Several causal attentions side by side, each with matrices of its own.",
    stage.TRAINED: "The heads of the starter model on your sentence: here the matrices are learnt.",
}


@frame.idea("What does each rung of the ladder add?")
def ladder(asked: Asked) -> None:
    """From bare dot products to several heads, one step at a time."""
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    rung = str(left.segmented_control(
        "Rung", stage.LADDER, default=views.RUNGS[1], required=True,
        key="attention.rung", bind="query-params",
    ))  # fmt: skip
    with right, st.popover("More", icon=":material/tune:"):
        width = st.slider("Channels per head", 1, 16, 2, key="attention.width", bind="query-params")
        heads = st.slider("Heads (rung four)", 1, 8, 2, key="attention.heads", bind="query-params")
        seed = st.number_input(
            "Seed of the weights", 0, 9999, 789, key="attention.seed", bind="query-params"
        )
    settings = (*asked.chosen, rung, int(width), int(heads), int(seed))
    st.html(f"<p>{RUNG_SAYS[rung]}</p>")
    standing.show(
        stage.rung(*settings), settings, key="attention-stage", link="attention.stage",
        material=(*asked.chosen, int(width), int(heads), int(seed)),
    )  # fmt: skip
    st.caption(
        "Point at a cell, or walk with the arrow keys: what it is made from lights up; the dashes "
        "show what is made from it. A click or Space keeps it. In the inputs and the learnt "
        "matrices, click or press Enter and type another number: everything behind it follows."
    )
    guess = predict.choice(
        "Someone changes a number of the last token's vector. Whose context vectors change?",
        stage.WHOSE,
        key="attention.reaches",
        done="attention",
    )
    if guess is not None:
        predict.verdict(guess, *stage.whose(*settings))
    if rung == views.RUNGS[1]:
        gap = views.v1_gap(*asked.chosen, int(width), int(seed))
        st.caption(
            "With the same numbers inside, `SelfAttention_v1` (bare parameters) and "
            f"`SelfAttention_v2` (`nn.Linear`) differ by at most {wording.difference(gap)}."
        )
    source.show(
        *stage.CODE[rung], key="attention.ladder.code",
        shapes={matrix.name: matrix.values for matrix in stage.rung(*settings).matrices},
    )  # fmt: skip


@frame.idea("Why may no token look ahead?")
def mask(asked: Asked) -> None:
    """The causal mask, before and after softmax."""
    st.markdown(
        "A model that learns to predict the next token must not see it. So all that lies to the "
        "right of the diagonal is hidden. A long way: softmax over everything, then zeros in place "
        "of what may not be seen."
    )
    both = views.mask_both_ways(*asked.chosen, 2, 789)
    kept = views.row_sums(both.long_way.zeroed)
    guess = predict.choice(
        "After the hidden weights were set to zero, which rows still sum to 1?",
        ["Every row", "Only the last row", "No row"],
        key="attention.rows",
        done="attention",
    )
    if guess is not None:
        totals = ", ".join(f"{total:.2f}" for total in kept[:8]) + (" …" if kept[8:] else "")
        predict.verdict(
            guess,
            "Only the last row" if len(kept) > 1 else "Every row",
            f"They sum to {totals}: the last token alone has nothing to hide. Dividing each row by "
            "its sum repairs that.",
        )
        standing.show(
            stage.hidden(*asked.chosen),
            asked.chosen,
            key="attention-hidden",
            link="attention.hidden",
        )
        st.caption(
            f"The two results differ by at most {wording.difference(both.gap)}. In use is the "
            "short way, −∞ before softmax: one step less, because $e^{-\\infty} = 0$."
        )
    source.show(
        attention.mask_then_renormalise,
        attention.mask_then_softmax,
        attention.causal_mask,
        key="attention.mask.code",
        shapes={"scores": both.short_way.masked, "weights": both.short_way.weights},
    )


@frame.idea("What does dropout do to the weights?")
def dropout(asked: Asked) -> None:
    """Drop a share of the weights in training, and enlarge the rest."""
    st.markdown(
        "In training a random share of the weights becomes zero, so that no token leans on a "
        "single other one. The rest grow, so that the mean stays what it was."
    )
    left, middle, right = st.columns(3)
    rate = left.slider(
        "Share dropped", 0.0, 0.9, 0.5, 0.1, key="attention.drop", bind="query-params"
    )
    seed = middle.number_input(
        "Seed of the draw", 0, 9999, 123, key="attention.draw", bind="query-params"
    )
    draws = right.select_slider(
        "Mean of so many draws", dropping.DRAWS, 100, key="attention.draws", bind="query-params"
    )
    drawing = (*asked.chosen, min(max(float(rate), 0.0), 0.9), int(seed))
    st.latex(dropping.formula(drawing[2]))
    guess = predict.choice(
        "Some weights become zero, the others grow by this factor. What do the rows sum to now?",
        dropping.SUMS,
        key="attention.sums",
    )
    pictures = dropping.pictures(*drawing, int(draws), whole=guess is not None)
    if guess is not None:
        predict.verdict(guess, *dropping.sums(*drawing))
    beside(pictures, widths=[1] * len(pictures))
    if guess is not None:
        st.caption(
            f"That mean is at most {dropping.off_by(*drawing, int(draws)):.2g} from the weights "
            "without dropout; more draws bring it closer. After training nothing is dropped."
        )
    drawn = dropping.drop(*drawing)
    source.show(
        attention.drop_weights,
        attention.mean_after_dropout,
        key="attention.drop.code",
        shapes={"multipliers": drawn.multipliers, "dropped": drawn.dropped},
    )


@frame.idea("Why several heads?")
def several_heads(asked: Asked) -> None:
    """The stack of heads equals one matrix cut into heads."""
    st.markdown(
        "One head looks for one thing. Several look for several things at once. As a stack they "
        "are easy to read; cut out of one wide matrix they are fast. With the same numbers inside, "
        "both give the same."
    )
    guess = predict.choice(
        "The outputs of the heads are put side by side. Two heads, and two numbers for each token "
        "in the end: how many channels does each head have?",
        splitting.WIDTHS,
        key="attention.two_numbers",
    )
    if guess is not None:
        predict.verdict(guess, *splitting.two_numbers(*asked.chosen))
    left, right = st.columns(2)
    heads = left.slider("Heads", 1, 8, 2, key="attention.stack", bind="query-params")
    width = right.slider("Channels each", 1, 16, 2, key="attention.each", bind="query-params")
    split = (*asked.chosen, int(width), int(heads))
    both = splitting.one_matrix(*split)
    beside(
        {
            "One wide W_query, cut into heads": (
                "attention-wide", splitting.cut(*split, "W_query")
            ),
            "Its queries": ("attention-cut", splitting.cut(*split, "queries")),
            "What each head looks at": ("attention-each", splitting.heads_weights(*split)),
        },
        widths=(1, 1, 1),
    )  # fmt: skip
    st.markdown(splitting.shape_table(both.shapes))
    st.caption(
        "The outputs of the stack and of the one matrix differ by at most "
        f"{wording.difference(both.gap)}. The matrices are drawn by chance, nothing is learnt yet, "
        "so both heads look nearly evenly. Further down are heads that have learnt."
    )
    with st.expander("Exercises of the course, computed here"):
        st.markdown(splitting.exercises(*asked.chosen))
    source.show(
        attention.MultiHeadAttentionWrapper,
        attention.MultiHeadAttention.steps,
        attention.split_heads,
        key="attention.heads.code",
        shapes={"stack": both.wrapper.output, "one matrix": both.joined.output},
    )
