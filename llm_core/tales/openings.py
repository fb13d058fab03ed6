"""Other beginnings for the stories: a wish, a habit, a question, a promise, each with its reason.

The plots begin in few ways. Here their first events are exchanged for others that say as much (who,
where, with what) and go on to why or what came of it, so that whoever reads them learns what may
follow "so", "because" or "although". Nothing that happens later can make them untrue.

In:     a scene in which a plot has happened
Out:    the same scene with another beginning; data/telling_openings.json has the wordings
Next:   stories
"""

from random import Random

from llm_core.tales.scene import Scene
from llm_core.tales.telling import Event
from llm_core.tales.words import number_word
from llm_core.tales.world import VILLAGE, Entity, Person

LEADS = {
    "once at": "lead at",
    "once home": "lead home",
    "once at home": "lead home",
    "once with": "lead with",
    "once two": "lead two",
}
"""What is told in place of an event; others, such as "once home with", stay."""
INTRODUCED = 0.35
"""Share of stories that tell something of the hero first, where they need not."""


def open_anew(scene: Scene, draw: Random) -> None:
    """Exchanges the first events of a scene for another beginning."""
    events = scene.events
    if events[0].key == "intro hero":
        del events[0]
    first = events[0]
    lead = LEADS.get(first.key)
    if lead is not None:
        events[0] = Event(lead, {**_nature(first.roles.get("A")), **first.roles}, first.day)
    if lead is None or (lead != "lead two" and draw.random() < INTRODUCED):
        events[:0] = _of_the_hero(scene)


def _of_the_hero(scene: Scene) -> list[Event]:
    """What kind of child, or of animal in the wood, the story is about."""
    hero = scene.hero
    if not isinstance(hero, Person):
        return [Event("lead fable", {"A": hero}, scene.day)] if hero.owner is None else []
    if not hero.child:
        return []
    return [Event("lead who", _nature(hero), scene.day)]


def _nature(one: Entity | str | None) -> dict[str, Entity | str]:
    """What a wording may say of a child: age, home, what it likes."""
    if not isinstance(one, Person):
        return {}
    return {
        "A": one,
        "h": VILLAGE.places[one.home],
        "age": number_word(one.age),
        "like": one.likes,
        "nature": one.nature,
        "kind": one.noun,
    }
