"""How does each word find out which earlier words matter to it?"""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import frame, jobs, live, predict, session, source, wording
from dashboard.components import plot
from dashboard.lessons.attention import (
    bottleneck,
    caches,
    cost,
    dropping,
    effects,
    figures,
    formulas,
    grid,
    hiding,
    look_ahead,
    place_runs,
    place_views,
    rather,
    reading,
    smaller_caches,
    splitting,
    stage,
    standing,
    together,
    views,
    writes,
)
from dashboard.lessons.attention import scaling as scores_spread
from llm_core import attention, cache_memory, heads, recurrent_memory, trials
from llm_core.hiding import hide_each

frame.begin("attention")
sentence = session.sentence_box()


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
if vectors_of == views.OWN and views.left_out(sentence):
    st.caption(
        f"The matrices below hold the first {views.MOST} tokens of your sentence and leave out "
        f"{views.left_out(sentence)}: more could not be read. The heads further down read all."
    )


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
        standing.show(
            stage.alike(*chosen), (*chosen, row), key="attention-alike", link="attention.alike",
            begin=f"scores~{row + 1}~{places.index(str(other)) + 1}",
        )  # fmt: skip
        st.caption(
            "Two nested loops over all pairs, or one matrix product, the vectors times themselves, "
            "transposed: the results differ by at most "
            f"{wording.difference(views.loops_gap(*chosen))}."
        )
    source.show(
        attention.scores_by_loops,
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
    guess = predict.choice(
        "Every score times 100, then softmax: what do the asking token's weights become?",
        [views.SAME, views.FLATTER, views.FEWER],
        key="attention.sharper",
        done="attention",
    )
    if guess is not None:
        predict.verdict(guess, *views.sharper(*chosen, row))
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
            f"The three rows sum to {sums[0]}, {sums[1]} and {sums[2]}. Where $e^x$ grows larger "
            "than a 32-bit number can be, the definition gives nan (not a number) and its bars are "
            "gone; torch's softmax subtracts the largest score from all of them first and never "
            "overflows."
        )
    st.markdown("The **context vector** of the asking token is all vectors, each times its weight:")
    st.latex(formulas.weighted_sum(*chosen, row))
    standing.show(
        stage.mixed(*chosen), (*chosen, row), key="attention-mixed", link="attention.mixed",
        begin=f"context~{row + 1}~1",
    )  # fmt: skip
    source.show(
        attention.normalisations,
        attention.softmax_naive,
        key="attention.weights.code",
        shapes={
            "weights of the row": views.simple(*chosen).weights[row],
            "context": views.simple(*chosen).context[row],
        },
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
    stage.TRAINED: "The heads of the starter model on your sentence: here the matrices are learnt.",
}


