"""Plain text: the bundled story, and whatever somebody types, pastes or uploads.

In:     assets/story.txt, or bytes or characters from outside
Out:    a clean string, and its two parts for training and validation
Next:   tables.py, texts that come with a label or an answer

A model learns whatever it is fed, so everything that enters is checked here, once. What is wrong
with it is said in one sentence that names the remedy.
"""

import re
from functools import lru_cache
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"
"""Where the bundled texts lie; assets/README.md tells their origin and licence."""

LONGEST_BLANK = 100_000
"""Characters of white space in a row that a text may hold; tokenizers give up at a million."""


@lru_cache(maxsize=1)
def story() -> str:
    """The bundled short story, about 20,000 characters: what the models learn to write from."""
    return (ASSETS / "story.txt").read_text(encoding="utf-8")


def well_formed(text: str) -> str:
    """The text with every half of a character that cannot be written as UTF-8 replaced by U+FFFD.

    Python strings may hold halves of UTF-16 pairs ("lone surrogates"), for instance from a file
    that was cut in the middle of an emoji. tiktoken replaces them in the same way.

    >>> well_formed("cut \\ud83d here") == "cut \\ufffd here"
    True
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean_text(raw: bytes | str, limit: int = 1_000_000) -> str:
    """A text that is safe to train on: UTF-8, no byte order mark, no NUL, lines that end in `\\n`.

    Args:
        raw: what was typed, pasted or uploaded.
        limit: longest text accepted, in characters.

    Raises:
        ValueError: the text is empty, too long, or not text; one sentence that names the remedy.

    >>> clean_text(b"\\xef\\xbb\\xbfone\\r\\ntwo\\x00")
    'one\\ntwo'
    """
    too_long = f"keep at most {limit:,} characters, for instance the first chapter."
    if len(raw) > 4 * limit:  # no character is longer than four bytes: reject before decoding
        unit = "bytes" if isinstance(raw, bytes) else "characters"
        raise ValueError(f"The text has {len(raw):,} {unit}; {too_long}")
    if isinstance(raw, bytes):
        try:
            raw = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"The file is not UTF-8 text (byte {error.start + 1:,} does not fit); "
                "open it in an editor and save it with the encoding UTF-8."
            ) from None
    text = well_formed(raw).replace("\ufeff", "").replace("\x00", "")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ValueError("The text is empty; type or upload at least one sentence.")
    if len(text) > limit:
        raise ValueError(f"The text has {len(text):,} characters; {too_long}")
    if re.search(rf"(?<!\s)\s{{{LONGEST_BLANK + 1}}}", text):
        raise ValueError(
            f"The text has more than {LONGEST_BLANK:,} blanks in a row; take the empty part out."
        )
    return text


def split_text(text: str, train_ratio: float = 0.9) -> tuple[str, str]:
    """Two parts of one text: what the model learns from, and what it is examined on.

    Raises:
        ValueError: `train_ratio` leaves no room for one of the two parts.

    >>> split_text("abcdefghij")
    ('abcdefghi', 'j')
    """
    if not 0 < train_ratio < 1:
        raise ValueError(f"train_ratio={train_ratio} leaves one part empty; choose between 0 and 1")
    split = int(train_ratio * len(text))
    return text[:split], text[split:]
