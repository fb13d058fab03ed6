"""Pages of a primer: plain facts about words, numbers, animals, places, work and good manners.

A theme has a source of rows (a table of the primer, or a maker of numbers or sentences) and many
ways to say one row. A page takes a few rows of a theme and says each in its own way; on some pages
a teacher asks, and some go through several themes.

In:     random numbers; data/themes.json and the tables it names
Out:    a page of 60 to 250 words
Next:   lessons.py, which sets the same pairs of words below each other
"""

from collections.abc import Callable
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from llm_core.tales import letterwork, numbers, portraits, sentences
from llm_core.tales.phrasing import Pools, Values, loaded, one_of, said, table, weighted
from llm_core.tales.words import capital

_MAKERS: dict[str, Callable[[Random], Values]] = {
    **numbers.MAKERS,
    **letterwork.MAKERS,
    **sentences.MAKERS,
    **portraits.MAKERS,
}
_KEEP_CAPITAL = ("London", "Paris", "I ")


class Theme(NamedTuple):
    """What a page can be about."""

    name: str
    source: str
    size: tuple[int, int]
    open: list[str]
    say: list[str]
    ask: list[tuple[str, str]]
    close: list[str]


@cache
def _themes() -> tuple[list[Theme], list[int]]:
    """All themes, and their weights added up."""
    entries: list[dict[str, Any]] = loaded("themes")["themes"]
    themes = [
        Theme(
            name=entry["name"],
            source=entry["source"],
            size=(entry["count"][0], entry["count"][1]),
            open=entry["open"],
            say=entry["say"],
            ask=[(question, answer) for question, answer in entry["ask"]],
            close=entry["close"],
        )
        for entry in entries
    ]
    return themes, list(accumulate(entry["weight"] for entry in entries))


def facts(rng: Random) -> str:
    """A page of a primer."""
    themes, weights = _themes()
    pools = _cast(rng)
    if rng.random() < 0.8:
        return _page(weighted(themes, weights, rng), rng, pools)
    chosen: list[Theme] = []
    while len(chosen) < 4:
        theme = weighted(themes, weights, rng)
        if theme not in chosen:
            chosen.append(theme)
    return "\n\n".join(" ".join(_items(theme, 4, rng, pools)) for theme in chosen)


def page(name: str, rng: Random) -> str:
    """A page about the theme of this name.

    Raises:
        StopIteration: there is no such theme.
    """
    return _page(next(theme for theme in _themes()[0] if theme.name == name), rng, _cast(rng))


def asked_in_themes(rng: Random) -> tuple[str, str]:
    """A question about one row of a theme, and its answer."""
    themes, weights = _asking()
    theme = weighted(themes, weights, rng)
    question, answer = one_of(theme.ask, rng)
    (values,) = _rows(theme, 1, rng)
    pools = _cast(rng)
    return said(question, rng, values, pools), said(answer, rng, values, pools)


def row_of(source: str, rng: Random) -> Values:
    """One row of a source: what a maker makes, or a row of a table.

    Raises:
        FileNotFoundError: there is no such table.
    """
    make = _MAKERS.get(source)
    return make(rng) if make else _with_small_forms(one_of(table(source), rng))


@cache
def _asking() -> tuple[list[Theme], list[int]]:
    """The themes that have questions, and their weights added up."""
    entries = loaded("themes")["themes"]
    themes = [
        (theme, entry["weight"])
        for theme, entry in zip(_themes()[0], entries, strict=True)
        if theme.ask
    ]
    return [theme for theme, _ in themes], list(accumulate(weight for _, weight in themes))


def _cast(rng: Random) -> Pools:
    """The pools for one page: one teacher, three girls and three boys appear on it."""
    pools: dict[str, list[str]] = loaded("themes")["pools"]
    girls, boys = rng.sample(pools["girl"], 3), rng.sample(pools["boy"], 3)
    return {**pools, "girl": girls, "boy": boys, "teacher": [one_of(pools["teacher"], rng)]}


def _page(theme: Theme, rng: Random, pools: Pools) -> str:
    low, high = theme.size
    items = _items(theme, low + int(rng.random() * (2 * high - low + 1)), rng, pools)
    if rng.random() < 0.7:
        opening = _said(one_of(theme.open, rng), theme, rng, pools)
        if opening:
            items.insert(0, opening)
    if theme.close and rng.random() < 0.4:
        items.append(_said(one_of(theme.close, rng), theme, rng, pools))
    if rng.random() < 0.25:
        return "\n".join(items)
    size = 3 + int(rng.random() * 4)
    paragraphs = [items[start : start + size] for start in range(0, len(items), size)]
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)


def _said(template: str, theme: Theme, rng: Random, pools: Pools) -> str:
    values = _rows(theme, 1, rng)[0] if "{" in template else {}
    return said(template, rng, values, pools)


def _items(theme: Theme, count: int, rng: Random, pools: Pools) -> list[str]:
    """So many sentences or exchanges about a theme; a wording comes back when all were used."""
    asking = 0.5 if theme.ask and rng.random() < 0.4 else 0.0
    made: list[str] = []
    say: list[str] = []
    ask: list[tuple[str, str]] = []
    for values in _rows(theme, count, rng):
        if rng.random() < asking:
            ask = ask or rng.sample(theme.ask, len(theme.ask))
            made.append(_exchange(*ask.pop(), values, rng, pools))
        else:
            say = say or rng.sample(theme.say, len(theme.say))
            made.append(said(say.pop(), rng, values, pools))
    return made


def _exchange(question: str, answer: str, values: Values, rng: Random, pools: Pools) -> str:
    """A question and its answer, spoken by somebody."""
    spoken = {
        "q": said(question, rng, values, pools),
        "a": said(answer, rng, values, pools).rstrip("."),
    }
    return said(one_of(loaded("themes")["dialogues"], rng), rng, spoken, pools)


def _rows(theme: Theme, count: int, rng: Random) -> list[Values]:
    """Different rows of a theme's source, each with the small forms of its sentences."""
    make = _MAKERS.get(theme.source)
    if make:
        made: dict[str, Values] = {}
        for _ in range(2 * count):
            values = make(rng)
            made.setdefault("; ".join(values.values()), values)
            if len(made) == count:
                break
        return list(made.values())
    options = table(theme.source)
    return [_with_small_forms(row) for row in rng.sample(options, min(count, len(options)))]


def _with_small_forms(row: Values) -> Values:
    values = dict(row)
    for name in ("text", "right", "wrong"):
        text = row.get(name)
        if text and not text.startswith(_KEEP_CAPITAL):
            values[f"{name}_small"] = text[:1].lower() + text[1:]
        elif text:
            values[f"{name}_small"] = capital(text)
    return values
