"""How many additions and multiplications one forward pass takes, and one update.

In:     a GPTConfig, how many texts at once, how many tokens in each
Out:    a ledger: a row for each matrix product
Next:   training_cost.py, what a whole training takes

Shapes: B batch, T tokens, C channels (emb_dim), L layers, V vocabulary.
Source: Kaplan et al. 2020, "Scaling Laws for Neural Language Models", section 2.1.
"""

from dataclasses import dataclass
from typing import NamedTuple

from llm_core.config import GPTConfig


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
