"""Learn byte pairs: merge the most frequent pair of neighbours into a new token, again and again.

In:     a text, and how many tokens there should be
Out:    a stream of merges, one at a time, most useful first
Next:   bpe.py, the tokenizer that applies them to any text

Rules for ties, the same as in Hugging Face's trainer: the larger count wins; among equal counts the
pair with the smaller ids, first token before second. Ids follow `BYTE_LETTERS`, then the merges.

Source: Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units",
        algorithm 1; over bytes as in Radford et al. 2019, section 2.2
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, nsmallest
from itertools import chain
from operator import add

from llm_core.tokenizers.pieces import BYTE_LETTERS, split_pieces, stretches

LONGEST_PIECE = 256
"""Bytes of a piece that are counted together; longer ones (a page without a blank) are cut here."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two neighbouring tokens, and how often they stand next to each other in the text."""

    pair: tuple[bytes, bytes]
    count: int


@dataclass(frozen=True, slots=True)
class Merge:
    """One step of the training: the pair that became a token, and what it competed with."""

    rank: int
    """The new token's id, and its turn when text is encoded: smaller ranks are merged first."""
    pair: tuple[bytes, bytes]
    """The two tokens that are one from now on."""
    merged: bytes
    """The new token."""
    count: int
    """How often the pair stood in the text just before the merge."""
    candidates: tuple[Candidate, ...]
    """The most frequent pairs just before the merge, the chosen one first."""
    ties: int | None
    """How many other pairs were just as frequent; None where no candidates were asked for."""


def train_steps(
    text: str,
    vocab_size: int,
    *,
    special_tokens: Sequence[str] = ("<|endoftext|>",),
    min_count: int = 2,
    n_candidates: int = 10,
) -> Iterator[Merge]:
    """Learn the merges of a byte-pair vocabulary, and yield each one as it is made.

    The stream ends early when no pair is left that occurs `min_count` times.

    Args:
        vocab_size: number of tokens at the end: 256 bytes, the merges and the special tokens.
        special_tokens: strings at which the text is cut, and for which ids are left free.
        min_count: fewer occurrences than this are no pattern.
        n_candidates: length of each merge's table of candidates; 0 is fastest.

    Raises:
        ValueError: `vocab_size` leaves no room for the bytes and the special tokens.

    >>> [merge.merged for merge in train_steps("the cat in the hat", 260)]
    [b'at', b'he', b'the']
    """
    n_merges = vocab_size - len(BYTE_LETTERS) - len(special_tokens)
    if n_merges < 0:
        raise ValueError(
            f"vocab_size={vocab_size} has no room for {len(BYTE_LETTERS)} bytes and "
            f"{len(special_tokens)} special tokens; choose at least {vocab_size - n_merges}"
        )
    tokens = [bytes([value]) for value in BYTE_LETTERS]
    table = _PairTable(count_pieces(text, special_tokens))
    for rank in range(len(tokens), len(tokens) + n_merges):
        pair, count = table.most_frequent()
        if count < max(min_count, 1):
            return
        left, right = tokens[ord(pair[0])], tokens[ord(pair[1])]
        candidates = tuple(
            Candidate((tokens[ord(both[0])], tokens[ord(both[1])]), times)
            for both, times in table.top(n_candidates)
        )
        ties = table.ties(count) if n_candidates else None
        table.merge(pair, chr(rank))
        tokens.append(left + right)
        yield Merge(rank, (left, right), left + right, count, candidates, ties)


def count_pieces(text: str, special_tokens: Sequence[str] = ()) -> Counter[bytes]:
    """How often each piece occurs in the text without special tokens: all that training sees.

    >>> count_pieces("no, no<|endoftext|>no", ["<|endoftext|>"])
    Counter({b'no': 2, b',': 1, b' no': 1})
    """
    parts = re.split("|".join(map(re.escape, special_tokens)), text) if special_tokens else [text]
    whole: dict[str, int] = defaultdict(int)
    for stretch, count in Counter(chain.from_iterable(map(stretches, parts))).items():
        for piece in split_pieces(stretch):
            whole[piece] += count
    pieces: Counter[bytes] = Counter()
    for piece, count in whole.items():
        written = piece.encode()
        for start in range(0, len(written), LONGEST_PIECE):
            pieces[written[start : start + LONGEST_PIECE]] += count
    return pieces


class _PairTable:
    """How often each pair of tokens occurs, kept up to date without reading the text again.

    Each different piece is held once, with its count, and is a string with one character for each
    token: the one whose code is the token's id. So a pair is a string of two, pairs are in the
    order of their ids, and Python's own split and join do the merging.

    An index says which pieces may hold a pair, so that a merge touches only those. A heap finds the
    most frequent pair; its entries may be out of date, and are checked when they come up.
    """

    def __init__(self, pieces: Counter[bytes]) -> None:
        ids = bytes.maketrans(bytes(BYTE_LETTERS), bytes(range(256)))
        self.words = [piece.translate(ids).decode("latin-1") for piece in pieces]
        self.repeats = list(pieces.values())
        self.where: dict[str, list[int]] = defaultdict(list)
        for index, word in enumerate(self.words):
            for pair in map(add, word, word[1:]):
                self.where[pair].append(index)
        self.counts = {pair: self._times(indexes) for pair, indexes in self.where.items()}
        self.heap = [(-count, pair) for pair, count in self.counts.items()]
        heapify(self.heap)

    def most_frequent(self) -> tuple[str, int]:
        """The pair to merge next and its count, which is 0 when no pair is left."""
        while self.heap:
            negative, pair = self.heap[0]
            count = self.counts.get(pair, 0)
            if count == -negative:
                return pair, count
            heappop(self.heap)
            if count:
                heappush(self.heap, (-count, pair))
        return "", 0

    def top(self, n: int) -> list[tuple[str, int]]:
        """The n most frequent pairs, in the order in which they would win."""
        return nsmallest(n, self.counts.items(), key=lambda entry: (-entry[1], entry[0]))

    def ties(self, count: int) -> int:
        """How many pairs besides one have this count."""
        return sum(other == count for other in self.counts.values()) - 1

    def merge(self, pair: str, new: str) -> None:
        """Write the token `new` wherever the pair stands, and recount what stands beside it."""
        first, second = pair[0], pair[1]
        befores: dict[str, list[int]] = defaultdict(list)
        afters: dict[str, list[int]] = defaultdict(list)
        for index in self.where[pair]:
            parts = self.words[index].split(pair)
            before = parts[0][-1:]
            for part in parts[1:]:
                befores[before].append(index)
                afters[part[:1]].append(index)
                before = part[-1:] or new
            self.words[index] = new.join(parts)
        befores.pop("", None)  # the start of a piece
        afters.pop("", None)  # its end, or another `new`, whose `befores` say it already
        for before, indexes in befores.items():
            old = second if before == new else before
            self._exchange(old + first, before + new, indexes)
        for after, indexes in afters.items():
            self._exchange(second + after, new + after, indexes)
        self.counts.pop(pair, None)
        self.where.pop(pair, None)

    def _exchange(self, old: str, new: str, indexes: list[int]) -> None:
        """A new pair stands where an old one stood, in these pieces, each named once a time."""
        times = self._times(indexes)
        self.counts[new] = times
        self.where[new] = indexes
        heappush(self.heap, (-times, new))
        self.counts[old] -= times
        if not self.counts[old]:
            del self.counts[old], self.where[old]

    def _times(self, indexes: list[int]) -> int:
        return sum(map(self.repeats.__getitem__, indexes))
