"""How many learned numbers a model has, and where: counted without building it.

In:     a GPTConfig
Out:    a ledger: a row for each tensor, with its formula, its shape and its count
Next:   memory.py, the bytes that they take

Shapes: C channels (emb_dim), L layers, V vocabulary, K context_length.
Source: Vaswani et al. 2017, "Attention Is All You Need", for the shapes.
"""

import math
from dataclasses import dataclass

from llm_core.config import GPTConfig


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
