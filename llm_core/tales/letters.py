"""Letters, notes and text messages of a village and of today, and the tricks of strangers.

Some pages only show messages, as they stand on a telephone. Others say who sent one: a friend, the
school, the bank - or somebody who wants money; so a model can learn by what a trick is known. The
messages to finetune on (assets/messages.tsv) are others: no sentence of them stands here.

In:     random numbers; data/letters.json, data/tricks.json and data/honest.json
Out:    a letter, a note, a page of messages, or a page about them
Next:   the corpus, which mixes these pages with stories, facts and lists
"""

import re
from collections.abc import Callable
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from llm_core.tales.phrasing import Values, loaded, one_of, said, weighted
from llm_core.tales.words import capital

_SHORTENED = (
    (re.compile(r"\bare you\b", re.IGNORECASE), "r u"),
    (re.compile(r"\byou\b", re.IGNORECASE), "u"),
    (re.compile(r"\byour\b", re.IGNORECASE), "ur"),
    (re.compile(r"\bplease\b", re.IGNORECASE), "pls"),
    (re.compile(r"\bthank you\b|\bthanks\b", re.IGNORECASE), "thx"),
    (re.compile(r"\btomorrow\b", re.IGNORECASE), "tmrw"),
    (re.compile(r"\btonight\b", re.IGNORECASE), "2nite"),
    (re.compile(r"\bfor\b"), "4"),
)
"""What people in a hurry write."""

_CHATTY = (
    *("family", "friends", "work", "neighbours", "club", "travel"),
    *("odd", "mixed", "food", "hobby", "feelings", "safe", "today", "relative", "friendly"),
)
"""Kinds of messages that may be written in a hurry."""

_BY_GROWN_UPS = ("excuse", "shop", "neighbour", "parents")
"""Kinds of letters that a child does not write."""

_READERS = (
    *((name, "she") for name in ("Mrs Hill", "Aunt Rose", "Granny Reed", "Mrs Penny", "Aunt Ivy")),
    *((name, "he") for name in ("Mr Brown", "Uncle Will", "Mr Marsh", "Mr Penny", "Uncle George")),
)


def letters(rng: Random) -> str:
    """A letter, some notes, or a page of messages, with or without a word on who sent them."""
    make: Callable[[Random], str] = weighted(_KINDS, _WEIGHTS, rng)
    return make(rng)


def trick(rng: Random) -> str:
    """A message by somebody who wants to cheat."""
    return _message("tricks", one_of(list(loaded("tricks")), rng), rng, {})


def honest(rng: Random) -> str:
    """A message by somebody who is what he says."""
    return _message("honest", one_of(list(loaded("honest")), rng), rng, {})


def _pools() -> dict[str, Any]:
    pools: dict[str, Any] = loaded("letters")["pools"]
    return pools


def _message(source: str, kind: str, rng: Random, values: Values) -> str:
    template = one_of(_texts(source, kind), rng)
    text = said(template, rng, values, _pools())
    if kind in _CHATTY and rng.random() < 0.3:
        return _hurried(text, rng)
    chance = rng.random()
    if source == "tricks" and chance < 0.06:
        return text.replace(". ", "! ", 1)
    if source == "tricks" and chance < 0.12:
        return re.sub(r"^\w{4,}", lambda first: first.group().upper(), text)
    return text if template[0].islower() else capital(text)


@cache
def _texts(source: str, kind: str) -> list[str]:
    texts: list[str] = loaded(source)[kind]["texts"]
    return texts


def _hurried(text: str, rng: Random) -> str:
    """The message in small letters and short words, as it is typed on the run."""
    text = text.lower()
    for pattern, short in _SHORTENED:
        if rng.random() < 0.5:
            text = pattern.sub(short, text)
    if rng.random() < 0.5:
        text = text.replace("'", "")
    if text.endswith(".") and rng.random() < 0.8:
        text = text[:-1]
    end: str = one_of(("", "", "", " x", " xx", " lol", " haha", "!!", " :)"), rng)
    return text + end


def _reader(rng: Random) -> Values:
    """Somebody who gets a message, and the pronouns for her or him."""
    pools = _pools()
    if rng.random() < 0.4:
        name, she = one_of(_READERS, rng)
    else:
        name, she = one_of(
            ((one_of(pools["girl"], rng), "she"), (one_of(pools["boy"], rng), "he")), rng
        )
    her, him = ("her", "her") if she == "she" else ("his", "him")
    return {"reader": name, "she": she, "her": her, "him": him, "herself": f"{him}self"}


def _judged(is_trick: bool, rng: Random) -> str:
    """A message, and what it is."""
    data, source = loaded("letters"), "tricks" if is_trick else "honest"
    kind = one_of(list(loaded(source)), rng)
    values = _reader(rng)
    message = _message(source, kind, rng, values)
    values["m"] = message if message[-1] in ".!?)" else f"{message}."
    because = said(one_of(loaded(source)[kind]["because"], rng), rng, values, _pools())
    values["why" if is_trick else "who"] = because
    values["whybare"] = because.rstrip(".")
    return said(one_of(data[f"frames_{source}"], rng), rng, values, _pools())


