"""How does a model that writes become one that decides?"""

from dataclasses import asdict

import streamlit as st

from dashboard import (
    cached,
    chips,
    dataset_choice,
    decoding,
    frame,
    jobs,
    live,
    predict,
    session,
    source,
)
from dashboard.components import plot
from dashboard.lessons.classify import runs as classification_runs
from dashboard.lessons.classify import views as classification_views
from dashboard.lessons.classify.runs import WHAT, WHERE, Settings
from llm_core import classification, lora

KIND = "classify"
RATES = [1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2]
QUESTION = "Is the following text spam? Answer with yes or no:"
SHORT = "Do you have time"
MESSAGES = {
    "a prize": "You are a winner! You have been specially selected to receive 1000 in cash.",
    "dinner": "Hey, just wanted to check if we're still on for dinner tonight? Let me know!",
    "your bank": "Your account is locked. Confirm your card details within 24 hours to go on.",
    "a lost phone": "Hi mum, I lost my phone, this is my new number. Can you pay a bill for me?",
}

frame.begin("classify")
examples = dataset_choice.choose(dataset_choice.MESSAGES)


@frame.idea("What does it learn from?")
def data() -> None:
    """The messages, balanced and cut in three."""
    used = classification_runs.balanced(examples)
    st.markdown(
        "Each message carries a label: :green[**ham**] is wanted, :red[**spam**] is not. If one "
        "kind were rare, a model could ignore it and still be right most of the time, so we take "
        "as many of one as of the other, shuffle them, and cut them in three."
    )
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.dataframe(
            classification_views.table(examples), height=320, hide_index=True,
            column_config={"Label": st.column_config.TextColumn(width=60)},
        )  # fmt: skip
    with right:
        plot.show(
            classification_views.balance(examples),
            key="classify-balance",
            alt="Numbers of ham and spam in all messages, after balancing, and in the three parts",
            height=320,
        )
    st.caption(
        f"{examples.title[0].upper() + examples.title[1:]}: {len(examples.rows):,} messages, "
        f"{len(used.rows):,} of them used. The model learns from {len(used.split.train):,}; "
        f"{len(used.split.validation):,} show how it gets on; {len(used.split.test):,} stay unseen "
        "until the end."
    )
    source.show(
        classification.create_balanced_dataset, classification.random_split,
        key="classify.source.data",
    )  # fmt: skip


@frame.idea("How do messages of different length share a batch?")
def padding() -> None:
    """Lengths, the cut, and one batch filled up."""
    cut = st.slider(
        "Cut or fill every message to this many tokens", 8, 120, Settings().max_length, 4,
        key="classify.length", bind="query-params",
    )  # fmt: skip
    follow()
    st.markdown(
        "A batch is a rectangle of ids, so all its rows have one length. Longer messages are cut; "
        "shorter ones are filled up with end-of-text tokens, drawn as dots."
    )
    plot.show(
        classification_views.lengths(examples, cut),
        key="classify-lengths",
        alt="How many ham and spam messages have how many tokens, with the cut as a line",
        height=240,
    )
    filler = classification_views.batch(examples, cut)
    st.caption(
        f"Four rows of a batch: {filler} of {4 * cut} ids are filler, which costs as "
        "much computing as words do. Rest the pointer on a chip to see its id."
    )
    source.show(classification.SpamDataset, classification.pad, key="classify.source.pad")


def cut_and_rank() -> tuple[int, int]:
    """The two values that are set in one idea and used in another."""
    cut, rank = (st.session_state.get(f"classify.{name}") for name in ("length", "rank"))
    return int(cut or Settings().max_length), int(rank or Settings().rank)


def follow() -> None:
    """Draw the whole page again once one of them has changed in an idea that was redrawn alone."""
    if st.session_state.get("classify.drawn_with", cut_and_rank()) != cut_and_rank():
        st.rerun()


@frame.idea("Which position knows the whole message?")
def last_token() -> None:
    """The causal mask in two rows, and the answer read at every position."""
    text = st.text_input(
        "A short message", SHORT, key="classify.short", bind="query-params", max_chars=120
    )
    model, _, key = classification_views.model_now(jobs.current(KIND))
    tokens, figure = classification_views.by_position(text, key, model)
    st.markdown(
        "We take the small starter model that comes with this project and give it a new head with "
        "two scores, at **every** position. But a GPT never looks ahead: what a "
        "position knows is itself and what stands before it."
    )
    guess = predict.choice(
        "Where should the answer be read?",
        ["at the first token", "in the middle", "at the last token"],
        key="classify.where",
    )
    if guess is None:
        return
    predict.verdict(
        guess,
        "at the last token",
        "It is the only position whose attention reaches all the others.",
    )
    st.caption("What the first token knows")
    classification_views.seen_from(tokens, 0)
    st.caption("What the last token knows")
    classification_views.seen_from(tokens, len(tokens) - 1)
    plot.show(
        figure,
        key="classify-positions",
        alt="Probability of spam read at each token of the message",
        height=240,
    )
    st.caption(_whose(key) + " Change the last word: the bars before it stay.")
    with_filler(text)
    source.show(classification.class_logits, key="classify.source.read")


