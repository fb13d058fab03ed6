"""From text to token ids and back: tokenizers, each repairing what the one before cannot do.

words               words and marks; stops at a word it does not know, or calls it unknown
pieces              text into pieces, and bytes that one can see
merging             learn which neighbours belong together, one merge at a time
vocabulary_files    how a learned vocabulary is written down
bpe                 apply the merges: any text in the world, without loss
gpt2                the same with GPT-2's own merges
gpt4                the same with GPT-4's, where their file is at hand
places              which characters of the text each token stands for

In:     a text
Out:    token ids, and the text again
Next:   ../batches.py, where token ids become examples to learn from
"""

from collections.abc import Sequence, Set
from typing import Protocol

from llm_core.tokenizers.bpe import BPETokenizer, ReplayStep
from llm_core.tokenizers.gpt2 import gpt2_bpe, gpt2_tokenizer
from llm_core.tokenizers.gpt4 import gpt4_tokenizer
from llm_core.tokenizers.merging import Candidate, Merge, train_steps
from llm_core.tokenizers.pieces import SPLIT_PATTERN, SPLIT_RULES, split_pieces, stretches, visible
from llm_core.tokenizers.places import Place, byte_places, places
from llm_core.tokenizers.words import (
    SimpleTokenizerV1,
    SimpleTokenizerV2,
    SplitSteps,
    UnknownTokenError,
    build_vocabulary,
    split_in_steps,
    split_words,
)


class Tokenizer(Protocol):
    """What models and pages ask of a tokenizer; a tiktoken.Encoding answers as well as ours do."""

    @property
    def n_vocab(self) -> int:
        """How many ids there are."""

    def encode(self, text: str, *, allowed_special: Set[str] = ...) -> list[int]:
        """The ids of a text; the special tokens allowed get ids of their own."""

    def decode(self, ids: Sequence[int], /) -> str:
        """The text that ids spell."""


__all__ = [
    "SPLIT_PATTERN",
    "SPLIT_RULES",
    "BPETokenizer",
    "Candidate",
    "Merge",
    "Place",
    "ReplayStep",
    "SimpleTokenizerV1",
    "SimpleTokenizerV2",
    "SplitSteps",
    "Tokenizer",
    "UnknownTokenError",
    "build_vocabulary",
    "byte_places",
    "gpt2_bpe",
    "gpt2_tokenizer",
    "gpt4_tokenizer",
    "places",
    "split_in_steps",
    "split_pieces",
    "split_words",
    "stretches",
    "train_steps",
    "visible",
]
