"""The same greedy text twice, token by token in turn: with a cache, and reading everything again.

In:     a model and the ids of a prompt (1, T)
Out:    for each new token what both chose, how long each took, and how often each multiplied
Next:   ../beam.py, which follows several texts at once

T tokens of the text, V vocabulary
"""

import time
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from llm_core.accounting import flops_ledger
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel, KVCache
from llm_core.sampling.stream import next_logits


class Lap(NamedTuple):
    """One more token, found both ways."""

    step: int
    """Number of the token, from 0."""
    tokens: int
    """T, how long the text was when the token was asked for."""
    ids: tuple[int, int]
    """The token: with the cache, and without."""
    seconds: tuple[float, float]
    """Of computing; seconds that others had do not count."""
    operations: tuple[int, int]
    """By the ledger of accounting.py."""


def operations(config: GPTConfig, tokens: int, read: int) -> int:
    """Operations of the matrix products that read the last `read` of `tokens` tokens.

    An operation is a multiplication or an addition. Each token that is
    read is compared with all tokens, so it costs as much as one of them when all are read.

    >>> from llm_core.config import GPT_CONFIG_124M
    >>> every, one = (operations(GPT_CONFIG_124M, 100, read) for read in (100, 1))
    >>> every // one
    100
    """
    return flops_ledger(config, 1, tokens).total // tokens * read


def race(model: GPTModel, idx: Tensor, max_new_tokens: int) -> Iterator[Lap]:
    """Write greedily after a prompt (1, T), each token with the cache and without, in turn.

    Who begins changes from token to token, so that neither always has the warmer machine.

    Raises:
        ValueError: the text would outgrow the context, where a cache is of no use.
    """
    room = model.config.context_length - idx.shape[1]
    if max_new_tokens > room:
        raise ValueError(
            f"{idx.shape[1]} tokens and {max_new_tokens} more do not fit into "
            f"{model.config.context_length}; write at most {max(room, 0)}"
        )
    cache = model.new_cache()
    _timed(model, idx, None)  # warms up
    for step in range(max_new_tokens):
        tokens, read = idx.shape[1], idx.shape[1] - cache.length
        ways = [cache, None] if step % 2 == 0 else [None, cache]
        found = {way is None: _timed(model, idx, way) for way in ways}
        (kept, kept_time), (whole, whole_time) = found[False], found[True]
        work = [operations(model.config, tokens, count) for count in (read, tokens)]
        yield Lap(step, tokens, (kept, whole), (kept_time, whole_time), (work[0], work[1]))
        idx = torch.cat((idx, idx.new_tensor([[kept]])), dim=1)  # (1, T + 1)


def _timed(model: GPTModel, idx: Tensor, cache: KVCache | None) -> tuple[int, float]:
    """The likeliest next token, and the seconds it took."""
    begun = time.thread_time()
    token = int(next_logits(model, idx, model.config.context_length, cache).argmax())
    return token, max(time.thread_time() - begun, 1e-9)
