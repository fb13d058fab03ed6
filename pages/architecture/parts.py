"""The parts of a block, each by hand on one token."""

import streamlit as st

from dashboard import frame, predict, source
from dashboard.components import plot
from dashboard.lessons.architecture import model_choice, tables, views
from llm_core.transformer import FeedForward, LayerNorm, gelu, gradient_means


@frame.idea("What does layer normalisation do to one token?")
def layer_norm(sentence: str) -> None:
    """Mean and variance of one token's vector before and after."""
    config, inside = views.built(sentence)
    places = views.norm_places(config)
    left, middle, right = st.columns(3)
    token = model_choice.token(left, inside.tokens, key="architecture.norm_token")
    place = places.index(
        middle.selectbox("Where", places, key="architecture.norm_place", bind="query-params")
    )
    exponent = right.select_slider(
        "eps", [f"1e-{n}" for n in range(12, 0, -1)] + ["1"], "1e-5", key="architecture.eps",
        bind="query-params", help="Added to the variance, so that nothing is divided by zero",
    )  # fmt: skip
    eps = float(str(exponent))
    vector, steps = views.norm_steps(config, sentence, place, token, eps)
    plot.show(
        views.norm_figure(config, sentence, place, token, eps),
        key="architecture-norm",
        alt="The numbers of one token's vector before and after layer normalisation",
        height=260,
    )
    mean, variance = steps.mean.item(), steps.variance.item()
    first, after = vector[0].item(), steps.output[0].item()
    st.latex(
        r"\begin{aligned} \hat x_1 &= \frac{x_1 - \mu}{\sqrt{\sigma^2 + \varepsilon}} \\[4pt]"
        rf"&= \frac{{{first:.4f} - ({mean:.4f})}}"
        rf"{{\sqrt{{{variance:.4f} + {tables.power_of_ten(eps)}}}}} = {after:.4f} \end{{aligned}}"
    )
    ends = {"before": (mean, variance), "after": views.mean_and_variance(steps.output)}
    st.markdown(
        tables.table(
            ["", "mean", "variance"],
            [[name, f"{m:.4f}", f"{v:.4f}"] for name, (m, v) in ends.items()],
        )
    )
    st.caption(
        "A dot is one channel, the band reaches one standard deviation to each side. Make eps as "
        "large as the variance itself, and the variance afterwards falls short of 1."
    )
    source.show(
        LayerNorm.steps, key="architecture.source.norm",
        shapes={"x": vector, "mean": steps.mean, "output": steps.output},
    )  # fmt: skip


@frame.idea("What does GELU let through?")
def activation(sentence: str) -> None:
    """This token's own numbers on the curve."""
    config, inside = views.built(sentence)
    left, right = st.columns(2)
    token = model_choice.token(left, inside.tokens, key="architecture.gelu_token")
    block = model_choice.block(right, config, key="architecture.gelu_block")
    passed = views.activations(config, sentence, block, token)
    st.write(
        f"The feed-forward half widens each token's vector from {config.emb_dim} to "
        f"{passed.numbers} numbers. Each goes through this curve on its own; then the vector is "
        "made narrow again."
    )
    plot.show(
        passed.figure,
        key="architecture-gelu",
        alt="The curves of GELU and ReLU with the numbers of one token on GELU",
        height=420,
    )
    st.caption(
        f"Dots: this token's numbers. {passed.negative} of them are negative. ReLU makes all of "
        "these 0, and no gradient comes back through a 0. GELU lets them out as small negative "
        f"numbers, {passed.kept:.2g} below 0 on average. Below: the numbers of all tokens of your "
        "sentence."
    )
    inner = views.feed_forward(config, sentence, block)
    source.show(gelu, FeedForward.steps, key="architecture.source.gelu", shapes=inner._asdict())


@frame.idea("What do shortcuts do for a deep network?")
def shortcuts() -> None:
    """Gradient size per layer with and without shortcuts."""
    st.write(
        "A gradient flows from the last layer back to the first. Here is a chain of small layers "
        "(3 numbers wide), once as it is, once with shortcuts: each layer's input is added to its "
        "output (also called a residual connection)."
    )
    deep = 12
    answers = ["about as large", "10 to 1,000 times smaller", "more than 1,000 times smaller"]
    _, plain, helped = views.gradients(deep)
    ratio = plain[-1] / plain[0]
    guess = predict.choice(
        f"{deep} layers without shortcuts: how large is the gradient in the first layer, compared "
        "with the last?",
        answers, key="architecture.gradient",
    )  # fmt: skip
    if guess is None:
        return
    predict.verdict(
        guess,
        answers[0 if ratio < 10 else 1 if ratio <= 1000 else 2],
        f"{tables.large(ratio)} times smaller without shortcuts, {helped[-1] / helped[0]:.1f} "
        "times with them.",
    )
    depth = st.slider("Layers", 2, 16, deep, key="architecture.depth", bind="query-params")
    figure, _, _ = views.gradients(min(max(int(depth), 2), 16))
    plot.show(
        figure,
        key="architecture-gradients",
        alt="Mean gradient per layer on a logarithmic scale, with and without shortcuts",
        height=360,
    )
    st.caption(
        "Each line of the scale is a hundred times the one below. Make the network deeper: without "
        "shortcuts the first layers no longer hear what went wrong at the end."
    )
    source.show(gradient_means, key="architecture.source.gradients")
