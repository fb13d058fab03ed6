"""What a GPT costs before it is built: parameters, memory, arithmetic.

In:     a GPTConfig
Out:    ledgers: rows that say which part, by which formula, how much; and their sums
Next:   cache_memory.py, what a long text costs to remember

Three questions, three ledgers, all computed from the seven numbers of the config alone:
    parameter_ledger    how many learned numbers are there, and where?
    training_memory     how many bytes does a training step hold? (kv_cache_bytes: a generation?)
    flops_ledger        how many additions and multiplications does one forward pass take?

Shapes: B batch, T tokens, C channels (emb_dim), L layers, H heads, V vocabulary, K context_length.
Source: Vaswani et al. 2017 for the shapes; Loshchilov and Hutter 2019 for AdamW's two averages;
    Kaplan et al. 2020, "Scaling Laws for Neural Language Models", section 2.1, for counting FLOPs.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from llm_core.config import GPTConfig

BYTES_PER_NUMBER = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
"""Memory of one number in each format."""

BYTES_PER_MEGABYTE = 1024**2
"""The book's megabyte: 163,009,536 numbers of 4 bytes are 621.83 of them."""


# Parameters ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ParameterRow:
    """One tensor of the model, or the same tensor in each of its blocks."""

    part: str
    """What it belongs to: "token embedding", "attention", "feed-forward", ..."""
    tensor: str
    """Its name in the model; `*` stands for the number of the block."""
    formula: str
    """Its size in letters."""
    shape: tuple[int, ...]
    """Its size in numbers."""
    copies: int
    """How many there are: L inside the blocks, else 1."""

    @property
    def count(self) -> int:
        """Learned numbers in all copies together."""
        return math.prod(self.shape) * self.copies


@dataclass(frozen=True)
class ParameterLedger:
    """Every learned number of a model, tensor by tensor, in the order in which they are made."""

    rows: tuple[ParameterRow, ...]

    @property
    def total(self) -> int:
        """All rows: token embedding and output head are two tables."""
        return sum(row.count for row in self.rows)

    @property
    def total_tied(self) -> int:
        """With weight tying, where the output head uses the token embedding's table."""
        return self.total - self.of_part("output head")

    @property
    def per_block(self) -> int:
        """One transformer block."""
        return sum(math.prod(row.shape) for row in self.rows if row.tensor.startswith("trf_blocks"))

    @property
    def by_part(self) -> dict[str, int]:
        """Sums per part, in order."""
        return {part: self.of_part(part) for part in dict.fromkeys(row.part for row in self.rows)}

    def of_part(self, part: str) -> int:
        """Sum over the rows of one part, all layers together."""
        return sum(row.count for row in self.rows if row.part == part)


def parameter_ledger(config: GPTConfig) -> ParameterLedger:
    """Count the parameters of a model without building it.

    >>> from llm_core.config import GPT_CONFIG_124M
    >>> ledger = parameter_ledger(GPT_CONFIG_124M)
    >>> ledger.total, ledger.total_tied
    (163009536, 124412160)
    """
    V, K, C = config.vocab_size, config.context_length, config.emb_dim

    def once(part: str, tensor: str, formula: str, *shape: int) -> ParameterRow:
        return ParameterRow(part, tensor, formula, shape, copies=1)

    def in_block(part: str, tensor: str, formula: str, *shape: int) -> ParameterRow:
        return ParameterRow(part, f"trf_blocks.*.{tensor}", formula, shape, config.n_layers)

    rows = [
        once("token embedding", "tok_emb.weight", "V x C", V, C),
        once("position embedding", "pos_emb.weight", "K x C", K, C),
    ]
    for name in ("W_query", "W_key", "W_value"):
        rows.append(in_block("attention", f"att.{name}.weight", "C x C", C, C))
        if config.qkv_bias:
            rows.append(in_block("attention", f"att.{name}.bias", "C", C))
    rows += [
        in_block("attention", "att.out_proj.weight", "C x C", C, C),
        in_block("attention", "att.out_proj.bias", "C", C),
        in_block("feed-forward", "ff.layers.0.weight", "4C x C", 4 * C, C),
        in_block("feed-forward", "ff.layers.0.bias", "4C", 4 * C),
        in_block("feed-forward", "ff.layers.2.weight", "C x 4C", C, 4 * C),
        in_block("feed-forward", "ff.layers.2.bias", "C", C),
        in_block("layer norms", "norm1.scale", "C", C),
        in_block("layer norms", "norm1.shift", "C", C),
        in_block("layer norms", "norm2.scale", "C", C),
        in_block("layer norms", "norm2.shift", "C", C),
        once("layer norms", "final_norm.scale", "C", C),
        once("layer norms", "final_norm.shift", "C", C),
        once("output head", "out_head.weight", "V x C", V, C),
    ]
    return ParameterLedger(tuple(rows))