def with_filler(text: str) -> None:
    """P(spam) against the number of fillers, read in two places."""
    model, _, key = classification_views.model_now(jobs.current(KIND))
    figure, steady = classification_views.by_filler(text, key, model)
    st.markdown(
        "In a batch, filler stands behind the message, so the last position is often a filler "
        "token. We can read there, as the book does, or at the last token of the message itself."
    )
    guess = predict.choice(
        "The message stays, the filler grows. What happens to the answer at the last *real* token?",
        ["it drifts", "it stays", "it flips"],
        key="classify.drift",
    )
    if guess is None:
        return
    predict.verdict(
        guess,
        "it stays" if steady else "it drifts",
        "Filler stands behind it, and no position sees what comes after.",
    )
    plot.show(
        figure,
        key="classify-filler",
        alt="Probability of spam against the number of filler tokens, read in two places",
        height=260,
    )


@frame.idea("How much of the model has to change?")
def freezing() -> None:
    """Which tensors train, for four ways to finetune."""
    rank = st.slider(
        "Rank of LoRA", 1, 32, 8, key="classify.rank", bind="query-params",
        help="LoRA, low-rank adaptation, trains a thin detour round each matrix; the rank is how "
        "many numbers wide it is.",
    )  # fmt: skip
    follow()
    ways = classification_runs.freeze_map(rank)
    shares = {
        way: (sum(p.trainable for p in rows), sum(p.parameters for p in rows))
        for way, rows in ways.items()
    }
    st.markdown(
        "The pretrained model already knows the language. So we swap its head for one with two "
        "outputs, freeze most of the rest, and train what is left."
    )
    options = ["under 1 %", "1 to 10 %", "10 to 50 %", "over 50 %"]
    trained, whole = shares["the last block too"]
    truth = options[sum(trained / whole >= limit for limit in (0.01, 0.1, 0.5))]
    guess = predict.choice(
        f"The head, the final norm and the last of {len(ways['LoRA']) - 4} blocks are trained. "
        "What share of all numbers is that?",
        options, key="classify.share", done="classify",
    )  # fmt: skip
    if guess is None:
        return
    predict.verdict(guess, truth, f"{trained:,} of {whole:,} numbers: {trained / whole:.1%}.")
    plot.show(
        classification_views.freezing(rank),
        key="classify-freezing",
        alt="For four ways to finetune: which parts of the model are trained, and how many numbers",
        height=90 + 40 * len(ways["LoRA"]),
    )
    st.caption(
        f"Trained, for the {whole:,} numbers of the model: "
        + ", ".join(f"{way} {n:,} ({n / whole:.2%})" for way, (n, _) in shares.items())
        + ". LoRA leaves every matrix as it is and trains a thin detour round it; the detours are "
        "numbers that come on top. The book trains the last block of GPT-2; our model is twenty "
        "times smaller and has more to learn, so the run below begins with everything."
    )
    source.show(
        classification.swap_head, classification.freeze, lora.replace_linear_with_lora,
        key="classify.source.freeze",
    )  # fmt: skip


@frame.idea("Can you watch it learn to decide?")
def training() -> None:
    """Finetune the starter model, live."""
    split = classification_runs.balanced(examples).split
    settings = chosen_settings()
    steps = classification_runs.steps_in(split, settings)
    seconds = steps * classification_runs.seconds_a_step(
        settings.trainable, settings.rank, settings.max_length, settings.batch_size
    )
    st.caption(
        f"{steps:,} steps of {settings.batch_size} messages, each cut or filled to "
        f"{settings.max_length} tokens: about {seconds:.0f} seconds of computing on this machine."
    )
    if st.button("Train", type="primary", icon=":material/play_arrow:", key="classify.train"):
        jobs.start(
            KIND, classification_runs.make_steps(split, settings),
            settings=asdict(settings), total=steps,
        )  # fmt: skip
        session.mark_done("classify")
        st.rerun()
    job = jobs.current(KIND)
    drawn = Settings(**job.settings) if job else settings
    charts = classification_views.curves((job.total if job else None) or steps, drawn.batch_size)
    live.panel(KIND, charts, beside=outcome)
    source.show(
        classification.train_classifier, classification.calc_accuracy_loader,
        key="classify.source.train",
    )  # fmt: skip


def chosen_settings() -> Settings:
    """Draw the controls of a run."""
    what, where, rate, epochs = st.columns([2, 2, 1.3, 1.3], vertical_alignment="bottom")
    begun = Settings()
    way = what.selectbox(
        "What is trained", list(WHAT), list(WHAT.values()).index(begun.trainable),
        key="classify.what", bind="query-params",
    )  # fmt: skip
    place = where.selectbox(
        "Where it is read", list(WHERE), list(WHERE.values()).index(begun.read),
        key="classify.read", bind="query-params",
    )  # fmt: skip
    learning_rate = rate.select_slider(
        "Learning rate", RATES, begun.learning_rate, format_func="{:g}".format,
        help="The highest: it climbs there in the first steps and then falls to zero, so that the "
        "last messages count no more than the first.",
        key="classify.lr", bind="query-params",
    )  # fmt: skip
    count = epochs.slider(
        "Epochs", 1, 10, begun.epochs, key="classify.epochs", bind="query-params",
        help="An epoch is one pass over all the messages it learns from.",
    )  # fmt: skip
    cut, rank = cut_and_rank()
    return Settings(
        trainable=WHAT[way],
        read=WHERE[place],
        learning_rate=learning_rate,
        epochs=count,
        rank=rank,
        max_length=cut,
    )


