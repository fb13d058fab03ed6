"""Tokens as they are drawn, and as they stand in a sentence of markdown."""

import string

from dashboard import cached, chips


def word(loaded: cached.Loaded, token: int) -> str:
    """A token without the space in front, its invisible characters made visible."""
    return chips.visible(loaded.tokenizer.decode([token]).strip(" ") or " ")


def quoted(said: str) -> str:
    r"""A token in quotation marks, none of its signs read as markup.

    >>> quoted("*a")
    '“\\*a”'
    """
    return "“" + "".join(f"\\{c}" if c in string.punctuation else c for c in said) + "”"
