"""How does each word find out which earlier words matter to it?"""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import cached, frame, jobs, live, predict, session, source, wording
from dashboard.components import plot
from dashboard.lessons.attention import (
    dropping,
    figures,
    formulas,
    look_ahead,
    place_runs,
    place_views,
    splitting,
    views,
)
from llm_core import attention, trials
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


@frame.idea("What if the model could look ahead?")
def cheating() -> None:
    """The same tiny GPT twice, with and without the mask, on the same text."""
    st.markdown(
        "Two tiny GPTs with the same first weights read the same story, character by character. "
        "One has the mask. The other sees the whole window, and in it the very character it is "
        "asked for. Then both go on with **your sentence**."
    )
    guess = predict.choice(
        "What becomes of the one without the mask?", look_ahead.FATES, key="attention.cheat"
    )
    left, right = st.columns([1, 4], vertical_alignment="bottom")
    seed = left.number_input(
        "Seed of the run", 0, 9999, 1, key="attention.cheat_seed", bind="query-params"
    )
    if right.button("Train both", icon=":material/play_arrow:", key="attention.cheat_run"):
        with frame.guarded():
            look_ahead.start(int(seed), sentence)

    def outcome(job: jobs.Job) -> None:
        look_ahead.texts(job)
        truth = look_ahead.fate(job.history[:])
        if truth and guess is not None:
            predict.verdict(guess, truth, look_ahead.fate_in_numbers(job.history[:]))

    if live.panel(look_ahead.KIND, [look_ahead.chart()], beside=outcome) is None:
        st.caption("Press **Train both**: it takes some ten seconds, and the curves part early.")
    st.caption(
        "Training: the loss on what is learnt from. Writing: the loss for the next character of "
        "text it has not read, with nothing to the right of it, as when it writes. With the mask "
        "both are one question; without it they are two."
    )
    source.show(
        trials.AllSeeingGPT,
        trials.writing_loss,
        trials.learn_with_and_without_mask,
        key="attention.cheat.code",
    )


cheating()


@frame.idea("What does dropout do to the weights?")
def dropout() -> None:
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
    drawing = (*chosen, min(max(float(rate), 0.0), 0.9), int(seed))
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


dropout()


@frame.idea("Why several heads?")
def several_heads() -> None:
    """The stack of heads equals one matrix cut into heads."""
    st.markdown(
        "One head looks for one thing. Several look for several things at once. As a stack they "
        "are easy to read; cut out of one wide matrix they are fast. With the same numbers inside, "
        "both give the same."
    )
    guess = predict.choice(
        "Two heads shall give two numbers for each token. How many channels may each head have?",
        splitting.WIDTHS,
        key="attention.two_numbers",
    )
    if guess is not None:
        predict.verdict(guess, *splitting.two_numbers(*chosen))
    left, right = st.columns(2)
    heads = left.slider("Heads", 1, 8, 2, key="attention.stack", bind="query-params")
    width = right.slider("Channels each", 1, 16, 2, key="attention.each", bind="query-params")
    split = (*chosen, int(width), int(heads))
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
        f"{wording.difference(both.gap)}. The matrices are drawn from a seed, nothing is learnt "
        "yet: the heads differ, and none means anything."
    )
    with st.expander("Exercises of the course, computed here"):
        st.markdown(splitting.exercises(*chosen))
    source.show(
        attention.MultiHeadAttentionWrapper,
        attention.MultiHeadAttention.steps,
        attention.split_heads,
        key="attention.heads.code",
        shapes={"stack": both.wrapper.output, "one matrix": both.joined.output},
    )


several_heads()


@frame.idea("How does attention know the order?")
def positions() -> None:
    """Five position schemes: what they do to a score, and who notices the order."""
    models = place_runs.current()
    st.markdown(
        "A score compares two vectors, wherever they stand. So the places have to be told: added "
        "to the vectors (a **learned** table, **sinusoidal** waves), by turning queries and keys "
        "(**RoPE**), or as a price on distance (**ALiBi**). Five tiny GPTs differ in nothing else. "
        "The same letter stands at every place; how does the last one score the others?"
    )
    place_views.distances(models, "e")
    st.caption(
        f"A line is a head of the first block (hover names it), of models {models.origin}. The "
        f"letters fill one window to learn on, {trials.TRAINED} places; train the five below, and "
        "these are drawn anew."
    )
    guess = predict.choice(
        "Now the earlier words of your sentence change places. When does the GPT without "
        "positions notice?",
        place_views.NOTICES,
        key="attention.order",
    )
    seed = st.number_input(
        "Seed of the shuffle", 0, 9999, 1, key="attention.shuffle", bind="query-params", width=200
    )
    place_views.order_test(models, sentence, int(seed), guess)
    source.show(
        attention.rotate,
        attention.alibi_bias,
        attention.RotaryAttention,
        trials.notices_order,
        key="attention.place.code",
    )


positions()


@frame.idea("Which of them reads on beyond what it learnt?")
def reading_on() -> None:
    """The five schemes trained side by side, then read far past the trained length."""
    st.markdown(
        f"All five read the same story in windows of {trials.TRAINED} characters. At every "
        "measurement they also read four times as many, as a chat grows longer than any text of "
        "its training."
    )
    guess = predict.choice(
        f"Which has the lowest loss beyond place {trials.TRAINED}?",
        list(trials.SCHEMES),
        key="attention.beyond",
    )
    left, right = st.columns([1, 4], vertical_alignment="bottom")
    seed = left.number_input(
        "Seed of the run", 0, 9999, 1, key="attention.place_seed", bind="query-params"
    )
    if right.button("Train all five", icon=":material/play_arrow:", key="attention.place_run"):
        with frame.guarded():
            place_runs.start(int(seed))

    def outcome(job: jobs.Job) -> None:
        if guess is None:
            st.caption("Guess, and the loss at each place is drawn here.")
            return
        known = place_runs.verdict_of(job)
        if known:
            predict.verdict(guess, *known)
        place_runs.by_place(job)

    if live.panel(place_runs.KIND, [place_runs.chart()], beside=outcome) is None:
        st.caption("Press **Train all five**: a first picture comes within seconds.")
    source.show(trials.newborn, trials.learn_with_every_scheme, key="attention.beyond.code")


reading_on()


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
