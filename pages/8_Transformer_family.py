"""Translate, fill the gap, continue: what do the three families share?"""

import streamlit as st

from dashboard import cached, chips, decoding, frame, live, predict, session, source
from dashboard.components import plot
from dashboard.lessons.family import drawing as family_drawing
from dashboard.lessons.family import few_shot, history
from dashboard.lessons.family import runs as family_runs
from dashboard.lessons.family import sentence as family_sentence
from dashboard.lessons.family import views as family_views
from dashboard.lessons.family.runs import FILL, GO_ON, TRANSLATE
from llm_core import masked, sampling, training, translation

frame.begin("family")
family_drawing.style()
sentence = family_sentence.choose()


@frame.idea("Who may look at later words?")
def three_families() -> None:
    """Three drawings with real words going through; who may look at whom, after a guess."""
    translator, bert, gpt = (family_views.at_work(kind) for kind in (TRANSLATE, FILL, GO_ON))
    gap = family_views.gap_at(sentence, sentence.middle)
    best = family_views.filled(bert, gap).best
    first, second, third = st.columns(3, gap="large")
    with first:
        family_drawing.reads_then_writes(
            sentence.words, family_views.translated(translator, sentence).words
        )
    with second:
        family_drawing.fills_gaps(
            gap.words[: gap.place], gap.words[gap.place + 1 :], best[0][0] if best else ""
        )
    with third:
        before = sentence.words[: gap.place]
        family_drawing.goes_on(before, family_views.continued(gpt, gap.before).words)
    st.caption(
        "All three are at work here: the words below each drawing are what a small model just "
        "made of the sentence. All consist of the same blocks; they differ in who looks at whom."
    )
    truth = "BERT, and the encoder of the first"
    guess = predict.choice(
        "While it works on a word, which model may look at the words **after** it?",
        [truth, "GPT, and the decoder of the first", "All of them", "None of them"],
        key="family.later",
        done="family",
    )
    if guess is None:
        return
    predict.verdict(
        guess,
        truth,
        "They read a text that is there already. A decoder writes: what comes later does not exist "
        "yet, so looking back is all it can do. It may look **across** at everything the encoder "
        "has read.",
    )
    family_views.show_masks(translator, bert, gpt, sentence)
    source.show(
        translation.EncoderDecoder, masked.MaskedModel, key="family.source.three",
    )  # fmt: skip


three_families()


@frame.idea("Encoder-decoder: where does it look while it translates?")
def translating() -> None:
    """The translation word by word, and what each word looked at."""
    member = family_views.choose_weights(TRANSLATE)
    done = family_views.translated(member, sentence)
    known = family_views.known(sentence)
    chips.show(
        done.words, notes=[f"chosen at {p:.1%}" for p in done.probabilities],
        marks=["lit" if p < 0.5 else "" for p in done.probabilities],
    )  # fmt: skip
    st.caption(
        f"{known.story}."
        + (f" Its translation there: {known.meaning}" if known.meaning else "")
        + family_views.beyond(sentence)
    )
    if not done.words:
        return  # a run that has only just begun may stop before the first word
    heads, width = family_views.heads(member)
    st.latex(
        r"\text{weights} = \mathrm{softmax}\!\left(\frac{Q_{\text{German}}\,"
        rf"K_{{\text{{English}}}}^\top}}{{\sqrt{{{width}}}}}\right)"
    )
    head = st.segmented_control(
        "Head", list(range(1, heads + 1)), default=1, required=True, key="family.head",
        bind="query-params",
    )  # fmt: skip
    plot.show(
        family_views.crossing(member, sentence, min(max(int(head or 1), 1), heads)),
        key="family-crossing",
        alt="Cross-attention: for each German word, how much it looked at each English word",
        height=430,
    )
    right_share, tried = family_views.exact(member)
    st.caption(
        "A row is the moment a German word is chosen. Find the verb, which German likes to put "
        "last, or an article, which needs to know its noun: where do they look? Of "
        f"{tried} sentences held back, this model translates {right_share:.0%} word for word."
    )
    source.show(
        translation.CrossAttention, translation.translate, key="family.source.translate",
        shapes={"cross-attention (L, H, T, S)": done.attention},
    )  # fmt: skip


