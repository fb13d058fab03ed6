"""Byte pairs: how they are used, where they come from, how a word is put together."""

import streamlit as st

from dashboard import frame, predict, source, wording
from dashboard.components import plot, tokens
from dashboard.corpus_choice import Corpus
from dashboard.lessons.data import (
    pairs,
    pairs_shown,
    spelling,
)
from llm_core import tokenizers


@frame.idea("How can a fixed vocabulary spell any word?")
def byte_pairs(corpus: Corpus) -> None:
    """Any text in the tokens of several tokenizers, cut anew at every stroke."""
    st.markdown(
        "GPT-2 keeps frequent words whole and cuts rare ones into smaller pieces, if need be down "
        "to single **bytes**, so nothing is ever unknown. (A byte is a number from 0 to 255; a "
        "computer writes “a” as one of them, an emoji as four.) Try made-up words, emoji, another "
        "script."
    )
    with st.container(horizontal=True, gap="small"):
        for name in spelling.EXAMPLES:
            st.button(name, key=f"data.put.{name}", on_click=spelling.put, args=(name,))
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    names = spelling.names()
    left.segmented_control(
        "Colour the text by", names, default=names[0], required=True,
        key="data.whose", bind="query-params",
    )  # fmt: skip
    right.number_input(
        "Price of a million tokens", 0.0, 10_000.0, 1.0, 0.5, key="data.price", bind="query-params"
    )
    typed(corpus)
    scripts(spelling.GPT4 in names)
    source.show(
        tokenizers.gpt2_bpe,
        tokenizers.BPETokenizer.encode,
        tokenizers.BPETokenizer.encode_ordinary,
        tokenizers.byte_places,
        key="data.pairs.code",
        shapes={"embedding table": spelling.weights()},
    )


@frame.part
def typed(corpus: Corpus) -> None:
    """The box and what follows every stroke in it."""
    box = spelling.box("data-tokens")
    versions = spelling.spelled(box.text, corpus, spelling.GPT4 in spelling.names())
    tokens.show(
        box.text,
        spelling.lanes(box.text, versions, corpus),
        key="data-tokens",
        focus=spelling.names().index(str(st.session_state["data.whose"])),
        box=box,
        table=spelling.table(versions),
    )
    price = float(st.session_state["data.price"])
    with st.container(key="data-comparison"):
        st.markdown(spelling.comparison(box.text, versions, price))
    st.caption(
        "␣ is a blank, ↵ a new line, ‹200b› a character that cannot be seen, ‹e2-80› bytes that "
        "are no whole character. Dotted: a character that several tokens share. Dashed: unknown."
    )


def scripts(with_gpt4: bool) -> None:
    """What the same sentence costs in other languages."""
    guess = predict.choice(
        "One sentence about human rights, in English and in Hindi: how many of GPT-2's tokens does "
        "the Hindi take, compared with English?",
        [spelling.SAME, spelling.SOME, spelling.MANY],
        key="data.scripts",
        done="data",
    )
    if guess is not None:
        truth, times = spelling.how_many_times("Hindi")
        predict.verdict(
            guess,
            truth,
            f"{times:.1f} times as many. A tokenizer has long tokens for what it learned from, and "
            "falls back to bytes for the rest; who pays by the token pays for that.",
        )
        plot.show(
            spelling.article_figure(with_gpt4),
            key="data-scripts",
            alt="Tokens of the same sentence in five languages",
            height=300,
        )
        if not with_gpt4:
            st.caption(
                "GPT-4's tokens join in as soon as their file of 1.7 MB is on this computer, which "
                f"this command fetches: `{spelling.HOW_TO_GET_GPT4}`"
            )


@frame.idea("Where do byte pairs come from?")
def training_pairs(corpus: Corpus) -> None:
    """Learn byte pairs from the text, one merge at a time."""
    counted = pairs.part_of(corpus)
    st.markdown(
        "Start from single bytes. Count which two neighbours stand together most often: glue that "
        "**pair** into one token, everywhere. This is one **merge**. Then count again."
        + ("" if counted == "the text" else f" Here only {counted} are counted.")
    )
    guess = predict.choice(
        "What will the very first merge of this text be?",
        pairs.FIRST_MERGE,
        key="data.first",
        done="data",
    )
    if guess is None:
        return
    learned = pairs.learned(corpus)
    why = f"That pair stands {wording.counted(learned[0].count, 'time')} in {counted}."
    predict.verdict(guess, pairs.kind(learned[0]), why)
    n = pairs_shown.stepper(
        "Merges made", len(learned), key="data.merges", on="Merge", icon=":material/join_inner:"
    )
    pairs_shown.merge(corpus, n)
    st.caption(
        "Hugging Face's trainer makes the same merges: this project's tests compare the two, on "
        "the bundled story and on many small texts."
    )
    source.show(
        tokenizers.train_steps,
        tokenizers.BPETokenizer.from_merges,
        tokenizers.BPETokenizer.encode_ordinary,
        key="data.training.code",
    )


@frame.idea("How does GPT-2 put a word together?")
def replaying(corpus: Corpus) -> None:
    """GPT-2's own merges on any word, forward and back."""
    st.markdown(
        "GPT-2's makers learnt 50,000 merges from web pages, in this way. To cut a new word, it is "
        "taken apart into bytes; then, of all neighbours that can merge, those go first whose "
        "merge was learnt first."
    )
    typed = st.text_input(
        "A word, as GPT-2 meets it (a blank in front counts)",
        " lighthouse",
        key="data.word",
        bind="query-params",
        max_chars=pairs.WORD,
        live=True,
    )
    piece = pairs_shown.choose_piece(typed)
    steps = pairs.replay(piece)
    guess = predict.choice(
        "How many tokens will be left in the end?",
        pairs.TOKENS_LEFT,
        key="data.left",
        done="data",
        about=piece,
    )
    if guess is None:
        return
    length = wording.counted(len(piece.encode()), "byte")
    predict.verdict(guess, pairs.left(steps), f"The way begins with {length}.")
    n = pairs_shown.stepper(
        "Merges of this word", len(steps) - 1, key="data.replayed", on="Merge",
        icon=":material/join_inner:",
    )  # fmt: skip
    pairs_shown.moment(steps, n)
    pairs_shown.ladder(steps, n)
    pairs_shown.result(corpus, piece)
    source.show(tokenizers.BPETokenizer.replay, tokenizers.BPETokenizer._replay,
                key="data.replay.code")  # fmt: skip
