"""What each head of a model does with a text.

In:     the attention weights of a model on a text (L, H, T, T), and the text's ids (T,)
Out:    for each head its role on this text; where all layers together look
Next:   checkpoints, which keep a run on disk

    roles.py      where a head of each role looks, and how much of its weight a head puts there
    rollout.py    all layers multiplied together

Shapes: L layers, H heads, T tokens.
"""

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
    "HeadRole",
    "Shares",
    "evenness",
    "head_roles",
    "last_layer_mean",
    "role_targets",
    "rollout",
    "shares",
]
