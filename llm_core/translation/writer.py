"""The decoder alone: with nothing to look across at, it is a GPT that writes sentences on.

In:     sentences in one language
Out:    a small GPT over whole words, a loader for training.py, and a stream of further words
Next:   ../masked.py, the encoder alone

Shapes: B batch, T tokens.
Source: Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training".
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple, cast

import torch
from torch.utils.data import DataLoader, Dataset

from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.instructions import custom_collate_fn
from llm_core.loss import Batches
from llm_core.sampling import SampledToken, generate
from llm_core.translation.words import BOS, EOS, SPECIAL_WORDS, Words


class Writer(NamedTuple):
    """A model and the vocabulary it was made for."""

    model: GPTModel
    words: Words


def make_writer(
    sentences: Sequence[str],
    *,
    emb_dim: int = 96,
    n_heads: int = 4,
    n_layers: int = 2,
    drop_rate: float = 0.0,
    context_length: int = 64,
) -> Writer:
    """An untrained GPT whose vocabulary is the words of the sentences; draws its first weights.

    Raises:
        ValueError: there are no words, or the heads do not divide the width.
    """
    words = Words(sentences, ignore_case=True)
    if words.n_vocab == len(SPECIAL_WORDS):
        raise ValueError("there are no words to learn; give at least one sentence")
    config = GPTConfig(
        vocab_size=words.n_vocab,
        context_length=context_length,
        emb_dim=emb_dim,
        n_heads=n_heads,
        n_layers=n_layers,
        drop_rate=drop_rate,
    )
    return Writer(GPTModel(config), words)


def writer_loader(
    writer: Writer, sentences: Sequence[str], *, batch_size: int = 64, shuffle: bool = True
) -> Batches:
    """Batches for `training.train`: each sentence from start to end, (B, T) and (B, T).

    They are put together as instructions are: filled up with ends, of which only the first counts.
    """
    longest = writer.model.config.context_length
    rows = [[BOS, *writer.words.encode(text)] for text in sentences if text.strip()]
    return DataLoader(
        cast("Dataset[list[int]]", rows),
        batch_size=batch_size,
        shuffle=shuffle,
        collate_fn=partial(custom_collate_fn, pad_token_id=EOS, allowed_max_length=longest),
    )


def write_on(
    writer: Writer,
    text: str,
    *,
    temperature: float = 0.0,
    top_k: int | None = None,
    generator: torch.Generator | None = None,
) -> Iterator[SampledToken]:
    """A stream of words that go on where the text stops, until its end; the text may be empty.

    Raises:
        ValueError: too many words, or see `sampling.generate`.
    """
    ids = torch.tensor([[BOS, *writer.words.encode(text)]])  # (1, T)
    longest = writer.model.config.context_length
    if ids.shape[1] >= longest:
        raise ValueError(f"{ids.shape[1] - 1} words are too many; keep to {longest - 2}")
    return generate(
        writer.model,
        ids,
        longest - ids.shape[1],
        longest,
        temperature=temperature,
        top_k=top_k,
        eos_id=EOS,
        generator=generator,
    )
