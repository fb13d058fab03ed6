"""Plots about ways: getting lost, carrying something far, following notes.

In:     a scene
Out:    its events, titles, questions
Next:   plots/hands
"""

from llm_core.tales import doings
from llm_core.tales.forms import capital, capital_a, title, was
from llm_core.tales.scene import Scene
from llm_core.tales.world import Group, Person, Place, Thing


def lost_way(scene: Scene) -> None:
    """Fog, snow or rain hides the path; a light, a bell or a dog shows the way home."""
    hero = scene.child()
    friend = scene.friend(hero) if scene.maybe(0.6) else None
    who: Person | Group = hero
    place = scene.somewhere("wild", without="home dark")
    carried = scene.thing("found", owner=hero)
    scene.time = "afternoon"
    scene.weather = "cloudy"
    if friend is not None:
        who = doings.both(hero, friend)
        doings.open_two(scene, who, place)
    else:
        doings.open_at(scene, hero, place)
    scene.has(hero, carried)
    scene.tell("collects", A=hero, x=carried)
    bad = {"winter": "snow", "autumn": "fog", "spring": "rain", "summer": "storm"}[scene.season]
    scene.paragraph()
    scene.tell(f"comes {bad}")
    scene.weather = bad
    scene.tell("cannot see path", A=who)
    scene.tell("wrong turn", A=who)
    if friend is not None:
        scene.say(friend, "we are lost", hero, "afraid")
        scene.say(hero, "keep calm", friend, "kind")
    else:
        scene.tell("is afraid", A=hero)
    scene.paragraph()
    keeper = _shown_the_way(scene, who)
    target = scene.home(keeper)
    scene.at(who, target)
    scene.at(keeper, target)
    scene.tell("safe at", A=who, B=keeper, p=target)
    scene.say(keeper, "warm yourself", hero, "kind")
    if scene.maybe(0.6) and hero is not keeper:
        scene.give(hero, carried, keeper)
        scene.say(hero, "this is for you", keeper, "glad", x=carried)
    scene.tell("learnt way", A=who)
    scene.titled("lost way", X=capital(bad))


def _shown_the_way(scene: Scene, who: Person | Group) -> Person:
    """A light, a bell or a dog leads to somebody's door."""
    rescue = scene.draw.choice(("light", "bell", "dog"))
    if rescue == "light":
        keeper = scene.join("lighthouse keeper")
    elif rescue == "bell":
        keeper = scene.join("bell ringer")
    else:
        dog = scene.dog()
        keeper = scene.join_person(dog.owner or scene.grown_up())
        scene.tell("dog comes", A=who, b=dog)
        scene.tell("dog leads", A=who, b=dog)
        scene.why("Who showed the way home?", f"{dog.name} the dog did.")
    if rescue != "dog":
        scene.tell(f"sees {rescue}", A=who)
        scene.tell(f"follows {rescue}", A=who)
        scene.why(
            "What showed the way home?",
            f"The {rescue} of the {'lighthouse' if rescue == 'light' else 'church'}.",
        )
    return keeper


def errand(scene: Scene) -> None:
    """Something has to be carried to somebody far away; it goes through several hands."""
    hero = scene.child()
    sender = hero.parent if hero.parent is not None and scene.maybe(0.6) else scene.grown_up()
    scene.join_person(sender)
    target = scene.grown_up(not_from=(hero.home, sender.home))
    load = scene.thing("carry", owner=None, without="container doctor flower")
    start = scene.home(sender)
    doings.open_at(scene, hero, start)
    scene.at(sender, start)
    scene.has(sender, load)
    scene.say(sender, "take this to", hero, "kind", x=load, C=target)
    scene.say(hero, "i will take it", sender, x=load)
    scene.give(sender, load, hero)
    scene.why(
        f"For whom {was(load)} the {load.noun}?", f"The {load.noun} {was(load)} for {target.name}."
    )
    scene.paragraph()
    mid = scene.somewhere(without="indoors home dark", also_not=(start,))
    scene.go(hero, mid)
    helper = _on_the_way(scene, hero, load, mid, start)
    scene.paragraph()
    end = scene.home(target)
    who = doings.both(hero, helper) if helper is not None else hero
    scene.go(who, end, look=0.4)
    scene.at(target, end)
    bearer = helper if helper is not None else hero
    scene.say(hero, "from sender", target, x=load, D=sender)
    scene.give(bearer, load, target)
    scene.say(target, "thank the bearer", hero, "glad", x=load)
    reward = scene.thing("food", "small", without="grow")
    scene.has(target, reward)
    scene.give(target, reward, hero, "rewards")
    if helper is not None:
        scene.tell("shares reward", A=hero, B=helper, x=reward)
    else:
        scene.tell("eats reward", A=hero, x=reward)
    scene.titled("errand", X=title(load.noun), B=target.name)


