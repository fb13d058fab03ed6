"""How does a model that guesses blindly learn to write?"""

import streamlit as st

from dashboard import corpus_choice, frame, session
from dashboard.lessons.pretraining import controls as pretraining_controls
from dashboard.lessons.pretraining import plans as pretraining_plans
from pages.pretraining import copying, learning, steps, writing

frame.begin("pretraining")
sentence = session.sentence_box()
left, right = st.columns([3, 2], gap="large")
with left:
    text = corpus_choice.choose("The text it learns from")
with right:
    vocabulary = pretraining_controls.vocabulary()
ready = pretraining_plans.material(text, vocabulary)

learning.what_loss_is(ready, sentence)
learning.reading(text, ready)
with st.container(key="idea-settings"):
    st.subheader("How shall it learn?", anchor="settings")
    chosen = pretraining_controls.settings(vocabulary)
above = st.container()  # stands here, and is filled once all settings are known
settings = steps.learning_rate(chosen)
with above:
    learning.run(ready, settings, sentence)
    learning.comparing()

steps.speed(ready)
steps.clipping_by_hand()

writing.writing(sentence, ready)
writing.looking_ahead(sentence)

copying.copying()
copying.heads()

learning.kept()

frame.end("pretraining")
