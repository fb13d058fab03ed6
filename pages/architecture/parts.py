"""The parts of a block, each by hand on one token."""

import streamlit as st

from dashboard import cached, frame, predict, source
from dashboard.components import plot
from dashboard.lessons import reading
from dashboard.lessons.architecture import (
    activations,
    chosen,
    models,
    normalising,
)
from dashboard.lessons.architecture import expansion as wide
from llm_core import parts
from llm_core.transformer import FeedForward, LayerNorm, gelu


@frame.idea("What does layer normalisation do to one token?")
def layer_norm(sentence: str) -> None:
    """Mean, variance, scale and shift of one token's vector, number by number."""
    loaded = models.on_show()
    text = reading.read(loaded, sentence)
    st.markdown(
        "Every part of the model adds to a token's vector, so it tends to grow. A **layer norm** "
        "stands before each half of a block: it brings the vector to mean 0 and variance 1, then "
        "multiplies each channel by a scale and adds a shift. Scale and shift are learnt."
    )
    asked, channel = _norm_asked(loaded, text)
    plot.show(
        normalising.picture(loaded, asked),
        key="architecture-norm",
        alt="One token's numbers as they come, normalised, and scaled and shifted: the output",
        height=330,
    )
    st.caption(
        "A dot is a channel, the line the mean, the band one standard deviation each way. Output: "
        "normalised, then scaled and shifted."
    )
    guess = predict.choice(
        "Multiply every number of this vector by ten before the norm. How large are the normalised "
        "numbers then?",
        normalising.SIZES, key="architecture.ten", done="architecture",
        about=(loaded.name, text.ids, asked.place, asked.token),
    )  # fmt: skip
    if guess is not None:
        predict.verdict(guess, *normalising.enlarged(loaded, text.ids, asked.place, asked.token))
    left, middle, right = st.columns([1.1, 1.2, 1], gap="medium")
    left.latex(normalising.formula(loaded, asked, channel))
    middle.markdown(normalising.table(loaded, asked, channel))
    right.markdown(normalising.variances(loaded, asked))
    right.caption(
        "What eps and the divisor do: the variance as it comes, and after normalising. Where it is "
        "small, as in the course's two rows of six numbers, eps makes it fall short of 1. Divided "
        "by C − 1 it falls short where C is small."
    )
    steps = normalising.steps_of(loaded, asked)
    source.show(
        LayerNorm.steps, key="architecture.source.norm",
        shapes={"x": steps.output, "mean": steps.mean, "output": steps.output},
    )  # fmt: skip


def _norm_asked(loaded: cached.Loaded, text: reading.Reading) -> tuple[normalising.Asked, int]:
    """Draw the choices: which vector, which norm, how it computes, and a channel."""
    one, two, three, four = st.columns([1.3, 1.3, 1, 1])
    token = chosen.token(one, text, key="architecture.norm_token")
    places, width = normalising.places(loaded.config), loaded.config.emb_dim
    place = places.index(
        two.selectbox(
            "Norm", places, min(2, len(places) - 1), key="architecture.norm_place",
            bind="query-params",
        )
    )  # fmt: skip
    eps = three.select_slider(
        "eps", normalising.EPS, "1e-5", key="architecture.eps", bind="query-params",
        help="Added to the variance, so that nothing is divided by zero",
    )  # fmt: skip
    channel = four.number_input(
        "Channel", 1, width, 1, key="architecture.channel", bind="query-params",
        help="Which of the vector's numbers is worked out below",
    )  # fmt: skip
    unbiased = st.toggle(
        "Variance divided by C − 1", key="architecture.unbiased", bind="query-params",
        disabled=width == 1,
        help="As statistics does for a sample. GPT-2 divides by C, the number of channels.",
    )  # fmt: skip
    asked = normalising.Asked(text.ids, place, token, float(str(eps)), unbiased and width > 1)
    return asked, min(max(int(channel), 1), width) - 1