translating()


@frame.idea("BERT and GPT: does it help to see both sides?")
def filling() -> None:
    """One word hidden; guesses from both sides, and from the left alone."""
    gap = family_views.gap_at(sentence, family_sentence.hidden_word(sentence))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**BERT reads both sides**")
        bert = family_views.choose_weights(FILL)
        seen = [*gap.words[: gap.place], "[mask]", *gap.words[gap.place + 1 :]]
        family_views.show_guesses(seen, family_views.filled(bert, gap), gap, "BERT")
    with right:
        st.markdown("**GPT reads what stands before**")
        gpt = family_views.choose_weights(GO_ON)
        seen = [*gap.words[: gap.place], "?"]
        family_views.show_guesses(seen, family_views.expected(gpt, gap), gap, "GPT")
    st.caption(
        "Hide the last word, and both know almost equally much. Hide the first one, and only BERT "
        "has anything to go by."
    )
    options = ["BERT", "GPT", "Both about as often"]
    guess = predict.choice(
        "In sentences that neither has learnt from, who finds the hidden word more often?",
        options,
        key="family.more",
        done="family",
    )
    if guess is not None:
        found = family_views.found_more(bert, gpt)
        truth = options[
            2 if abs(found.bert - found.gpt) < 0.05 else 0 if found.bert > found.gpt else 1
        ]
        predict.verdict(
            guess,
            truth,
            f"Of {found.tried} hidden words BERT finds {found.bert:.0%} and the GPT "
            f"{found.gpt:.0%}. Often more than one word fits, so nobody finds them all. The price: "
            "BERT has no order in which to write, so it cannot go on with a text.",
        )
    source.show(masked.mask_words, masked.fill_mask, key="family.source.fill")


filling()


@frame.idea("GPT: how does it go on?")
def going_on() -> None:
    """The beginning of the sentence, continued by two GPTs that have read different things."""
    first, second, third = st.columns(3, vertical_alignment="bottom")
    words = first.slider(
        "Words given", 1, 15, 4, key="family.given", bind="query-params",
        help="How much of your sentence the models see.",
    )  # fmt: skip
    temperature = second.slider(
        "Temperature", 0.0, 2.0, 0.0, 0.1, key="family.t", bind="query-params",
        help="0 always takes the likeliest word; above it, words are drawn by chance.",
    )  # fmt: skip
    seed = third.number_input("Seed", 0, 9999, 1, key="family.seed", bind="query-params")
    given = sentence.words[: max(1, min(int(words), len(sentence.words) - 1))]
    heat = min(max(float(temperature), 0.0), 2.0)
    member = family_views.at_work(GO_ON)
    done = family_views.continued(member, " ".join(given), heat, int(seed))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Trained on this page's sentences**")
        family_views.show_written(given, done.words, done.probabilities)
        st.caption(f"{family_views.parameters(GO_ON):,} parameters, tokens are whole words.")
    with right:
        st.markdown("**The starter model**")
        text = " ".join(given)
        further = decoding.continuation(
            cached.starter(), text, temperature=heat, seed=int(seed), tokens=24
        )
        decoding.show(further)
        st.caption(
            f"The small starter model that comes with this project: {history.starter_size():,} "
            "parameters, tokens are pieces of words."
        )
    st.caption(
        "The same beginning, the same kind of model, other reading: a GPT goes on in the manner of "
        "what it was trained on, and in no other."
    )
    source.show(translation.write_on, sampling.generate, key="family.source.go-on")


going_on()

_NAMES = {"Translate": TRANSLATE, "Fill the gap": FILL, "Go on": GO_ON}