def _on_the_way(scene: Scene, hero: Person, load: Thing, mid: Place, start: Place) -> Person | None:
    """The load is forgotten and found again, or somebody helps to carry it."""
    trouble = scene.draw.choice(("tired", "dog", "rest", "bridge"))
    helper: Person | None = None
    if trouble == "rest":
        spot = scene.draw.choice(mid.spots)
        scene.put(load, spot, mid)
        scene.tell("puts down to rest", A=hero, x=load, s=spot)
        onward = scene.somewhere(without="indoors dark", also_not=(mid, start))
        scene.go(hero, onward, look=0.2)
        scene.tell("forgot it", A=hero, x=load)
        scene.why(f"Where had {hero.name} left the {load.noun}?", f"{capital(spot)}.")
        scene.tell("runs back", A=hero, p=mid)
        scene.at(hero, mid)
        scene.take(hero, load)
        scene.tell("still there", A=hero, x=load, s=spot)
    else:
        helper = scene.friend(hero)
        scene.at(helper, mid)
        scene.tell(f"errand {trouble}", A=hero, x=load)
        scene.tell("meets", A=hero, B=helper)
        scene.say(helper, "let me carry", hero, "kind", x=load)
        scene.give(hero, load, helper)
        scene.tell("goes side by side", A=hero, B=helper, x=load)
    return helper


def treasure(scene: Scene) -> None:
    """A map or note leads from one place to the next, to a small treasure."""
    hero = scene.child()
    friend = scene.friend(hero)
    pair = doings.both(hero, friend)
    place = scene.home(hero)
    scene.tell("finds note", A=hero, B=friend, p=place, s=scene.draw.choice(place.spots))
    scene.at(pair, place)
    steps = scene.draw.choice((2, 2, 3))
    route: list[Place] = []
    for _ in range(steps):
        route.append(scene.somewhere(without="home busy", also_not=(place, *route)))
    for number, stop in enumerate(route):
        spot = scene.draw.choice(stop.spots)
        scene.tell(
            "note says" if number == 0 else "next note says", A=hero, B=friend, s=spot, p=stop
        )
        if scene.maybe(0.5):
            scene.say(friend, "i know where", hero, "glad", p=stop)
        scene.go(pair, stop, look=0.5)
        last = number == steps - 1
        if last:
            prize = scene.thing("found") if scene.maybe(0.3) else scene.thing("treasure")
            finder = scene.draw.choice((hero, friend))
            scene.has(finder, prize)
            scene.tell("finds treasure", A=finder, s=spot, x=prize)
            scene.why(f"Where was the {prize.noun}?", f"{capital(spot)}.")
            scene.why("What did they find at the end?", f"{capital_a(prize)}.")
            scene.paragraph()
            _treasure_end(scene, finder, hero if finder is friend else friend, prize)
        else:
            scene.tell("finds next note", A=scene.draw.choice((hero, friend)), s=spot)
    scene.titled("treasure")


def _treasure_end(scene: Scene, finder: Person, other: Person, prize: Thing) -> None:
    if scene.maybe(0.5):
        writer = scene.grown_up()
        scene.tell("meets", A=finder, B=writer)
        scene.say(writer, "i wrote it", finder, "glad", x=prize)
        if scene.maybe(0.5):
            scene.say(finder, "it is yours", writer, x=prize)
            scene.give(finder, prize, writer)
            scene.say(writer, "keep honest", finder, "glad")
        else:
            scene.say(writer, "keep it", finder, "kind", x=prize)
    else:
        scene.give(finder, prize, other)
        scene.tell("take turns keep", A=finder, B=other, x=prize)
    doings.part(scene, doings.both(finder, other))


PLOTS = (
    lost_way,
    errand,
    treasure,
)
