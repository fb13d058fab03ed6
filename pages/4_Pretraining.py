"""How does a model that guesses blindly learn to write?"""

import streamlit as st

from dashboard import (
    cached,
    corpus_choice,
    decoding,
    frame,
    jobs,
    live,
    own_run,
    predict,
    session,
    source,
    wording,
)
from dashboard.components import plot
from dashboard.lessons.pretraining import (
    beam_tree,
    bench,
    clipping,
    compare,
    induction_curves,
    induction_lab,
    induction_runs,
    keeping,
    ladder,
    recorded,
    surprise,
)
from dashboard.lessons.pretraining import controls as pretraining_controls
from dashboard.lessons.pretraining import plans as pretraining_plans
from dashboard.lessons.pretraining import runs as pretraining_runs
from dashboard.lessons.pretraining import views as pretraining_views
from llm_core import (
    batches,
    beam,
    checkpoints,
    corpus,
    induction,
    loss,
    sampling,
    schedules,
    training,
)
from llm_core.fast import ladder as fast_ladder
from llm_core.fast import pieces
from llm_core.fast import training as fast_training

frame.begin("pretraining")
sentence = session.sentence_box()
left, right = st.columns([3, 2], gap="large")
with left:
    text = corpus_choice.choose("The text it learns from")
with right:
    vocabulary = pretraining_controls.vocabulary()
ready = pretraining_plans.material(text, vocabulary)


@frame.idea("How wrong is a guess?")
def what_loss_is() -> None:
    """Target probabilities, their logarithms, the mean, the sign: cell by cell."""
    own = own_run.own_model()
    born = own_run.untrained_twin(own) if own else pretraining_plans.newborn(ready)
    st.markdown(
        "A language model gives every token of its vocabulary a probability of coming next. Then "
        "the real next token is uncovered, and only **its** probability $p$ counts: $-\\ln p$ is "
        "the model's surprise, in **nats**: units of the natural logarithm. The mean surprise is "
        "the **loss**."
    )
    size = born.config.vocab_size
    options = ["0", f"{1 / size:.2g}", f"{surprise.blind_loss(size):.2f}", f"{size:,}"]
    guess = predict.choice(
        f"A model that has learnt nothing gives each of its {size:,} tokens the same chance. "
        "What is its loss?",
        options,
        key="pretraining.blind",
        done="pretraining",
    )
    if guess is None:
        return
    predict.verdict(
        guess,
        options[2],
        f"Each target gets 1/{size:,}, and −ln(1/{size:,}) = ln {size:,}. "
        "A loss below this line is something learnt.",
    )
    looked_at = pretraining_controls.words(ready, sentence)
    cells = surprise.of_sentence(born, looked_at)
    learnt = surprise.of_sentence(own, looked_at) if own else None
    plot.show(
        surprise.figure(cells, learnt),
        key="pretraining-surprise",
        alt="Surprise of the model at each token of your sentence",
        height=330,
    )
    now = learnt or cells
    left, right = st.columns(2, gap="large")
    with left:
        surprise.table(now)
    with right:
        st.latex(surprise.formula(now))
        st.caption(surprise.reading(now, learnt is not None))
    if now.left_out:
        st.caption(wording.only_first(len(now.losses) + 1, now.left_out))
    source.show(loss.loss_steps, loss.perplexity, key="pretraining.source.loss")


@frame.idea("What does it read, and what is kept from it?")
def reading() -> None:
    """The split, on the text itself."""
    st.markdown(
        "The first nine tenths are for :blue[**training**]. The rest, for :orange[**validation**], "
        "is never learnt from: it shows whether the model learns the language or the text by heart."
    )
    pretraining_views.split(ready)
    st.caption(
        f"{text.title[0].upper() + text.title[1:]}: {len(ready.train_text):,} characters are "
        f"{ready.train_tokens:,} tokens to train on, {len(ready.val_text):,} are "
        f"{ready.val_tokens:,} to validate with, in a vocabulary of {ready.tokenizer.n_vocab:,}."
    )
    source.show(corpus.split_text, batches.create_dataloader_v1, key="pretraining.source.split")


