"""Which parts make a GPT, and how large is each of them?"""

import streamlit as st

from dashboard import chips, frame, predict, session, source
from dashboard.components import plot
from dashboard.lessons.architecture import block_drawing, model_choice, tables, views
from llm_core import accounting
from llm_core.config import GPT_CONFIG_124M, GPTConfig
from llm_core.gpt import GPTModel
from llm_core.sampling import generate_text_simple
from llm_core.transformer import (
    FeedForward,
    LayerNorm,
    TransformerBlock,
    gelu,
    gradient_means,
)

frame.begin("architecture")
sentence = session.sentence_box()


@frame.idea("What do seven settings decide?")
def seven_numbers() -> None:
    """Configure a model; count its parameters without building it."""
    st.write(
        "Seven settings describe a GPT; an eighth says whether its two vocabulary tables are one. "
        "Change one, and everything below follows: above all the parameters, which are the numbers "
        "that training sets."
    )
    before = model_choice.chosen()
    config, tied = model_choice.choose()
    ledger = accounting.parameter_ledger(config)
    flops = accounting.flops_ledger(config, 1, config.context_length)
    one, two, three, four = st.columns(4)
    one.metric("Parameters", f"{ledger.total_tied if tied else ledger.total:,}")
    two.metric("In each block", f"{ledger.per_block:,}")
    three.metric("Width of a head", f"{config.head_dim:,}", help="Width divided by heads")
    four.metric(
        f"Operations/token, T = {config.context_length:,}",
        tables.large(flops.total / config.context_length),
        help="Additions and multiplications for each of T tokens; here T is the full context",
    )  # fmt: skip
    plot.show(
        views.areas(config, tied),
        key="architecture-areas",
        alt="Areas as large as the parameters of each part of the model",
        height=360,
    )
    st.caption(
        "Each area is as large as its number of parameters. Make the model wider: the blocks grow "
        "with the square of the width, the vocabulary tables only in step with it."
    )
    with st.expander("Every tensor (a table of numbers), with its formula"):
        st.markdown(tables.ledger_table(ledger))
    source.show(
        accounting.parameter_ledger, key="architecture.source.ledger",
        shapes={row.tensor: row.shape for row in ledger.rows},
    )  # fmt: skip
    if model_choice.small(config) != model_choice.small(before):
        st.rerun()  # the ideas below look into a model of this configuration


@frame.idea("Why is the 163-million model called 124M?")
def puzzle() -> None:
    """The book's puzzle: the head shares the embedding's table."""
    ledger = accounting.parameter_ledger(GPT_CONFIG_124M)
    parts = ledger.by_part
    st.write(
        f"Count the smallest GPT-2, tensor by tensor, and you get {ledger.total:,} parameters. Its "
        "paper said 117 million, a miscount that its authors later corrected to 124 million. That "
        "is still far from your count."
    )
    answers = {
        "Head and token embedding share one table": ledger.total - parts["output head"],
        "Biases are not counted": ledger.total - sum(
            row.count for row in ledger.rows if row.tensor.endswith(("bias", "shift"))
        ),
        "The positions are not learnt": ledger.total - parts["position embedding"],
        "Layer norms are not counted": ledger.total - parts["layer norms"],
    }  # fmt: skip
    guess = predict.choice(
        "Where did the difference go?", list(answers), key="architecture.puzzle",
        done="architecture",
    )  # fmt: skip
    if guess is None:
        return
    truth = next(iter(answers))
    V, C = GPT_CONFIG_124M.vocab_size, GPT_CONFIG_124M.emb_dim
    predict.verdict(
        guess,
        truth,
        f"Both tables have one row of {C} numbers for each of {V:,} tokens: "
        f"{V:,} × {C} = {V * C:,}. Counted once, {ledger.total_tied:,} are left.",
    )
    st.markdown(
        tables.table(
            ["if this were the reason", "this many would be left"],
            [[reason, f"{left:,}"] for reason, left in answers.items()],
        )
    )


@frame.idea("What does it cost to run it, and to train it?")
def costs() -> None:
    """Memory in three number formats and in training; operations per part."""
    config = model_choice.chosen()
    left, right = st.columns(2)
    batch_size = left.slider(
        "Texts at once", 1, 64, 4, key="architecture.batch", bind="query-params"
    )
    longest = min(config.context_length, 4096)
    tokens = right.slider(
        "Tokens in each", 1, max(longest, 2), min(longest, 256), key="architecture.tokens",
        bind="query-params",
    )  # fmt: skip
    tokens = min(int(tokens), longest)
    tied = bool(st.session_state.get("architecture.tied"))
    plot.show(
        views.memory(config, tied, int(batch_size), tokens),
        key="architecture-memory",
        alt="Memory to run the model in three number formats and to train it",
        height=300,
    )
    st.caption(
        "Training holds the weights four times over: themselves, their gradients (which way to "
        "change each one), and two averages that AdamW keeps of those (the method that changes "
        "them). To these comes everything the forward pass computed on the way.",
        help="1 MB is 1,048,576 bytes on this page and in the course, and 1 GB is 1,024 MB.",
    )
    flops = accounting.flops_ledger(config, 1, tokens)
    each = tables.large(flops.total / tokens)
    with st.expander(f"Operations of one forward pass (T = {tokens:,}): {each} for each token"):
        st.markdown(tables.flops_table(flops, tokens))
    source.show(
        accounting.training_memory, accounting.flops_ledger, key="architecture.source.costs"
    )


