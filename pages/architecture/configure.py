"""What the settings of a GPT decide: its parameters, its memory, its operations."""

import streamlit as st

from dashboard import frame, predict, source
from dashboard.components import plot
from dashboard.lessons.architecture import model_choice, tables, views
from llm_core import accounting
from llm_core.config import GPT_CONFIG_124M


@frame.idea("What do seven settings decide?")
def seven_numbers() -> None:
    """Configure a model; count its parameters without building it."""
    st.write(
        "Seven settings describe a GPT; an eighth says whether its two vocabulary tables are one. "
        "Change one, and everything below follows: above all the parameters, which are the numbers "
        "that training sets."
    )
    before = model_choice.chosen()
    config, tied = model_choice.choose()
    ledger = accounting.parameter_ledger(config)
    flops = accounting.flops_ledger(config, 1, config.context_length)
    one, two, three, four = st.columns(4)
    one.metric("Parameters", f"{ledger.total_tied if tied else ledger.total:,}")
    two.metric("In each block", f"{ledger.per_block:,}")
    three.metric("Width of a head", f"{config.head_dim:,}", help="Width divided by heads")
    four.metric(
        f"Operations/token, T = {config.context_length:,}",
        tables.large(flops.total / config.context_length),
        help="Additions and multiplications for each of T tokens; here T is the full context",
    )  # fmt: skip
    plot.show(
        views.areas(config, tied),
        key="architecture-areas",
        alt="Areas as large as the parameters of each part of the model",
        height=360,
    )
    st.caption(
        "Each area is as large as its number of parameters. Make the model wider: the blocks grow "
        "with the square of the width, the vocabulary tables only in step with it."
    )
    with st.expander("Every tensor (a table of numbers), with its formula"):
        st.markdown(tables.ledger_table(ledger))
    source.show(
        accounting.parameter_ledger, key="architecture.source.ledger",
        shapes={row.tensor: row.shape for row in ledger.rows},
    )  # fmt: skip
    if model_choice.small(config) != model_choice.small(before):
        st.rerun()  # the ideas below look into a model of this configuration


@frame.idea("Why is the 163-million model called 124M?")
def puzzle() -> None:
    """The book's puzzle: the head shares the embedding's table."""
    ledger = accounting.parameter_ledger(GPT_CONFIG_124M)
    parts = ledger.by_part
    st.write(
        f"Count the smallest GPT-2, tensor by tensor, and you get {ledger.total:,} parameters. Its "
        "paper said 117 million, a miscount that its authors later corrected to 124 million. That "
        "is still far from your count."
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


@frame.idea("What does it cost to run it, and to train it?")
def costs() -> None:
    """Memory in three number formats and in training; operations per part."""
    config = model_choice.chosen()
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
    tied = bool(st.session_state.get("architecture.tied"))
    plot.show(
        views.memory(config, tied, int(batch_size), tokens),
        key="architecture-memory",
        alt="Memory to run the model in three number formats and to train it",
        height=300,
    )
    st.caption(
        "Training holds the weights four times over: themselves, their gradients (which way to "
        "change each one), and two averages that AdamW keeps of those (the method that changes "
        "them). To these comes everything the forward pass computed on the way.",
        help="1 MB is 1,048,576 bytes on this page and in the course, and 1 GB is 1,024 MB.",
    )
    flops = accounting.flops_ledger(config, 1, tokens)
    each = tables.large(flops.total / tokens)
    with st.expander(f"Operations of one forward pass (T = {tokens:,}): {each} for each token"):
        st.markdown(tables.flops_table(flops, tokens))
    source.show(
        accounting.training_memory, accounting.flops_ledger, key="architecture.source.costs"
    )
