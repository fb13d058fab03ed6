"""How does a model that guesses blindly learn to write?"""

import streamlit as st

from dashboard import corpus_choice, decoding, frame, jobs, live, own_run, predict, session, source
from dashboard.components import plot
from dashboard.lessons.pretraining import controls as pretraining_controls
from dashboard.lessons.pretraining import plans as pretraining_plans
from dashboard.lessons.pretraining import runs as pretraining_runs
from dashboard.lessons.pretraining import surprise
from dashboard.lessons.pretraining import views as pretraining_views
from llm_core import batches, checkpoints, corpus, loss, sampling, schedules, training

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
        st.caption(f"{now.left_out} tokens at the end find no room here.")
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
    with frame.guarded():
        planned = pretraining_plans.plan(ready, settings)
        st.caption(pretraining_views.cost(planned, settings))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        begun = st.button(
            "Train", type="primary", icon=":material/play_arrow:", key="pretraining.train"
        )
        inside = st.toggle(
            "Gradient and learning rate", key="pretraining.inside", bind="query-params",
            help="The gradient says, for each weight, which way and how steeply the loss changes; "
            "the learning rate is how far a step then goes.",
        )  # fmt: skip
    if begun:
        with frame.guarded():
            pretraining_runs.start(ready, settings, sentence)
            session.mark_done("pretraining")
    job = jobs.current(own_run.KIND)
    facts = job.settings if job else pretraining_plans.facts(ready, settings)
    curves = [pretraining_views.loss_chart(facts)]
    if inside:
        curves += pretraining_views.inner_charts(facts)

    def beside(job: jobs.Job) -> None:
        truth = pretraining_views.fate(job.history[:])
        if truth and guess is not None and not job.active:
            predict.verdict(guess, truth, pretraining_views.fate_in_numbers(job.history[:]))
        pretraining_views.samples(job)

    if live.panel(own_run.KIND, curves, beside=beside) is None:
        st.caption("Press Train: the curve grows here, and what the model writes stands below it.")
    source.show(training.train, training.clip_gradients, key="pretraining.source.train")


@frame.idea("Why does the learning rate rise and fall?")
def learning_rate() -> None:
    """Warmup and cosine decay."""
    schedule = settings.schedule()
    st.markdown(
        "The slopes of the loss (its **gradient**) at random weights point anywhere, so the first "
        "updates are small (**warmup**). Towards the end they shrink along half a cosine, so that "
        "the weights settle."
    )
    plot.show(
        pretraining_views.schedule_figure(settings),
        key="pretraining-schedule",
        alt="Learning rate over the steps of the run",
        height=260,
    )
    st.caption(
        f"{schedule.warmup_steps} of {schedule.total_steps:,} steps climb to "
        f"{schedule.peak_lr:g}; the last ones end at {schedule.min_lr:.2g}. Change it under "
        "More, above; the next run follows."
    )
    source.show(schedules.linear_warmup, schedules.cosine_decay, key="pretraining.source.schedule")


@frame.idea("What does it write?")
def writing() -> None:
    """The model continues a prompt; temperature and top-k decide how daring it is."""
    own = own_run.own_model()
    model = own or pretraining_plans.newborn(ready)
    if own is None:
        st.caption("Nothing is trained yet: this is how an untrained model writes.")
    left, middle, right, again = st.columns([3, 2, 2, 1.2], vertical_alignment="bottom")
    prompt = left.text_input(
        "Prompt", sentence, key="pretraining.prompt", max_chars=session.SENTENCE_LIMIT
    )
    temperature = middle.slider(
        "Temperature", 0.0, 5.0, 0.8, 0.1, key="pretraining.temperature", bind="query-params",
        help="0 always takes the likeliest token; 1 draws as the model believes; more is wilder.",
    )  # fmt: skip
    top_k = right.slider(
        "Top-k",
        0,
        50,
        0,
        key="pretraining.topk",
        bind="query-params",
        help="Draw among the k likeliest tokens only; 0 lets every token in.",
    )
    draw = st.session_state.setdefault("pretraining.draw", 1)
    again.button("Draw again", key="pretraining.again", on_click=_draw_again)
    written = decoding.continuation(
        model, prompt, temperature=float(temperature), top_k=int(top_k) or None, seed=draw
    )
    decoding.show(written)
    st.caption("Rest the pointer on a token to see how likely it was when it was drawn.")
    plot.show(
        decoding.temperature_figure(
            model, prompt, temperature=float(temperature), top_k=int(top_k) or None
        ),
        key="pretraining-temperatures",
        alt="Probabilities of the likeliest next tokens at several temperatures",
        height=330,
    )
    st.caption(
        "The first token after your prompt. A low temperature gives nearly everything to the "
        "likeliest token, a high one makes all of them alike; the order never changes."
    )
    source.show(sampling.sampling_steps, sampling.generate, key="pretraining.source.sampling")


def _draw_again() -> None:
    st.session_state["pretraining.draw"] += 1


@frame.idea("Can it be kept?")
def keeping() -> None:
    """One file out, the same file in."""
    own = own_run.own_model()
    st.markdown(
        "A trained model is its configuration, its tokenizer and its weights. All of it fits into "
        "one `.safetensors` file: a table of names and shapes, then plain numbers. Unlike a "
        "pickle, it cannot run a program on your computer."
    )
    left, right = st.columns(2, gap="large")
    with left:
        if own is None:
            st.caption("Train a model above, then save it here.")
        else:
            st.caption(f"Yours has {own.model.num_parameters():,} parameters ({own_run.origin()}).")
            st.download_button(
                "Save the model", lambda: own_run.as_file(own), "my-model.safetensors",
                icon=":material/download:", key="pretraining.save", on_click="ignore",
            )  # fmt: skip
    with right:
        file = st.file_uploader(
            "Open a saved model (up to 12 MB)", type=["safetensors", "pt", "pth", "bin"],
            key="pretraining.open",
        )  # fmt: skip
        if file is not None and st.session_state.get("pretraining.opened") != file.file_id:
            own_run.open_file(file.getvalue())
            st.session_state["pretraining.opened"] = file.file_id
            st.rerun()
        if own_run.file_is_open():
            st.caption(":material/check: Opened: this page now shows the file's model.")
    source.show(
        checkpoints.checkpoint_bytes, checkpoints.load_checkpoint, key="pretraining.source.keep"
    )


what_loss_is()
reading()
with st.container(key="idea-settings"):
    st.subheader("How shall it learn?", anchor="settings")
    settings = pretraining_controls.settings(vocabulary)
run()
learning_rate()
writing()
keeping()
frame.end("pretraining")
