"""What the settings of a GPT decide: its parameters, and how large it is beside others."""

from dataclasses import replace

import streamlit as st

from dashboard import frame, predict, source
from dashboard.components import plot
from dashboard.lessons.architecture import ledgers, model_choice, models, scale, tables
from llm_core import accounting
from llm_core.config import GPT_CONFIG_124M, GPTConfig


@frame.idea("What do seven settings decide?")
def seven_numbers() -> None:
    """Configure a model; count its parameters without building it."""
    st.write(
        "Seven settings describe a GPT; an eighth says whether its two vocabulary tables are one. "
        "Change one, and the counts below follow: above all the parameters, which are the numbers "
        "that training sets."
    )
    before = model_choice.chosen(), model_choice.head_is_tied()
    config, tied = model_choice.choose(_changed)
    if (config, tied) != before:
        st.rerun()  # a link brought it, and ideas above have been drawn without
    ledger = accounting.parameter_ledger(config)
    flops = accounting.flops_ledger(config, 1, config.context_length)
    one, two, three, four = st.columns([1.5, 1.2, 1, 1.3])
    one.metric(
        "Parameters", f"{ledger.total_tied if tied else ledger.total:,}",
        help="Head and token embedding share one table" if tied else
        "Head and token embedding have a table each, as in the course; the published GPT-2 has one "
        "for both. “Tie the head”, under “More”, makes it one.",
    )  # fmt: skip
    two.metric("In each block", f"{ledger.per_block:,}")
    three.metric("Width of a head", f"{config.head_dim:,}", help="Width divided by heads")
    four.metric(
        f"Operations/token, T = {config.context_length:,}",
        tables.large(flops.total / config.context_length),
        help="Multiplications and additions for each of T tokens; here T is the full context",
    )  # fmt: skip
    picture, question = frame.picture_and_question()
    with picture:
        plot.show(
            ledgers.areas(config, tied),
            key="architecture-areas",
            alt="Areas as large as the parameters of each part of the model",
            height=320 if frame.presenting() else 380,
        )
        st.caption(
            "Each area is as large as its number of parameters; inside, how many tensors there are "
            f"and of which shape. In memory: {ledgers.at_rest(config, tied)}. {tables.MEGABYTE}"
        )
    with question:
        _twice_as_wide(config)
    with st.expander("Every tensor (a table of numbers), with its formula"):
        st.markdown(tables.ledger_table(ledger))
    source.show(
        accounting.parameter_ledger, key="architecture.source.ledger",
        shapes={row.tensor: row.shape for row in ledger.rows},
    )  # fmt: skip


def _changed() -> None:
    """Draw again what looks at the configuration: the counts, or the whole page."""
    if models.shows_the_plan():
        st.rerun()
    frame.redraw("seven-numbers", "to-scale", "costs", "training-cost", "this-machine")


def _twice_as_wide(config: GPTConfig) -> None:
    """The prediction: what the width does to a block."""
    answers = {2: "Twice", 3: "Three times", 4: "Four times", 8: "Eight times"}
    guess = predict.choice(
        "Make it twice as wide: how many times the parameters does a block have then?",
        list(answers.values()), key="architecture.wider", done="architecture",
    )  # fmt: skip
    if guess is None:
        return
    ledger = accounting.parameter_ledger(config)
    wider = accounting.parameter_ledger(replace(config, emb_dim=2 * config.emb_dim))
    taller = accounting.parameter_ledger(replace(config, n_layers=2 * config.n_layers))
    times = wider.per_block / ledger.per_block
    predict.verdict(
        guess,
        answers[min(answers, key=lambda number: abs(number - times))],
        f"Its matrices grow on both sides: {ledger.per_block:,} become {wider.per_block:,}, "
        f"{times:.2f} times as many. The vocabulary tables only double. The whole model grows "
        f"{wider.total / ledger.total:.2f} times; with twice as many blocks instead, "
        f"{taller.total / ledger.total:.2f} times.",
    )


