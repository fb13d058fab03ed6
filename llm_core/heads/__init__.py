"""What single heads do with a text: where they look, what they write, what is lost without them.

In:     a GPT and the steps of one text it has read (`GPTModel.steps`), or its attention weights
        (L, H, T, T) and the text's ids (T,)
Out:    numbers per layer and head; the model itself is only read, so others may use it meanwhile
Next:   checkpoints, which keep what was learned

    roles           where a head of each role looks, and how much of its weight a head puts there
    rollout         all layers multiplied together
    contributions   the difference of two logits as a sum over embeddings, heads, feed-forwards
    effects         the same text read again with some heads switched off

Shapes: L layers, H heads, T tokens.
"""

from llm_core.heads.contributions import (
    Contributions,
    Writing,
    contributions,
    handed_over,
    head_writes,
    read_out,
    writing,
)
from llm_core.heads.effects import (
    Silenced,
    divergence,
    logits_without,
    logits_without_each,
    silenced,
    stand_ins,
)
from llm_core.heads.roles import (
    DIFFUSE,
    FINDERS,
    FIRST,
    INDUCTION,
    MIXED,
    NEAR,
    NEARBY,
    OFFSET,
    PREVIOUS,
    ROLES,
    SAME,
    HeadRole,
    Shares,
    evenness,
    head_roles,
    role_targets,
    shares,
)
from llm_core.heads.rollout import last_layer_mean, rollout

__all__ = [
    "DIFFUSE",
    "FINDERS",
    "FIRST",
    "INDUCTION",
    "MIXED",
    "NEAR",
    "NEARBY",
    "OFFSET",
    "PREVIOUS",
    "ROLES",
    "SAME",
    "Contributions",
    "HeadRole",
    "Shares",
    "Silenced",
    "Writing",
    "contributions",
    "divergence",
    "evenness",
    "handed_over",
    "head_roles",
    "head_writes",
    "last_layer_mean",
    "logits_without",
    "logits_without_each",
    "read_out",
    "role_targets",
    "rollout",
    "shares",
    "silenced",
    "stand_ins",
    "writing",
]
