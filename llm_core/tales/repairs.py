"""How things break, who in the village mends them, and how.

In:     a scene and a thing
Out:    the damage in words; the events of a repair
Next:   plots, in which things break
"""

from llm_core.tales import doings
from llm_core.tales.scene import Scene
from llm_core.tales.world import TRADES, Person, Thing

CRAFT = {
    "paper": "teacher",
    "cloth": "tailor",
    "wool": "weaver",
    "wood": "carpenter",
    "metal": "blacksmith",
    "leather": "shoemaker",
    "china": "potter",
    "straw": "weaver",
    "rope": "fisherman",
    "glass": "blacksmith",
}
"""Who can mend what is made of it."""
NO_CRAFT = tuple(t for t in TRADES if t not in CRAFT.values() and t != "clockmaker")


def damage(scene: Scene, thing: Thing) -> str:
    """How this thing breaks, as a clause."""
    if thing.kind.damage:
        harm = scene.draw.choice(thing.kind.damage)
        return f"the {thing.noun} {harm[3:]}" if harm.startswith("it ") else harm
    subject = f"the {thing.noun}"
    return {
        "paper": f"{subject} tore",
        "cloth": f"{subject} tore",
        "wool": f"{subject} got a big hole",
        "wood": f"{subject} broke in two",
        "metal": f"{subject} was bent",
        "leather": f"{subject} split",
        "china": scene.draw.choice((f"{subject} broke into three pieces", f"{subject} cracked")),
        "straw": f"{subject} got a big hole",
        "rope": f"{subject} tore in two",
        "glass": f"{subject} cracked",
    }[thing.kind.material]


def crafts_person(thing: Thing) -> Person:
    """Who in the village mends such a thing."""
    if "clock" in thing.kind.tags or thing.noun == "music box":
        return TRADES["clockmaker"]
    return TRADES[CRAFT[thing.kind.material]]


def mend(scene: Scene, who: Person, thing: Thing) -> Person:
    """Takes a broken thing to the right trade and gets it back whole."""
    master = scene.join_person(crafts_person(thing))
    doings.visit(scene, who, master)
    scene.say(who, "can you mend", master, "sad", x=thing)
    scene.say(master, "can mend", who, "kind", x=thing)
    scene.give(who, thing, master, "hands over")
    if scene.maybe(0.4):
        doings.chore(scene, who, master)
    scene.tell(f"mends {thing.kind.material}", A=who, B=master, x=thing)
    scene.give(master, thing, who, "hands back")
    doings.thank(scene, who, master)
    scene.why(
        f"Who mended the {thing.noun}?", f"{master.name} mended {'them' if thing.plural else 'it'}."
    )
    return master
