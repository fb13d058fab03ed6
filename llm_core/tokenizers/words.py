"""Tokenizers whose tokens are words and punctuation marks: easy to read, helpless before new words.

In:     text
Out:    one id for each word or mark, and text again (spacing is guessed, so not always the same)
Next:   pieces.py, the first step towards tokens that can spell any word
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

UNKNOWN = "<|unk|>"
"""Stands for every word that is not in the vocabulary."""


class UnknownTokenError(KeyError):
    """A word or an id that the vocabulary does not hold."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would put the sentence in quotation marks


class SplitSteps(NamedTuple):
    """What four ever better ways of cutting make of a text; the last one is the tokenizer's."""

    whitespace: list[str]
    """Cut at white space, which is kept."""
    punctuation: list[str]
    """Cut at commas and full stops as well; that leaves empty strings between two cuts."""
    without_blanks: list[str]
    """The same without empty strings and white space."""
    tokens: list[str]
    """Cut at every mark the book considers, double dashes included, and without blanks."""


def split_in_steps(text: str) -> SplitSteps:
    """Cut a text into words and marks in the four steps of the lesson.

    >>> steps = split_in_steps("Hello, world?")
    >>> steps.whitespace, steps.punctuation
    (['Hello,', ' ', 'world?'], ['Hello', ',', '', ' ', 'world?'])
    >>> steps.without_blanks, steps.tokens
    (['Hello', ',', 'world?'], ['Hello', ',', 'world', '?'])
    """
    punctuation = re.split(r"([,.]|\s)", text)
    return SplitSteps(
        whitespace=re.split(r"(\s)", text),
        punctuation=punctuation,
        without_blanks=_without_blanks(punctuation),
        tokens=split_words(text),
    )


def split_words(text: str) -> list[str]:
    """The last step alone: words and marks, no blanks.

    >>> split_words("Is this-- a test?")
    ['Is', 'this', '--', 'a', 'test', '?']
    """
    return _without_blanks(re.split(r'([,.:;?_!"()\']|--|\s)', text))


def _without_blanks(items: list[str]) -> list[str]:
    return [item.strip() for item in items if item.strip()]


def build_vocabulary(tokens: Iterable[str], special_tokens: Sequence[str] = ()) -> dict[str, int]:
    """Number the different tokens in the order of the alphabet, then the special tokens.

    >>> build_vocabulary(["the", "cat", "the", "hat"], special_tokens=["<|endoftext|>", "<|unk|>"])
    {'cat': 0, 'hat': 1, 'the': 2, '<|endoftext|>': 3, '<|unk|>': 4}
    """
    ordinary = sorted(set(tokens) - set(special_tokens))
    return {token: token_id for token_id, token in enumerate([*ordinary, *special_tokens])}


class SimpleTokenizerV1:
    """A word tokenizer that knows the words of its vocabulary and stops at any other.

    Args:
        vocab: the id of every token, from `build_vocabulary`.

    >>> tokenizer = SimpleTokenizerV1({"!": 0, "Hello": 1, "world": 2})
    >>> tokenizer.encode("Hello world!")
    [1, 2, 0]
    >>> tokenizer.decode([1, 2, 0])
    'Hello world!'
    """

    marks_without_space = r"""\s+([,.?!"()'])"""
    """Decoding removes the blanks before these marks."""

    def __init__(self, vocab: Mapping[str, int]) -> None:
        self.str_to_int = dict(vocab)
        self.int_to_str = {token_id: token for token, token_id in vocab.items()}

    @property
    def n_vocab(self) -> int:
        """How many tokens the vocabulary has."""
        return len(self.str_to_int)

    def encode(self, text: str, *, allowed_special: Collection[str] = ()) -> list[int]:
        """The id of each word and mark.

        Args:
            allowed_special: accepted so that all tokenizers can be called alike; here a special
                token is a word like any other.

        Raises:
            UnknownTokenError: a KeyError; the text has a word that the vocabulary lacks.
        """
        return [self._id_of(token) for token in split_words(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """The words with blanks between them, but none before punctuation marks.

        Raises:
            UnknownTokenError: a KeyError; no token has this id.
        """
        try:
            text = " ".join(self.int_to_str[int(token_id)] for token_id in ids)
        except KeyError as error:
            raise UnknownTokenError(
                f"no token has the id {error.args[0]}; ids go from 0 to {self.n_vocab - 1}"
            ) from None
        return re.sub(self.marks_without_space, r"\1", text)

    def _id_of(self, token: str) -> int:
        try:
            return self.str_to_int[token]
        except KeyError:
            raise UnknownTokenError(
                f"'{token}' is not in the vocabulary of {self.n_vocab:,} tokens; use words of the "
                "text it was built from, or SimpleTokenizerV2, which has a token for the unknown"
            ) from None


class SimpleTokenizerV2(SimpleTokenizerV1):
    """A word tokenizer that reads every word it does not know as `<|unk|>`.

    Raises:
        ValueError: the vocabulary has no `<|unk|>`.

    >>> tokenizer = SimpleTokenizerV2(build_vocabulary(["Hello"], ["<|endoftext|>", "<|unk|>"]))
    >>> tokenizer.decode(tokenizer.encode("Hello palace <|endoftext|> Hello"))
    'Hello <|unk|> <|endoftext|> Hello'
    """

    marks_without_space = r"""\s+([,.:;?!"()'])"""

    def __init__(self, vocab: Mapping[str, int]) -> None:
        if UNKNOWN not in vocab:
            raise ValueError(
                f"the vocabulary has no {UNKNOWN}; build it with "
                f'build_vocabulary(tokens, special_tokens=["<|endoftext|>", "{UNKNOWN}"])'
            )
        super().__init__(vocab)

    def _id_of(self, token: str) -> int:
        return self.str_to_int.get(token, self.str_to_int[UNKNOWN])