@frame.idea("Does it learn?")
def run() -> None:
    """Train, live."""
    guess = predict.choice(
        "What will happen to the loss on the text it never reads?",
        pretraining_views.FATES,
        key="pretraining.fate",
    )
    planned = None
    with frame.guarded():
        planned = pretraining_plans.plan(ready, settings)
        st.caption(pretraining_views.cost(planned, settings))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        begun = st.button(
            "Train",
            type="primary",
            icon=":material/play_arrow:",
            key="pretraining.train",
            disabled=planned is None,
        )
        inside = st.toggle(
            "Gradient and learning rate", key="pretraining.inside", bind="query-params",
            help="The gradient says, for each weight, which way and how steeply the loss changes; "
            "the learning rate is how far a step then goes.",
        )  # fmt: skip
    with frame.guarded():
        if begun:
            pretraining_runs.start(ready, settings, sentence)
            session.mark_done("pretraining")
        with st.container():  # a place of its own, so that what stands below is not built anew
            goes_on = keeping.go_on(sentence)
        if goes_on or begun:
            st.rerun()  # what stands below joins in
    job = jobs.current(own_run.KIND)
    facts = job.settings if job else pretraining_plans.facts(ready, settings)
    curves = [pretraining_views.loss_chart(facts)]
    if inside:
        curves += pretraining_views.inner_charts(facts)

    def beside(job: jobs.Job) -> None:
        recorded.pace(job)
        truth = pretraining_views.fate(job.history[:])
        if truth and guess is not None and not job.active:
            predict.verdict(guess, truth, pretraining_views.fate_in_numbers(job.history[:]))
        pretraining_views.samples(job)

    live.panel(own_run.KIND, curves if job else [], beside=beside)
    st.markdown(
        "Every run is **recorded**. Slide through one: what it wrote, who looked at whom, where "
        "training moved the tokens and what the gradients pulled at, step by step."
    )
    recorded.show(job)
    source.show(training.train, training.clip_gradients, key="pretraining.source.train")


@frame.idea("What did your change do?")
def comparing() -> None:
    """Runs over each other, and a table of what differs."""
    st.markdown(
        "Change **one** thing above and train again: the earlier run stays, and both stand over "
        "each other here. Thick: the text it never reads. Thin: the text it learns from."
    )
    compare.show()


def learning_rate(chosen: pretraining_plans.Settings) -> pretraining_plans.Settings:
    """Warmup and decay, drawn and set; the whole page follows, since the next run does."""
    with st.container(key="idea-learning-rate"):
        st.subheader("Why does the learning rate rise and fall?", anchor="learning-rate")
        st.markdown(
            "The slopes of the loss (its **gradient**) at random weights point anywhere, so the "
            "first updates are small (**warmup**). Later ones shrink, so that the weights settle: "
            "the course takes half a cosine."
        )
        chosen = pretraining_controls.schedule(chosen)
        plot.show(
            pretraining_views.schedule_figure(chosen),
            key="pretraining-schedule",
            alt="Learning rate over the steps of the run",
            height=260,
        )
        schedule = chosen.schedule()
        st.caption(
            f"The next run climbs for {schedule.warmup_steps:,} of its {schedule.total_steps:,} "
            f"steps to {schedule.peak_lr:g}, and its last step goes "
            f"{schedule(schedule.total_steps - 1):.2g} far."
        )
        source.show(
            schedules.linear_warmup, schedules.cosine_decay, schedules.linear_decay,
            key="pretraining.source.schedule",
        )  # fmt: skip
    return chosen


