"""Trials: change one thing about a GPT, train it beside the others, and see what it was for.

In:     a text
Out:    a stream of updates of several models at once, with what tells them apart
Next:   observing.py, a look into any model

Read side_by_side.py (several models, the same batches), then cheating.py (without the causal mask),
then positions.py (five ways to say where a token stands).
"""

from llm_core.trials.cheating import (
    CHEATS,
    AllSeeingGPT,
    CheatStep,
    Duel,
    ahead_scores,
    duellists,
    learn_with_and_without_mask,
    write_on,
    writing_loss,
)
from llm_core.trials.positions import (
    SCHEMES,
    TRAINED,
    PlaceStep,
    Scheme,
    learn_with_every_scheme,
    loss_at_each_place,
    newborn,
    notices_order,
    scores_by_distance,
)
from llm_core.trials.side_by_side import (
    N_CHARACTERS,
    character_ids,
    characters,
    held_out,
    losses_of,
)

__all__ = [
    "CHEATS",
    "N_CHARACTERS",
    "SCHEMES",
    "TRAINED",
    "AllSeeingGPT",
    "CheatStep",
    "Duel",
    "PlaceStep",
    "Scheme",
    "ahead_scores",
    "character_ids",
    "characters",
    "duellists",
    "held_out",
    "learn_with_and_without_mask",
    "learn_with_every_scheme",
    "loss_at_each_place",
    "losses_of",
    "newborn",
    "notices_order",
    "scores_by_distance",
    "write_on",
    "writing_loss",
]
