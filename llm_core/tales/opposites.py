"""Pages about words and their opposites, told in sentences that come close to a list.

The lists of lessons.py leave out a fifth of the pairs. Here these stand in prose, both ways round,
more often than the others, so that a model that is asked for one in a list has read it somewhere.

In:     random numbers; the pairs of lessons.py; data/opposites.json
Out:    a page of 60 to 200 words; a page of any theme, of which some are such pages
Next:   the corpus
"""

from functools import cache
from random import Random
from typing import Any

from llm_core.tales.facts import facts
from llm_core.tales.lessons import Pair, tasks
from llm_core.tales.phrasing import Pools, Values, loaded, one_of, said

HELD_OUT_SHARE = 0.6
"""Share of the pairs on a page that stand in no list."""
PAGES_OF_OPPOSITES = 0.3
"""Share of pages that are about opposites, where the corpus asks for more of them."""


def page_anew(rng: Random) -> str:
    """A page of a primer, about opposites more often than the themes would have it."""
    return opposites(rng) if rng.random() < PAGES_OF_OPPOSITES else facts(rng)


def opposites(rng: Random) -> str:
    """A page of 6 to 13 pairs, each in a wording of its own."""
    texts: dict[str, Any] = loaded("opposites")
    pools = _cast(rng)
    ways = rng.sample(texts["say"], 6 + int(rng.random() * 8))
    sentences = []
    for way, (first, second) in zip(ways, _pairs(len(ways), rng), strict=True):
        values: Values = {"x": first, "y": second}
        sentences.append(said(way, rng, values, pools))
    if rng.random() < 0.7:
        sentences.insert(0, said(one_of(texts["open"], rng), rng, {}, pools))
    if rng.random() < 0.4:
        sentences.append(said(one_of(texts["close"], rng), rng, {}, pools))
    size = 3 + int(rng.random() * 5)
    paragraphs = [sentences[at : at + size] for at in range(0, len(sentences), size)]
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)


def _pairs(count: int, rng: Random) -> list[Pair]:
    """Different pairs, most of them held out of the lists."""
    held_out, trained = _both_kinds()
    chosen: dict[Pair, None] = {}
    while len(chosen) < count:
        chosen[one_of(held_out if rng.random() < HELD_OUT_SHARE else trained, rng)] = None
    return list(chosen)


@cache
def _both_kinds() -> tuple[list[Pair], list[Pair]]:
    task = tasks()["opposite"]
    return task.held_out, task.trained


def _cast(rng: Random) -> Pools:
    """One girl, one boy and one teacher for a page."""
    pools: dict[str, list[str]] = loaded("themes")["pools"]
    return {name: [one_of(pools[name], rng)] for name in ("girl", "boy", "teacher")}
