"""How many bytes a model holds: at rest, while it writes, and in the middle of a training step.

In:     a GPTConfig, how many texts at once, how many tokens in each
Out:    bytes
Next:   arithmetic.py, what has to be computed

Shapes: B batch, T tokens, C channels (emb_dim), L layers, H heads, V vocabulary.
Source: Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization": AdamW's two averages.
"""

from dataclasses import dataclass
from typing import NamedTuple

from llm_core.accounting.parameters import parameter_ledger
from llm_core.config import GPTConfig

BYTES_PER_NUMBER = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
"""Memory of one number in each format."""

BYTES_PER_MEGABYTE = 1024**2
"""The book's megabyte: 163,009,536 numbers of 4 bytes are 621.83 of them."""


class MemoryRow(NamedTuple):
    """One thing that takes up memory."""

    part: str
    formula: str
    bytes: int


@dataclass(frozen=True)
class TrainingMemory:
    """What is held at once in the middle of a training step."""

    rows: tuple[MemoryRow, ...]

    @property
    def total(self) -> int:
        """All rows, in bytes."""
        return sum(row.bytes for row in self.rows)


def bytes_per_number(number_format: str) -> int:
    """Memory of one number.

    Raises:
        ValueError: a format this module does not know.
    """
    if number_format not in BYTES_PER_NUMBER:
        raise ValueError(
            f"unknown number format {number_format!r}; choose one of {sorted(BYTES_PER_NUMBER)}"
        )
    return BYTES_PER_NUMBER[number_format]


def weight_bytes(config: GPTConfig, number_format: str = "float32", *, tied: bool = False) -> int:
    """Memory of the weights alone, in bytes.

    >>> from llm_core.config import GPT_CONFIG_124M
    >>> round(weight_bytes(GPT_CONFIG_124M) / BYTES_PER_MEGABYTE, 2)
    621.83
    """
    ledger = parameter_ledger(config)
    return (ledger.total_tied if tied else ledger.total) * bytes_per_number(number_format)


def activation_numbers(config: GPTConfig, batch_size: int, tokens: int) -> int:
    """How many numbers the forward pass keeps for the backward pass (fused attention, no dropout).

    Per token and block 16 C + H + 4: what entered both norms (2C) and left them (2C), and their
    means and deviations (4); queries, keys, values and context (4C), and how much each head had to
    divide by (H); the feed-forward half before and after GELU (8C). In the end the final norm's
    input, output and numbers (2C + 2), the logits' log-probabilities (V), and the ids going in and
    wanted, 8 bytes each (4). The readable attention would add 2 H T weights per token and block.
    """
    C, H = config.emb_dim, config.n_heads
    per_token = config.n_layers * (16 * C + H + 4) + 2 * C + config.vocab_size + 6
    return batch_size * tokens * per_token


def training_memory(
    config: GPTConfig, batch_size: int, tokens: int, *, tied: bool = False
) -> TrainingMemory:
    """Bytes a training step with AdamW holds, all in float32.

    Args:
        config: the model's numbers.
        batch_size: B, texts at once.
        tokens: T, tokens in each.
        tied: whether the output head uses the token embedding's table.
    """
    weights = weight_bytes(config, tied=tied)
    activations = activation_numbers(config, batch_size, tokens) * bytes_per_number("float32")
    return TrainingMemory(
        (
            MemoryRow("weights", "4 bytes x parameters", weights),
            MemoryRow("gradients", "4 bytes x parameters", weights),
            MemoryRow("AdamW's two averages", "2 x 4 bytes x parameters", 2 * weights),
            MemoryRow("activations", "4 bytes x B T (L (16 C + H + 4) + 2 C + V + 6)", activations),
        )
    )


def kv_cache_bytes(
    config: GPTConfig, batch_size: int, tokens: int, number_format: str = "float32"
) -> int:
    """Memory of the keys and values of `tokens` tokens, for generation: 2 L B T C numbers.

    >>> from llm_core.config import GPT_CONFIG_124M
    >>> kv_cache_bytes(GPT_CONFIG_124M, batch_size=1, tokens=1024) // BYTES_PER_MEGABYTE
    72
    """
    numbers = 2 * config.n_layers * batch_size * tokens * config.emb_dim
    return numbers * bytes_per_number(number_format)
