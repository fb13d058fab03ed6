"""What can be read from the vectors of words: neighbours, analogies, and axes between two words.

In:     a vector for each word, learnt by Word2Vec or taken from any model's token table
Out:    words, with how near they are
Next:   ../recurrent_memory.py, a whole text in one vector; then attention, without that wall

C channels (width of a vector), V vocabulary, N points of a map, n its dimensions.

Source: Mikolov, Yih and Zweig 2013, "Linguistic Regularities in Continuous Space Word
        Representations" (analogies); Schönemann 1966, "A generalized solution of the orthogonal
        Procrustes problem" (turning one map onto another)
"""

import difflib
from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from llm_core.embeddings import nearest_neighbours, principal_components

Metric = Literal["cosine", "Euclidean"]


class Near(NamedTuple):
    """A word and how near it is."""

    word: str
    value: float
    """Cosine similarity (1 the same direction), or Euclidean distance (0 the same place)."""


class WordVectors:
    """Words with their vectors, which nobody changes any more.

    Args:
        words: V different words.
        vectors: (V, C).

    Raises:
        ValueError: not as many words as vectors.

    >>> space = WordVectors(["up", "high", "down"], torch.tensor([[0., 1.], [0.1, 2.], [0., -1.]]))
    >>> [near.word for near in space.neighbours("up", n=2)]
    ['high', 'down']
    """

    def __init__(self, words: Sequence[str], vectors: Tensor) -> None:
        if len(words) != len(vectors):
            raise ValueError(
                f"{len(words)} words do not match {len(vectors)} vectors; give one for each"
            )
        self.words = tuple(words)
        self.vectors = vectors.detach().float()
        self._exact = {word: i for i, word in enumerate(words)}
        self._number = {word.casefold(): i for i, word in reversed(list(enumerate(words)))}

    def __contains__(self, word: str) -> bool:
        return word.casefold() in self._number

    def id_of(self, word: str) -> int:
        """The row of a word; if it is not there as written, capitals do not matter.

        Raises:
            ValueError: there is no such word; its message names similar ones.
        """
        if word in self._exact:
            return self._exact[word]
        if word in self:
            return self._number[word.casefold()]
        close = difflib.get_close_matches(word.casefold(), list(self._number), n=3, cutoff=0.6)
        alike = f"; like it are {', '.join(close)}" if close else ""
        raise ValueError(f"“{word}” is not among these {len(self.words):,} words{alike}")

    def directions(self) -> Tensor:
        """Every vector brought to length 1, (V, C): only where it points."""
        return F.normalize(self.vectors, dim=1)

    def similarity(self, first: str, second: str) -> float:
        """The cosine of the angle between two words' vectors: 1 the same direction."""
        pair = self.vectors[[self.id_of(first), self.id_of(second)]]  # (2, C)
        return float(F.cosine_similarity(pair[0], pair[1], dim=0))

    def neighbours(self, word: str, n: int = 8, metric: Metric = "cosine") -> list[Near]:
        """The n words whose vectors are nearest to that of a word, nearest first."""
        own = self.id_of(word)
        return self._nearest(self.vectors[own], self.vectors, n, [own], metric)

    def analogy(self, a: str, b: str, c: str, n: int = 5) -> list[Near]:
        """Words for d in "a is to b as c is to d": what lies near b - a + c, all of length 1."""
        ids = [self.id_of(word) for word in (a, b, c)]
        directions = self.directions()
        first, second, third = directions[ids]
        return self._nearest(second - first + third, directions, n, ids, "cosine")

    def axis(self, word: str, start: str, end: str) -> float:
        """Where a word stands on the straight way from one word (0) to another (1)."""
        return float(self.along(start, end)[self.id_of(word)])

    def along(self, start: str, end: str) -> Tensor:
        """Where every word stands on the straight way from `start` (0) to `end` (1), (V,).

        Raises:
            ValueError: both are the same word, or one is unknown.
        """
        first, last = self.id_of(start), self.id_of(end)
        if first == last:
            raise ValueError("an axis needs two different words; change one of them")
        directions = self.directions()
        way = directions[last] - directions[first]  # (C,)
        return (directions - directions[first]) @ way / way.square().sum()

    def laid_out(self, start: str, end: str, rows: Sequence[int], n: int = 2) -> Tensor:
        """Words laid out along the way between two words, (N, n).

        First comes the place on the way from `start` (0) to `end` (1), then the directions at right
        angles to it along which these words differ most.

        Args:
            start: at 0.
            end: at 1.
            rows: N words.
            n: dimensions of the map.

        Raises:
            ValueError: both are the same word, or one is unknown.
        """
        along = self.along(start, end)[list(rows)]  # (N,)
        directions = self.directions()
        way = F.normalize(directions[self.id_of(end)] - directions[self.id_of(start)], dim=0)
        chosen = directions[list(rows)]  # (N, C)
        rest = chosen - (chosen @ way)[:, None] * way  # (N, C)
        sides = principal_components(rest, n - 1).coordinates  # (N, n - 1)
        return torch.cat((along[:, None], sides), dim=1)

    def togetherness(self, group: Iterable[str], n: int = 5) -> float:
        """How many of the n nearest neighbours of a group's words are of the group, from 0 to 1.

        Words that are not in the vocabulary do not count; of a small group, n is one fewer than
        its words.

        Raises:
            ValueError: fewer than two words of the group are known.
        """
        ids = [self.id_of(word) for word in group if word in self]
        if len(ids) < 2:
            raise ValueError("a group needs two known words; add more")
        n = min(n, len(ids) - 1)
        members = torch.zeros(len(self.words), dtype=torch.bool)
        members[ids] = True
        directions = self.directions()
        similar = directions[ids] @ directions.T  # (members, V)
        similar[torch.arange(len(ids)), ids] = -torch.inf
        return float(members[similar.topk(n).indices].float().mean())

    def _nearest(
        self, query: Tensor, vectors: Tensor, n: int, exclude: Collection[int], metric: Metric
    ) -> list[Near]:
        if metric == "cosine":
            ids, values = nearest_neighbours(query, vectors, n, exclude)
        else:
            distances = (vectors - query).norm(dim=1)  # (V,)
            distances[list(exclude)] = torch.inf
            values, ids = distances.topk(min(n, len(vectors) - len(exclude)), largest=False)
        rows = zip(ids.tolist(), values.tolist(), strict=True)
        return [Near(self.words[i], value) for i, value in rows]


def turned_onto(points: Tensor, reference: Tensor) -> Tensor:
    """The points turned and mirrored so that they come nearest to a reference, (N, n).

    Distances between the points stay as they are. So a map that is computed anew from step to step
    neither flips nor spins; what moves has moved.

    Args:
        points: (N, n).
        reference: (N, n).
    """
    left, _, right = torch.linalg.svd(points.T @ reference)  # (n, n), (n,), (n, n)
    turn: Tensor = left @ right  # (n, n)
    return points @ turn