def outcome(job: jobs.Job) -> None:
    """Draw what the run has reached."""
    seen, kept = classification_runs.latest_accuracies(job)
    result = classification_runs.examined(job)
    columns = st.columns(3)
    if seen is not None and kept is not None:
        columns[0].metric("Training messages right", f"{seen:.1%}")
        columns[1].metric("Validation messages right", f"{kept:.1%}")
    if result:
        table = classification_views.decisions(result, 0.5)
        right = (table[0][0] + table[1][1]) / len(result.labels)
        columns[2].metric("Test messages right", f"{right:.1%}")
    most = {name: n * classification_runs.PIECE for name, n in classification_runs.PIECES.items()}
    st.caption(
        f"While it learns, it is measured on up to {most['train']} training and "
        f"{most['validation']} validation messages; the test, at the end, takes all of its part."
    )


@frame.idea("Is your message spam?")
def try_it() -> None:
    """Before: the model continues. After: it decides."""
    st.pills("Examples", list(MESSAGES), key="classify.example", on_change=_take_example)
    text = st.text_area(
        "Your message", MESSAGES["a prize"], key="classify.message", bind="query-params",
        persist_state="session", max_chars=400, height=80,
    )  # fmt: skip
    if not text.strip():
        raise ValueError("there is no message; type at least one word, or choose an example")
    model, settings, key = classification_views.model_now(jobs.current(KIND))
    before, after = st.columns(2, gap="large")
    with before:
        st.markdown("**Before:** the starter model is asked in words, and goes on writing.")
        prompt = f"{QUESTION} '{text}' Answer:"
        _, written = decoding.continuation(
            cached.starter(), prompt, temperature=0.0, seed=1, tokens=16
        )
        chips.show([w.token for w in written], notes=[f"{w.probability:.1%}" for w in written])
        st.caption(
            f"What it writes after: “{QUESTION}”, your message, “Answer:”. It has learnt to "
            "continue, not to decide."
        )
    with after:
        st.markdown(
            "**After:** two scores, made into probabilities."
            if key[0] else "**After:** nothing yet. This head has not been trained."
        )  # fmt: skip
        asked = classification_views.asked(text, settings, key, model)
        classification_views.two_classes(asked.spam)
        st.caption(f"{_whose(key)} It says: {asked.label}.")
    source.show(classification.classify_steps, key="classify.source.ask")


def _take_example() -> None:
    example = MESSAGES.get(str(st.session_state.get("classify.example")))
    if example:
        st.session_state["classify.message"] = example


def _whose(key: tuple[str, int]) -> str:
    return f"Model after {key[1]:,} steps." if key[0] else "Model with a new, untrained head."


@frame.idea("Which mistakes does it make?")
def mistakes() -> None:
    """The test messages sorted by the model, with a threshold to move."""
    job = jobs.current(KIND)
    result = classification_runs.examined(job) if job else None
    if job is None or result is None:
        st.caption("When a run has ended, the test messages are sorted here, for the first time.")
        return
    threshold = st.slider(
        "Call it spam from this probability on", 0.01, 0.99, 0.5, 0.01,
        key="classify.threshold", bind="query-params",
    )  # fmt: skip
    left, right = st.columns([3, 2], gap="large")
    with left:
        plot.show(
            classification_views.separation(job.id, threshold, result),
            key="classify-separation",
            alt="How many test messages of each kind get which probability of spam",
            height=320,
        )
    with right:
        plot.show(
            classification_views.square(job.id, threshold, result),
            key="classify-square",
            alt="Counts of right and wrong decisions on ham and spam",
            height=320,
        )
    (kept, alarms), (missed, caught) = classification_views.decisions(result, threshold)
    st.markdown(
        f"Accuracy {(kept + caught) / len(result.labels):.1%}. Of what it calls spam, "
        f"{caught / max(1, caught + alarms):.1%} really is (precision); of the spam, it catches "
        f"{caught / max(1, caught + missed):.1%} (recall). Moving the threshold buys one with the "
        "other."
    )
    wrong = classification_views.mistakes(result, threshold)
    with st.expander(f"The {len(wrong)} messages it gets wrong", icon=":material/list:"):
        st.dataframe(wrong, hide_index=True, height=260)


st.session_state.pop("classify.drawn_with", None)  # while the whole page is drawn, nothing is old
data()
padding()
last_token()
freezing()
training()
try_it()
mistakes()
st.session_state["classify.drawn_with"] = cut_and_rank()
frame.end("classify")