@frame.idea("Why is it so fast?")
def speed() -> None:
    """The same mathematics in less time: rungs that can be taken and left while a model trains."""
    st.markdown(
        "The code you read on this page is written to be understood. Your runs take a **fast "
        "path** beside it: the same mathematics, arranged for the processor. Here a model starts "
        "on the readable path and takes one rung of the ladder after another. Only the last rung "
        "also rounds: the table says how far each one moves the gradient, as a share of its length."
    )
    guess = predict.choice(
        "Which of these rungs will gain most here?", ladder.GUESSES, key="pretraining.rung"
    )
    if st.button("Climb the ladder", icon=":material/play_arrow:", key="pretraining.climb"):
        with frame.guarded():
            ladder.start(ready)
            st.rerun()
    job = jobs.current(ladder.KIND)

    def beside(job: jobs.Job) -> None:
        ladder.switches(job)
        best = ladder.largest(job.history[:])
        if best and guess is not None:
            predict.verdict(guess, *best)
        ladder.table(job)

    if job is not None:
        live.panel(ladder.KIND, [ladder.chart()], beside=beside)
    st.caption(ladder.detected())
    with st.expander("What each rung changes, and why the result stays"):
        ladder.explained()
    source.show(
        fast_ladder.climb, fast_training.FastLoss, pieces.Gelu, pieces.Attention, pieces.HeadLoss,
        key="pretraining.source.ladder",
    )  # fmt: skip


@frame.idea("What if the slope is too steep?")
def clipping_by_hand() -> None:
    """A gradient of four numbers, shortened by the function that every step calls."""
    st.markdown(
        "One odd batch can make the gradient so long that a single step ruins what was learnt. "
        "**Clipping** takes all its numbers as one arrow and shortens it, if it is longer than a "
        "limit; the direction stays. Here the gradient $G$ of a layer has four numbers."
    )
    guess = predict.choice(
        "By which number is every entry of the course's own gradient, 1, 2, 2 and 4, divided to "
        "make it 1 long?",
        clipping.ANSWERS,
        key="pretraining.clipping",
    )
    if guess is None:
        return
    predict.verdict(guess, clipping.answer(), "Not by their sum, nor by the largest of them.")
    left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
    with left:
        gradient = clipping.matrix()
        limit = st.slider(
            "Longest allowed", 0.25, 10.0, 1.0, 0.25, key="pretraining.limit", bind="query-params"
        )
    with right:
        made = clipping.clip(gradient, limit)
        st.latex(clipping.formula(made, limit))
        st.caption(
            f"The largest entry was {made.highest_before:.3g} and is {made.highest_after:.3g}. "
            "Turn on *Gradient and learning rate* beside Train: triangles mark each step of your "
            "run that was shortened like this."
        )
    source.show(
        training.clip_gradients, training.find_highest_gradient, key="pretraining.source.clipping"
    )


@frame.idea("What does it write?")
def writing() -> None:
    """Each token is drawn from a distribution that the settings bend: look inside, choose anew."""
    st.markdown(
        "The model gives every token of its vocabulary a score, its **logit**. The settings turn "
        "scores into probabilities, then a number from 0 to 1 decides. Click a token of the text "
        "to see what it was drawn from, and go on with another one. ␣ is a space, ↵ a new line."
    )
    left, middle, right, last = st.columns([1.5, 3, 1.3, 1], vertical_alignment="bottom")
    with left:
        choice, chosen = bench.choose()
    prompt = middle.text_input(
        "Prompt", sentence, key="pretraining.prompt", bind="query-params",
        max_chars=session.SENTENCE_LIMIT,
    )  # fmt: skip
    tokens = right.slider(
        "Tokens", 1, decoding.MOST, 40, key="pretraining.tokens", bind="query-params"
    )
    seed = last.number_input("Seed", 0, 99_999, 1, key="pretraining.draw", bind="query-params")
    model = bench.model(choice, chosen, ready)
    text = bench.show(
        model, choice, prompt, tokens=min(max(int(tokens), 1), decoding.MOST),
        seed=min(max(int(seed), 0), 99_999),
    )  # fmt: skip
    st.caption(
        "The settings act from top to bottom, each on what the one before has left. Turning one "
        "writes the text anew from the token you look at; the numbers drawn stay the same."
    )
    guess = predict.choice(
        "Turn the temperature to 2 and top-p to 0.9. From how many of the "
        f"{model.config.vocab_size:,} tokens is the first one after your prompt then drawn?",
        bench.ranges_up_to(model.config.vocab_size),
        key="pretraining.nucleus",
    )
    if guess is not None:
        kept = bench.nucleus(model, text, temperature=2.0, top_p=0.9)
        predict.verdict(
            guess, bench.range_of(kept), f"It is {kept:,}. Top-p counts probability, not tokens: "
            "where the model is unsure, nine tenths of it are spread over many.",
        )  # fmt: skip
        st.button("Turn the bench there", key="pretraining.turn", on_click=bench.turn_to_flat)
    source.show(
        sampling.sampling_steps, sampling.stretches, sampling.generate,
        key="pretraining.source.sampling",
    )  # fmt: skip


