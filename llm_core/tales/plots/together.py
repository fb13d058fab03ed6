"""Plots about a quarrel and about a child who stands apart.

In:     a scene
Out:    its events, titles, questions
Next:   plots/trying
"""

from llm_core.tales import doings, repairs
from llm_core.tales.forms import him, it, title
from llm_core.tales.scene import Scene
from llm_core.tales.world import Person, Thing


def quarrel(scene: Scene) -> None:
    """Two children want the same thing; alone it is no fun; they find a way to share."""
    first = scene.child()
    second = scene.friend(first)
    pair = doings.both(first, second)
    owner = scene.grown_up() if scene.maybe(0.3) else first
    thing = scene.thing("toy", "child", owner=first if owner is first else None, without="made")
    place = scene.somewhere(without="dark indoors busy water high")
    doings.open_two(scene, pair, place)
    if owner is first:
        scene.has(first, thing)
        scene.tell("has with", A=first, x=thing)
    else:
        scene.has(first, thing)
        scene.tell("both find", A=first, B=second, x=thing)
    scene.say(second, "give me", first, x=thing)
    scene.say(first, "no mine", second, "cross", x=thing)
    scene.tell("pull", A=first, B=second, x=thing)
    tears = "fragile" in thing.kind.tags and scene.maybe(0.45)
    if tears:
        harm = repairs.damage(scene, thing)
        scene.tell("and breaks", d=harm)
        scene.why(
            f"Why did {thing_name(thing)} break?",
            f"Because {first.name} and {second.name} both pulled at {it(thing)}.",
        )
    scene.say(second, "not my friend", first, "cross")
    scene.tell("leaves", A=second)
    scene.paragraph()
    scene.tell("alone no fun", A=first, x=thing)
    _good_advice(scene, first, second, thing)
    scene.paragraph()
    if tears:
        repairs.mend(scene, first, thing)
    _make_up(scene, first, second, thing)
    doings.part(scene, pair)
    scene.titled("quarrel", X=title(thing.noun))


def _good_advice(scene: Scene, first: Person, second: Person, thing: Thing) -> None:
    """A grown-up asks what is wrong and has a piece of advice."""
    wise = scene.grown_up()
    scene.tell("meets", A=first, B=wise)
    scene.say(wise, "why sad", first, "kind")
    scene.say(first, "we quarrelled", wise, "sad", C=second, x=thing)
    scene.say(wise, "advice share", first, "kind", C=second, x=thing)


def _make_up(scene: Scene, first: Person, second: Person, thing: Thing) -> None:
    """They say sorry and find a way to share."""
    target = scene.home(second)
    if scene.place.get(first) is target:
        scene.tell("goes up to", A=first, B=second)
    scene.go(first, target, look=0.2)
    scene.at(second, target)
    scene.say(first, "sorry quarrel", second, "sad", x=thing)
    scene.say(second, "me too sorry", first, "kind", x=thing)
    way = scene.draw.choice(("turns", "days", "gift"))
    scene.tell(f"share {way}", A=first, B=second, x=thing)
    if way == "gift":
        scene.give(first, thing, second)
        doings.thank(scene, second, first)


def thing_name(thing: Thing) -> str:
    """With "the"."""
    return f"the {thing.noun}"


def newcomer(scene: Scene) -> None:
    """A shy child stands apart until somebody asks a question."""
    hero = scene.child()
    other = scene.friend(hero)
    place = scene.somewhere(scene.draw.choice(("busy", "outside")), without="indoors home")
    doings.open_at(scene, hero, place)
    scene.at(other, place)
    scene.tell("stands apart", A=other, p=place)
    scene.tell("hero notices", A=hero, B=other)
    thing = scene.thing("child", "small", owner=other, without="winter glasses found")
    scene.has(other, thing)
    scene.say(hero, "why alone", other, "kind")
    scene.say(other, "nobody asked", hero, "sad")
    scene.why(f"Why was {other.name} alone?", f"Because nobody had asked {him(other)} to play.")
    scene.tell("shows thing", A=other, B=hero, x=thing)
    scene.say(hero, "what a", other, "glad", x=thing)
    scene.tell("tells more", A=other, like=other.likes, x=thing)
    scene.paragraph()
    scene.say(hero, "come and play", other, "glad")
    scene.tell(f"plays {scene.draw.choice(('ball', 'hide', 'skip'))}", A=hero, B=other)
    if scene.maybe(0.6):
        own = scene.thing("small", "child", owner=hero, without="winter glasses")
        scene.has(hero, own)
        scene.tell("swaps gifts", A=hero, B=other, x=own, y=thing)
        scene.hand(hero, own, other)
        scene.hand(other, thing, hero)
    scene.tell("not shy any more", A=other)
    doings.part(scene, doings.both(hero, other))
    scene.titled("newcomer", B=other.name)


PLOTS = (
    quarrel,
    newcomer,
)
