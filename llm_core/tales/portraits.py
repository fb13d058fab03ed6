"""Several facts about one animal, told in a row.

In:     random numbers; the animals of data/primer_world.json
Out:    three to six short sentences about an animal
Next:   facts.py
"""

from collections.abc import Callable
from functools import cache
from random import Random

from llm_core.tales.phrasing import Values, loaded, one_of, said, table
from llm_core.tales.words import with_article

_TABLES = ("sounds", "young", "homes", "diets", "bodies")


@cache
def _known() -> list[dict[str, Values]]:
    """For each animal of which the primer knows three things or more, what it knows."""
    animals: dict[str, dict[str, Values]] = {}
    for name in _TABLES:
        for row in table(name):
            animals.setdefault(row["animal"], {}).setdefault(name, row)
    for row in table("groups")[:4]:
        for animal in row["members"].split(", "):
            if animal in animals:
                animals[animal]["groups"] = {"animal": animal, "kind": with_article(row["name"])}
    return [facts for facts in animals.values() if len(facts) >= 3]


def portrait(rng: Random) -> Values:
    """A short description of an animal."""
    themes = loaded("themes")
    known = one_of(_known(), rng)
    told = rng.sample(list(known), 3 + int(rng.random() * (len(known) - 2)))
    values = dict(known[told[0]])
    parts = [said(one_of(themes["portraits"]["start"], rng), rng, values, themes["pools"])]
    for name in told:
        values = dict(known[name])
        parts.append(said(one_of(themes["portraits"][name], rng), rng, values, themes["pools"]))
    return {"portrait": " ".join(parts)}


MAKERS: dict[str, Callable[[Random], Values]] = {"portrait": portrait}
"""What a theme names as its source -> what makes one item of it."""
