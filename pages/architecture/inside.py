"""The whole model and your sentence on its way through it."""

import streamlit as st

from dashboard import chips, frame, source
from dashboard.components import plot
from dashboard.lessons.architecture import block_drawing, model_choice, tables, views
from llm_core.gpt import GPTModel
from llm_core.transformer import TransformerBlock


@frame.idea("What happens to your sentence on the way through?")
def whole_model(sentence: str) -> None:
    """Shapes from ids to logits, and the next-token probabilities of an untrained model."""
    config, inside = views.built(sentence)
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


@frame.idea("How do these parts make a block?")
def block(sentence: str) -> None:
    """One block, with the shapes and sizes of your sentence."""
    config, inside = views.built(sentence)
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
