"""The finetuning: how much of the model changes, and a run to watch."""

from dataclasses import asdict

import streamlit as st

from dashboard import frame, jobs, live, predict, session, source
from dashboard.components import plot
from dashboard.dataset_choice import Examples
from dashboard.lessons.classify import asking
from dashboard.lessons.classify import runs as classification_runs
from dashboard.lessons.classify import views as classification_views
from dashboard.lessons.classify.runs import WHAT, WHERE, Settings
from llm_core import classification, lora
from llm_core.classification.fast import FastClassLoss
from pages.classify import shared

RATES = [1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2]


@frame.idea("How much of the model has to change?")
def freezing() -> None:
    """Which tensors train, for four ways to finetune."""
    rank = st.slider(
        "Rank of LoRA", 1, 32, 8, key="classify.rank", bind="query-params",
        help="LoRA, low-rank adaptation, trains a thin detour round each matrix; the rank is how "
        "many numbers wide it is.",
    )  # fmt: skip
    shared.follow()
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
def training(examples: Examples) -> None:
    """Finetune the starter model, live."""
    split = classification_runs.balanced(examples).split
    settings = _chosen_settings()
    steps = classification_runs.steps_in(split, settings)
    seconds = steps * classification_runs.seconds_a_step(
        settings.trainable, settings.rank, settings.read, settings.max_length, settings.batch_size
    )
    st.caption(
        f"{steps:,} steps of {settings.batch_size} messages, each cut or filled to "
        f"{settings.max_length} tokens: about {seconds:.0f} seconds of computing on this machine."
    )
    if st.button("Train", type="primary", icon=":material/play_arrow:", key="classify.train"):
        jobs.start(
            shared.KIND, classification_runs.make_steps(split, settings),
            settings=asdict(settings), total=steps,
        )  # fmt: skip
        session.mark_done("classify")
        st.rerun()
    job = jobs.current(shared.KIND)
    drawn = Settings(**job.settings) if job else settings
    charts = classification_views.curves((job.total if job else None) or steps, drawn.batch_size)
    live.panel(shared.KIND, charts, beside=_outcome)
    source.show(
        classification.train_classifier, FastClassLoss, classification.calc_accuracy_loader,
        key="classify.source.train",
    )  # fmt: skip


def _chosen_settings() -> Settings:
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
    cut, rank = shared.cut_and_rank()
    return Settings(
        trainable=WHAT[way],
        read=WHERE[place],
        learning_rate=learning_rate,
        epochs=count,
        rank=rank,
        max_length=cut,
    )


def _outcome(job: jobs.Job) -> None:
    """Draw what the run has reached."""
    seen, kept = classification_runs.latest_accuracies(job)
    result = asking.examined(job)
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