@frame.idea("How long does it take to learn this?")
def learning() -> None:
    """Train one of the three from random weights, live."""
    name = st.segmented_control(
        "Which family", list(_NAMES), default="Translate", required=True, key="family.train",
        bind="query-params",
    )  # fmt: skip
    kind = _NAMES.get(str(name), TRANSLATE)
    st.caption(
        f"{family_views.effort(kind)} Afterwards the ideas above work with your weights. The lower "
        f"curve is the share of {family_runs.HELD_OUT} held-back sentences for which it gets "
        f"{family_views.RIGHT[kind]}."
    )
    if st.button(
        "Train it from scratch", type="primary", icon=":material/play_arrow:", key="family.start"
    ):
        family_views.start(kind, sentence)
        session.mark_done("family")
    live.panel(kind, family_views.run_charts(kind), beside=family_views.log)
    source.show(training.train, translation.translation_loss, masked.sentence_loader,
                key="family.source.learn")  # fmt: skip


learning()


@frame.idea("Can a GPT do a task that it only reads about?")
def few_shots() -> None:
    """Zero, one and a few examples in the prompt; the right answer's probability."""
    st.markdown(
        "GPT-3 made it famous: **describe** a task in the prompt (zero-shot), add **one** example "
        "(one-shot) or **a few** (few-shot). No weight changes; the model only reads."
    )
    chosen = few_shot.choose()
    loaded, prompt = chosen.loaded, chosen.prompt
    answer = few_shot.answered(loaded, prompt)
    left, right = st.columns(2, gap="large")
    with left:
        st.code(prompt.text, language=None, wrap_lines=True)
        st.caption(
            f"The right answer,{prompt.right}, has probability {answer.right:.2g}. Its first token "
            f"is number {answer.rank:,} of {answer.vocabulary:,} in the model's order; blind "
            f"guessing gives each {1 / answer.vocabulary:.2g}."
        )
    with right:
        plot.show(
            few_shot.next_figure(loaded, prompt), key="family-next",
            alt="The likeliest next tokens after the prompt", height=240,
        )  # fmt: skip
    with st.expander("What the model writes after it", icon=":material/edit:"):
        chips.show(
            [token for token, _ in answer.said], notes=[f"at {p:.1%}" for _, p in answer.said]
        )
    guess = predict.choice(
        "Compared with no example, five examples make the right answer …",
        [few_shot.MANY, few_shot.SOME, few_shot.NONE],
        key="family.effect",
        done="family",
    )
    if guess is None:
        return
    truth, times = few_shot.effect(loaded, chosen.task, chosen.question)
    left, right = st.columns(2, gap="large")
    with left:
        predict.verdict(
            guess, truth,
            f"For this model and question it is {times:.3g} times as likely. If the wrong answer "
            "rises as much, the model has taken over the form and not the task.",
        )  # fmt: skip
        st.caption(
            f"This model has {loaded.model.num_parameters():,} parameters, GPT-3 had "
            f"{history.growth()[1].parameters:,.0f}. There the gain from examples grew with the "
            "size of the model; a small one may take over the form of the answers, or not even "
            "that."
        )
    with right:
        plot.show(
            few_shot.shots_figure(loaded, chosen.task, chosen.question), key="family-shots",
            alt="Probability of the whole right and of a wrong answer, by number of examples",
            height=260,
        )  # fmt: skip
    source.show(sampling.generate, key="family.source.few-shot")


few_shots()


@frame.idea("How large did they become?")
def sizes() -> None:
    """Published sizes and ours on a logarithmic axis."""
    plot.show(
        history.figure(), key="family-sizes", height=400,
        alt="Parameters of published models from 2017 to 2020, and of this page's models",
    )  # fmt: skip
    first, largest, times = history.growth()
    st.caption(
        f"From {first.name} to {largest.name}: {times:,.0f} times as many parameters in "
        f"{largest.year - first.year} years. What is grey runs on this page. {history.sources()}."
    )


sizes()
frame.end("family")
