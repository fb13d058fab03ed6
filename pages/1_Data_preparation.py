"""How does a text become numbers a model can learn from?"""

import streamlit as st

from dashboard import corpus_choice, frame, session
from dashboard.lessons.data import views
from pages.data import order, subwords, vectors, whole, words

frame.begin("data")
with st.container(key="page-top"):
    left, right = st.columns(2, gap="large")
    with left:
        corpus = corpus_choice.choose()
    with right:
        sentence = session.sentence_box()
    st.code(views.preview(corpus), language=None, wrap_lines=True)
    st.caption(f"{len(corpus.text):,} characters; this is how the text begins.")

words.cutting(corpus, sentence)
words.vocabulary(corpus, sentence)

subwords.byte_pairs(corpus)
subwords.training_pairs(corpus)
subwords.replaying(corpus)

vectors.windows(corpus, sentence)
vectors.looking_up()
vectors.learning_rows(sentence)

order.positions(sentence)
order.table_of_places()

whole.space_of_meanings(corpus)
whole.whole_pipeline(corpus, sentence)

frame.end("data")