@frame.idea("Why is the 163-million model called 124M?")
def puzzle() -> None:
    """The book's puzzle: the head shares the embedding's table."""
    ledger = accounting.parameter_ledger(GPT_CONFIG_124M)
    parts = ledger.by_part
    biases = (
        accounting.parameter_ledger(replace(GPT_CONFIG_124M, qkv_bias=True)).total - ledger.total
    )
    st.write(
        f"Count the smallest GPT-2, tensor by tensor, and you get {ledger.total:,} parameters. Its "
        "paper said 117 million, a miscount that its authors later corrected to 124 million. That "
        "is still far from that count. (The course leaves out the biases on queries, keys and "
        f"values, as here; the published model has them, {biases:,} more.)"
    )
    answers = {
        "Head and token embedding share one table": ledger.total - parts["output head"],
        "Biases are not counted": ledger.total - sum(
            row.count for row in ledger.rows if row.tensor.endswith(("bias", "shift"))
        ),
        "The positions are not learnt": ledger.total - parts["position embedding"],
        "Layer norms are not counted": ledger.total - parts["layer norms"],
    }  # fmt: skip
    guess = predict.choice(
        "Where did the difference go?", list(answers), key="architecture.puzzle",
        done="architecture",
    )  # fmt: skip
    if guess is None:
        return
    truth = next(iter(answers))
    V, C = GPT_CONFIG_124M.vocab_size, GPT_CONFIG_124M.emb_dim
    predict.verdict(
        guess,
        truth,
        f"Both tables have one row of {C} numbers for each of {V:,} tokens: "
        f"{V:,} × {C} = {V * C:,}. Counted once, {ledger.total_tied:,} are left.",
    )
    st.markdown(
        tables.table(
            ["if this were the reason", "this many would be left"],
            [[reason, f"{left:,}"] for reason, left in answers.items()],
        )
    )


@frame.idea("How small is small?")
def to_scale() -> None:
    """Squares with areas in proportion to the parameters."""
    config, tied = model_choice.chosen(), model_choice.head_is_tied()
    small, largest = scale.published(scale.SMALL), scale.published(scale.LARGEST)
    times = largest.parameters / small.parameters
    st.write(
        "The same blocks in the same order make all of these models. Only the settings differ."
    )
    place = st.container()
    guess = predict.choice(
        f"How many of {scale.SMALL} would fill one {scale.LARGEST}?",
        [tables.short(float(f"{times:.2g}") * 10.0**power) for power in (-2, -1, 0, 1)],
        key="architecture.to_scale", done="architecture",
    )  # fmt: skip
    fit, until = "", scale.LARGEST
    if guess is not None:
        predict.verdict(
            guess,
            tables.short(float(f"{times:.2g}")),
            f"{largest.parameters:,} / {small.parameters:,} = {times:,.0f}. The model that comes "
            f"with this program would fit {largest.parameters / _starter():,.0f} times.",
        )
        with place:
            names = [model.name for model in reversed(scale.models(config, tied))]
            fit = st.segmented_control(
                "What fills the picture", names, default=names[0], required=True,
                key="architecture.fit", bind="query-params",
            )  # fmt: skip
            until = None
    with place:
        plot.show(
            scale.drawn(config, tied, str(fit), until),
            key="architecture-to-scale",
            alt="Models as squares side by side, each as large as its number of parameters",
            height=450,
        )
        st.caption(
            "A square's area is its number of parameters, and so is each layer's. In a small model "
            "the tables of the vocabulary are a large part; in a large one they are a line at the "
            f"edge. {scale.waits(config, tied) if guess is None else ''}"
        )
    if guess is not None:
        st.markdown(scale.steps_table(config, tied))
        st.caption(scale.counted_alike(tied))


def _starter() -> int:
    return scale.published(scale.STARTER).parameters
