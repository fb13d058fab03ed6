"""What single heads do to the next token: what each writes, and what is lost without it.

In:     a GPT and the steps of one text it has read (`GPTModel.steps`)
Out:    numbers per layer and head; the model itself is only read, so others may use it meanwhile
Next:   checkpoints, which keep what was learned

    contributions   the difference of two logits as a sum over embeddings, heads, feed-forwards
    effects         the same text read again with some heads switched off
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

__all__ = [
    "Contributions",
    "Silenced",
    "Writing",
    "contributions",
    "divergence",
    "handed_over",
    "head_writes",
    "logits_without",
    "logits_without_each",
    "read_out",
    "silenced",
    "stand_ins",
    "writing",
]
