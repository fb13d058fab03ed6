"""Text into pieces, and bytes into letters one can see: what byte-pair encoding does first.

In:     text
Out:    words with the blank before them, numbers, marks, white space; joined, the text again
Next:   merging.py, which learns what bytes of a piece belong together

A token never reaches across the border of a piece, so "dog", "dog." and "dog!" share a token. And
no piece reaches across a place where white space begins: the stretches of text between such places
come again and again, and whoever keeps what became of a stretch has to apply the rules to it once.

Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2
"""

import re
from collections.abc import Iterator
from itertools import chain

import tiktoken

from llm_core.corpus import well_formed

SPLIT_RULES: dict[str, str] = {
    "English contraction": r"'(?:[sdmt]|ll|ve|re)",
    "letters, and a blank before them": r" ?\p{L}++",
    "digits, and a blank before them": r" ?\p{N}++",
    "other marks, and a blank before them": r" ?[^\s\p{L}\p{N}]++",
    "white space at the end": r"\s++$",
    "white space, but for the last blank before a word": r"\s+(?!\S)",
    "a single white space": r"\s",
}
"""GPT-2's rules in the form tiktoken states them; the first rule that fits cuts the next piece."""

SPLIT_PATTERN = "|".join(SPLIT_RULES.values())
"""All rules as one regular expression, as `tiktoken.Encoding` takes it."""


def split_pieces(text: str) -> list[str]:
    """The pieces of a text by GPT-2's rules. Nothing is lost: joined, they are the text again.

    >>> split_pieces("The cat's 2 hats,  at last")
    ['The', ' cat', "'s", ' 2', ' hats', ',', ' ', ' at', ' last']
    """
    if text.isascii():
        return _ASCII_PATTERN.findall(text)
    text = well_formed(text)
    spans = (match.span() for match in _ASCII_PATTERN.finditer(text.translate(_stand_ins)))
    return [text[start:end] for start, end in spans]


WHITE_SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Unicode calls white space, ready for the brackets of a regular expression."""

_STRETCH = re.compile(rf"[{WHITE_SPACE}]*+[^{WHITE_SPACE}]++|[{WHITE_SPACE}]++")


def block_pattern(length: int) -> re.Pattern[str]:
    """Finds blocks of so many characters, and the rest of the stretch in which the last one is."""
    return re.compile(rf"(?s).{{1,{length}}}[{WHITE_SPACE}]*+[^{WHITE_SPACE}]*+")


_BLOCK = block_pattern(65_536)


def stretches(text: str) -> Iterator[str]:
    """The text cut wherever white space begins. Their pieces, joined, are the pieces of the text.

    A long text is read block by block, so that its stretches need not be in memory all at once.

    >>> list(stretches("The cat's  hat,\\n\\nat last "))
    ['The', " cat's", '  hat,', '\\n\\nat', ' last', ' ']
    """
    return chain.from_iterable(map(_STRETCH.findall, _BLOCK.findall(text)))


class _StandIns(dict[int, str]):
    """For every character an ASCII one of its kind: a letter, a digit, white space or a mark.

    Python knows the rules' kinds of character in ASCII only. For the rest tiktoken is asked, once
    for each character, so that both read the same edition of the Unicode tables.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kinds = (kind for kind, reader in _readers.items() if reader.encode_ordinary(character))
        self[code] = character if character.isascii() else next(kinds, "*")
        return self[code]


_every_byte = {bytes([value]): value for value in range(256)}
_readers = {
    stand_in: tiktoken.Encoding(
        stand_in, pat_str=kind, mergeable_ranks=_every_byte, special_tokens={}
    )
    for stand_in, kind in (("a", r"\p{L}"), ("1", r"\p{N}"), ("\t", r"\s"))
}
_stand_ins = _StandIns()

_ASCII_PATTERN: re.Pattern[str] = re.compile(
    SPLIT_PATTERN.replace(r"\s\p{L}\p{N}", r"\sA-Za-z0-9")
    .replace(r"\p{L}", "[A-Za-z]")
    .replace(r"\p{N}", "[0-9]"),
    re.ASCII,
)


def _printable_bytes() -> dict[int, str]:
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), 256)]
    hidden = [value for value in range(256) if value not in shown]
    letters = {value: chr(value) for value in shown}
    return letters | {value: chr(256 + place) for place, value in enumerate(hidden)}


BYTE_LETTERS: dict[int, str] = _printable_bytes()
"""A visible character for each byte, in the order of GPT-2's first 256 ids: a blank becomes Ġ."""

_letter_bytes = {letter: value for value, letter in BYTE_LETTERS.items()}


def visible(token: bytes) -> str:
    """Bytes as GPT-2's files write them, one visible character each.

    >>> visible(b" caf\\xc3\\xa9")
    'ĠcafÃ©'
    """
    return "".join(BYTE_LETTERS[value] for value in token)


def from_visible(letters: str) -> bytes:
    """The bytes that `visible` wrote.

    Raises:
        ValueError: a character that stands for no byte.

    >>> from_visible("Ġhat")
    b' hat'
    """
    try:
        return bytes(_letter_bytes[letter] for letter in letters)
    except KeyError as error:
        raise ValueError(
            f"{error.args[0]!r} stands for no byte; use a byte-level vocabulary like GPT-2's"
        ) from None
