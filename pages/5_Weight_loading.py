"""How do weights that somebody else trained move into our model?"""

import streamlit as st

from dashboard import frame, predict, session, source, weights_source
from dashboard.components import plot
from dashboard.lessons import starter_moments
from dashboard.lessons.weights import moments, proof_panel, views
from llm_core import pretraining
from llm_core.checkpoints import fill
from llm_core.checkpoints.compact import squeeze
from llm_core.gpt2_weights import load_gpt2, mapping_table
from llm_core.gpt2_weights.files import PREFIX
from llm_core.gpt2_weights.names import Operation

_NARROW = "trf_blocks.0.ff.layers.2.weight"
_WIDE = "trf_blocks.0.ff.layers.0.weight"

frame.begin("weights")
sentence = session.sentence_box("Your prompt")


@frame.idea("What is in a file of weights?")
def file() -> None:
    """Choose a file; see what it holds."""
    st.write(
        "A trained model is a list of named tensors (tables of numbers). Anybody's numbers fit "
        "into our model if every one of them finds its place. You begin with the small starter "
        "model that comes with this project."
    )
    opened = weights_source.choose()
    if opened is None:
        st.markdown("**No file yet: what follows shows the starter model.**")
        if weights_source.show(weights_source.starter()):
            st.rerun()
        return
    one, two, three, four = st.columns(4)
    one.metric("Tensors in the file", f"{len(opened.shapes):,}")
    two.metric(
        "Size of the file", weights_source.megabytes(opened.bytes, 1),
        help=f"1 MB is 1,048,576 bytes, as in the course. {opened.bytes_per_number}",
    )  # fmt: skip
    three.metric(
        "Parameters", f"{opened.model.num_parameters():,}", help="The numbers that training sets"
    )
    four.metric("Blocks × width", f"{opened.config.n_layers} × {opened.config.emb_dim}")
    head = "; the head is the token embedding's table again" if opened.tied else ""
    st.caption(
        f"{opened.bytes_per_number} Read with {opened.config.n_heads} heads, "
        f"{opened.config.vocab_size:,} tokens and a context of {opened.config.context_length:,}, "
        f"it fills the {len(opened.rows())} tensors of our GPT: queries, keys and values, joined "
        f"in the file, are cut in three{head}."
    )
    source.show(load_gpt2, key="weights.source.load", shapes=dict(opened.shapes))
    if weights_source.show(opened):
        st.rerun()  # the ideas below look at this file


@frame.idea("Which of their names is which of ours?")
def names() -> None:
    """The mapping table, with a prediction before it."""
    opened = weights_source.shown()
    st.write(
        "Others cut the same model into tensors in another way. One table says what becomes what."
    )
    options = ["wte.weight", "h.0.ln_1.weight", "h.0.mlp.c_fc.weight", "h.0.attn.c_attn.bias"]
    guess = predict.choice(
        "Which of these four tensors has to be transposed?", options, key="weights.transposed"
    )
    if guess is None:
        return
    rows = opened.rows()
    transposed = {row.their_name: row for row in rows if "transpose" in row.operation}
    truth = next(name for name in options if name in transposed)
    there, here = transposed[truth].their_shape, transposed[truth].our_shape
    predict.verdict(
        guess,
        truth,
        f"GPT-2's code multiplies vectors by matrices of shape {there[0]} × {there[1]}; "
        f"our nn.Linear keeps the same numbers as {here[0]} × {here[1]}.",
    )
    left, right = st.columns(2)
    part = left.selectbox(
        "Show", views.parts(opened.config), index=1, key="weights.part", bind="query-params"
    )
    shown = views.of_part(rows, str(part))
    damaged = right.selectbox(
        "Take out of the file", ["nothing", *dict.fromkeys(row.their_name for row in shown)],
        key="weights.without",
    )  # fmt: skip
    if damaged != "nothing":
        shapes = {name: shape for name, shape in opened.shapes.items() if name != damaged}
        rows = mapping_table(opened.config, shapes, tied=opened.tied)
    st.markdown(views.names_table(views.of_part(rows, str(part))))
    wrong = sum(row.status != "ok" for row in rows)
    if wrong:
        st.caption(
            f"{len(rows) - wrong} of our {len(rows)} tensors can be filled, {wrong} cannot: such a "
            "file is refused."
        )
    else:
        before = f" In this file `{PREFIX}` stands before their names." if opened.prefixed else ""
        st.caption(f"All of our {len(rows)} tensors can be filled.{before}")
    source.show(mapping_table, Operation, key="weights.source.names")


@frame.idea("How are queries, keys and values cut apart?")
def cut() -> None:
    """The fused matrix in three colours."""
    opened = weights_source.shown()
    blocks = views.parts(opened.config)[1:]
    block = blocks.index(
        st.selectbox("Block", blocks, key="weights.block", bind="query-params", width=220)
    )
    pieces = views.cut(opened, block)
    C = opened.config.emb_dim
    st.write(
        f"GPT-2 keeps three matrices in one of shape {C} × {3 * C}, so that one multiplication "
        "does the work of three. We cut it into thirds and transpose each."
    )
    plot.show(
        pieces.figure,
        key="weights-cut",
        alt="A corner of queries, keys and values in the fused matrix",
        height=300,
    )
    st.caption(
        "A corner of each third: the stronger the colour, the larger the weight, without its sign. "
        "Our three matrices, transposed back and joined, differ from the file by at most "
        f"{pieces.apart:g}."
    )
    source.show(Operation.apply, key="weights.source.cut", shapes=pieces.shapes)


