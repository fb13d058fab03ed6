"""Which parts make a GPT, and how large is each of them?"""

from dashboard import frame, session
from pages.architecture import building, configure, inside, parts

frame.begin("architecture")
sentence = session.sentence_box()

configure.seven_numbers()
configure.puzzle()
configure.costs()
inside.whole_model(sentence)
parts.layer_norm(sentence)
parts.activation(sentence)
parts.shortcuts()
inside.block(sentence)
building.build_it(sentence)
building.shape_puzzle()
building.gibberish(sentence)

frame.end("architecture")
