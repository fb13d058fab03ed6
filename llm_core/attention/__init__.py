"""Attention: each token's vector takes in something of the others'.

In:     one vector per token (B, T, C)
Out:    one vector per token (B, T, C) that has looked at the others
Next:   transformer.py, where attention becomes one half of a block

Read weights.py (scores -> weights), scaling.py (why scores are divided), single.py (one head),
multi.py (several), then cost.py (what it takes); positions.py is for those who ask how a token
knows where it stands.
"""

from llm_core.attention import cost, scaling
from llm_core.attention.multi import (
    LayerCache,
    MultiHeadAttention,
    MultiHeadAttentionWrapper,
    join_heads,
    split_heads,
)
from llm_core.attention.positions import (
    AlibiAttention,
    RotaryAttention,
    alibi_bias,
    alibi_slopes,
    rotate,
)
from llm_core.attention.single import (
    TOY_SENTENCE,
    AttentionSteps,
    CausalAttention,
    SelfAttention_v1,
    SelfAttention_v2,
    attend,
    scores_by_loops,
    simple_attention,
    toy_inputs,
)
from llm_core.attention.weights import (
    DroppedWeights,
    MaskedWeights,
    Normalisations,
    RenormalisedWeights,
    causal_mask,
    drop_weights,
    largest_difference,
    mask_then_renormalise,
    mask_then_softmax,
    mean_after_dropout,
    normalisations,
    softmax_naive,
)

__all__ = [
    "TOY_SENTENCE",
    "AlibiAttention",
    "AttentionSteps",
    "CausalAttention",
    "DroppedWeights",
    "LayerCache",
    "MaskedWeights",
    "MultiHeadAttention",
    "MultiHeadAttentionWrapper",
    "Normalisations",
    "RenormalisedWeights",
    "RotaryAttention",
    "SelfAttention_v1",
    "SelfAttention_v2",
    "alibi_bias",
    "alibi_slopes",
    "attend",
    "causal_mask",
    "cost",
    "drop_weights",
    "join_heads",
    "largest_difference",
    "mask_then_renormalise",
    "mask_then_softmax",
    "mean_after_dropout",
    "normalisations",
    "rotate",
    "scaling",
    "scores_by_loops",
    "simple_attention",
    "softmax_naive",
    "split_heads",
    "toy_inputs",
]
