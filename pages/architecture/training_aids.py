"""What makes training a deep stack possible: shortcuts for the gradient, dropout for the rest."""

import streamlit as st

from dashboard import cached, frame, predict, source
from dashboard.components import plot
from dashboard.lessons import reading
from dashboard.lessons.architecture import chosen, dropping, models
from dashboard.lessons.architecture import shortcut_gradients as gradients
from llm_core import parts
from llm_core.parts import DropRates
from llm_core.transformer import ExampleDeepNeuralNetwork, gradient_means


@frame.idea("What do shortcuts do for a deep network?")
def shortcuts(sentence: str) -> None:
    """Gradient size per layer with and without shortcuts: a small chain, then the real model."""
    st.markdown(
        "A **gradient** says how much the loss (how wrong the guess is) changes when a weight "
        "changes a little. Training moves each weight by it, so a layer with a tiny one hardly "
        "learns. It flows from the last layer back to the first. Here is the course's chain of "
        "small layers, 3 numbers wide, once as it is and once with **shortcuts**: each layer's "
        "input is added to its output (a residual connection)."
    )
    guess = predict.choice(
        f"Below are {gradients.COURSE_DEPTH} layers. With {gradients.ASKED_DEPTH} layers and no "
        "shortcuts: how large is the gradient in the first layer, compared with the last?",
        gradients.ANSWERS, key="architecture.gradient", done="architecture",
    )  # fmt: skip
    depth = gradients.COURSE_DEPTH
    if guess is not None:
        predict.verdict(guess, *gradients.vanished())
        depth = st.slider(
            "Layers", 2, gradients.DEEPEST, gradients.ASKED_DEPTH, key="architecture.depth",
            bind="query-params",
        )  # fmt: skip
        depth = min(max(int(depth), 2), gradients.DEEPEST)
    plot.show(
        gradients.chain_picture(depth),
        key="architecture-gradients",
        alt="Mean gradient per layer on a logarithmic scale, with and without shortcuts",
        height=340,
    )
    st.caption(
        f"Each line of the scale is a hundred times the one below. {gradients.height(depth)}"
    )
    panel = st.expander(
        "The same in the model on show: its shortcuts made weaker",
        key="architecture.real_gradients", on_change="rerun",
    )  # fmt: skip
    if panel.open:
        with panel:
            _in_the_model(models.on_show(), sentence)
    source.show(
        ExampleDeepNeuralNetwork, gradient_means, parts.block_gradients,
        key="architecture.source.gradients",
    )  # fmt: skip


def _in_the_model(loaded: cached.Loaded, sentence: str) -> None:
    """Gradients of the real model's blocks, its shortcuts carrying a part of what came in."""
    text = reading.read(loaded, sentence)
    carried = st.select_slider(
        "Shortcuts carry this part", gradients.CARRIED, 0.0, key="architecture.carried",
        bind="query-params",
    )  # fmt: skip
    carried = float(carried) if carried in gradients.CARRIED else 0.0
    label = "Compute the gradients of this large model"
    if not chosen.asked_for(loaded, label, text.ids, key="architecture.real_gradients.ask"):
        return
    st.caption(
        "A block has layer norms, which the small chain has not: they make small vectors large "
        "again, and gradients with them. So here it may be the guess that breaks, and not the "
        "gradient that vanishes: without shortcuts a block must carry everything itself."
    )
    plot.show(
        gradients.blocks_picture(loaded, text.ids, carried),
        key="architecture-real-gradients",
        alt="Mean gradient per block of the model on show, whole and with weaker shortcuts",
        height=320,
    )
    st.caption(gradients.found(loaded, text.ids, carried))


@frame.idea("Where does dropout drop?")
def dropout(sentence: str) -> None:
    """Three places, each with a share of its own, and how far each moves the guess."""
    loaded = models.on_show()
    text = reading.read(loaded, sentence)
    st.markdown(
        "In training, **dropout** makes a random share of numbers 0 and enlarges the rest, so that "
        "the model cannot lean on any single one. It has three places. The course gives them one "
        "share, its exercise 4.3 one each. After training nothing is dropped."
    )
    drawing = _drawing()
    counts = dropping.counts(loaded, text.ids, drawing)
    for i, column in enumerate(st.columns(3)):
        with column:
            st.html(f'<p class="label">{dropping.PLACES[i]}</p>')
            plot.show(
                dropping.picture(loaded, text.ids, drawing, i),
                key=f"architecture-drop-{i}",
                alt=f"Factors of dropout: {dropping.PLACES[i]}",
                height=280,
            )
            st.caption(counts[i])
    st.caption(
        "Drawn is a part of what is counted: block 1, head 1, what attention adds, the first "
        "tokens (rows) and the first channels (columns). A cell with factor 0 was dropped. Above "
        "the diagonal of the attention weights stands nothing: no token looks ahead."
    )
    guess = predict.choice(
        "Only one place drops a tenth, the others nothing. Which one moves the model's guess most?",
        dropping.PLACES, key="architecture.places", done="architecture",
        about=(loaded.name, text.ids),
    )  # fmt: skip
    label = f"Read the sentence {8 * dropping.READINGS} times with dropout"
    if guess is not None and chosen.asked_for(
        loaded, label, text.ids, key="architecture.places.ask"
    ):
        predict.verdict(guess, *dropping.largest(loaded, text.ids))
        st.caption(
            "And with the shares that you have set above, in bits; 0: the guess is the same as "
            "without dropout."
        )
        plot.show(
            dropping.moved_picture(loaded, text.ids, drawing),
            key="architecture-moved",
            alt="How far dropout at each place moves the guess of the next token",
            height=250,
        )
    with st.expander("Exercise 4.3: where the three stand in the code"):
        st.markdown(dropping.modules())
    source.show(
        parts.dropped_places, parts.guesses_with_dropout, key="architecture.source.dropout",
        shapes=dropping.one_reading(loaded, text.ids, drawing)._asdict(),
    )  # fmt: skip


def _drawing() -> dropping.Drawing:
    """Draw the three shares and the seed."""
    columns = st.columns(4)
    rates = [
        column.slider(
            label, 0.0, 0.9, dropping.TENTH, 0.1, key=f"architecture.{key}", bind="query-params"
        )
        for column, label, key in zip(
            columns,
            ("Embeddings", "Attention weights", "Shortcuts"),
            ("drop_emb", "drop_att", "drop_shortcut"),
            strict=False,
        )
    ]
    seed = columns[3].number_input(
        "Seed of the draw", 0, 9999, 123, key="architecture.draw", bind="query-params"
    )
    return dropping.Drawing(DropRates(*(min(max(float(r), 0.0), 0.9) for r in rates)), int(seed))