# Memory -------------------------------------------------------------------------------------------


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

    Per token and block 16C: what entered both norms (2C) and left them (2C); queries, keys, values
    and context (4C); the feed-forward half before and after GELU (8C). In the end the final norm's
    input and output (2C) and the logits' log-probabilities (V). An estimate to within a few
    percent; the readable attention would add 2 H T weights per token and block.
    """
    per_token = 16 * config.emb_dim * config.n_layers + 2 * config.emb_dim + config.vocab_size
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
            MemoryRow("activations", "4 bytes x B T (16 C L + 2 C + V)", activations),
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


# Arithmetic ---------------------------------------------------------------------------------------


class FlopsRow(NamedTuple):
    """The arithmetic of one part in one forward pass."""

    part: str
    formula: str
    """Multiply-adds per token, in letters."""
    multiply_adds: int
    """All tokens and layers together."""


@dataclass(frozen=True)
class FlopsLedger:
    """The arithmetic of a forward pass, matrix product by matrix product.

    A multiply-add counts as two floating-point operations. Norms, GELU, softmax and additions are
    left out: they grow with C, the products with C times C.
    """

    rows: tuple[FlopsRow, ...]

    @property
    def total(self) -> int:
        """Floating-point operations of one forward pass."""
        return 2 * sum(row.multiply_adds for row in self.rows)

    @property
    def linear_layers(self) -> int:
        """Without the products between tokens: what layer-counting tools such as thop report."""
        return self.total - 2 * sum(
            row.multiply_adds for row in self.rows if row.part in BETWEEN_TOKENS
        )

    @property
    def training_step(self) -> int:
        """Forward and backward; backward takes about twice as much as forward."""
        return 3 * self.total


BETWEEN_TOKENS = ("attention scores", "attention context")
"""The two products whose cost grows with the square of the text's length."""


def flops_ledger(config: GPTConfig, batch_size: int, tokens: int) -> FlopsLedger:
    """Arithmetic of a forward pass over `batch_size` texts of `tokens` tokens.

    Scores and context are counted in full, although half of them are masked.

    >>> from llm_core.config import GPT2_CONFIGS
    >>> small = flops_ledger(GPT2_CONFIGS["gpt2-small (124M)"], batch_size=2, tokens=1024)
    >>> f"{small.linear_layers:.1e}"
    '5.1e+11'
    """
    C, L, V = config.emb_dim, config.n_layers, config.vocab_size
    per_token = (
        ("queries, keys, values", "3 C C L", 3 * C * C * L),
        ("attention scores", "T C L", tokens * C * L),
        ("attention context", "T C L", tokens * C * L),
        ("attention output", "C C L", C * C * L),
        ("feed-forward", "8 C C L", 8 * C * C * L),
        ("output head", "V C", V * C),
    )
    everywhere = batch_size * tokens
    return FlopsLedger(
        tuple(FlopsRow(part, formula, everywhere * count) for part, formula, count in per_token)
    )
