"""Whole words as tokens, and what a vocabulary of them cannot do."""

import streamlit as st

from dashboard import chips, frame, predict, source
from dashboard.components import tokens
from dashboard.corpus_choice import Corpus
from dashboard.lessons.data import cutting as cuts
from dashboard.lessons.data import (
    views,
)
from dashboard.lessons.data import vocabulary as vocabularies
from llm_core import tokenizers


@frame.idea("Where does a token begin and end?")
def cutting(corpus: Corpus, sentence: str) -> None:
    """Four ways of cutting a text, each better than the one before."""
    st.markdown(
        "A model reads a text in pieces, its **tokens**: words, marks, parts of words. There "
        "is more than one way to cut; here are four, for whole words."
    )
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    names = list(cuts.STEPS)
    step = left.segmented_control(
        "Colour the text by", names, default=names[-1], required=True,
        key="data.cut", bind="query-params",
    )  # fmt: skip
    what = right.segmented_control(
        "Cut", ["A line of the text", "My sentence"], default="A line of the text", required=True,
        key="data.what", bind="query-params",
    )  # fmt: skip
    passage = sentence if what == "My sentence" else views.with_marks(corpus)
    at = names.index(str(step))
    st.markdown(f"**Step {at + 1}.** {cuts.STEPS[str(step)]}")
    tokens.show(passage, cuts.lanes(passage), key="data-cuts", focus=at)
    st.caption(
        "Framed: cut anew by this step. The whole text has "
        f"{len(vocabularies.words(corpus)):,} tokens when cut in step 4."
    )
    guess = predict.choice(
        "From which of the four lists can the text be joined again, down to the last blank?",
        [cuts.ALL, cuts.TWO, cuts.NONE],
        key="data.joined",
    )
    if guess is not None:
        predict.verdict(
            guess,
            cuts.restorable(passage),
            "A list that holds every piece, blanks too, joins to the very same text; one without "
            "them leaves the blanks to be guessed.",
        )
    source.show(tokenizers.split_in_steps, tokenizers.split_words, key="data.cut.code")


@frame.idea("What if a word is not in the vocabulary?")
def vocabulary(corpus: Corpus, sentence: str) -> None:
    """Sorted, numbered, and helpless before a new word."""
    plain = vocabularies.knows(corpus, special=False)
    st.markdown(
        "Sort the different tokens of the text and number them: that is a **vocabulary**. A token "
        "becomes its number, its **id**."
    )
    find = st.text_input(
        "Find a token or an id",
        key="data.find",
        bind="query-params",
        placeholder="part of a word, or a number",
        live="100ms",
    )
    shown = vocabularies.found(plain, find)
    chips.show(list(shown), ids=list(shown.values()), most=vocabularies.LISTED)
    st.caption(
        f"{plain.n_vocab:,} different tokens: marks, digits, capitals, then small letters"
        + (f"; {len(shown):,} of them fit." if find else ".")
    )
    guess = predict.choice(
        "Will this vocabulary be able to encode your sentence at the top?",
        ["Yes", "No"],
        key="data.known",
        done="data",
    )
    if guess is not None:
        encode(plain, guess, sentence)
        repair(corpus, sentence)
    source.show(
        tokenizers.build_vocabulary,
        tokenizers.SimpleTokenizerV1,
        tokenizers.SimpleTokenizerV2,
        key="data.vocabulary.code",
    )


def encode(plain: tokenizers.SimpleTokenizerV1, guess: str, sentence: str) -> None:
    """The sentence in ids and back; an unknown word stops the tokenizer."""
    try:
        ids = plain.encode(sentence)
        predict.verdict(guess, "Yes", "Every word of it stands in the text. Try a rarer one.")
        st.code(str(ids), language=None, wrap_lines=True)
    except tokenizers.UnknownTokenError as error:
        ids = []
        predict.verdict(guess, "No", "One new word is enough, and encoding stops:")
        st.code(f"UnknownTokenError: {error}", language=None, wrap_lines=True)
    tokens.show(sentence, [vocabularies.lane(plain, sentence, "Your sentence")], key="data-encoded")
    written = st.text_input(
        "Ids to decode", key="data.decode", bind="query-params", max_chars=2000, live="100ms",
        placeholder="whole numbers, for instance 5 0 12",
    )  # fmt: skip
    with frame.guarded():
        back = vocabularies.decoded(plain, written) if written.strip() else plain.decode(ids)
        if back:
            st.caption("Back to text; where blanks stood is guessed:")
            st.code(back, language=None, wrap_lines=True)


def repair(corpus: Corpus, sentence: str) -> None:
    """Two special tokens: one for what is unknown, one between documents."""
    repaired = vocabularies.knows(corpus, special=True)
    joined = f"{sentence} {vocabularies.END} {views.opening(corpus)}"
    numbers = [repaired.str_to_int[token] for token in vocabularies.SPECIAL]
    st.markdown(
        "Two special tokens repair that: `<|unk|>` stands for any unknown word, `<|endoftext|>` "
        f"between two documents. They come last, as ids {numbers[1]:,} and {numbers[0]:,}; the "
        f"vocabulary now has {repaired.n_vocab:,}. Here are your sentence and the text, joined:"
    )
    tokens.show(joined, [vocabularies.lane(repaired, joined, "Two documents")], key="data-joined")
    st.caption("Back to text (what was unknown is lost, and blanks are guessed):")
    st.code(repaired.decode(repaired.encode(joined)), language=None, wrap_lines=True)
