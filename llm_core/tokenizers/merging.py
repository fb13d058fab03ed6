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
from itertools import pairwise

from llm_core.tokenizers.pieces import BYTE_LETTERS, split_pieces

LONGEST_PIECE = 256
"""Bytes of a piece that are counted together; longer ones (a page without a blank) are cut here."""

Pair = tuple[int, int]


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
        left, right = tokens[pair[0]], tokens[pair[1]]
        candidates = tuple(
            Candidate((tokens[first], tokens[second]), times)
            for (first, second), times in table.top(n_candidates)
        )
        ties = table.ties(count) if n_candidates else None
        table.merge(pair, rank)
        tokens.append(left + right)
        yield Merge(rank, (left, right), left + right, count, candidates, ties)


def count_pieces(text: str, special_tokens: Sequence[str] = ()) -> Counter[bytes]:
    """How often each piece occurs in the text without special tokens: all that training sees.

    >>> count_pieces("no, no<|endoftext|>no", ["<|endoftext|>"])
    Counter({b'no': 2, b',': 1, b' no': 1})
    """
    parts = re.split("|".join(map(re.escape, special_tokens)), text) if special_tokens else [text]
    whole: Counter[str] = Counter()
    for part in parts:
        whole.update(split_pieces(part))
    pieces: Counter[bytes] = Counter()
    for piece, count in whole.items():
        written = piece.encode()
        for start in range(0, len(written), LONGEST_PIECE):
            pieces[written[start : start + LONGEST_PIECE]] += count
    return pieces


class _PairTable:
    """How often each pair of tokens occurs, kept up to date without reading the text again.

    Each different piece is held once, with its count. An index says which pieces may hold a pair,
    so that a merge touches only those. A heap finds the most frequent pair; its entries may be out
    of date, and are checked when they come up.
    """

    def __init__(self, pieces: Counter[bytes]) -> None:
        token_ids = {value: token_id for token_id, value in enumerate(BYTE_LETTERS)}
        self.words = [[token_ids[value] for value in piece] for piece in pieces]
        self.repeats = list(pieces.values())
        self.counts: dict[Pair, int] = defaultdict(int)
        self.where: dict[Pair, set[int]] = defaultdict(set)
        for index, (word, repeats) in enumerate(zip(self.words, self.repeats, strict=True)):
            for pair in pairwise(word):
                self.counts[pair] += repeats
                self.where[pair].add(index)
        self.heap = [(-count, pair) for pair, count in self.counts.items()]
        heapify(self.heap)

    def most_frequent(self) -> tuple[Pair, int]:
        """The pair to merge next and its count, which is 0 when no pair is left."""
        while self.heap:
            negative, pair = self.heap[0]
            count = self.counts.get(pair, 0)
            if count == -negative:
                return pair, count
            heappop(self.heap)
            if count:
                heappush(self.heap, (-count, pair))
        return (0, 0), 0

    def top(self, n: int) -> list[tuple[Pair, int]]:
        """The n most frequent pairs, in the order in which they would win."""
        return nsmallest(n, self.counts.items(), key=lambda entry: (-entry[1], entry[0]))

    def ties(self, count: int) -> int:
        """How many pairs besides one have this count."""
        return sum(other == count for other in self.counts.values()) - 1

    def merge(self, pair: Pair, new: int) -> None:
        """Write the token `new` wherever the pair stands, and recount what stands beside it."""
        first, second = pair
        change: dict[Pair, int] = defaultdict(int)
        for index in self.where.pop(pair):
            word, repeats = self.words[index], self.repeats[index]
            shorter: list[int] = []
            place, last = 0, len(word) - 1
            while place <= last:
                token = word[place]
                if token != first or place == last or word[place + 1] != second:
                    shorter.append(token)
                    place += 1
                    continue
                if shorter:
                    before = shorter[-1]
                    change[before, first] -= repeats
                    change[before, new] += repeats
                    self.where[before, new].add(index)
                if place + 1 < last:
                    after = word[place + 2]
                    change[second, after] -= repeats
                    change[new, after] += repeats
                    self.where[new, after].add(index)
                shorter.append(new)
                place += 2
            self.words[index] = shorter
        del self.counts[pair]
        change.pop(pair, None)
        self._apply(change)

    def _apply(self, change: dict[Pair, int]) -> None:
        for pair, difference in change.items():
            count = self.counts[pair] + difference
            if count:
                self.counts[pair] = count
            else:
                del self.counts[pair]
                self.where.pop(pair, None)
            if difference > 0 and count:
                heappush(self.heap, (-count, pair))
