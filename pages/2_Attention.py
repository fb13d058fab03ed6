"""How does each word find out which earlier words matter to it?"""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import cached, frame, predict, session, source, wording
from dashboard.components import plot
from dashboard.lessons.attention import (
    bottleneck,
    caches,
    cost,
    figures,
    formulas,
    hiding,
    smaller_caches,
    views,
)
from dashboard.lessons.attention import scaling as scores_spread
from llm_core import attention, cache_memory, recurrent_memory
from llm_core.hiding import hide_each

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


@frame.idea("Why not squeeze the sentence into one vector?")
def one_vector() -> None:
    """A text read into a memory of fixed size, and asked back."""
    count = len(hiding.words(sentence))
    st.markdown(
        "A network that reads word by word carries one **vector**, a row of numbers, from word to "
        "word: all that it knows of the text. Here is the plainest such memory. At each word it "
        "turns what it holds ($R$ turns without stretching) and adds the word's vector:"
    )
    st.latex(r"h \leftarrow R\,h + x")
    guess = predict.choice(
        f"A memory of {bottleneck.ASKED} numbers reads {bottleneck.read_from(sentence)}. How many "
        "of them can be read back?",
        bottleneck.ANSWERS,
        key="attention.kept",
        done="attention",
    )
    if guess is None:
        return
    asked = bottleneck.recalled(sentence, bottleneck.RANDOM, bottleneck.ASKED)
    predict.verdict(
        guess,
        bottleneck.truth(sentence),
        f"{sum(asked.right.tolist())} of {count} come back. Each is noise for all others.",
    )
    origin, width = bottleneck.choose()
    found = bottleneck.show_words(sentence, origin, width)
    st.caption(
        f"Under each token, what the memory of {width:,} numbers says it was: "
        f"{found.share:.0%} come back. It is turned back to that word, and the nearest of "
        f"{len(bottleneck.table(origin, width)):,} words is taken."
    )
    plot.show(
        bottleneck.curve(sentence, origin, width),
        key="attention-bottleneck",
        alt="Share of words that come back against the length of the text",
        height=330,
    )
    st.caption(
        "Four times the numbers hold a text about four times as long, no longer. A trained network "
        "stores more cleverly and gets further, but it meets the same wall. **Attention** keeps "
        "every vector, and looks at any of them."
    )
    source.show(
        recurrent_memory.RecurrentMemory, recurrent_memory.recall, key="attention.memory.code",
        shapes={"the memory": found.memory, "words found": found.ids},
    )  # fmt: skip


one_vector()


@frame.idea("Which earlier words matter?")
def earlier_words() -> None:
    """Hide each token of the sentence in turn and see the prediction change."""
    st.markdown(
        "To guess the next word, a model has to look back, and not every earlier word matters "
        "equally. It reads words in pieces, its **tokens**. Hide one, and see how far the guess "
        "moves."
    )
    words = hiding.words(sentence)
    last: int | None = None
    if len(words) > hiding.AT_FIRST and not st.toggle(
        f"Hide also the {len(words) - hiding.AT_FIRST} tokens before the last {hiding.AT_FIRST}",
        key="attention.hideall", bind="query-params", help="Takes some seconds on a long text.",
    ):  # fmt: skip
        last = hiding.AT_FIRST
    options, truth = hiding.candidates(sentence, last)
    if options:
        guess = predict.choice(
            f"Leave the last {hiding.NEAR} tokens aside: they tell which kind of word can follow. "
            "Which of these decides most what comes next?",
            options, key="attention.decides", done="attention",
        )  # fmt: skip
        if guess is None:
            return
        moved = "The darker a token below, the further its absence moves the guess."
        predict.verdict(guess, truth, moved)
    hiding.show(sentence, last)
    st.caption(
        "What the starter model that comes with this project expects after your sentence, with all "
        "of it and without the token you choose. Arrow keys walk over the tokens, Enter hides one. "
        "The distance is the divergence of both predictions, in bits. Attention is how each token "
        "decides which others to look at."
    )
    source.show(
        hide_each, key="attention.hide.code",
        shapes={"predictions without a token": hiding.hidden(sentence, last).without},
    )  # fmt: skip


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