def judgements(rng: Random) -> str:
    """Two to four messages, each with a word on what it is."""
    count = 2 + int(rng.random() * 3)
    return "\n\n".join(_judged(rng.random() < 0.5, rng) for _ in range(count))


def inbox(rng: Random) -> str:
    """Messages as they stand on a telephone, without a word about them."""
    made = []
    for _ in range(4 + int(rng.random() * 6)):
        made.append(trick(rng) if rng.random() < 0.45 else honest(rng))
    return "\n".join(made)


def sorted_out(rng: Random) -> str:
    """Messages of which somebody says one after the other whether it is a trick."""
    words = one_of((("A trick", "Honest"), ("That is a trick", "That is honest")), rng)
    made = []
    for _ in range(4 + int(rng.random() * 5)):
        is_trick = rng.random() < 0.5
        message = trick(rng) if is_trick else honest(rng)
        made.append(f'"{message}"\n{words[0] if is_trick else words[1]}.')
    if rng.random() < 0.5:
        made.insert(0, one_of(("Is it a trick?", "Trick or not?", "Who means it well?"), rng))
    return "\n\n".join(made)


def advice(rng: Random) -> str:
    """Rules by which tricks are known, perhaps with an example."""
    cues = rng.sample(loaded("letters")["cues"], 4 + int(rng.random() * 4))
    text = " ".join(said(cue, rng, {}, _pools()) for cue in cues)
    return f"{text}\n\n{_judged(rng.random() < 0.6, rng)}" if rng.random() < 0.6 else text


def letter(rng: Random) -> str:
    """A letter from one person to another."""
    kind = one_of(list(loaded("letters")["letters"]), rng)
    values: Values = {}
    greeting, *parts = _sentences(loaded("letters")["letters"][kind], rng, values)
    sender = _sender("{grown2}" if kind in _BY_GROWN_UPS else "{sender}", rng, values, parts)
    *body, last = parts
    closing = one_of(("Love,", "Yours,", "Your friend,"), rng)
    if last.endswith(","):
        last, closing = "", last
    elif any(title in greeting for title in ("Mr", "Miss", "Sir")):
        closing = one_of(("Yours truly,", "With kind regards,", "Yours,"), rng)
    elif kind == "grandchild":
        closing, sender = "Your loving", one_of(("Granny", "Grandmother", "grandmother"), rng)
    elif "Grand" in greeting or "Aunt" in greeting or "Uncle" in greeting:
        closing = one_of(("Love,", "With love,", "Lots of love,"), rng)
    text = " ".join(part for part in (*body, last) if part)
    return f"{greeting}\n{text}\n{closing}\n{sender}"


def _sender(template: str, rng: Random, values: Values, parts: list[str]) -> str:
    """Somebody whom the letter does not name."""
    while True:
        told = dict(values)
        sender = said(template, rng, told, _pools())
        if sender != values.get("addressee") and not any(sender in part for part in parts):
            return sender


def _sentences(kind: list[list[str]], rng: Random, values: Values) -> list[str]:
    """One sentence for each part of a letter, at times two for a part in its middle."""
    made = []
    for place, options in enumerate(kind):
        middle = 1 < place < len(kind) - 1 and len(options) > 2
        count = 2 if middle and rng.random() < 0.6 else 1
        made += [said(text, rng, values, _pools()) for text in rng.sample(options, count)]
    return made


def notes(rng: Random) -> str:
    """Notes on the table or on the door, or a list for the shop."""
    made = []
    for _ in range(2 + int(rng.random() * 3)):
        made.append(_shopping(rng) if rng.random() < 0.35 else _note(rng))
    return "\n\n".join(made)


def _note(rng: Random) -> str:
    return said(one_of(loaded("letters")["notes"], rng), rng, {}, _pools())


def _shopping(rng: Random) -> str:
    pools = _pools()
    things = rng.sample(pools["item"], 4 + int(rng.random() * 5))
    heading = one_of(("To buy:", "Shopping list:", "From the shop:", "Please bring:"), rng)
    if rng.random() < 0.5:
        return "\n".join([heading, *things])
    return f"{heading} {', '.join(things)}."


def chat(rng: Random) -> str:
    """Two people writing to and fro."""
    one, other = rng.sample(_pools()["sender"], 2)
    lines = []
    for ask, answer in rng.sample(loaded("letters")["exchanges"], 4 + int(rng.random() * 5)):
        values: Values = {}
        lines.append(f"{one}: {_typed(ask, rng, values)}")
        lines.append(f"{other}: {_typed(answer, rng, values)}")
    return "\n".join(lines)


def _typed(template: str, rng: Random, values: Values) -> str:
    text = capital(said(template, rng, values, _pools()))
    return _hurried(text, rng) if rng.random() < 0.25 else text


_KINDS = (judgements, inbox, sorted_out, advice, letter, notes, chat)
_WEIGHTS = list(accumulate((36, 16, 12, 6, 18, 7, 5)))
