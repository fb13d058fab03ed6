"""How does each word find out which earlier words matter to it?"""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import cached, frame, predict, session, source, wording
from dashboard.components import plot
from dashboard.lessons.attention import (
    effects,
    figures,
    formulas,
    rather,
    reading,
    views,
    writes,
)
from llm_core import attention
from llm_core import heads as heads_of
from llm_core.sampling import generate

frame.begin("attention")
sentence = session.sentence_box()
if views.left_out(sentence):
    st.caption(
        f"This page uses the first {views.MOST} tokens of your sentence and leaves out "
        f"{views.left_out(sentence)}: more squares could not be read."
    )


def beside(
    pictures: Mapping[str, tuple[str, str]], widths: Sequence[float] = (1, 1), height: int = 340
) -> None:
    """Pictures next to each other: title -> (key, figure)."""
    for column, (title, (key, figure)) in zip(st.columns(widths), pictures.items(), strict=True):
        with column:
            role = title.removesuffix("s").replace("context", "output")
            st.html(f'<p class="label" style="color: var(--{role}, var(--muted))">{title}</p>')
            plot.show(figure, key=key, alt=title, height=height)


@frame.idea("Which earlier words matter?")
def earlier_words() -> None:
    """Hide one token of the sentence and see the prediction change."""
    options = ["nothing hidden", *wording.numbered(views.sentence_words(sentence))]
    st.markdown(
        "To guess the next word, a model has to look back, and not every earlier word matters "
        "equally. It reads words in pieces, its **tokens**: hide one and see how far the guess "
        "moves."
    )
    hidden = st.selectbox(
        "Hide one token of your sentence",
        options,
        key="attention.hide",
        bind="query-params",
    )
    plot.show(
        figures.hidden(sentence, options.index(str(hidden)) - 1 if hidden != options[0] else None),
        key="attention-hide",
        alt="The likeliest next tokens, with the whole sentence and with one token hidden",
        height=300,
    )
    st.caption(
        "What the small starter model that comes with this project expects after your sentence. "
        "The further the bars come apart, the more the hidden token mattered. Attention is how "
        "each token decides which others to look at."
    )
    source.show(generate, key="attention.hide.code")


earlier_words()

