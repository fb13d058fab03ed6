"""Plots about things that break or are out of reach.

In:     a scene
Out:    its events, titles, questions
Next:   plots/giving
"""

from llm_core.tales import doings, repairs
from llm_core.tales.forms import capital, title
from llm_core.tales.scene import Scene
from llm_core.tales.world import Person, Place, Thing


def broken(scene: Scene) -> None:
    """A borrowed or somebody else's thing breaks; telling the truth and mending put it right."""
    hero = scene.child()
    owner = scene.friend(hero) if scene.maybe(0.6) else scene.grown_up(*repairs.NO_CRAFT)
    tags = (
        ("child", "fragile")
        if owner.child
        else ("kitchen" if scene.maybe(0.4) else "grown", "fragile")
    )
    thing = scene.thing(*tags, owner=owner, without="wear flat light")
    place = scene.home(owner)
    doings.open_at(scene, hero, place)
    scene.at(owner, place)
    scene.has(owner, thing)
    scene.tell("was there", A=owner, B=hero)
    scene.say(hero, "may i see", owner, "glad", x=thing)
    scene.say(owner, "yes but careful", hero, "kind", x=thing)
    scene.give(owner, thing, hero)
    harm = repairs.damage(scene, thing)
    scene.paragraph()
    scene.tell("owner called away", A=owner)
    scene.tell("it breaks", A=hero, x=thing, d=harm)
    scene.tell("is afraid" if scene.maybe(0.5) else "is sad", A=hero)
    scene.why(f"What happened to the {thing.noun}?", f"{capital(harm)}.")
    hides = _hide_or_not(scene, hero, thing, place)
    scene.paragraph()
    scene.tell("owner returns", A=owner, B=hero)
    scene.say(hero, "broke it", owner, "sad", x=thing)
    scene.say(
        owner, "forgive" if hides or scene.maybe(0.5) else "let us mend", hero, "kind", x=thing
    )
    scene.paragraph()
    repairs.mend(scene, hero, thing)
    scene.tell("brings home", A=hero, x=thing, p=place)
    scene.at(hero, place)
    scene.give(hero, thing, owner)
    scene.say(owner, "as good as new", hero, "glad", x=thing)
    scene.tell("is glad" if scene.maybe(0.5) else "relieved", A=hero)
    scene.titled("broken", X=title(thing.noun))


def _hide_or_not(scene: Scene, hero: Person, thing: Thing, place: Place) -> bool:
    """Hides the broken thing for a moment, or does not; says which."""
    hides = scene.maybe(0.4)
    if hides:
        spot = scene.draw.choice(place.spots)
        scene.put(thing, spot, place)
        scene.tell("hides broken", A=hero, x=thing, s=spot)
        scene.tell("bad conscience", A=hero)
        scene.take(hero, thing)
        scene.tell("takes out again", A=hero, x=thing, s=spot)
        scene.why(f"Where did {hero.name} hide the {thing.noun}?", f"{capital(spot)}.")
    return hides


def stuck_high(scene: Scene) -> None:
    """The wind carries something up; getting it down takes a chain of favours."""
    scene.weather = "windy"
    hero = scene.child()
    thing = scene.thing("light", "child", owner=hero, without="found made")
    place = scene.somewhere(without="indoors dark high water busy")
    doings.open_at(scene, hero, place, thing)
    roof = scene.draw.choice(
        ("in the top of a tall tree", "on the roof of a shed", "on a high branch")
    )
    scene.tell("wind takes", A=hero, x=thing, s=roof)
    scene.put(thing, roof, place)
    scene.tell("too high", A=hero, x=thing)
    scene.why(f"Where was the {thing.noun} before {hero.name} got it down?", f"It was {roof}.")
    friend = _try_to_reach(scene, hero, thing, place)
    scene.paragraph()
    lender = scene.grown_up("carpenter", "gardener", "gardener")
    ladder = doings.borrow(scene, hero, "ladder", lender)
    scene.paragraph()
    scene.tell("goes with", A=hero, x=ladder, p=place)
    scene.at(hero, place)
    if friend is not None:
        scene.tell("friend holds", A=friend, x=ladder)
    scene.tell("up and down", A=hero, x=ladder, y=thing)
    scene.take(hero, thing)
    scene.tell("has it back", A=hero, x=thing)
    doings.bring_back(scene, hero, ladder)
    if friend is not None:
        doings.part(scene, doings.both(hero, friend))
    else:
        doings.finish(scene, hero)
    scene.titled("stuck high", X=title(thing.noun))


def _try_to_reach(scene: Scene, hero: Person, thing: Thing, place: Place) -> Person | None:
    """A friend may come along and try to knock it down."""
    friend: Person | None = None
    if scene.maybe(0.5):
        friend = scene.friend(hero)
        scene.at(friend, place)
        scene.tell("meets", A=hero, B=friend)
        scene.say(friend, "throw something", hero, x=thing)
        scene.tell("throws pine cones", A=doings.both(hero, friend), x=thing)
        scene.say(friend, "need ladder", hero, x=thing)
    else:
        scene.tell("thinks", A=hero)
    return friend


PLOTS = (
    broken,
    stuck_high,
)