@frame.idea("What does each rung of the ladder add?")
def ladder() -> None:
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
    settings = (*chosen, rung, int(width), int(heads), int(seed))
    st.html(f"<p>{RUNG_SAYS[rung]}</p>")
    standing.show(
        stage.rung(*settings), settings, key="attention-stage", link="attention.stage",
        material=(*chosen, int(width), int(heads), int(seed)),
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
        gap = views.v1_gap(*chosen, int(width), int(seed))
        st.caption(
            "With the same numbers inside, `SelfAttention_v1` (bare parameters) and "
            f"`SelfAttention_v2` (`nn.Linear`) differ by at most {wording.difference(gap)}."
        )
    source.show(
        *stage.CODE[rung], key="attention.ladder.code",
        shapes={matrix.name: matrix.values for matrix in stage.rung(*settings).matrices},
    )  # fmt: skip


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
        standing.show(
            stage.hidden(*chosen), chosen, key="attention-hidden", link="attention.hidden"
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
    """All heads of the model on show, one of them enlarged, and what each does on this text."""
    loaded = reading.choose()
    text = reading.read(loaded, sentence)
    left_out = f" The last {text.left_out} have no room." if text.left_out else ""
    st.markdown(
        f"The model reads **your sentence** in {wording.counted(loaded.config.n_layers, 'layer')} "
        f"of {wording.counted(loaded.config.n_heads, 'head')}, all at work on the same "
        f"{wording.counted(len(text.ids), 'token')}.{left_out} One small map for each head: a row "
        "is a token that asks, a column one that is looked at, and each row sums to 1."
    )
    asked = grid.ask(loaded, text.ids)
    picture = st.container()
    guess: str | None = ""
    if asked:
        guess = predict.choice(
            "Which of the heads marked A, B and C looks most at the token just before?",
            grid.LETTERS,
            key="attention.before",
            done="attention",
        )
    with picture:
        grid.show(loaded, text, told=guess is not None)
        st.caption(
            "Keys: arrows go from head to head, Enter keeps one for the lines. In the picture, "
            "arrows go from square to square or token to token, Enter pins, Escape lets go. A "
            "layer's name puts all its heads into one view."
        )
    if asked and guess is not None:
        predict.verdict(guess, asked.truth, grid.verdict(asked, loaded))
        st.markdown(grid.cannot_show(loaded, text.ids) or grid.HOW_ROLES)
    source.show(
        heads.role_targets,
        heads.shares,
        heads.head_roles,
        key="attention.work.code",
        shapes={"weights of all layers": grid.weights_of(loaded, text.ids)},
    )


heads_at_work()


@frame.idea("Where do all layers together look?")
def all_layers() -> None:
    """Attention rollout beside the last layer's own weights."""
    loaded = reading.on_show()
    text = reading.read(loaded, sentence)
    st.markdown(
        "From the second layer on, a token looks at vectors that have looked around already. To "
        "see which tokens of the text are in the **last** one, the layers must be multiplied: "
        "**attention rollout**."
    )
    st.latex(r"R_l = \tfrac12\left(\overline{A}_l + I\right) R_{l-1}, \qquad R_0 = I")
    found = together.last_row(loaded, text.ids)
    guess = predict.choice(
        "By this account, what holds the largest share of the last token's vector?",
        together.SOURCES,
        key="attention.most",
        done="attention",
    )
    if guess is not None:
        predict.verdict(guess, found.truth, found.why)
        plot.show(
            together.sources(loaded, sentence),
            key="attention-rollout",
            alt="Share of each token in the last token's vector, by rollout and by the last layer",
            height=340,
        )
        st.caption(
            "Both as maps of every token: the two squares below the grid of heads. Where a model "
            "looks is not yet what it does: a head can look at a token and take nothing from it. "
            "To know, switch heads off."
        )
    source.show(
        heads.rollout,
        key="attention.rollout.code",
        shapes={"weights of all layers": grid.weights_of(loaded, text.ids)},
    )


all_layers()


@frame.idea("What does a head write?")
def head_writes() -> None:
    """Where a head looks, what each token hands over, and which words that speaks for."""
    on_show = reading.on_show()
    read = reading.read(on_show, sentence)
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
        heads.writing, heads.read_out, key="attention.writes.code",
        shapes={"value lengths, all heads": writes.written(
            on_show, read.ids, writes.places(on_show, read.ids, len(read.ids) - 1)).reach},
    )  # fmt: skip


head_writes()


@frame.idea("What is lost without a head?")
def switched_off() -> None:
    """Heads switched off, and the guess of the next token before and after."""
    on_show = reading.on_show()
    read = reading.read(on_show, sentence)
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
        heads.logits_without, heads.silenced, heads.Silenced, heads.divergence,
        key="attention.effects.code",
        shapes={"logits": effects.without(on_show, read.ids, off, stand_in)},
    )  # fmt: skip


switched_off()


@frame.idea("Why this token rather than that one?")
def why_rather() -> None:
    """The difference of two logits as a sum over all parts of the model."""
    on_show = reading.on_show()
    read = reading.read(on_show, sentence)
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
    source.show(heads.contributions, heads.head_writes, key="attention.rather.code",
                shapes=split._asdict())  # fmt: skip


why_rather()


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
