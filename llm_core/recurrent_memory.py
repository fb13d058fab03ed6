"""Before attention: a whole text squeezed into one vector, and what can still be read from it.

In:     one vector per word, read in order (T, D)
Out:    a single vector (D,), and the words found again in it
Next:   attention, which keeps all T vectors and looks at any of them

The simplest recurrent memory there is: at each word the memory is turned, and the word added,

    h <- R h + x

R turns without stretching (it is orthogonal), so nothing fades, and turning back by as many steps
as a word lies in the past brings that word upright again, with all the others turned elsewhere:
noise, of which there is more with every further word. R is a random shuffle of the channels with
random signs: the cheapest orthogonal matrix, one number in each row.

A trained recurrent network learns what to keep and stores it more cleverly. But its memory is D
numbers too, however long the text: that wall it meets as well, only later.

Shapes: T words, D width of the memory, V vocabulary.
Source: Plate 1995, "Holographic Reduced Representations", for storing by turning and adding;
    Bahdanau et al. 2014, "Neural Machine Translation by Jointly Learning to Align and Translate",
    for the bottleneck that attention was invented against.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class RecurrentMemory:
    """One vector that reads words in order.

    >>> memory = RecurrentMemory(4, seed=1)
    >>> word = torch.tensor([1.0, 0.0, 0.0, 0.0])
    >>> torch.equal(memory.turned(memory.turned(word, 3), -3), word)
    True
    """

    def __init__(self, width: int, seed: int = 1) -> None:
        """
        Args:
            width: D, the numbers the memory has.
            seed: of the shuffle and its signs.

        Raises:
            ValueError: a memory of no numbers.
        """
        if width < 1:
            raise ValueError(f"a memory of {width} numbers holds nothing; give it at least 1")
        generator = torch.Generator().manual_seed(seed)
        self.width = width
        self.order = torch.randperm(width, generator=generator)  # (D,)
        self.signs = torch.randint(0, 2, (width,), generator=generator) * 2.0 - 1  # (D,)

    @property
    def matrix(self) -> Tensor:
        """R itself, (D, D): one 1 or -1 in each row and each column."""
        matrix: Tensor = torch.eye(self.width)[self.order] * self.signs[:, None]  # (D, D)
        return matrix

    def turned(self, h: Tensor, times: int = 1) -> Tensor:
        """R h, so many times; a negative number turns back. (..., D) -> (..., D)."""
        back = torch.argsort(self.order)
        for _ in range(abs(times)):
            h = h[..., self.order] * self.signs if times > 0 else (h * self.signs)[..., back]
        return h

    def read(self, words: Tensor) -> Tensor:
        """The memory after all words, one after the other: (T, D) -> (D,)."""
        h = torch.zeros(self.width)
        for x in words:
            h = self.turned(h) + x
        return h

    def asked(self, h: Tensor, words: int) -> Tensor:
        """What the memory says each of its words was, first word first: (D,) -> (T, D)."""
        answers = [h]
        for _ in range(words - 1):
            answers.append(self.turned(answers[-1], -1))
        return torch.stack(answers[::-1])  # (T, D)


def random_words(vocab_size: int, width: int, seed: int = 1) -> Tensor:
    """A vector of length 1 for each word, in a direction of its own: (V, D)."""
    generator = torch.Generator().manual_seed(seed)
    return unit_length(torch.randn(vocab_size, width, generator=generator))


def unit_length(table: Tensor) -> Tensor:
    """Each row divided by its length: (V, D) -> (V, D)."""
    lengths: Tensor = table.norm(dim=-1, keepdim=True)  # (V, 1)
    return table / lengths.clamp_min(1e-12)


class Recalled(NamedTuple):
    """What came back of a text."""

    memory: Tensor
    """The one vector that was kept, (D,)."""
    ids: Tensor
    """For each place, the word of the table nearest to what the memory says, (T,)."""
    right: Tensor
    """Whether that is the word that was read, (T,)."""
    share: float
    """Part of the text that came back, 0 to 1."""


def recall(ids: Sequence[int], table: Tensor, memory: RecurrentMemory) -> Recalled:
    """Read a text into one vector, then ask for each of its words.

    Args:
        ids: T of them.
        table: (V, D), a vector of length 1 for each word.
        memory: of the same width D.

    Raises:
        ValueError: no words.
    """
    read = _as_ids(ids)
    h = memory.read(table[read])  # (D,)
    found = nearest(memory.asked(h, len(read)), table)  # (T,)
    right = found == read
    return Recalled(h, found, right, right.float().mean().item())


def recall_with_attention(ids: Sequence[int], table: Tensor) -> float:
    """The same question to somebody who keeps all T vectors: the share that comes back.

    Raises:
        ValueError: no words.
    """
    read = _as_ids(ids)
    kept = table[read]  # (T, D), as many vectors as words
    return (nearest(kept, table) == read).float().mean().item()


def nearest(vectors: Tensor, table: Tensor) -> Tensor:
    """The row of the table that points most nearly the same way, (..., D) -> (...)."""
    return (vectors @ table.T).argmax(dim=-1)


def recall_curve(
    table: Tensor, memory: RecurrentMemory, lengths: Sequence[int], texts: int = 4, seed: int = 1
) -> list[float]:
    """Share that comes back of texts of these lengths, the mean over some texts of random words."""
    generator = torch.Generator().manual_seed(seed)
    means = []
    for length in lengths:
        drawn = torch.randint(0, len(table), (texts, length), generator=generator)
        shares = [recall(text.tolist(), table, memory).share for text in drawn]
        means.append(sum(shares) / texts)
    return means


def _as_ids(ids: Sequence[int]) -> Tensor:
    if not ids:
        raise ValueError("there are no words to keep; give at least one")
    return torch.tensor(list(ids))
