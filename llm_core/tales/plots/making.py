"""Plots in which something is baked or built.

In:     a scene
Out:    its events, titles, questions
Next:   plots/together
"""

from llm_core.tales import doings
from llm_core.tales.forms import title
from llm_core.tales.scene import Scene
from llm_core.tales.words import listed, number_word
from llm_core.tales.world import TRADES, VILLAGE, Person, Thing

PANTRY = ("flour", "butter", "sugar", "salt", "eggs", "cream", "raisins")


INGREDIENTS = {
    "flour": "miller",
    "milk": "dairymaid",
    "butter": "dairymaid",
    "honey": "beekeeper",
    "sugar": "shopkeeper",
    "eggs": "farmer",
    "plums": "gardener",
    "nuts": "forester",
    "yeast": "baker",
    "cinnamon": "innkeeper",
}


PROJECTS = {
    "spring": ("bird house", "raft", "hut"),
    "summer": ("raft", "hut", "sandcastle"),
    "autumn": ("hut", "scarecrow", "bird house"),
    "winter": ("snowman", "snowman", "snow house"),
}


TOOLS = {
    "bird house": ("hammer", "saw"),
    "raft": ("rope", "hammer"),
    "hut": ("rope", "hammer"),
    "sandcastle": ("bucket", "spade"),
    "scarecrow": ("hammer", "rope"),
    "snowman": ("spade", "broom"),
    "snow house": ("spade", "bucket"),
}


SITES = {
    "bird house": ("garden", "orchard", "wood"),
    "raft": ("river", "pond", "beach"),
    "hut": ("wood", "garden", "orchard"),
    "sandcastle": ("beach",),
    "scarecrow": ("garden", "orchard", "meadow"),
    "snowman": ("village green", "garden", "meadow", "playground"),
    "snow house": ("village green", "garden", "meadow", "hill"),
}
LENDERS = {
    "hammer": ("carpenter",),
    "saw": ("carpenter",),
    "rope": ("fisherman",),
    "bucket": ("dairymaid",),
    "spade": ("gardener",),
    "broom": ("innkeeper",),
}


def baking(scene: Scene) -> None:
    """Something is to be baked, but an ingredient is missing, and then another."""
    hero = scene.child()
    helper = scene.friend(hero) if scene.maybe(0.6) else None
    cake = scene.thing("bake", "big_food", owner=hero)
    place = scene.home(hero)
    scene.tell("wants to bake", A=hero, x=cake, p=place)
    scene.at(hero, place)
    own = {what for what, trade in INGREDIENTS.items() if TRADES[trade].home == hero.home}
    own |= {"flour"} if hero.home == "bakery" else set()
    others = [what for what in INGREDIENTS if what not in own]
    missing = scene.draw.sample(others, scene.draw.choice((1, 2, 2)))
    scene.tell(
        "lists ingredients",
        A=hero,
        l=listed(scene.draw.sample([i for i in PANTRY if i not in missing], 3)),
    )
    for number, what in enumerate(missing):
        _fetch_missing(scene, hero, cake, helper, what, number == 0)
    scene.paragraph()
    bakers = doings.both(hero, helper) if helper is not None else hero
    scene.tell("mixes", A=bakers, x=cake)
    scene.tell("in the oven", A=bakers, x=cake)
    scene.has(hero, cake)
    if scene.maybe(0.35):
        scene.tell("a bit burnt", A=hero, x=cake)
    scene.tell("shares out", A=hero, x=cake, n=number_word(scene.draw.randrange(4, 11)))
    scene.tell("end two", G=bakers) if helper is not None else scene.tell("is glad", A=hero)
    scene.titled(
        "baking", X=title(cake.noun), Y=title(f"{cake.look} {cake.noun}"), Z=title(missing[0])
    )


def _fetch_missing(
    scene: Scene, hero: Person, cake: Thing, helper: Person | None, what: str, first: bool
) -> None:
    """An ingredient is missing, and somebody in the village has it."""
    place = scene.home(hero)
    host = TRADES[INGREDIENTS[what]]
    scene.join_person(host)
    verb = "were" if what in ("eggs", "plums", "nuts") else "was"
    scene.tell("missing first" if first else "missing more", A=hero, w=what, v=verb)
    if first and helper is not None:
        scene.tell("meets at door", A=hero, B=helper)
        scene.at(helper, place)
        scene.say(helper, "get it from", hero, w=what, C=host)
    scene.paragraph()
    doings.visit(scene, hero, host)
    scene.say(hero, "some please", host, w=what, x=cake)
    if scene.maybe(0.6):
        doings.chore(scene, hero, host)
    scene.tell("gets ingredient", A=hero, B=host, w=what)
    scene.why(f"Who gave {hero.name} the {what}?", f"{host.name} did.")
    scene.tell("goes home", A=hero, p=place)
    scene.at(hero, place)


def building(scene: Scene) -> None:
    """Two friends build something; it collapses once; a third has the idea that helps."""
    hero = scene.child()
    friend = scene.friend(hero)
    pair = doings.both(hero, friend)
    what = scene.draw.choice(PROJECTS[scene.season])
    place = VILLAGE.places[scene.draw.choice(SITES[what])]
    doings.open_two(scene, pair, place)
    scene.say(hero, f"let us build {what}", friend, "glad")
    scene.say(friend, "good idea", hero, "glad")
    scene.tell(f"builds {what}", A=hero, B=friend)
    scene.tell(f"falls {what}", A=hero, B=friend)
    scene.why(f"What did {hero.name} and {friend.name} build?", f"They built a {what}.")
    if scene.maybe(0.5):
        scene.tell("is cross" if scene.maybe(0.5) else "is sad", A=friend)
        scene.say(hero, "try again", friend, "kind")
    scene.paragraph()
    wise = scene.grown_up()
    scene.tell("meets", A=hero, B=wise)
    scene.say(wise, f"advice {what}", pair, "kind")
    noun = scene.draw.choice(TOOLS[what])
    lender: Person | None = None
    tool: Thing | None = None
    if scene.maybe(0.7):
        lender = next(p for p in TRADES.values() if p.trade in LENDERS[noun])
        tool = doings.borrow(scene, hero, noun, scene.join_person(lender))
        scene.tell("goes with", A=hero, x=tool, p=place)
        scene.at(hero, place)
    scene.tell(f"done {what}", A=hero, B=friend)
    if tool is not None:
        doings.bring_back(scene, hero, tool)
    scene.tell("proud", G=pair)
    scene.tell("end two", G=pair)
    scene.titled("building", X=title(what), B=friend.name)


PLOTS = (
    baking,
    building,
)
