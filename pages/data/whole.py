"""What vectors can mean, and all of the page in one picture."""

from functools import partial

import streamlit as st

from dashboard import frame, live, predict, source
from dashboard.corpus_choice import Corpus
from dashboard.lessons.data import (
    meanings,
    meanings_views,
    places,
    whole_way,
)
from llm_core import batches, embeddings, word2vec


@frame.idea("How can a vector hold a meaning?")
def space_of_meanings(corpus: Corpus) -> None:
    """Word2Vec learns while the map moves; neighbours, analogies and axes of any vectors."""
    st.markdown(
        "Nobody tells **Word2Vec** what a word means. Its exercise: from a word's vector, tell the "
        "words that stand near it in the text from words drawn at random. Two words with the same "
        "company have to give the same answers, so their vectors end up side by side."
    )
    others = ("money", "morning", "Tuesday")
    guess = predict.choice(
        "Which of these vectors will lie nearest to that of “Monday”?",
        others,
        key="data.nearest",
        done="data",
    )
    if guess is not None:
        meanings_views.reveal(guess, "Monday", others)
    meanings_views.offer(corpus)
    show = partial(meanings_views.show, corpus)
    if live.panel(meanings.KIND, [], beside=show) is None:
        show()
    source.show(
        word2vec.SkipGram,
        word2vec.train_word2vec,
        word2vec.skip_gram_pairs,
        word2vec.WordVectors,
        embeddings.principal_components,
        key="data.meanings.code",
    )


@frame.idea("What enters the model in the end?")
def whole_pipeline(corpus: Corpus, sentence: str) -> None:
    """The whole way in one picture, then the same for a batch of the text."""
    found = places.embedded(places.starter(), sentence)
    st.markdown("All of this page in one picture: your sentence on its way into the starter model.")
    whole_way.show(sentence, found)
    st.caption(
        f"The first {places.CHANNELS} of {found.steps.sum.shape[-1]} channels as colour, blue "
        "below zero and orange above. Rest on a token to follow it; a square tells its number."
    )
    st.markdown("Training reads many windows of the text at once, a **batch**.")
    left, middle, right = st.columns(3)
    batch = left.slider("Batch size", 1, 16, 8, key="data.batch", bind="query-params")
    size = middle.slider("Context length", 1, 64, 4, key="data.size", bind="query-params")
    stride = right.slider("Stride", 1, 64, 4, key="data.hop", bind="query-params")
    whose = st.segmented_control(
        "Tokens and tables", [whole_way.STARTER, whole_way.COURSE], default=whole_way.STARTER,
        required=True, key="data.batch_of", bind="query-params",
    )  # fmt: skip
    guess = predict.choice(
        "What shape does the batch have when it enters the model?",
        whole_way.SHAPES,
        key="data.shape",
        done="data",
    )
    if guess is not None:
        made = whole_way.pipeline(corpus, str(whose), int(batch), int(size), int(stride))
        predict.verdict(guess, made.kind, "One vector for every token of every window.")
        st.html(whole_way.stations(made))
        st.caption("The ids of this batch, one window a line:")
        st.code(whole_way.corner(made), language=None)
    source.show(
        batches.create_dataloader_v1,
        batches.GPTDatasetV1,
        embeddings.embed,
        key="data.pipeline.code",
        shapes=found.steps._asdict(),
    )
