"""A text as Word2Vec reads it: words with numbers, and each word with its neighbours.

In:     documents
Out:    ids of words; pairs of a word and one that stands near it
Next:   learning.py

V vocabulary, N words of a text, P pairs.

Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their
        Compositionality", section 2.3 (subsampling); its code for the window that shrinks
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

_LETTER = r"[^\s\x00-/:-@\[-`{-¿\u2010-\u205e\u3000-\u303f]"  # what is no blank and no mark
_WORD = re.compile(rf"(?<!{_LETTER}['’]){_LETTER}+(?:['’](?!s\b){_LETTER}+)*")

FEWEST = 10
"""Words that a vocabulary must have, so that there are neighbours to speak of."""


def read_words(document: str) -> list[str]:
    """The words of a text as they stand there, without marks and without the 's of a possession.

    >>> read_words("Don't wake Anna's 2 hens!")
    ["Don't", 'wake', 'Anna', '2', 'hens']
    """
    return _WORD.findall(document)


class Text(NamedTuple):
    """Documents as numbers, with the words that they stand for."""

    words: tuple[str, ...]
    """V words, the most frequent first; each as it is written most often, in small or capitals."""
    counts: Tensor
    """(V,); how often each stands in the text."""
    ids: Tensor
    """(N,); the text without its rare words."""
    documents: Tensor
    """(N,); the number of the document that each word stands in."""


def number_words(documents: Iterable[Sequence[str]], min_count: int = 5) -> Text:
    """Count the words, leave out the rare ones, and write the documents as ids.

    "The" and "the" are one word.

    Raises:
        ValueError: too few words are frequent enough.
    """
    kept = [list(document) for document in documents]
    spellings = Counter(word for document in kept for word in document)
    totals: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for word, count in spellings.most_common():
        totals[word.casefold()] += count
        spelled.setdefault(word.casefold(), word)
    frequent = [word for word, count in totals.most_common() if count >= min_count]
    if len(frequent) < FEWEST:
        raise ValueError(
            f"only {len(frequent)} words stand in this text {min_count} times or more, and a map "
            f"needs at least {FEWEST}; choose a longer text"
        )
    number = {word: i for i, word in enumerate(frequent)}
    numbered = [[number.get(word.casefold(), -1) for word in document] for document in kept]
    ids = torch.tensor([i for document in numbered for i in document], dtype=torch.long)
    lengths = torch.tensor([len(document) for document in numbered])
    documents_of = torch.repeat_interleave(torch.arange(len(numbered)), lengths)
    known = ids >= 0
    return Text(
        tuple(spelled[word] for word in frequent),
        torch.tensor([totals[word] for word in frequent]),
        ids[known],
        documents_of[known],
    )


def chance_to_stay(counts: Tensor, subsample: float) -> Tensor:
    """How likely a word is kept when the text is read, (V,): "the" seldom, rare words always.

    Args:
        counts: (V,).
        subsample: share of the text from which on a word is dropped now and then; 0 keeps all.

    >>> chance_to_stay(torch.tensor([900, 99, 1]), 1e-3)
    tensor([0.0333, 0.1005, 1.0000])
    """
    if subsample <= 0:
        return torch.ones(len(counts))
    share = counts / counts.sum()
    return (subsample / share).sqrt().clamp(max=1.0)


class Pairs(NamedTuple):
    """Words with one neighbour each."""

    centres: Tensor
    """(P,) ids."""
    contexts: Tensor
    """(P,) ids."""


def skip_gram_pairs(
    ids: Tensor, documents: Tensor, window: int, generator: torch.Generator
) -> Pairs:
    """Each word with its neighbours in the same document, on both sides.

    How far a word looks is drawn from 1 to `window`, so near neighbours come more often.

    Args:
        ids: (N,).
        documents: (N,); the document of each word.
    """
    reach = torch.randint(1, window + 1, ids.shape, generator=generator)  # (N,)
    centres, contexts = [], []
    for distance in range(1, window + 1):
        together = documents[:-distance] == documents[distance:]
        left, right = ids[:-distance], ids[distance:]
        looks_on = together & (reach[:-distance] >= distance)
        looks_back = together & (reach[distance:] >= distance)
        centres += [left[looks_on], right[looks_back]]
        contexts += [right[looks_on], left[looks_back]]
    return Pairs(torch.cat(centres), torch.cat(contexts))