st.space("medium")
left, right = st.columns([1.3, 1], vertical_alignment="bottom")
vectors_of = left.segmented_control(
    "Vectors (rows of numbers) for everything below",
    [views.COURSE, views.OWN],
    default=views.COURSE,
    required=True,
    key="attention.vectors",
    bind="query-params",
    help="The course's six words have three numbers each, so you can check every product by hand.",
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
row = places.index(str(asking))


@frame.idea("How alike are two tokens?")
def scores() -> None:
    """Dot products as scores."""
    steps = views.simple(*chosen)
    st.markdown(
        "Each token is a vector, with one number in each **channel**. Multiply two vectors channel "
        "by channel and add up: the **dot product**, large where they point the same way. That is "
        "the **score** of one token with another."
    )
    other = st.selectbox(
        "Compare it with",
        places,
        key="attention.other",
        bind="query-params",
    )
    st.latex(formulas.dot_product(*chosen, row, places.index(str(other))))
    plot.show(
        figures.row_of_scores(*chosen, row),
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
        plot.show(
            figures.all_scores(*chosen),
            key="attention-all-scores",
            alt="Scores of every token with every token",
            height=400,
        )
        st.caption(
            "All at once it is one matrix product: the vectors times themselves, transposed."
        )
    source.show(
        attention.simple_attention,
        attention.attend,
        key="attention.scores.code",
        shapes={"inputs": shown.vectors, "scores": steps.scores},
    )


scores()


@frame.idea("How do scores become weights?")
def weights() -> None:
    """Three normalisations, then the context vector."""
    st.markdown(
        "A weight is the share that a token takes from another, so a row of weights sums to 1. "
        "Dividing by the sum is the first idea. **Softmax** makes every score positive with $e^x$ "
        "first, which favours the large ones."
    )
    st.latex(r"\alpha_j = \frac{e^{\omega_j}}{\sum_k e^{\omega_k}}, \qquad \sum_j \alpha_j = 1")
    times = st.select_slider(
        "Multiply the scores before",
        [0.5, 1.0, 2.0, 5.0, 20.0, 100.0],
        value=1.0,
        key="attention.times",
        bind="query-params",
    )
    ways = views.normalised(*chosen, row, float(times))
    plot.show(
        figures.three_normalisations(*chosen, row, float(times)),
        key="attention-weights",
        alt="The same row of scores made to sum to one in three ways",
        height=320,
    )
    sums = [f"{sum(way.tolist()):.4g}" for way in ways]
    st.caption(
        f"The three rows sum to {sums[0]}, {sums[1]} and {sums[2]}. Where $e^x$ grows larger than "
        "a 32-bit number can be, the definition gives nan (not a number) and its bars are gone; "
        "torch's softmax subtracts the largest score from all of them first and never overflows."
    )
    st.markdown("The **context vector** of the asking token is all vectors, each times its weight:")
    st.latex(formulas.weighted_sum(*chosen, row))
    source.show(
        attention.normalisations,
        attention.softmax_naive,
        key="attention.weights.code",
        shapes={"weights of the row": ways.softmax, "context": views.simple(*chosen).context[row]},
    )


weights()

RUNG_SAYS = {
    "Dot products": "Each vector is its own query, key and value. Nothing is learnt.",
    "Queries, keys, values": "Three learnt matrices (tables of numbers) turn each vector into a "
    '<b style="color: var(--query)">query</b> (what I look for), a <b style="color: var(--key)">'
    'key</b> (what I can be found by) and a <b style="color: var(--value)">value</b> (what I hand '
    "over). One such set of three is a <b>head</b>.",
    "Causal": "The same, and no token sees the tokens after it.",
    "Several heads": "Several causal attentions side by side, each with matrices of its own.",
}


@frame.idea("What does each rung of the ladder add?")
def ladder() -> None:
    """From bare dot products to several heads, one step at a time."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    rung = left.segmented_control(
        "Rung", views.RUNGS, default=views.RUNGS[1], required=True,
        key="attention.rung", bind="query-params",
    )  # fmt: skip
    with right, st.popover("More", icon=":material/tune:"):
        width = st.slider("Channels per head", 1, 16, 2, key="attention.width", bind="query-params")
        heads = st.slider("Heads (last rung)", 1, 8, 2, key="attention.heads", bind="query-params")
        head = st.slider("Head on show", 1, 8, 1, key="attention.head", bind="query-params")
        seed = st.number_input(
            "Seed of the weights", 0, 9999, 789, key="attention.seed", bind="query-params"
        )
    step = st.segmented_control(
        "Step", list(formulas.STEPS), default="Scores", required=True,
        key="attention.step", bind="query-params",
    )  # fmt: skip
    settings = (str(rung), int(width), int(heads), int(seed))
    steps = views.climb(*chosen, *settings)
    st.html(f"<p>{RUNG_SAYS[str(rung)]}</p>")
    parts, formula = formulas.STEPS[str(step)]
    st.latex(formula % steps.keys.shape[-1] if "%" in formula else formula)
    beside(
        {
            part: (
                f"attention-step-{part}",
                figures.matrix(*chosen, *settings, min(int(head), int(heads)) - 1, part),
            )
            for part in parts
        },
        widths=[1.6 if part in formulas.SQUARE else 1 for part in parts],
    )
    if rung == views.RUNGS[0] and step in ("Scaled", "Masked"):
        st.caption("This rung leaves that step out, so both sides are the same.")
    elif rung == views.RUNGS[1] and step == "Masked":
        st.caption("This rung hides nothing, so both sides are the same.")
    elif rung == views.RUNGS[1]:
        gap = views.v1_gap(*chosen, int(width), int(seed))
        st.caption(
            "With the same numbers inside, `SelfAttention_v1` (bare parameters) and "
            f"`SelfAttention_v2` (`nn.Linear`) differ by at most {wording.difference(gap)}."
        )
    source.show(*views.LADDER[str(rung)], key="attention.ladder.code", shapes=steps._asdict())


ladder()


@frame.idea("Why may no token look ahead?")
def mask() -> None:
    """The causal mask, before and after softmax."""
    st.markdown(
        "A model that learns to predict the next token must not see it. So all that lies to the "
        "right of the diagonal is hidden. One way: softmax over everything, then zeros."
    )
    both = views.mask_both_ways(*chosen, 2, 789)
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
        draw = {stage: figures.masking(*chosen, stage, 2, 789) for stage in figures.MASKING}
        beside(
            {
                "Softmax, then zeros": ("attention-zeroed", draw["zeroed"]),
                "… then each row over its sum": ("attention-renormalised", draw["renormalised"]),
            }
        )
        beside(
            {
                "Or: −∞ in place of the scores": ("attention-infinite", draw["masked"]),
                "… then softmax": ("attention-softmax", draw["softmax"]),
            }
        )
        st.caption(
            f"The two results differ by at most {wording.difference(both.gap)}. The second way is "
            "the one in use: one step less, because $e^{-\\infty} = 0$."
        )
    source.show(
        attention.mask_then_renormalise,
        attention.mask_then_softmax,
        attention.causal_mask,
        key="attention.mask.code",
        shapes={"scores": both.short_way.masked, "weights": both.short_way.weights},
    )


mask()


@frame.idea("What does dropout do to the weights?")
def dropout() -> None:
    """Drop a share of the weights in training, and enlarge the rest."""
    st.markdown(
        "In training a random share of the weights becomes zero, so that no token leans on a "
        "single other one. The rest grow, so that the mean stays what it was."
    )
    left, right = st.columns(2)
    rate = left.slider(
        "Share dropped", 0.0, 0.9, 0.5, 0.1, key="attention.drop", bind="query-params"
    )
    seed = right.slider("Seed of the draw", 0, 50, 1, key="attention.draw", bind="query-params")
    rate = min(max(float(rate), 0.0), 0.9)
    drawn = views.drop(*chosen, rate, int(seed))
    st.latex(
        rf"\text{{factor}} = 0 \quad\text{{or}}\quad \frac{{1}}{{1 - {rate:.1f}}} = "
        rf"{1 / (1 - rate):.3g}"
    )
    beside(
        {
            "Factor on each weight": (
                "attention-factors",
                figures.dropping(*chosen, rate, int(seed), "multipliers"),
            ),
            "Weights after dropout": (
                "attention-dropped",
                figures.dropping(*chosen, rate, int(seed), "dropped"),
            ),
        }
    )
    totals = ", ".join(f"{total:.2f}" for total in views.row_sums(drawn.dropped)[:8])
    st.caption(
        f"The rows now sum to {totals}: to 1 only on average over many draws. Another seed drops "
        "others. After training nothing is dropped."
    )
    source.show(
        attention.drop_weights,
        key="attention.drop.code",
        shapes={"multipliers": drawn.multipliers, "dropped": drawn.dropped},
    )


dropout()


@frame.idea("Why several heads?")
def several_heads() -> None:
    """The stack of heads equals one matrix cut into heads."""
    st.markdown(
        "One head looks for one thing. Several look for several things at once. As a stack they "
        "are easy to read; cut out of one wide matrix they are fast. With the same numbers inside, "
        "both give the same."
    )
    left, right = st.columns(2)
    heads = left.slider("Heads", 1, 8, 2, key="attention.stack", bind="query-params")
    width = right.slider("Channels each", 1, 16, 2, key="attention.each", bind="query-params")
    both = views.one_matrix(*chosen, int(width), int(heads), 123)
    table = [f"| {name} | {' × '.join(map(str, shape))} |" for name, shape in both.shapes.items()]
    st.markdown("\n".join(["| tensor | shape |", "|---|---|", *table]))
    st.caption(
        "The outputs of the stack and of the one matrix differ by at most "
        f"{wording.difference(both.gap)}."
    )
    source.show(
        attention.MultiHeadAttentionWrapper,
        attention.MultiHeadAttention.steps,
        attention.split_heads,
        key="attention.heads.code",
        shapes={"stack": both.wrapper.output, "one matrix": both.joined.output},
    )


several_heads()


@frame.idea("What do the heads of a model look at?")
def heads_at_work() -> None:
    """All heads of one layer of the starter model, one of them enlarged."""
    loaded = cached.starter()
    st.markdown(
        f"The starter model reads **your sentence** in {loaded.config.n_layers} layers, one after "
        f"the other, each with {loaded.config.n_heads} heads. A row is a token that asks, a column "
        "a token that is looked at; each row sums to 1."
    )
    left, right = st.columns(2)
    layer = left.slider(
        "Layer", 1, max(2, loaded.config.n_layers), 1, key="attention.layer", bind="query-params"
    )
    head = right.slider(
        "Head enlarged", 1, max(2, loaded.config.n_heads), 1, key="attention.large",
        bind="query-params",
    )  # fmt: skip
    at = min(int(layer), loaded.config.n_layers) - 1, min(int(head), loaded.config.n_heads) - 1
    plot.show(
        figures.all_heads(sentence, at[0]),
        key="attention-heads",
        alt="Attention weights of every head of the chosen layer",
        height=250 * -(-loaded.config.n_heads // 4),
    )
    plot.show(
        figures.one_head(sentence, *at),
        key="attention-head",
        alt="Attention weights of the chosen head",
        height=460,
    )
    st.caption(
        "The upper right stays empty: every weight there is 0, because no token looks ahead. Under "
        "the pointer each square names its two tokens."
    )
    source.show(
        attention.MultiHeadAttention.steps,
        key="attention.work.code",
        shapes={"weights of all layers": views.model_heads(sentence)},
    )


heads_at_work()

on_show = reading.choose()
read = reading.read(on_show, sentence)


@frame.idea("What does a head write?")
def head_writes() -> None:
    """Where a head looks, what each token hands over, and which words that speaks for."""
    st.markdown(
        "A weight says where a head looks. What arrives is the weight times the "
        "**value** of the token looked at, through the head's part of `out_proj`: a token with a "
        "short value hands over little, however hard it is looked at. The sum of all pieces is "
        "added to the asking token's vector, and makes some next words likelier than others."
    )
    guess = predict.choice(
        "At the last token: does the token that a head looks at most also hand over most?",
        [writes.EVERY, writes.MOST_OF_THEM, writes.FEWER], key="attention.hands",
        done="attention",
    )  # fmt: skip
    if guess is not None:
        same, of = writes.agreeing(on_show, read.ids)
        truth = writes.EVERY if same == of else writes.FEWER
        truth = writes.MOST_OF_THEM if of / 2 < same < of else truth
        why = f"It does in {same} of {of} heads. Where it does not, a long blue bar below stands "
        predict.verdict(guess, truth, why + "beside a short green one: a look that brings little.")
    writes.desk(on_show, read.words, read.ids)
    st.caption(
        "The squares are coloured by how much each head writes to the chosen token: the length of "
        "the vector. The words are what that vector alone adds to their scores on the direct path, "
        "straight through the final norm; later layers may still turn it into something else."
    )
    source.show(
        heads_of.writing, heads_of.read_out, key="attention.writes.code",
        shapes={"value lengths, all heads": writes.written(
            on_show, read.ids, writes.places(on_show, read.ids, len(read.ids) - 1)).reach},
    )  # fmt: skip


head_writes()


@frame.idea("What is lost without a head?")
def switched_off() -> None:
    """Heads switched off, and the guess of the next token before and after."""
    st.markdown(
        "Looking is not yet mattering. To see whether a head matters, **switch it off**: what it "
        "says is replaced before `out_proj`, and the model reads your sentence again."
    )
    stand_in = str(st.segmented_control(
        "In its place", effects.STAND_INS, default=effects.ZEROS, required=True,
        key="attention.instead", bind="query-params",
        help="Zeros are something the later layers may never have met. The mean takes away only "
        "what the head says about this one token, and leaves what it says to every token.",
    ))  # fmt: skip
    of = on_show.config.n_layers * on_show.config.n_heads
    guess = predict.choice(
        f"Of the {of} heads: without how many, each one alone, is the first guess another word?",
        [effects.NONE, effects.FEW, effects.MORE], key="attention.matters", done="attention",
    )  # fmt: skip
    costs = None
    if guess is not None and effects.measured(on_show, read.ids, stand_in, "attention.measure"):
        found = effects.deciding(on_show, read.ids, stand_in)
        truth = (effects.NONE, effects.FEW, effects.FEW, effects.MORE)[min(len(found), 3)]
        which = f"It is {effects.named(found)}. " if found else ""
        predict.verdict(guess, truth, which + "Others can often stand in for a missing head. Now "
                        "the squares are coloured by what each head costs alone.")  # fmt: skip
        costs = effects.costs(on_show, read.ids, stand_in)
    left, right = st.columns([1, 1.2], gap="large")
    off = effects.heads_off(on_show)
    with left:
        effects.switches(on_show, off, costs)
    with right:
        plot.show(
            effects.before_and_after(on_show, read.ids, off, stand_in),
            key="attention-effects", height=330,
            alt="The likeliest next tokens with all heads on and as switched",
        )  # fmt: skip
    effects.say(on_show, read.ids, off, stand_in)
    source.show(
        heads_of.logits_without, heads_of.silenced, heads_of.Silenced, heads_of.divergence,
        key="attention.effects.code",
        shapes={"logits": effects.without(on_show, read.ids, off, stand_in)},
    )  # fmt: skip


switched_off()


@frame.idea("Why this token rather than that one?")
def why_rather() -> None:
    """The difference of two logits as a sum over all parts of the model."""
    st.markdown(
        "Every part of the model only **adds** to the last token's vector, so the difference of "
        "two words' scores is a sum too: so much from each head, so much from each feed-forward. "
        "Choose two words; left empty, they are the model's own first two."
    )
    left, right = st.columns(2)
    words = [
        place.text_input(label, key=key, bind="query-params", placeholder=hint, max_chars=40)
        for place, label, key, hint in (
            (left, "Why this word …", "attention.this", "the first guess"),
            (right, "… rather than this one?", "attention.that", "the second guess"),
        )
    ]
    two = rather.pair(on_show, read.ids, *map(str, words))
    rather.say_pair(on_show, read.ids, two)
    guess = predict.choice(
        "The head that says most itself: is it also the one without which most is lost?",
        [rather.SAME, rather.OTHER], key="attention.loudest", done="attention",
    )  # fmt: skip
    if guess is None:
        return
    rather.answer(on_show, read.ids, two, guess)
    view = str(st.segmented_control(
        "A square says of its head", rather.VIEWS, default=rather.DIRECT, required=True,
        key="attention.rather_view", bind="query-params",
    ))  # fmt: skip
    left, right = st.columns([1, 1], gap="large")
    with left:
        off = rather.board(on_show, rather.values(on_show, read.ids, two, view), view)
    with right:
        plot.show(
            rather.bars(on_show, read.ids, two.first, two.second), key="attention-rather",
            height=360, alt="The parts of the model that add most to the difference of two logits",
        )  # fmt: skip
    rather.say(on_show, read.ids, two, off)
    split = rather.split(on_show, read.ids, two.first, two.second)
    source.show(heads_of.contributions, heads_of.head_writes, key="attention.rather.code",
                shapes=split._asdict())  # fmt: skip


why_rather()


@frame.idea("Is the fast path the same computation?")
def fused_path() -> None:
    """The fused kernel against the readable steps, measured now."""
    paths = views.both_paths(sentence)
    st.markdown(
        "Real models never write the weights down: a fused kernel (one routine for all steps) goes "
        "from queries, keys and values to the context in one sweep. Here both ways run on your "
        "sentence, through the first attention of the starter model."
    )
    left, middle, right = st.columns(3)
    left.metric("Largest difference", wording.difference(paths.gap))
    middle.metric("Outputs compared", f"{paths.fused.numel():,}")
    right.metric("Weights never written down", f"{paths.weights_written:,}")
    st.caption(
        "What differs is rounding in the last digits of 32-bit numbers. The weights grow with the "
        "square of the length, so for long texts not writing them is what makes it possible."
    )
    source.show(
        attention.MultiHeadAttention.forward,
        attention.MultiHeadAttention.steps,
        key="attention.fused.code",
        shapes={"readable": paths.readable, "fused": paths.fused},
    )


fused_path()

frame.end("attention")
