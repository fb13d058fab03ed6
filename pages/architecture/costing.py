"""What a configuration costs: memory, operations, days and money."""

import streamlit as st

from dashboard import frame, predict, source, wording
from dashboard.components import plot
from dashboard.lessons.architecture import (
    ledgers,
    model_choice,
    scale,
    tables,
    this_computer,
    training_bill,
)
from llm_core import accounting


@frame.idea("What does it cost to run it, and to train it?")
def costs() -> None:
    """Memory in three number formats and in training; operations per part."""
    config, tied = model_choice.chosen(), model_choice.head_is_tied()
    st.write(
        "A parameter takes four bytes, or two, or one. A model that writes also keeps the keys and "
        f"values of its texts; a model that learns keeps far more. {tables.MEGABYTE}"
    )
    left, right = st.columns(2)
    batch_size = left.slider(
        "Texts at once", 1, 64, 4, key="architecture.batch", bind="query-params"
    )
    longest = min(config.context_length, 4096)
    tokens = right.slider(
        "Tokens in each", 1, max(longest, 2), min(longest, 256), key="architecture.tokens",
        bind="query-params",
    )  # fmt: skip
    tokens = min(int(tokens), longest)
    picture = st.container()
    guess = predict.choice(
        "Before it reads its first text, how many times the memory of its weights does a training "
        "with AdamW hold?",
        ["Once", "Twice", "Three times", "Four times"], key="architecture.copies",
        done="architecture",
    )  # fmt: skip
    with picture:
        plot.show(
            ledgers.memory(config, tied, int(batch_size), tokens, guess is not None),
            key="architecture-memory",
            alt="Memory to write with the model in three number formats, and to train it",
            height=300,
        )
    if guess is not None:
        predict.verdict(
            guess,
            "Four times",
            "The weights, for each its gradient (which way to change it), and two averages of "
            "those that AdamW keeps: "
            f"4 × {tables.memory(accounting.weight_bytes(config, tied=tied))} = "
            f"{tables.memory(ledgers.before_reading(config, tied))}. To these comes what the "
            "forward pass computes on the way (activations): only that grows with the texts.",
        )
    flops = accounting.flops_ledger(config, 1, tokens)
    each = tables.large(flops.total / tokens)
    with st.expander(f"Operations of one forward pass (T = {tokens:,}): {each} for each token"):
        st.markdown(tables.flops_table(flops, tokens))
        st.caption("An operation is a multiplication or an addition; a weight takes one of each.")
    source.show(
        accounting.training_memory, accounting.flops_ledger, key="architecture.source.costs"
    )


@frame.idea("What does it cost to train GPT-3?")
def training_cost() -> None:
    """Days and money, by a rule of thumb and by the ledger, with every assumption a control."""
    st.write(
        "Each parameter works on each token: two operations forward (a multiplication and an "
        "addition), four backward. So N parameters and D tokens take about 6 N D operations. The "
        f"rest is machines. Under Model, {scale.YOURS} is yours."
    )
    wish, kind = _wish()
    bill = wish.bill
    one, two, three, four = st.columns(4)
    one.metric("Operations, 6 N D", wording.scientific(wish.rule))
    two.metric("Time", tables.lasting(bill.seconds))
    three.metric("Hours of machines", tables.amount(bill.hours))
    four.metric("Bill", f"${tables.dollars(bill.dollars)}")
    picture, question = frame.picture_and_question()
    with question:
        guess = predict.choice(
            "A model twice as large, with 20 tokens for each parameter as before: how does the "
            "bill grow?", ["Not at all", "Twice", "Four times", "Eight times"],
            key="architecture.bill", done="architecture",
        )  # fmt: skip
        if guess is not None:
            predict.verdict(guess, "Four times", training_bill.why_four(wish))
    with picture:
        plot.show(
            training_bill.over_sizes(wish, guess is not None),
            key="architecture-bills",
            alt="The bill of a training against the parameters of the model",
            height=300 if frame.presenting() else 360,
        )
    st.markdown(training_bill.two_ways(wish))
    st.caption(
        f"Assumed: at best one {kind} computes {wish.cluster.peak / 1e12:,.0f} trillion operations "
        f"a second ({accounting.ACCELERATORS[kind].source}), of which "
        f"{wish.cluster.utilisation:.0%} arrive in the model; nothing breaks, nothing is tried "
        "twice, nobody is paid. The ledger also counts the products between tokens, for texts as "
        "long as the context."
    )
    source.show(
        accounting.training_flops, accounting.training_flops_by_ledger, accounting.Cluster.bill,
        key="architecture.source.training_cost",
    )  # fmt: skip


