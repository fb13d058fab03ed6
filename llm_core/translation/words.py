"""A vocabulary of whole words, for models that read and write short sentences.

In:     sentences
Out:    ids, one per word or punctuation mark, and back
Next:   encoder.py, which reads them
"""

import re
from collections.abc import Iterable

PAD, BOS, EOS, UNK, MASK = range(5)
"""Ids of the special words: filler, start, end, not in the vocabulary, hidden."""

SPECIAL_WORDS = ("<pad>", "<bos>", "<eos>", "<unk>", "<mask>")


class Words:
    """A vocabulary of whole words and punctuation marks; text to ids and back.

    Args:
        texts: whose words make up the vocabulary.
        ignore_case: read capitals as small letters.

    >>> words = Words(["The cat sleeps."], ignore_case=True)
    >>> words.encode("the dog sleeps"), words.decode(words.encode("the cat sleeps ."))
    ([8, 3, 7], 'the cat sleeps.')
    """

    def __init__(self, texts: Iterable[str], *, ignore_case: bool = False) -> None:
        self.ignore_case = ignore_case
        known = sorted({word for text in texts for word in self.split(text)} - set(SPECIAL_WORDS))
        self.words = [*SPECIAL_WORDS, *known]
        self.ids = {word: number for number, word in enumerate(self.words)}

    @property
    def n_vocab(self) -> int:
        """How many words there are, the special ones included."""
        return len(self.words)

    def split(self, text: str) -> list[str]:
        """The text cut into words, punctuation marks and special words."""
        pieces = re.findall(r"<\w+>|\w+(?:['’-]\w+)*|[^\w\s]", text)
        return [piece.lower() for piece in pieces] if self.ignore_case else pieces

    def unknown(self, text: str) -> list[str]:
        """Words of the text that are not in the vocabulary."""
        return [word for word in self.split(text) if word not in self.ids]

    def encode(self, text: str) -> list[int]:
        """One id per word; UNK for words never seen."""
        return [self.ids.get(word, UNK) for word in self.split(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """The words joined to a sentence, without filler, start and end."""
        kept = [self.words[number] for number in ids if number not in (PAD, BOS, EOS)]
        return re.sub(r" (?=[.,;:!?…])", "", " ".join(kept))
