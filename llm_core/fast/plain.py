"""Which models the fast path knows.

In:     a model
Out:    whether it consists of the layers of `GPTModel` and of nothing else
Next:   pieces.py and products.py, which such models are computed with
"""

from typing import TypeGuard

from torch import nn

from llm_core.attention import MultiHeadAttention
from llm_core.gpt import GPTModel
from llm_core.transformer import GELU, FeedForward, LayerNorm, TransformerBlock

BLOCKS = {TransformerBlock, MultiHeadAttention, FeedForward, LayerNorm, GELU}
USUAL = BLOCKS | {GPTModel, nn.Linear, nn.Embedding, nn.Sequential, nn.Dropout}


def is_plain(model: nn.Module) -> TypeGuard[GPTModel]:
    """Whether the model is a GPTModel whose layers are its own: no LoRA, no other head.

    >>> is_plain(nn.Linear(2, 2))
    False
    """
    return type(model) is GPTModel and all(type(layer) in USUAL for layer in model.modules())
