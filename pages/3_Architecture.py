"""Which parts make a GPT, and how large is each of them?"""

from dashboard import frame, session
from pages.architecture import building, configure, inside, parts

frame.begin("architecture")
sentence = session.sentence_box()

inside.whole_model(sentence)

parts.layer_norm(sentence)
parts.activation(sentence)
parts.shortcuts()

configure.seven_numbers()
configure.puzzle()
configure.costs()

building.gibberish(sentence)

frame.end("architecture")
