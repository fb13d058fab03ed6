"""Plots in which something is lost or taken and looked for.

In:     a scene
Out:    its events, titles, questions
Next:   plots/animals
"""

from llm_core.tales import doings
from llm_core.tales.forms import her, him, it, she, title
from llm_core.tales.scene import Scene
from llm_core.tales.world import Person, Place, Thing


def lost_thing(scene: Scene) -> None:
    """Something slips away on a walk; asking and searching bring it back."""
    hero = scene.child()
    thing = scene.thing("child", "small", owner=hero, without="found food")
    first = scene.somewhere(without="dark")
    doings.open_at(scene, hero, first, thing)
    spot = scene.draw.choice(first.spots)
    scene.tell("plays with", A=hero, x=thing)
    second = scene.somewhere(without="dark", also_not=(first,))
    scene.lose(hero, thing, spot, first)
    scene.go(hero, second)
    scene.paragraph()
    scene.tell("notices loss", A=hero, x=thing)
    scene.why(
        f"Why was {hero.name} sad?",
        f"Because {she(hero)} had lost {her(hero)} {thing.noun}.",
    )
    doings.search(scene, hero, thing, doings.spots_of(scene, second, scene.draw.choice((1, 2))))
    if scene.maybe(0.6):
        scene.tell("is sad", A=hero)
    scene.paragraph()
    helpers: list[Person] = [scene.friend(hero)]
    if scene.maybe(0.5):
        helpers.append(scene.grown_up())
        scene.draw.shuffle(helpers)
    doings.ask_around(scene, hero, thing, helpers, first)
    _helped_find(scene, hero, helpers[-1], thing, spot, first)
    _glad_end(scene, hero, thing)
    scene.titled("lost thing", X=title(thing.noun))


def _helped_find(
    scene: Scene, hero: Person, last: Person, thing: Thing, spot: str, place: Place
) -> None:
    """The last one asked comes along or not, and the thing turns up."""
    if last.child and scene.maybe(0.7):
        pair = doings.both(hero, last)
        scene.say(last, "i will help", hero, "kind", x=thing)
        scene.go(pair, place, look=0.2)
        finder = last if scene.maybe(0.5) else hero
    else:
        doings.thank(scene, hero, last)
        scene.go(hero, place, look=0.2)
        finder = hero
    scene.take(finder, thing)
    scene.tell("finds", A=finder, x=thing, s=spot)
    scene.why(f"Where did {finder.name} find the {thing.noun}?", f"{spot[0].upper()}{spot[1:]}.")
    if finder is not hero:
        scene.give(finder, thing, hero)
        doings.thank(scene, hero, finder)
        scene.say(finder, "welcome", hero, "glad")


def _glad_end(scene: Scene, hero: Person, thing: Thing) -> None:
    if scene.maybe(0.35):
        scene.tell("keeps safe", A=hero, x=thing)
    elif scene.maybe(0.6):
        scene.tell("is glad", A=hero)
        doings.walk_home(scene, hero)
    else:
        doings.finish(scene, hero)


def taken_by_magpie(scene: Scene) -> None:
    """Something shiny is gone, somebody is blamed, and a bird has it."""
    hero, other = scene.child(), None
    other = scene.friend(hero)
    owner = scene.grown_up() if scene.maybe(0.5) else hero
    thing = scene.thing("small", "shiny", owner=owner)
    place = scene.home(owner)
    doings.open_at(scene, hero, place)
    scene.at(other, place)
    if owner is hero:
        scene.tell("puts down shiny", A=hero, x=thing, s="on the window sill")
    else:
        scene.at(owner, place)
        scene.tell("was there", A=owner, B=hero)
        scene.tell("puts down shiny", A=owner, x=thing, s="on the window sill")
    scene.put(thing, "on the window sill", place)
    scene.tell("comes by", A=other)
    scene.paragraph()
    scene.tell("gone from sill", A=owner, x=thing)
    scene.say(hero, "you took it", other, "cross", x=thing)
    scene.say(other, "did not take it", hero, "sad", x=thing)
    scene.tell("is sad", A=other)
    scene.tell("leaves", A=other)
    scene.why(f"Why was {other.name} sad?", f"Because {hero.name} had blamed {him(other)}.")
    scene.paragraph()
    bird, ladder = _climb_to_nest(scene, hero, thing, place)
    if owner is not hero:
        scene.give(hero, thing, owner)
    if ladder is not None:
        doings.bring_back(scene, hero, ladder)
    scene.paragraph()
    scene.tell("runs after", A=hero, B=other)
    scene.say(hero, "sorry blamed", other, "sad", bird=bird, x=thing)
    scene.say(other, "forgive blame", hero, "kind")
    doings.part(scene, doings.both(hero, other))
    scene.titled("taken by magpie", X=title(thing.noun), B=other.name)


def _climb_to_nest(
    scene: Scene, hero: Person, thing: Thing, place: Place
) -> tuple[str, Thing | None]:
    """The bird is seen, and the hero climbs up, perhaps on a borrowed ladder."""
    bird = scene.draw.choice(("magpie", "crow", "jackdaw"))
    scene.put(thing, f"in the {bird}'s nest", place)
    scene.tell("sees bird", A=hero, bird=bird)
    ladder = None
    if scene.maybe(0.6):
        scene.tell("nest too high", A=hero)
        lender = scene.grown_up("carpenter", "gardener")
        ladder = doings.borrow(scene, hero, "ladder", lender)
        scene.go(hero, place, look=0)
        scene.tell("climbs ladder", A=hero, x=ladder)
    else:
        scene.tell("climbs tree", A=hero)
    scene.take(hero, thing)
    scene.tell("finds in nest", A=hero, x=thing, bird=bird)
    scene.why(f"Who had taken the {thing.noun}?", f"A {bird} had taken {it(thing)}.")
    return bird, ladder


PLOTS = (
    lost_thing,
    taken_by_magpie,
)