def _wish() -> tuple[training_bill.Wish, str]:
    """Draw the controls: what shall be trained, on what, at which price."""
    config, tied = model_choice.chosen(), model_choice.head_is_tied()
    models = {model.name: model for model in reversed(scale.models(config, tied))}
    one, two, three = st.columns(3)
    name = one.selectbox(
        "Model", list(models), index=list(models).index(scale.LARGEST),
        key="architecture.train", bind="query-params",
    )  # fmt: skip
    tokens = two.select_slider(
        "Tokens it reads", training_bill.TOKENS, training_bill.GPT_3_TOKENS,
        format_func=tables.large, key="architecture.train_tokens", bind="query-params",
        help="GPT-3 read 300 billion (Brown et al. 2020)",
    )  # fmt: skip
    kind = three.selectbox(
        "Machine", list(accounting.ACCELERATORS), key="architecture.machine", bind="query-params",
        help="GPT-3 was trained on V100",
    )  # fmt: skip
    four, five, six = st.columns(3)
    machines = four.select_slider(
        "How many", training_bill.MACHINES, 10_000, format_func="{:,}".format,
        key="architecture.machines", bind="query-params",
        help="The computer built for OpenAI in 2020 had 10,000, said Microsoft",
    )  # fmt: skip
    utilisation = five.slider(
        "Share of its speed that arrives, per cent", 1, 100, training_bill.GPT_3_UTILISATION,
        key="architecture.utilisation", bind="query-params",
        help="Model FLOPs utilisation (MFU). Chowdhery et al. (2022) put GPT-3 at 21.3 %, and "
        "their own PaLM at 46.2 %.",
    )  # fmt: skip
    price = six.number_input(
        "Dollars an hour, each", 0.05, 100.0, 1.5, 0.25, key="architecture.price",
        bind="query-params", help="Nobody's list: prices change from month to month. Set yours.",
    )  # fmt: skip
    cluster = accounting.Cluster(
        peak=accounting.ACCELERATORS[str(kind)].peak,
        utilisation=min(max(int(utilisation), 1), 100) / 100,
        machines=int(machines),
        price=min(max(float(price), 0.05), 100.0),
    )
    return training_bill.Wish(models[str(name)], int(tokens), cluster), str(kind)


@frame.idea("And on this computer?")
def this_machine() -> None:
    """The same rule, with a speed measured here and now."""
    config, tied = model_choice.chosen(), model_choice.head_is_tied()
    measured = this_computer.speed()
    largest = scale.published(scale.LARGEST)
    modern = accounting.ACCELERATORS["H100"].peak / measured.operations
    st.write(
        "A product of two 512 × 512 matrices, timed on the computer that runs this page, says how "
        f"fast it is: {tables.large(measured.operations)} operations a second. The maker of one "
        f"H100 promises {tables.short(modern)} times as many."
    )
    picture = st.container()
    last = this_computer.seconds(largest, measured.operations)
    options = {
        "About a year": 0,
        "About a hundred years": 2,
        "About ten thousand years": 4,
        "About a million years": 6,
    }
    guess = predict.choice(
        f"How long would this computer train {scale.LARGEST}, on 20 tokens for each parameter?",
        list(options), key="architecture.here", done="architecture",
    )  # fmt: skip
    with picture:
        plot.show(
            this_computer.times(config, tied, measured.operations, guess is None),
            key="architecture-here",
            alt="How long this computer would train each model, from seconds to millions of years",
            height=340,
        )
        st.caption(
            "How long each model would take to read 20 tokens for each of its parameters. Of two "
            "tables of the vocabulary only the head's multiplies, so it alone counts here. "
            f"{scale.waits(config, tied) if guess is None else ''}"
        )
    if guess is not None:
        truth = this_computer.nearest(last, options)
        predict.verdict(guess, truth, f"At full speed, day and night: {tables.lasting(last)}.")
    own = this_computer.update(measured.operations)
    if own is None:
        st.caption(
            "Full speed is never reached. Train a model on page 4, and here stands how long one "
            "of its updates really took."
        )
    else:
        st.markdown(this_computer.update_table(own))
    if st.button("Measure again", icon=":material/speed:", key="architecture.again"):
        this_computer.speed.clear()
        st.rerun(scope="fragment")
    source.show(accounting.matmul_speed, key="architecture.source.here")
