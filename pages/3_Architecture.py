"""Which parts make a GPT, and how large is each of them?"""

from dashboard import frame, session
from pages.architecture import (
    at_work,
    building,
    configure,
    costing,
    inside,
    parts,
    training_aids,
)

frame.begin("architecture")
sentence = session.sentence_box()

inside.whole_model(sentence)

parts.layer_norm(sentence)
parts.activation(sentence)
parts.expansion(sentence)
training_aids.shortcuts(sentence)
training_aids.dropout(sentence)

building.build_it(sentence)
building.shape_puzzle()

configure.seven_numbers()
configure.puzzle()
configure.to_scale()
costing.costs()
costing.training_cost()
costing.this_machine()

at_work.lens(sentence)
at_work.generate(sentence)
at_work.cached_writing(sentence)

frame.end("architecture")
