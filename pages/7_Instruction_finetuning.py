"""How does a model that continues text become one that answers?"""

import streamlit as st

from dashboard import dataset_choice, frame
from pages.instruct import answering, texts

frame.begin("instruct")
left, right = st.columns([3, 2], gap="large")
with left:
    examples = dataset_choice.choose(dataset_choice.INSTRUCTIONS)
with right:
    last = len(examples.rows)
    place = st.slider(
        "Entry to look at",
        1,
        max(2, last),
        min(50, last),
        key="instruct.entry",
        bind="query-params",
    )
entry = texts.chosen(examples, place)

texts.entries(examples, entry)
texts.layout(entry)
texts.collate(examples, place)

answering.run(examples)
answering.judged(examples)
answering.ask()

frame.end("instruct")