@frame.idea("Why are scores divided by the root of the width?")
def scaling() -> None:
    """Variance of dot products against the width, and softmax with and without the division."""
    st.markdown(
        "A score adds up one product for each channel. With $d$ random channels the **variance** "
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
        "takes all, and as the slope goes to 0 there is nothing left to learn from.",
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


scaling()

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


@frame.idea("What does a longer text cost?")
def fused_path() -> None:
    """The readable steps, the fused kernel and the cache, measured now."""
    paths = views.both_paths(sentence)
    st.markdown(
        "Every token looks at every earlier one, so the table of weights grows with the square of "
        "the length. Real models never write it down: a **fused kernel** (one routine for all "
        "steps) goes from queries, keys and values to the context in one sweep."
    )
    left, middle, right = st.columns(3)
    left.metric("Largest difference", wording.difference(paths.gap))
    middle.metric("Outputs compared", f"{paths.fused.numel():,}")
    right.metric("Weights never written down", f"{paths.weights_written:,}")
    st.caption(
        "Both ways on your sentence, through the first attention of the starter model; what "
        "differs is rounding in the last digits."
    )
    guess = predict.choice(
        "Twice the text: how much more memory does the readable path take, when texts are long?",
        cost.ANSWERS, key="attention.twice", done="attention",
    )  # fmt: skip
    if guess is None:
        return
    if st.button("Measure now", key="attention.measure", icon=":material/timer:"):
        with st.spinner("Measuring six lengths, three ways …"):
            st.session_state["attention.costs"] = cost.measure()
    found = st.session_state.get("attention.costs")
    if found is None:
        st.caption("Press the button: it takes a second or two, on this machine.")
        return
    why = f"Measured here: {cost.doubled(found, 'readable'):.2f} times as much."
    predict.verdict(guess, cost.ANSWERS[1], why)
    beside(
        {
            "Time": ("attention-cost-time", cost.measured(found, "seconds")),
            "Memory written on the way": ("attention-cost-bytes", cost.measured(found, "bytes")),
        }
    )
    st.markdown(cost.ratios(found))
    st.caption(
        "The first attention of the starter model on random vectors, beyond its context too. The "
        "power of T is fitted to the four longest texts. The kernel still compares all pairs, but "
        "holds few at a time; with a cache the next token compares itself only."
    )
    source.show(
        attention.MultiHeadAttention.forward, attention.MultiHeadAttention.steps,
        attention.cost.costs, key="attention.fused.code",
        shapes={"readable": paths.readable, "fused": paths.fused},
    )  # fmt: skip


fused_path()


@frame.idea("What does a cache keep?")
def kept() -> None:
    """Prefill and decode, step by step, with the bytes of the real cache."""
    st.markdown(
        "No token sees what comes after it, so its key and value never change. A model that writes "
        "keeps them: the prompt is read at once (**prefill**), then each new token alone "
        "(**decode**)."
    )
    prompt = caches.written_on(sentence).prompt
    guess = predict.choice(
        f"{wording.counted(prompt, 'token')} were read and one more was written. How many new keys "
        "does a head compute to go on?",
        ["1", f"{prompt + 1} again"],
        key="attention.newkeys",
        done="attention",
    )
    if guess is None:
        return
    predict.verdict(guess, "1", "Only the newest token has no key yet; step on and see.")
    written = caches.show_cache(sentence)
    st.caption(
        "Rows of the square are queries, columns are keys. The starter model read the first "
        f"{wording.counted(written.prompt, 'token')} of your sentence and wrote "
        f"{len(written.steps) - 1} more; its cache was looked at after each pass. "
        f"{smaller_caches.size(written.set_aside)} are set aside for it from the beginning."
    )
    source.show(attention.LayerCache, key="attention.kept.code")


kept()


@frame.idea("How is a long cache made smaller?")
def smaller_cache() -> None:
    """Grouped queries, latent attention and sliding windows, calculated."""
    st.markdown(
        "A cache grows with the text, and it soon outgrows the model. Heads can share keys and "
        "values (**grouped queries**), a narrow vector can stand for both (**latent attention**), "
        "or most layers look back over a **sliding window** only."
    )
    asked = smaller_caches.windowed()
    guess = predict.choice(
        f"{asked.through} of {asked.preset.layers} layers look back over {asked.preset.window:,} "
        f"tokens only. Of a text of {asked.preset.tokens:,}, how much of the cache is left?",
        list(smaller_caches.ANSWERS),
        key="attention.left",
        done="attention",
    )
    if guess is not None:
        why = f"{asked.share:.1%}. Most of it belongs to the layers that still see everything."
        predict.verdict(guess, asked.truth, why)
        smaller_caches.show(smaller_caches.choose())
        st.caption("T tokens, L layers, H heads of D channels. A gigabyte is a billion bytes.")
        source.show(
            cache_memory.grouped_cache, cache_memory.latent_cache, cache_memory.sliding_cache,
            key="attention.smaller.code",
        )  # fmt: skip
    st.markdown(
        "A query may also look at the keys of **another** text: **cross-attention**, by which a "
        "translator finds the English word for each German one."
    )
    st.page_link(
        "pages/8_Transformer_family.py",
        label="Watch it translate on page 8, second question",
        icon=":material/translate:",
    )


smaller_cache()

frame.end("attention")
