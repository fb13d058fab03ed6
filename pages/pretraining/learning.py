"""Learning: what is measured, on which text, the runs themselves, and how one is kept."""

import streamlit as st

from dashboard import frame, jobs, live, own_run, predict, session, source, wording
from dashboard.components import plot
from dashboard.corpus_choice import Corpus
from dashboard.lessons.pretraining import compare, keeping, recorded, surprise
from dashboard.lessons.pretraining import controls as pretraining_controls
from dashboard.lessons.pretraining import plans as pretraining_plans
from dashboard.lessons.pretraining import runs as pretraining_runs
from dashboard.lessons.pretraining import views as pretraining_views
from llm_core import batches, checkpoints, corpus, loss, training


@frame.idea("How wrong is a guess?")
def what_loss_is(ready: pretraining_plans.Material, sentence: str) -> None:
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
def reading(text: Corpus, ready: pretraining_plans.Material) -> None:
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
def run(
    ready: pretraining_plans.Material, settings: pretraining_plans.Settings, sentence: str
) -> None:
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
