"""Byte-pair encoding: any text in tokens between a byte and a word, and back without loss.

In:     text; merges learned from a text, or GPT-2's published ones
Out:    token ids that spell the text exactly
Next:   gpt2.py, the same with the 50,257 tokens of GPT-2

Each piece of the text starts as single bytes. The two neighbours that were merged first in training
are joined, then the next, until no two neighbours make a token. Words come again and again, so the
ids of each stretch of text are remembered: most of a long text is then only looked up.

Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import chain, pairwise
from typing import Any, Literal, NamedTuple, Self

import tiktoken

from llm_core.tokenizers.merging import train_steps
from llm_core.tokenizers.pieces import (
    BYTE_LETTERS,
    SPLIT_PATTERN,
    split_pieces,
    stretches,
)
from llm_core.tokenizers.vocabulary_files import (
    read_gpt2_files,
    read_tokenizer_json,
    write_tokenizer_json,
)
from llm_core.tokenizers.words import UnknownTokenError


class ReplayStep(NamedTuple):
    """A word on its way from bytes to tokens."""

    parts: tuple[bytes, ...]
    """The tokens it consists of at this step."""
    merged: bytes | None
    """The token that has just been made; None at the start."""
    rank: int | None
    """That token's id: the turn at which it was learned."""
    place: int | None
    """Where it stands among the parts, counted from 0."""
    offers: tuple[int | None, ...]
    """For each two neighbours the id of the token they would make, if any: the smallest is next."""


class _Remembered(dict[str, list[int]]):
    """The ids of each text met before; those of a new one are found, and kept."""

    room = 50_000_000
    """Bytes that may be kept; when they are full it begins anew."""

    def __init__(self, find: Callable[[str], list[int]]) -> None:
        self.find, self.taken = find, 0

    def __missing__(self, text: str) -> list[int]:
        ids = self.find(text)
        size = 250 + 40 * len(text)  # of the entry, the text and its ids, at most
        if self.taken + size > self.room:
            self.clear()
            self.taken = 0
        if size <= self.room:
            self[text] = ids
            self.taken += size
        return ids


