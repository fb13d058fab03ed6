"""The parts of a GPT with blanks for their sizes: fill in numbers, and torch says whether they fit.

In:     a puzzle and a number for each of its blanks
Out:    whether it runs, and whether it is the real part (`fill_in`)
Next:   sampling, which turns logits into text

Each puzzle is a function whose blanks are arguments with one letter. It makes its layers in the
order of the real part, so from the same seed the same sizes give the same numbers. Nobody's code is
run here, only these functions with whole numbers.

Shapes: B batch, T tokens, C channels, H heads, D channels per head, V vocabulary.
"""

import inspect
import traceback
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from llm_core.attention import MultiHeadAttention, causal_mask
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.random_state import RandomState
from llm_core.transformer import FeedForward, LayerNorm, TransformerBlock, gelu

SIZES = GPTConfig(vocab_size=50, context_length=8, emb_dim=12, n_heads=3, n_layers=1, drop_rate=0.0)
"""Small enough to count, and no two sizes alike, so that a mix-up shows."""

BATCH, TOKENS = 2, 5
LARGEST = 512
_SEED = 123


def feed_forward(x: Tensor, *, a: int, b: int, c: int, d: int) -> Any:
    """Each token on its own: widen, GELU, narrow."""
    widen = nn.Linear(a, b)
    narrow = nn.Linear(c, d)
    x = widen(x)
    x = gelu(x)
    return narrow(x)


def around_the_blocks(
    ids: Tensor, *, a: int, b: int, c: int, d: int, e: int, f: int, g: int
) -> Any:
    """What stands around the blocks of a GPT."""
    tok_emb = nn.Embedding(a, b)
    pos_emb = nn.Embedding(c, d)
    block = TransformerBlock(SIZES)
    final_norm = LayerNorm(e)
    out_head = nn.Linear(f, g, bias=False)
    places = torch.arange(ids.shape[1])
    x = tok_emb(ids) + pos_emb(places)
    x = block(x)
    x = final_norm(x)
    return out_head(x)


def multi_head_attention(
    x: Tensor, *, a: int, b: int, c: int, d: int, e: int, f: int, g: int
) -> Any:
    """All heads in one piece."""
    W_query, W_key, W_value = (nn.Linear(12, 12, bias=False) for _ in range(3))
    out_proj = nn.Linear(12, 12)
    batch, tokens, _ = x.shape
    queries = W_query(x).view(batch, tokens, a, b).transpose(c, d)
    keys = W_key(x).view(batch, tokens, a, b).transpose(c, d)
    values = W_value(x).view(batch, tokens, a, b).transpose(c, d)
    scores = queries @ keys.transpose(e, f)
    scores = scores.masked_fill(causal_mask(tokens), -torch.inf)
    weights = (scores / b**0.5).softmax(dim=-1)
    heads = weights @ values
    together = heads.transpose(c, d).reshape(batch, tokens, g)
    return out_proj(together)


class Puzzle(NamedTuple):
    """Code with blanks, and the part that it should be."""

    code: Callable[..., Tensor]
    """Blanks are its keyword arguments; what comes out is (B, T, C), or logits (B, T, V)."""
    real: Callable[[], nn.Module]
    """Makes the real part."""
    reads: Callable[[], Tensor]
    """Makes what both get: vectors (B, T, C) or ids (B, T)."""
    smallest: int
    """That may be filled in."""

    @property
    def blanks(self) -> tuple[str, ...]:
        """The names of the blanks, in order."""
        return tuple(inspect.signature(self.code).parameters)[1:]


def _vectors() -> Tensor:
    shape = (BATCH, TOKENS, SIZES.emb_dim)
    return torch.randn(shape, generator=torch.Generator().manual_seed(_SEED))  # (B, T, C)


def _ids() -> Tensor:
    ids = torch.arange(SIZES.vocab_size - BATCH * TOKENS, SIZES.vocab_size)  # the last of them
    return ids.view(BATCH, TOKENS)  # (B, T)


def _real_attention() -> nn.Module:
    c = SIZES
    return MultiHeadAttention(c.emb_dim, c.emb_dim, c.context_length, 0.0, c.n_heads)


PUZZLES = (
    Puzzle(feed_forward, lambda: FeedForward(SIZES), _vectors, 1),
    Puzzle(around_the_blocks, lambda: GPTModel(SIZES), _ids, 1),
    Puzzle(multi_head_attention, _real_attention, _vectors, 0),
)
"""From easy to hard."""


class Outcome(NamedTuple):
    """What came of the numbers."""

    right: bool
    """The output equals the real part's."""
    shape: tuple[int, ...] | None
    """Of the output; None if it stopped."""
    wanted: tuple[int, ...]
    """Shape of the real part's output."""
    error: str = ""
    """Torch's own words, if it stopped."""
    line: int = 0
    """In which line of the puzzle's code it stopped; its `def` is line 0."""


def fill_in(puzzle: Puzzle, numbers: Mapping[str, int]) -> Outcome:
    """Make the layers with these numbers and run them.

    Raises:
        ValueError: a blank is empty, or its number is too large or too small.
    """
    for blank in puzzle.blanks:
        if not puzzle.smallest <= numbers.get(blank, -1) <= LARGEST:
            raise ValueError(
                f"blank {blank} needs a whole number from {puzzle.smallest} to {LARGEST}"
            )
    given = puzzle.reads()
    with torch.no_grad():
        wanted = _from_seed(lambda: puzzle.real().eval()(given))
        try:
            made = _from_seed(lambda: puzzle.code(given, **numbers))
        except (RuntimeError, IndexError) as error:
            return Outcome(False, None, tuple(wanted.shape), str(error), _line(puzzle, error))
    same = made.shape == wanted.shape and torch.allclose(made, wanted, atol=1e-5)
    return Outcome(same, tuple(made.shape), tuple(wanted.shape))


def _from_seed(make: Callable[[], Any]) -> Tensor:
    with RandomState(_SEED).borrowed(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, on layers without numbers
        result: Tensor = make()
    return result


def _line(puzzle: Puzzle, error: Exception) -> int:
    """Where in the puzzle's code the error came up."""
    code = puzzle.code.__code__
    at = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.name == code.co_name]
    return (at[-1] or code.co_firstlineno) - code.co_firstlineno