@frame.idea("What does GELU let through?")
def activation(sentence: str) -> None:
    """This token's own numbers on the curve, and on the curve's slope."""
    loaded = models.on_show()
    text = reading.read(loaded, sentence)
    st.markdown(
        "Inside the feed-forward half, each number goes through a curve on its own. Without the "
        "curve, two layers in a row would be no more than one. **ReLU** cuts off what is below 0; "
        "**GELU**, which GPT uses, does so gently."
    )
    left, right = st.columns(2)
    token = chosen.token(left, text, key="architecture.gelu_token")
    layer = chosen.block(right, loaded, key="architecture.gelu_block")
    here = (loaded, text.ids, layer, token)
    left, right = st.columns(2, gap="large")
    with left:
        plot.show(
            activations.picture(*here, "value"),
            key="architecture-gelu",
            alt="The curves of GELU and ReLU with the numbers of one token on GELU",
            height=400,
        )
    with right:
        plot.show(
            activations.picture(*here, "slope"),
            key="architecture-slope",
            alt="The slopes of GELU and ReLU with the numbers of one token on GELU's",
            height=400,
        )
    counted = activations.counted(*here)
    outside = f" {counted.outside:,} lie outside the picture." if counted.outside else ""
    st.caption(
        f"Dots: this token's {counted.numbers:,} numbers, {counted.negative:,} of them below 0 "
        f"({counted.negative / counted.numbers:.0%}).{outside} ReLU would make those 0; GELU lets "
        f"them out as small negative numbers, {counted.kept:.2g} from 0 on average. Below the "
        "left curve: the numbers of all tokens of your sentence."
    )
    guess = predict.choice(
        "A unit that is below 0 at every token of your sentence would be silent behind a ReLU. How "
        "many of this block's units are?",
        activations.SHARES, key="architecture.silent", done="architecture",
        about=(loaded.name, text.ids, layer),
    )  # fmt: skip
    if guess is not None:
        predict.verdict(guess, *activations.silent(loaded, text.ids, layer))
        label = "Read the sentence with ReLU in every block"
        if chosen.asked_for(loaded, label, text.ids, key="architecture.swapped"):
            st.markdown(activations.swapped(loaded, text.ids))
    inner = activations.feed_forward(loaded, text.ids, layer)
    source.show(
        gelu, parts.slope, parts.never_positive, parts.with_relu,
        key="architecture.source.gelu", shapes=inner._asdict(),
    )  # fmt: skip


@frame.idea("Why is the feed-forward half so wide?")
def expansion(sentence: str) -> None:
    """The token's vector widened four times, and its strongest units switched off."""
    loaded = models.on_show()
    text = reading.read(loaded, sentence)
    width = loaded.config.emb_dim
    st.markdown(
        f"Attention has mixed the tokens; the **feed-forward** half looks at each one alone. It "
        f"widens {width:,} numbers to {4 * width:,} units. A unit fires when it meets what it has "
        "learnt to look for, and then adds a vector of its own to the token's."
    )
    left, right = st.columns(2)
    token = chosen.token(left, text, key="architecture.wide_token")
    layer = chosen.block(right, loaded, key="architecture.wide_block")
    asked = wide.Asked(text.ids, layer, token)
    firing, loud = wide.firing(loaded, asked)
    plot.show(
        wide.picture(loaded, asked),
        key="architecture-wide",
        alt="One token's vector going in, widened, after GELU, and coming out, as strips of cells",
        height=230,
    )
    st.caption(
        f"Each cell is a number; four times as wide means four times as many. {firing:,} of "
        f"{4 * width:,} units are above 0 after GELU, so they fire; {loud:,} are above 0.5."
    )
    guess = predict.choice(
        "The strongest units are switched off at this token, the strongest first. How many until "
        "another token becomes the likeliest to come next?",
        wide.ANSWERS, key="architecture.without", done="architecture",
        about=(loaded.name, asked),
    )  # fmt: skip
    if guess is not None:
        predict.verdict(guess, *wide.changed(loaded, asked))
        _without(loaded, asked)
    with st.expander("Exercise 4.1: which half of a block has more parameters?"):
        st.markdown(wide.halves(loaded.config))
        st.caption(
            "Attention has four matrices C × C, the feed-forward two of C × 4C: twice as many "
            "numbers, but for the biases."
        )
    source.show(
        FeedForward.steps, parts.strongest, parts.logits_without_strongest,
        key="architecture.source.wide",
        shapes=activations.feed_forward(loaded, text.ids, layer)._asdict(),
    )  # fmt: skip


def _without(loaded: cached.Loaded, asked: wide.Asked) -> None:
    """The units that fire most, and the next token without so many of them."""
    ladder = wide.counts(loaded.config)
    off = st.select_slider(
        "Strongest units switched off", ladder, ladder[min(4, len(ladder) - 1)],
        key="architecture.off", bind="query-params",
    )  # fmt: skip
    off = off if off in ladder else ladder[0]
    left, right = st.columns(2, gap="large")
    with left:
        plot.show(
            wide.units(loaded, asked),
            key="architecture-units",
            alt="The units with the largest values, and the words each speaks for",
            height=340,
        )
        st.caption(
            "A unit's number, and the next tokens it speaks for most if no later part changes that."
        )
    with right:
        plot.show(
            wide.next_tokens(loaded, asked, int(off)),
            key="architecture-without",
            alt="The likeliest next tokens with all units and without the strongest",
            height=340,
        )
        st.caption("What follows this token, as the whole model sees it.")