@frame.idea("What if it thought ahead?")
def looking_ahead() -> None:
    """Beam search, as a tree."""
    st.markdown(
        "The likeliest next token may lead nowhere. **Beam search** follows several texts at once: "
        "at each step every one of them is continued, and only those with the highest probability "
        "*as a whole* are kept. That is the product of their tokens' probabilities, so its "
        "logarithm is a sum: $\\ln p = \\sum_t \\ln p_t$."
    )
    guess = predict.choice(
        "**Greedy** decoding takes the likeliest token each time. Is its text the likeliest one?",
        beam_tree.ANSWERS,
        key="pretraining.greedy",
    )
    if guess is None:
        return
    model = own_run.own_model() or cached.starter()
    left, few, far, until = st.columns([3, 1.4, 1.4, 1.8], vertical_alignment="bottom")
    prompt = left.text_input(
        "Prompt to search from", sentence, key="pretraining.ahead",
        max_chars=session.SENTENCE_LIMIT,
    )  # fmt: skip
    beams = few.slider(
        "Beams", 1, beam_tree.MOST_BEAMS, 3, key="pretraining.beams", bind="query-params"
    )
    tokens = far.slider(
        "Tokens ahead", 2, beam_tree.MOST_TOKENS, 6, key="pretraining.far", bind="query-params",
        on_change=_show_all_steps,
    )  # fmt: skip
    shown = until.slider(
        "Show up to step", 1, tokens, tokens, key="pretraining.until", bind="query-params"
    )
    looked = beam_tree.search(model, prompt, beams=beams, tokens=tokens)
    predict.verdict(guess, beam_tree.NOT_ALWAYS, beam_tree.comparison(looked))
    drawn, height = beam_tree.figure(
        model, prompt, beams=beams, tokens=tokens, shown=min(shown, tokens)
    )
    plot.show(
        drawn,
        key="pretraining-tree",
        alt="Tree of the texts that beam search followed and dropped",
        height=height,
    )
    beam_tree.show_texts(looked)
    st.caption(
        "A branch is as wide as its token is likely. Rest the pointer on a token for the sum so "
        "far; move the step to watch the search choose. The likeliest text is not the best one: "
        "it is the least surprising, and often dull. So chatbots draw, and beam search is for "
        "tasks with one right answer, such as translation."
    )
    source.show(beam.beam_search, key="pretraining.source.beam")


def _show_all_steps() -> None:
    st.session_state["pretraining.until"] = st.session_state["pretraining.far"]


@frame.idea("When does it learn to copy?")
def copying() -> None:
    """A skill that appears suddenly, in a model small enough to train while one watches."""
    st.markdown(
        "A tiny GPT of two blocks reads rows of letters drawn at random. After a while each row "
        "begins anew; the second reading is bright here. No row ever comes twice, so nothing can "
        "be learnt by heart, and the first reading cannot be known at all. What can be learnt is "
        "a **rule**: find where this letter stood before, and say what came after it."
    )
    induction_curves.example_rows()
    guess = predict.choice(
        "What will happen to the loss on the second reading while it trains?",
        induction_curves.FATES,
        key="pretraining.copying",
    )
    left, right = st.columns([1, 4], vertical_alignment="bottom")
    seed = left.number_input(
        "Seed of the run", 0, 99_999, 1, key="pretraining.copy_seed", bind="query-params"
    )
    if right.button("Teach it to copy", icon=":material/play_arrow:", key="pretraining.copy"):
        with frame.guarded():
            induction_runs.start(int(seed))
    job = jobs.current(induction_runs.KIND)

    def verdict(job: jobs.Job | None) -> None:
        known = induction_curves.verdict_of(job)
        if known and guess is not None:
            predict.verdict(guess, *known)

    if job is not None:
        live.panel(induction_runs.KIND, induction_curves.chart_list(), beside=verdict)
    elif guess is not None:
        verdict(None)
        st.caption("**A run made beforehand.** Yours will draw its own curves.")
        induction_curves.recorded()
    if job is not None or guess is not None:
        st.caption(
            "Prefix matching: the share of a head's attention that goes to what followed the "
            "present letter before. Looking one back: the share that goes to the letter just "
            "before. One head alone cannot copy; the two rise together, and the loss falls."
        )
    source.show(induction.repeated_rows, induction.learn_to_copy, key="pretraining.source.copying")