def _reading() -> tuple[GPTConfig, views.Inside]:
    """The configuration that is small enough to run, and your sentence inside it."""
    config = model_choice.small(model_choice.chosen())
    return config, views.inside(config, sentence)


@frame.idea("What happens to your sentence on the way through?")
def whole_model() -> None:
    """Shapes from ids to logits, and the next-token probabilities of an untrained model."""
    config, inside = _reading()
    if config == model_choice.chosen():
        st.write("Your configuration is built and reads your sentence.")
    else:
        st.write(
            "The model above is too large to build here, so a smaller one reads your sentence: "
            f"{config.n_layers} blocks, {config.emb_dim} wide, {config.n_heads} heads."
        )
    st.write("Its weights are random: it has not learnt anything yet.")
    chips.show(inside.tokens, ids=inside.ids)
    if inside.out_of_sight:
        st.caption(
            f"The first {inside.out_of_sight} tokens are out of sight: the model looks at "
            f"{len(inside.ids)} at most."
        )
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        st.markdown(tables.journey_table(inside))
    with right:
        figure, times = views.guesses(config, sentence)
        plot.show(
            figure,
            key="architecture-guesses",
            alt="The likeliest next tokens of the untrained model, all of them nearly impossible",
            height=330,
        )
    st.caption(
        "The output head gives each token of the vocabulary a score, its logit; the bars are these "
        f"scores as probabilities. Pure chance would give each of {config.vocab_size:,} tokens "
        f"{100 / config.vocab_size:.2g} per cent. The untrained model's favourite has {times:.1f} "
        "times that: it has no idea."
    )
    source.show(
        GPTModel.steps, GPTModel.forward, key="architecture.source.whole",
        shapes={"in_idx": (1, len(inside.ids)), "logits": inside.logits_shape},
    )  # fmt: skip


@frame.idea("What does layer normalisation do to one token?")
def layer_norm() -> None:
    """Mean and variance of one token's vector before and after."""
    config, inside = _reading()
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
def activation() -> None:
    """This token's own numbers on the curve."""
    config, inside = _reading()
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


@frame.idea("How do these parts make a block?")
def block() -> None:
    """One block, with the shapes and sizes of your sentence."""
    config, inside = _reading()
    number = model_choice.block(st.columns(3)[0], config, key="architecture.block")
    steps = inside.steps.blocks[number]
    enters = inside.steps.block_outputs[number]
    vectors = {
        "input": enters,
        "norm 1": steps.attention_input,
        "attention": steps.attention_output,
        "sum 1": steps.after_attention,
        "norm 2": steps.feed_forward_input,
        "feed-forward": steps.feed_forward_output,
        "output": steps.output,
    }
    left, right = st.columns([1.1, 1], gap="large", vertical_alignment="center")
    left.html(block_drawing.html({name: tables.by(x.shape[1:]) for name, x in vectors.items()}))
    with right:
        st.markdown(tables.size_table(vectors))
        st.caption(
            "What goes in comes out in the same shape, so blocks can be stacked. Each half adds "
            "only a little to the line on the left, and gradients run back along that line "
            "unhindered."
        )
    source.show(
        TransformerBlock.steps, key="architecture.source.block",
        shapes=vectors | {"attention weights": steps.attention.weights if steps.attention else ()},
    )  # fmt: skip


@frame.idea("What does it write before it has learnt anything?")
def gibberish() -> None:
    """Greedy generation with the untrained model."""
    config, inside = _reading()
    count = st.slider("New tokens", 1, 30, 10, key="architecture.new", bind="query-params")
    tokens, ids = views.written(config, sentence, min(max(int(count), 1), 30))
    read = list(inside.tokens)
    chips.show(
        [*read, *tokens],
        ids=[*inside.ids, *ids],
        marks=["dim"] * len(read) + ["lit"] * len(tokens),
    )
    st.caption(
        "Framed: what the model appends, each time the likeliest token. The sentence goes in again "
        "with every new token. Training is all that is missing."
    )
    source.show(
        generate_text_simple, key="architecture.source.generate",
        shapes={"idx": (1, len(read)), "result": (1, len(read) + len(ids))},
    )  # fmt: skip


seven_numbers()
puzzle()
costs()
whole_model()
layer_norm()
activation()
shortcuts()
block()
gibberish()
frame.end("architecture")