@frame.idea("Does our model now know what the file knows?")
def before_and_after() -> None:
    """The same prompt before and after loading."""
    opened = weights_source.shown()
    settings = proof_panel.draws("proof")
    before = views.untrained(opened, sentence, *settings)
    after = views.loaded(opened, sentence, *settings)
    shared = {token for token, _ in before.next_tokens} & {t for t, _ in after.next_tokens}
    answers = ["none", "one or two", "three or more"]
    guess = predict.choice(
        f"Of the {views.SHOWN} likeliest next tokens before loading, how many will still be among "
        f"the {views.SHOWN} likeliest afterwards?",
        answers, key="weights.shared", done="weights",
    )  # fmt: skip
    left, right = st.columns(2, gap="large")
    with left:
        proof_panel.panel("Before: random weights", "before", before, "weights-before")
    if guess is None:
        return
    with right:
        proof_panel.panel(f"After: {opened.title}", "after", after, "weights-after")
    predict.verdict(
        guess,
        answers[0 if not shared else 1 if len(shared) < 3 else 2],
        "The code is the same, only the numbers are others. "
        + views.evidence(before, after, opened.config.vocab_size),
    )
    st.caption(
        "Your prompt ends at ▸. The loss says how surprised the model is by the prompt itself, in "
        "nats per token; less is better. Blind guessing: ln V = "
        f"{views.blind(opened.config.vocab_size):.2f}."
    )


@frame.idea("What if one tensor goes wrong?")
def wrong_tensor() -> None:
    """One tensor left random, not transposed, or zero."""
    opened = weights_source.shown()
    st.write(
        "The loader checks every shape, but no shape tells whether the numbers are right. A tensor "
        "of zeros gives no error, nor does a square matrix that somebody forgot to transpose."
    )
    by_name = {row.our_name: row for row in opened.rows()}
    left, right = st.columns([1.6, 1])
    name = str(
        left.selectbox(
            "Tensor", list(by_name), index=list(by_name).index(_NARROW), key="weights.wrong",
            bind="query-params",
        )
    )  # fmt: skip
    possible = views.faults(by_name[name])
    fault = right.selectbox(
        "This tensor", possible, index=len(possible) - 1, key="weights.fault",
        bind="query-params",
    )  # fmt: skip
    with st.expander("More: temperature, draw, length"):
        settings = proof_panel.draws("wrong")
    one, two = st.columns(2, gap="large")
    with one:
        whole = views.loaded(opened, sentence, *settings)
        proof_panel.panel("As loaded", "after", whole, "weights-whole")
    with two:
        spoilt = views.broken(opened, name, fault, sentence, *settings)
        proof_panel.panel(
            f"With one tensor of {len(by_name)} wrong", "wrong", spoilt, "weights-spoilt"
        )
    if whole.loss is not None and spoilt.loss is not None:
        st.caption(
            f"The loss on your prompt goes from {whole.loss:.2f} to {spoilt.loss:.2f} (blind "
            f"guessing: ln V = {views.blind(opened.config.vocab_size):.2f}). Try a layer norm, a "
            "bias, the same tensor of the last block: which one can the model spare?"
        )
    source.show(fill, key="weights.source.fill")


@frame.idea("How do learnt weights differ from random ones?")
def learned() -> None:
    """Histograms of one tensor, as born and as loaded."""
    opened = weights_source.shown()
    everything = [row.our_name for row in opened.rows()]
    name = str(
        st.selectbox(
            "Tensor", everything, index=everything.index(_WIDE), key="weights.heap",
            bind="query-params",
        )
    )  # fmt: skip
    heap = views.learned(opened, name)
    plot.show(
        heap.figure,
        key="weights-heap",
        alt="Histogram of one tensor's values in an untrained model and in the loaded one",
        height=320,
    )
    st.caption(
        f"Born with a standard deviation of {heap.born:.3g}, loaded with {heap.loaded:.3g}. Values "
        "beyond the ends are counted at the ends."
    )
    source.show(load_gpt2, key="weights.source.heap", shapes={name: heap.shape})


@frame.idea("How did the weights come about?")
def training() -> None:
    """The bundled model's own training, moment by moment."""
    whole = moments.curve()
    st.write(
        f"The starter model was made by this project's own code: {whole.updates:,} updates over "
        f"{whole.tokens:,} tokens of stories and facts that a program wrote. A few moments were "
        "kept. Slide through its whole training: nothing is trained now, each stop is a file of "
        "weights."
    )
    kept = starter_moments.kept()
    step = int(
        st.select_slider(
            "Updates made", kept, value=kept[3], key="weights.moment",
            bind="query-params", format_func=lambda made: f"{made:,}",
        )
    )  # fmt: skip
    with st.expander("More: temperature, draw, length"):
        settings = proof_panel.draws("moment")
    left, right = st.columns(2, gap="large")
    with left:
        plot.show(
            moments.figure(step),
            key="weights-moments",
            alt="Training and validation loss over the whole training, with this moment marked",
            height=420,
        )
    with right:
        seen = moments.tokens_at(step)
        proof_panel.panel(
            f"After {seen:,} tokens", "after", moments.at(step, sentence, *settings),
            "weights-moment",
        )  # fmt: skip
    st.caption(
        "First it learns which tokens are frequent, then which follow each other, then grammar, "
        "and last who did what. The losses were recorded while it trained. At about updates "
        f"{', '.join(f'{made:,}' for made in whole.new_kinds)} new kinds of documents began, "
        "and the loss rose for a while. Moments on the way are kept with four bits a weight, so "
        "their text is a little rougher than it was."
    )
    source.show(squeeze, pretraining.pretrain, key="weights.source.moments")


file()
names()
cut()
before_and_after()
wrong_tensor()
learned()
training()
frame.end("weights")