@frame.idea("Which head does the copying?")
def heads() -> None:
    """Switch heads off; see what they look at."""
    copyist = induction_runs.current()
    back = induction_lab.looks_back(copyist)
    st.markdown(
        "Two heads share the work. A **previous-token head** in the first layer tells each place "
        "which letter stands just before it. An **induction head** in the second looks for a place "
        "that was told *its own* letter, and copies what stands there: the letter that came next."
    )
    st.caption(f"The model here: {copyist.origin}.")
    if not induction_lab.can_copy(copyist):
        st.caption("It cannot copy yet, so there is nothing to switch off; let the run go on.")
        return
    guess = predict.choice(
        f"{induction_curves.name(back)} only looks back; it copies nothing itself. What if it "
        "falls silent?",
        induction_lab.FALLS,
        key="pretraining.silent",
    )
    if guess is None:
        return
    predict.verdict(guess, *induction_lab.without(copyist, back))
    off = induction_lab.switches(copyist)
    left, right = st.columns([2, 3], gap="large")
    with left:
        plot.show(
            induction_lab.loss_figure(copyist, off),
            key="pretraining-silent",
            alt="Loss on first readings and on repetitions, with all heads and as switched",
            height=280,
        )
        st.caption(induction_lab.reading(copyist, off))
        text = st.text_input(
            "Letters of yours, some of them again", induction_lab.STANDARD, max_chars=40,
            key="pretraining.letters", bind="query-params",
        )  # fmt: skip
        induction_lab.show_completed(induction_lab.completed(copyist, off, text))
    with right:
        head = induction_lab.choose_head(copyist)
        plot.show(
            induction_lab.attention_figure(copyist, off, text, head),
            key="pretraining-stripe",
            alt="Where the chosen head looks in your letters and those the model added",
            height=500,
        )
        st.caption(
            "The stripe of an induction head lies one place to the right of where the same letter "
            "stood before: on what came next. Switch the previous-token head off, and the stripe "
            "breaks or shifts: it no longer knows which letter came before."
        )
    source.show(
        induction.without_heads, induction.matches, induction.matching_scores,
        key="pretraining.source.heads",
    )  # fmt: skip


@frame.idea("Can it be kept?")
def kept() -> None:
    """One file out, the same file in, and the run goes on."""
    st.markdown(
        "A trained **model** is its configuration, its tokenizer and its weights. A **run** that "
        "is to go on as if nothing had happened needs more: what the optimizer remembers of "
        "earlier gradients, where the random numbers stand, and which batch comes next. All of it "
        "fits into one `.safetensors` file: a table of names and shapes, then plain numbers. "
        "Unlike a pickle, it cannot run a program on your computer."
    )
    left, right = st.columns(2, gap="large")
    with left:
        keeping.save()
    with right:
        keeping.open_again()
    source.show(
        checkpoints.checkpoint_bytes, checkpoints.load_checkpoint, key="pretraining.source.keep"
    )


what_loss_is()
reading()
with st.container(key="idea-settings"):
    st.subheader("How shall it learn?", anchor="settings")
    chosen = pretraining_controls.settings(vocabulary)
above = st.container()  # stands here, and is filled once all settings are known
settings = learning_rate(chosen)
with above:
    run()
    comparing()
speed()
clipping_by_hand()
writing()
looking_ahead()
copying()
heads()
kept()
frame.end("pretraining")
