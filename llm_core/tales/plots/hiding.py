"""Plots in which things are hidden, tidied up or mixed up.

In:     a scene
Out:    its events, titles, questions
Next:   plots/mending
"""

from collections.abc import Sequence

from llm_core.tales import doings
from llm_core.tales.forms import capital_a, it, title
from llm_core.tales.scene import Scene
from llm_core.tales.words import with_article
from llm_core.tales.world import Person, Thing


def hiding_game(scene: Scene) -> None:
    """One child hides a thing, another seeks; a third moves it meanwhile."""
    hider, seeker = scene.child(), None
    seeker = scene.friend(hider)
    place = scene.somewhere("indoors")
    thing = scene.thing(
        "small", owner=hider, without="food flower grown kitchen winter plural borrow"
    )
    pair = doings.both(hider, seeker)
    scene.has(hider, thing)
    doings.open_two(scene, pair, place)
    scene.say(hider, "let us hide", seeker, "glad", x=thing)
    scene.tell("closes eyes", A=seeker)
    spots = doings.spots_of(scene, place, 3)
    scene.put(thing, spots[0], place)
    scene.tell("hides", A=hider, x=thing, s=spots[0])
    third: Person | None = None
    where = spots[0]
    if scene.maybe(0.65):
        third = scene.friend(seeker)
        scene.at(third, place)
        scene.tell("sees hiding", A=third, x=thing, s=spots[0])
        where = spots[1]
        scene.put(thing, where, place)
        scene.tell("moves it", A=third, x=thing, s=where, t=spots[0], B=hider)
        scene.why(f"Who moved the {thing.noun}?", f"{third.name} moved {it(thing)}.")
    scene.paragraph()
    _seek(scene, [hider, seeker, *([third] if third else [])], thing, where, spots)
    if scene.maybe(0.6):
        scene.say(seeker, "my turn", hider, "glad")
        scene.tell("end two", G=pair)
    else:
        scene.give(seeker, thing, hider)
        doings.finish(scene, hider)
    scene.titled("hiding game", X=title(thing.noun))


def _seek(
    scene: Scene, children: Sequence[Person], thing: Thing, where: str, spots: list[str]
) -> None:
    """The seeker looks in the wrong spots and finds it."""
    hider, seeker = children[:2]
    third = children[2] if len(children) > 2 else None
    scene.say(hider, "come and seek", seeker, "glad", x=thing)
    scene.tell("looks1", A=seeker, x=thing, s=spots[2])
    if third is not None:
        scene.tell("looks1", A=seeker, x=thing, s=spots[0])
        scene.tell("hider surprised", A=hider, x=thing, s=spots[0])
    scene.take(seeker, thing)
    scene.tell("finds", A=seeker, x=thing, s=where)
    scene.why(
        f"Where was the {thing.noun} when {seeker.name} found {it(thing)}?",
        f"{where[0].upper()}{where[1:]}.",
    )
    if third is not None:
        scene.say(third, "it was me", hider, "glad", x=thing, s=where)


def mixed_up_bags(scene: Scene) -> None:
    """Two bags look alike and go home with the wrong people."""
    hero = scene.child()
    other = scene.friend(hero) if scene.maybe(0.6) else scene.grown_up()
    kind = scene.draw.choice(("bag", "basket", "box"))
    mine, theirs = scene.make(kind, hero), scene.make(kind, other)
    theirs.look = mine.look
    inside = scene.thing("small", owner=hero, without="found roll furniture")
    content = scene.thing("food", owner=other, without="big_food")
    place = scene.somewhere("busy")
    doings.open_at(scene, hero, place)
    scene.has(hero, inside)
    scene.has(other, content)
    scene.at(other, place)
    scene.tell("carries in", A=hero, x=inside, c=mine)
    scene.tell("bench two", A=hero, B=other, c=theirs, k=with_article(f"{mine.look} {kind}"))
    scene.tell("talks then goes", A=hero, B=other, k=kind)
    scene.hand(hero, inside, other)
    scene.hand(other, content, hero)
    scene.paragraph()
    scene.tell("opens at home", A=hero, k=kind, p=scene.home(hero), y=content, x=inside)
    scene.at(hero, scene.home(hero))
    scene.why(
        f"What did {hero.name} find in the {kind}?",
        f"{capital_a(content)}.",
    )
    scene.say(hero, "wrong bag", None, "sad", k=kind, x=inside, B=other)
    scene.at(other, scene.home(other))
    scene.tell("other opens", A=other, k=kind, x=inside)
    scene.paragraph()
    _swap_back(scene, hero, other, inside, content, kind)
    scene.tell("ribbon mark", A=hero, k=kind)
    scene.titled("mixed up bags", X=title(kind), B=other.name)


