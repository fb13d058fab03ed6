"""How does a model that writes become one that decides?"""

import streamlit as st

from dashboard import dataset_choice, frame
from pages.classify import at_work, messages, shared, training

frame.begin("classify")
examples = dataset_choice.choose(dataset_choice.MESSAGES)

st.session_state.pop("classify.drawn_with", None)  # while the whole page is drawn, nothing is old

messages.data(examples)
messages.padding(examples)
messages.last_token()

training.freezing()
training.training(examples)

at_work.try_it()
at_work.mistakes()

st.session_state["classify.drawn_with"] = shared.cut_and_rank()
frame.end("classify")
