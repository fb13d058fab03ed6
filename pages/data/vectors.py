"""From ids to training examples, and from ids to vectors."""

import streamlit as st

from dashboard import chips, frame, predict, source, wording
from dashboard.components import plot
from dashboard.corpus_choice import Corpus
from dashboard.lessons.data import (
    cells,
    sliding,
    sliding_shown,
    tables,
)
from llm_core import batches, config, embeddings, observing


@frame.idea("What exactly does the model learn from?")
def windows(corpus: Corpus, sentence: str) -> None:
    """Windows over the ids, each with its answer one place further on."""
    st.markdown(
        "The model reads a **window** of tokens and has to name the next one. So the text itself "
        "is the teacher. A window is as long as the **context length**; the next one begins a "
        "**stride** further on; a **batch** is what the model reads before it is corrected."
    )
    setting = sliding_shown.choose()
    which = sliding_shown.which_batch()
    guess = predict.choice(
        "What is the answer that belongs to the last token of a window?",
        sliding.ANSWERS,
        key="data.answer",
        done="data",
    )
    sliding_shown.brackets(corpus, setting, which, answers=guess is not None)
    st.caption(sliding_shown.counts(corpus, setting))
    if guess is None:
        return
    window = sliding.batch(corpus, setting, which)
    predict.verdict(
        guess,
        sliding.last_answer(corpus, setting),
        "It is dotted above. So each target row is its input row, moved on by one:",
    )
    sliding_shown.sides(corpus, setting, which)
    st.markdown("A window holds one exercise per place. Here are those of the first row:")
    sliding_shown.ladder(sliding.rungs(window, setting.over))
    st.markdown("The same with whole words, on your sentence at the top of the page:")
    sliding_shown.word_table(sliding.word_examples(sentence))
    source.show(
        batches.windows,
        batches.WindowDataset,
        batches.load,
        batches.batch_at,
        batches.coverage,
        batches.growing_contexts,
        key="data.windows.code",
        shapes=window._asdict(),
    )


@frame.idea("How does an id become a vector?")
def looking_up() -> None:
    """A look-up is a one-hot vector times the table."""
    st.markdown(
        "A table has one row of numbers for each id: the token's **vector**, a list with one "
        "number in each **channel**. A look-up lifts one row out. The same as a calculation: a "
        "**one-hot** vector, all zeros but a single one, times the table."
    )
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    with st.expander("More"):
        first, second = st.columns(2)
        rows = first.slider("Rows of the table", 2, 12, 6, key="data.rows", bind="query-params")
        channels = second.slider("Channels", 1, 5, 3, key="data.channels", bind="query-params")
    token_id = left.slider("Id", 0, rows - 1, min(3, rows - 1), key="data.id", bind="query-params")
    typed = middle.text_input("Several ids at once", "2 3 5 1", key="data.ids", max_chars=60,
                              bind="query-params")  # fmt: skip
    seed = right.number_input("Seed of the table", 0, 9999, 123, key="data.seed",
                              bind="query-params")  # fmt: skip
    found = tables.look_up(int(token_id), int(rows), int(channels), int(seed))
    left, right = st.columns([1.7, 1], gap="large")
    with left:
        cells.show(tables.lifted(found, int(token_id)))
        st.caption(
            f"Every row but one is multiplied by 0, so the sum is row {token_id} itself. Largest "
            f"difference between look-up and product: {wording.difference(found.gap)}."
        )
    with right, frame.guarded():
        ids = tables.read_ids(typed, int(rows))
        cells.show(tables.stacked(found, ids, int(token_id)))
        st.caption(f"Several ids give as many rows, in their order: {len(ids)} × {channels}.")
    gpt2 = config.GPT_CONFIG_124M
    st.markdown(
        "An `nn.Linear` that holds the same table gives the same vector. It only works more: with "
        f"GPT-2's {gpt2.vocab_size:,} rows of {gpt2.emb_dim} channels it multiplies "
        f"{gpt2.vocab_size * gpt2.emb_dim:,} numbers for each token, and `nn.Embedding` none."
    )
    source.show(
        embeddings.look_up_by_product,
        embeddings.as_linear,
        key="data.lookup.code",
        shapes={"table": found.table, "one-hot": found.one_hot, "row": found.looked_up},
    )


@frame.idea("Which rows does training change?")
def learning_rows(sentence: str) -> None:
    """One update on the sentence; only what was read moves, unless the head is tied."""
    st.markdown(
        "A table begins with random numbers, and training moves them, step by step. Watch one such "
        "step, made by the starter model that comes with this page: it reads your sentence, "
        "guesses what follows each token, and each number that had a part in the guesses moves a "
        "little, so that the right token would have surprised it less. That surprise is the "
        "**loss**."
    )
    tied = st.toggle(
        "The head uses the same table", key="data.tied", bind="query-params",
        help="The head turns the last vectors into a chance for every token. It has a table of its "
        "own, or shares this one.",
    )  # fmt: skip
    guess = predict.choice(
        "Which rows of the table will move?",
        tables.KINDS,
        key="data.moved",
        done="data",
        about=bool(tied),
    )
    if guess is None:
        return
    found = tables.one_step(sentence, bool(tied))
    predict.verdict(guess, found.kind, tables.why(found, bool(tied)))
    chips.show(found.words, ids=found.ids, marks=["" if read else "dim" for read in found.read])
    left, right = st.columns(2, gap="large")
    with left:
        plot.show(tables.whole_table(sentence, bool(tied)), key="data-rows-moved", height=360,
                  alt="Every row of the token table, coloured by how far it moved")  # fmt: skip
        st.caption("Each square is a row of the table; an empty one has not moved at all.")
    with right:
        plot.show(tables.farthest(sentence, bool(tied)), key="data-rows-farthest", height=360,
                  alt="The rows that moved farthest")  # fmt: skip
        st.caption(
            f"Loss before the step: {found.result.loss:.2f} for each token (0: it knew them all). "
            f"The step is {tables.LEARNING_RATE} times the slope of the loss."
        )
    source.show(
        observing.rows_moved, key="data.moved.code", shapes={"distances": found.result.distances}
    )