def _swap_back(
    scene: Scene, hero: Person, other: Person, inside: Thing, content: Thing, kind: str
) -> None:
    """They meet half way, and each gets back what is theirs."""
    half = scene.somewhere(also_not=(scene.home(hero), scene.home(other)), without="dark")
    scene.at(doings.both(hero, other), half)
    scene.tell("meet half way", A=hero, B=other, p=half)
    scene.say(other, "have your bag", hero, "glad", k=kind, x=inside)
    scene.say(hero, "and i have yours", other, "glad", k=kind, y=content)
    scene.tell("swap back", A=hero, B=other, x=inside, y=content, k=kind)
    scene.hand(hero, content, other)
    scene.hand(other, inside, hero)


def tidying(scene: Scene) -> None:
    """Everything is put in its place, and afterwards somebody asks where something is."""
    hero = scene.child()
    helper = scene.friend(hero)
    place = scene.home(hero)
    pair = doings.both(hero, helper)
    scene.tell("room untidy", A=hero, p=place)
    scene.at(pair, place)
    scene.tell("helper comes", A=helper)
    boxes = [
        scene.make(noun)
        for noun in scene.draw.sample(["box", "chest", "drawer", "basket", "bag", "tin"], 3)
    ]
    things = [
        scene.thing("small", without="plural food flower furniture")
        for _ in range(scene.draw.choice((3, 4)))
    ]
    for thing in things:
        box = scene.draw.choice(boxes)
        who = scene.draw.choice((hero, helper))
        scene.put(thing, f"in the {box.noun}", place)
        scene.tell("puts into", A=who, x=thing, y=box)
    moved = scene.draw.choice(things)
    if scene.maybe(0.6):
        other = [b for b in boxes if f"in the {b.noun}" != scene.lies[moved][0]]
        box = scene.draw.choice(other)
        scene.tell(
            "changes box",
            A=helper,
            x=moved,
            y=box,
            s=scene.lies[moved][0].replace("in the", "out of the"),
        )
        scene.put(moved, f"in the {box.noun}", place)
    scene.paragraph()
    asked = scene.draw.choice(things)
    asker = _somebody_asks(scene, hero, helper, asked)
    scene.say(asker, "tidy praise", pair, "glad")
    scene.tell("end two", G=pair)
    scene.titled("tidying", X=title(asked.noun))


def _somebody_asks(scene: Scene, hero: Person, helper: Person, asked: Thing) -> Person:
    """A parent or the helper needs one of the things."""
    place, spot = scene.home(hero), scene.lies[asked][0]
    parent = hero.parent
    asker: Person = parent if parent is not None else helper
    scene.join_person(asker)
    scene.at(asker, place)
    scene.tell("comes in asks", A=asker)
    scene.say(asker, "where is", hero, x=asked)
    answerer = scene.draw.choice((hero, helper))
    scene.say(answerer, "it is in", asker, x=asked, s=spot)
    scene.take(asker, asked)
    scene.tell("took out", A=asker, x=asked, s=spot.replace("in the", "out of the"))
    return asker


PLOTS = (
    hiding_game,
    mixed_up_bags,
    tidying,
)
