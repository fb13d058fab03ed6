"""Skip-gram with negative sampling: vectors learnt by telling neighbours from noise.

In:     a text as ids (texts.py)
Out:    a stream of steps; in the end a vector for each word
Next:   space.py, which reads the vectors

A word is taken with one of its neighbours and with some words drawn at random, the noise. Its
vector is pulled towards the neighbour's and pushed away from the noise's.

B pairs in a batch, C channels (width of a vector), V vocabulary, K noise words for each pair.

Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their
        Compositionality", section 2.2
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from llm_core.random_state import RandomState
from llm_core.word2vec.texts import Pairs, Text, chance_to_stay, skip_gram_pairs

_WORDS_AT_ONCE = 40_000  # of the text, whose pairs are laid out and shuffled together


@dataclass(frozen=True, kw_only=True)
class Word2VecConfig:
    """How the vectors are learnt."""

    emb_dim: int = 48
    """C, the width of a vector."""
    window: int = 2
    """How far a neighbour may be away, in words. Near ones tell what a word can stand in for, far
    ones what the text is about."""
    n_negatives: int = 5
    """K, noise words for each true pair."""
    subsample: float = 1e-3
    """Share of the text from which on a word is dropped now and then; 0 keeps every word."""
    epochs: int = 4
    """How often the text is read."""
    batch_size: int = 2048
    """B, pairs for one update."""
    learning_rate: float = 0.02
    """At the beginning; it falls to nothing in a straight line."""
    n_records: int = 200
    """Records of the whole stream; each stands for several updates."""


class SkipGram(nn.Module):
    """Two tables: a word has one vector for itself, and another for when it is a neighbour.

    Args:
        vocab_size: V.
        emb_dim: C.
    """

    def __init__(self, vocab_size: int, emb_dim: int) -> None:
        super().__init__()
        self.centre = nn.Embedding(vocab_size, emb_dim)
        self.context = nn.Embedding(vocab_size, emb_dim)
        nn.init.uniform_(self.centre.weight, -0.5 / emb_dim, 0.5 / emb_dim)
        nn.init.zeros_(self.context.weight)

    def forward(self, centres: Tensor, contexts: Tensor, noise: Tensor) -> Tensor:
        """The loss: how badly neighbours and noise are told apart, in nats for each pair.

        Args:
            centres: (B,).
            contexts: (B,); the true neighbours.
            noise: (B, K).
        """
        middle = self.centre(centres)[:, None]  # (B, 1, C)
        true = (middle * self.context(contexts[:, None])).sum(dim=-1)  # (B, 1)
        false = (middle * self.context(noise)).sum(dim=-1)  # (B, K)
        return -(F.logsigmoid(true).sum(dim=1) + F.logsigmoid(-false).sum(dim=1)).mean()


def noise_chances(counts: Tensor) -> Tensor:
    """How likely each word is drawn as noise, (V,): by its count to the power of 3/4.

    The power lets rare words come up more often than they stand in the text.

    >>> noise_chances(torch.tensor([16, 1]))
    tensor([0.8889, 0.1111])
    """
    weights = counts.float() ** 0.75
    return weights / weights.sum()


class Word2VecStep(NamedTuple):
    """Some updates of the tables."""

    step: int
    """The number of this record, from 0."""
    pairs: int
    """Pairs that have been learnt from since the beginning."""
    loss: float
    """Mean over these updates, in nats for each pair; (1 + K) ln 2 before anything is learnt."""
    progress: float
    """Share of the way that is done, from 0 to 1."""


def train_word2vec(
    model: SkipGram, text: Text, config: Word2VecConfig, random_state: RandomState
) -> Iterator[Word2VecStep]:
    """Learn the two tables; the model learns while you read the stream.

    Raises:
        ValueError: no word of the text has a neighbour.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate, fused=True)
    chances, generator = noise_chances(text.counts), random_state.generator
    losses: list[float] = []
    step = pairs = 0
    progress = 0.0
    for batch, progress in batches(text, config, generator):
        size = len(batch.centres)
        drawn = torch.multinomial(chances, size * config.n_negatives, True, generator=generator)
        optimizer.param_groups[0]["lr"] = config.learning_rate * (1.0 - progress)
        optimizer.zero_grad()
        loss = model(batch.centres, batch.contexts, drawn.view(size, config.n_negatives))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        pairs += size
        if progress * config.n_records >= step + 1:
            yield Word2VecStep(step, pairs, sum(losses) / len(losses), progress)
            losses, step = [], step + 1
    if pairs == 0:
        raise ValueError("no word of this text has a neighbour to learn from; choose a longer text")
    if losses:
        yield Word2VecStep(step, pairs, sum(losses) / len(losses), progress)


def batches(
    text: Text, config: Word2VecConfig, generator: torch.Generator
) -> Iterator[tuple[Pairs, float]]:
    """Pairs in shuffled batches, and the share of the way that is done with each.

    What fills no batch at the end of a stretch of text is left out; the next reading draws anew.
    """
    stays = chance_to_stay(text.counts, config.subsample)[text.ids]  # (N,)
    whole = len(text.ids) * config.epochs
    for epoch in range(config.epochs):
        for start in range(0, len(text.ids), _WORDS_AT_ONCE):
            stretch = slice(start, start + _WORDS_AT_ONCE)
            kept = torch.rand(stays[stretch].shape, generator=generator) < stays[stretch]
            ids, documents = text.ids[stretch][kept], text.documents[stretch][kept]
            centres, contexts = skip_gram_pairs(ids, documents, config.window, generator)
            if len(centres) == 0:
                continue
            order = torch.randperm(len(centres), generator=generator)
            n_batches = max(1, len(order) // config.batch_size)
            for i in range(n_batches):
                chosen = order[i * config.batch_size : (i + 1) * config.batch_size]  # (B,)
                read = epoch * len(text.ids) + start + len(stays[stretch]) * (i + 1) / n_batches
                yield Pairs(centres[chosen], contexts[chosen]), read / whole