class BPETokenizer:
    """A byte-level byte-pair tokenizer; a tiktoken.Encoding with its ranks gives the same ids.

    Args:
        ranks: the id of each token: 256 single bytes, and longer tokens in the order of merging.
        special_tokens: the ids of strings that are never made by merging.

    Raises:
        ValueError: a byte has no id, or two tokens have the same one.

    >>> tokenizer = BPETokenizer.train("the cat sat, the cat ate, the end", vocab_size=262)
    >>> tokenizer.encode("the bat")
    [258, 220, 65, 256]
    >>> [tokenizer.token_bytes(token_id) for token_id in tokenizer.encode("the bat")]
    [b'the', b' ', b'b', b'at']
    >>> tokenizer.decode(tokenizer.encode("the bat"))
    'the bat'
    """

    def __init__(
        self, ranks: Mapping[bytes, int], special_tokens: Mapping[str, int] | None = None
    ) -> None:
        self.ranks = dict(sorted(ranks.items(), key=lambda entry: entry[1]))
        self.special_tokens = dict(special_tokens or {})
        self._tokens = {token_id: token for token, token_id in self.ranks.items()}
        self._tokens |= {number: token.encode() for token, number in self.special_tokens.items()}
        self._ids_of = _Remembered(self._stretch_ids)
        if any(bytes([value]) not in self.ranks for value in range(256)):
            raise ValueError("a byte has no id; give ranks for all 256 single bytes")
        if len(self._tokens) < len(self.ranks) + len(self.special_tokens):
            raise ValueError("two tokens have the same id; give each token an id of its own")

    # Where the tokens come from

    @classmethod
    def train(
        cls,
        text: str,
        vocab_size: int,
        special_tokens: Sequence[str] = ("<|endoftext|>",),
        min_count: int = 2,
    ) -> Self:
        """Learn a vocabulary from a text; arguments and errors are those of `train_steps`.

        A short text may hold fewer patterns than `vocab_size` asks for: see `n_vocab`.
        """
        steps = train_steps(
            text, vocab_size, special_tokens=special_tokens, min_count=min_count, n_candidates=0
        )
        return cls.from_merges((step.pair for step in steps), special_tokens)

    @classmethod
    def from_merges(
        cls, merges: Iterable[tuple[bytes, bytes]], special_tokens: Sequence[str] = ()
    ) -> Self:
        """Number the bytes, then the merged tokens, then the special tokens."""
        tokens = [bytes([value]) for value in BYTE_LETTERS]
        tokens += [left + right for left, right in merges]
        ranks = {token: rank for rank, token in enumerate(tokens)}
        return cls(ranks, {token: len(ranks) + i for i, token in enumerate(special_tokens)})

    @classmethod
    def from_gpt2_files(cls, merges: str, vocabulary: str) -> Self:
        """Read the two texts GPT-2 was published with.

        Args:
            merges: content of `vocab.bpe` (Hugging Face: `merges.txt`), a pair on each line.
            vocabulary: content of `encoder.json` (Hugging Face: `vocab.json`), the ids.

        Raises:
            ValueError: the two do not belong together, or are something else.
        """
        return cls(*read_gpt2_files(merges, vocabulary))

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave, or any byte-level `tokenizer.json` that splits like GPT-2's.

        Raises:
            ValueError: another kind of tokenizer.
        """
        return cls(*read_tokenizer_json(saved))

    # Text to ids and back

    @property
    def n_vocab(self) -> int:
        """How many ids there are, special tokens included."""
        return max(self._tokens) + 1

    def encode_ordinary(self, text: str) -> list[int]:
        """The ids of a text in which special tokens mean nothing special: for what people type.

        Half characters (lone surrogates) are read as U+FFFD, as tiktoken does.
        """
        return list(chain.from_iterable(map(self._ids_of.__getitem__, stretches(text))))

    def encode(
        self,
        text: str,
        *,
        allowed_special: Literal["all"] | Collection[str] = (),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> list[int]:
        """The ids of a text; a special token in it is read as one only where that is allowed.

        Args:
            allowed_special: special tokens that get their own id.
            disallowed_special: special tokens that are an error; all others are ordinary text.

        Raises:
            ValueError: the text holds a disallowed special token.
        """
        special = self.special_tokens.keys()
        allowed = set(special) if allowed_special == "all" else special & set(allowed_special)
        refused = special - allowed if disallowed_special == "all" else set(disallowed_special)
        for token in sorted(refused):
            if token in text:
                raise ValueError(
                    f"the text holds the special token {token}; pass allowed_special={{'{token}'}} "
                    "where it is meant, and use encode_ordinary where it is only text"
                )
        if not allowed:
            return self.encode_ordinary(text)
        longest_first = sorted(allowed, key=len, reverse=True)
        ids: list[int] = []
        for part in re.split(f"({'|'.join(map(re.escape, longest_first))})", text):
            ids += [self.special_tokens[part]] if part in allowed else self.encode_ordinary(part)
        return ids

    def decode(self, ids: Iterable[int], errors: str = "replace") -> str:
        """The text that the ids spell; bytes that are no UTF-8 become U+FFFD.

        Raises:
            UnknownTokenError: a KeyError; no token has this id.
        """
        return b"".join(map(self.token_bytes, ids)).decode("utf-8", errors)

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes of one token, which may be a part of a character only.

        Raises:
            UnknownTokenError: a KeyError; no token has this id.
        """
        try:
            return self._tokens[int(token_id)]
        except KeyError:
            raise UnknownTokenError(
                f"no token has the id {token_id}; ids go from 0 to {self.n_vocab - 1}"
            ) from None

    # How a piece becomes tokens: readable, and fast

    def replay(self, word: str | bytes) -> Iterator[ReplayStep]:
        """Build one piece of text from its bytes, merge by merge; the last step is its encoding.

        Raises:
            ValueError: the text is more than one piece, so that no merge could join it.

        >>> tokenizer = BPETokenizer.from_merges([(b"h", b"a"), (b"ha", b"t")])
        >>> [step.parts for step in tokenizer.replay("hat")]
        [(b'h', b'a', b't'), (b'ha', b't'), (b'hat',)]
        """
        if isinstance(word, str):
            if len(pieces := split_pieces(word)) > 1:
                raise ValueError(f"{word!r} is {len(pieces)} pieces; replay them one at a time")
            word = "".join(pieces).encode()
        return self._replay(word)

    def _replay(self, piece: bytes) -> Iterator[ReplayStep]:
        parts = [bytes([value]) for value in piece]
        offers = self._offers(parts)
        yield ReplayStep(tuple(parts), None, None, None, offers)
        while ranked := [(rank, i) for i, rank in enumerate(offers) if rank is not None]:
            rank, place = min(ranked)
            parts[place : place + 2] = [parts[place] + parts[place + 1]]
            offers = self._offers(parts)
            yield ReplayStep(tuple(parts), parts[place], rank, place, offers)

    def _offers(self, parts: Sequence[bytes]) -> tuple[int | None, ...]:
        return tuple(self.ranks.get(left + right) for left, right in pairwise(parts))

    def _stretch_ids(self, stretch: str) -> list[int]:
        """The ids of a stretch, from those of its pieces; each piece is a stretch as well."""
        pieces = split_pieces(stretch)
        if len(pieces) == 1:
            return self._merged(pieces[0].encode())
        return list(chain.from_iterable(map(self._ids_of.__getitem__, pieces)))

    def _merged(self, piece: bytes) -> list[int]:
        """The ids of the last replayed step, found in n log n time for a piece of n bytes.

        A part is known by where it starts; `ends` says where it ends, and 0 that it is no more.
        The heap holds (rank, start, end) of pairs to join; some are overtaken by another merge.
        """
        if piece in self.ranks:
            return [self.ranks[piece]]
        size, rank_of = len(piece), self.ranks.get
        ends, starts_before = [*range(1, size + 1), 0], [*range(-1, size)]
        heap = [
            (rank, i, i + 2)
            for i in range(size - 1)
            if (rank := rank_of(piece[i : i + 2])) is not None
        ]
        heapify(heap)
        while heap:
            _, start, end = heappop(heap)
            middle = ends[start]
            if not 0 < middle < size or ends[middle] != end:
                continue
            ends[start], ends[middle], starts_before[end] = end, 0, start
            before = starts_before[start]
            if before >= 0 and (rank := rank_of(piece[before:end])) is not None:
                heappush(heap, (rank, before, end))
            if end < size and (rank := rank_of(piece[start : ends[end]])) is not None:
                heappush(heap, (rank, start, ends[end]))
        ids, start = [], 0
        while start < size:
            ids.append(self.ranks[piece[start : ends[start]]])
            start = ends[start]
        return ids

    # Ways out

    def merges(self) -> list[tuple[bytes, bytes]]:
        """The pair each longer token was made of, in the order of merging."""
        pairs = []
        for token in self.ranks:
            if len(token) > 1:
                *_, before, last = self._replay(token)
                if len(last.parts) > 1:
                    raise ValueError(
                        f"no merges lead to the token {token!r}; train the tokenizer anew"
                    )
                pairs.append((before.parts[0], before.parts[1]))
        return pairs

    def to_tiktoken(self, name: str = "byte pairs") -> tiktoken.Encoding:
        """The same tokenizer, ids included, run by tiktoken at full speed.

        tiktoken breaks down on a million blanks in a row; `clean_text` lets no such text in.
        """
        return tiktoken.Encoding(
            name,
            pat_str=SPLIT_PATTERN,
            mergeable_ranks=self.ranks,
            special_tokens=self.special_tokens,
        )

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON, in the form of Hugging Face's `tokenizer.json`, so others read it too."""
        return write_tokenizer_json(self.ranks, self.special_tokens, self.merges())
