"""How does each word find out which earlier words matter to it?"""

from dashboard import frame, session
from pages.attention import at_work, by_hand, costs, rungs, trained, why

frame.begin("attention")
sentence = session.sentence_box()

why.one_vector(sentence)
why.earlier_words(sentence)

asked = by_hand.choose(sentence)
by_hand.scores(asked)
by_hand.weights(asked)
by_hand.scaling(sentence)
rungs.ladder(asked)
rungs.mask(asked)
trained.cheating(sentence)
rungs.dropout(asked)
rungs.several_heads(asked)
trained.positions(sentence)
trained.reading_on()

at_work.heads_at_work(sentence)
at_work.all_layers(sentence)
at_work.head_writes(sentence)
at_work.switched_off(sentence)
at_work.why_rather(sentence)

costs.fused_path(sentence)
costs.kept(sentence)
costs.smaller_cache()

frame.end("attention")
