"""Texts that come with something to learn: a label, an answer, a translation.

In:     the text of a table (tabs or commas) or of a JSON file, bundled or somebody's own
Out:    labelled messages, instruction entries, sentence pairs
Next:   downloads.py, the course's real data sets
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from llm_core.corpus.texts import ASSETS


class Message(NamedTuple):
    """A text message and what it is: "ham" (wanted) or "spam"."""

    label: str
    text: str


class SentencePair(NamedTuple):
    """One thought in two languages."""

    source: str
    target: str


def messages() -> list[Message]:
    """The bundled messages, 6,300, half of them spam."""
    return parse_messages((ASSETS / "messages.tsv").read_text(encoding="utf-8"))


def instructions() -> list[dict[str, Any]]:
    """The bundled entries, some thousands: `instruction`, `input` (may be empty) and `output`."""
    return parse_instructions((ASSETS / "instructions.json").read_text(encoding="utf-8"))


def sentence_pairs() -> list[SentencePair]:
    """The bundled English sentences with their German translations."""
    return parse_sentence_pairs((ASSETS / "translation.tsv").read_text(encoding="utf-8"))


def parse_messages(text: str, *, quoted: bool = False) -> list[Message]:
    """Labelled messages from a table with the columns Label and Text, or from "ham<tab>text" lines.

    Args:
        text: separated by tabs, commas or semicolons; by tabs where there is no header line.
        quoted: take quotation marks in a table with tabs as the ends of a field. The book does, and
            so some messages of the SMS Spam Collection swallow the next: 5,572 instead of 5,574.

    Raises:
        ValueError: a column or a cell is missing; one sentence that names it.
    """
    rows = list(_rows(text, quoted))
    _, header = rows[0] if rows else (0, [])
    names = [cell.strip().casefold() for cell in header]
    if names and names[0] in {"ham", "spam"}:
        label, content = 0, 1
    else:
        missing = [name for name in ("Label", "Text") if name.casefold() not in names]
        if missing:
            found = ", ".join(cell.strip()[:20] for cell in header[:5]) or "nothing"
            raise ValueError(
                f"The table has no column {' and no column '.join(missing)} (first line: {found}); "
                "name the two columns Label and Text."
            )
        label, content = names.index("label"), names.index("text")
        rows = rows[1:]
    found_messages = []
    for line, row in rows:
        if len(row) <= max(label, content) or not row[label].strip() or not row[content].strip():
            raise ValueError(f"Line {line} has no label or no text; complete or delete it.")
        kind = row[label].strip()
        kind = kind.lower() if kind.lower() in {"ham", "spam"} else kind
        found_messages.append(Message(kind, row[content].strip()))
    if not found_messages:
        raise ValueError("The table has a header and no messages; add lines below it.")
    return found_messages


def parse_sentence_pairs(text: str) -> list[SentencePair]:
    """Sentence pairs from lines of "sentence<tab>translation"; a header English, German is skipped.

    Raises:
        ValueError: a line without a tab; one sentence that names it.

    >>> parse_sentence_pairs("English\\tGerman\\nGood day.\\tGuten Tag.")
    [SentencePair(source='Good day.', target='Guten Tag.')]
    """
    pairs = []
    for line, row in _rows(text, quoted=False, delimiter="\t"):
        cells = [cell.strip() for cell in row[:2]]
        if len(cells) < 2 or not all(cells):
            raise ValueError(
                f"Line {line} is not two sentences with a tab between them; complete or delete it."
            )
        if tuple(cell.casefold() for cell in cells) not in _PAIR_HEADERS:
            pairs.append(SentencePair(*cells))
    if not pairs:
        raise ValueError("There are no sentence pairs; add lines of sentence, tab, translation.")
    return pairs


_PAIR_HEADERS = {("english", "german"), ("source", "target")}


def parse_instructions(text: str) -> list[dict[str, Any]]:
    """Instruction entries from a JSON list; `input` is added as "" where an entry has none.

    Raises:
        ValueError: not JSON, not a list, or an entry lacks a key; one sentence that names it.

    >>> parse_instructions('[{"instruction": "Add 1 and 2.", "output": "3"}]')
    [{'input': '', 'instruction': 'Add 1 and 2.', 'output': '3'}]
    """
    try:
        entries = json.loads(text.removeprefix("\ufeff"))
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(
            f"The file is not JSON{where}; it has to be a list of entries in [ ], each in {{ }}."
        ) from None
    if not isinstance(entries, list) or not entries:
        raise ValueError("The JSON is not a list of entries; put the entries between [ and ].")
    for number, entry in enumerate(entries, start=1):
        filled = {"input": ""} | entry if isinstance(entry, dict) else {}
        for key in ("instruction", "input", "output"):
            if not isinstance(filled.get(key), str):
                raise ValueError(f'Entry {number} has no text under "{key}"; add it.')
        entries[number - 1] = filled
    return entries


def _rows(text: str, quoted: bool, delimiter: str | None = None) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line that is not blank; the delimiter is read off the first."""
    text = text.removeprefix("\ufeff").replace("\x00", "")
    first = text.lstrip().partition("\n")[0]
    delimiter = delimiter or next((mark for mark in "\t,;" if mark in first), "\t")
    lines = io.StringIO(text, newline="")
    if delimiter == "\t" and not quoted:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(lines, delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error:
        raise ValueError(
            f"Line {reader.line_num} cannot be read as a table; look for a quotation mark too many."
        ) from None
