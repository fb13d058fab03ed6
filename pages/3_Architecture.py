"""Which parts make a GPT, and how large is each of them?"""

from dashboard import frame, session
from pages.architecture import at_work, configure, inside, parts

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
at_work.lens(sentence)
at_work.generate(sentence)
at_work.cached_writing(sentence)

frame.end("architecture")
