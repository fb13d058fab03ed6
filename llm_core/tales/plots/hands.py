"""Plots in which things go from hand to hand or are counted.

In:     a scene
Out:    its events, titles, questions
Next:   stories
"""

from llm_core.tales import doings
from llm_core.tales.forms import capital, capital_a, title
from llm_core.tales.scene import Scene
from llm_core.tales.words import number_word, plural
from llm_core.tales.world import VILLAGE, Person, Thing

NO_TOYS = "winter plural made wheels furniture careful big"


HARVEST = (
    ("apple", "autumn", "orchard"),
    ("pear", "autumn", "orchard"),
    ("nut", "autumn", "wood"),
    ("egg", "", "farm"),
    ("shell", "", "beach"),
    ("flower", "summer", "meadow"),
    ("pine cone", "", "wood"),
    ("plum", "summer", "orchard"),
    ("mushroom", "autumn", "wood"),
    ("potato", "autumn", "garden"),
)


def passing(scene: Scene) -> None:
    """Three children sit together, and their things go round."""
    first = scene.child()
    second, third = scene.friend(first), scene.friend(first)
    children: list[Person] = [first, second, third]
    place = scene.somewhere(without="dark water high")
    scene.tell("three sit", A=first, B=second, C=third, p=place)
    scene.at(doings.both(*children), place)
    if scene.maybe(0.4):
        scene.tell(f"at {place.name}", p=place)
    things = [
        scene.thing("child", "small", without=NO_TOYS)
        for _ in range(scene.draw.choice((1, 2, 2, 3)))
    ]
    for one, thing in zip(children, things, strict=False):
        scene.has(one, thing)
        scene.tell("three has", A=one, x=thing)
    for _ in range(scene.draw.choice((3, 4, 5, 6))):
        _pass_on(scene, children, things)
    if scene.maybe(0.5):
        loud = scene.draw.choice(things)
        holder = scene.holder.get(loud)
        if isinstance(holder, Person):
            scene.tell("still holds", A=holder, x=loud)
    scene.tell("three end", A=first, B=second, C=third)
    scene.titled("passing", X=title(things[0].noun))


def _pass_on(scene: Scene, children: list[Person], things: list[Thing]) -> None:
    """One thing changes hands, or two are swapped, or one is laid down or taken up."""
    thing = scene.draw.choice(things)
    holder = scene.holder.get(thing)
    before = next((h.giver for h in reversed(scene.handings) if h.thing is thing), None)
    if holder is None:
        taker = scene.draw.choice([one for one in children if one is not before])
        spot = scene.lies[thing][0]
        scene.take(taker, thing)
        scene.tell("takes from spot", A=taker, x=thing, s=spot)
        return
    assert isinstance(holder, Person)
    others = [one for one in children if one not in (holder, before)]
    other = scene.draw.choice(others)
    theirs = [t for t in things if scene.holder.get(t) is other]
    way = scene.draw.random()
    if theirs and way < 0.35:
        scene.hand(holder, thing, other)
        scene.hand(other, theirs[0], holder)
        scene.tell("swap two", A=holder, B=other, x=thing, y=theirs[0])
    elif way < 0.5:
        spot = scene.draw.choice(
            ("on the ground", "on a bench", "under a chair", "beside the door", "on a low wall")
        )
        place = scene.place[holder]
        scene.put(thing, spot, place)
        scene.tell("lays down", A=holder, x=thing, s=spot)
    elif way < 0.65:
        scene.say(other, "may i have", holder, x=thing)
        scene.give(holder, thing, other)
    else:
        scene.give(holder, thing, other)


def swaps(scene: Scene) -> None:
    """One thing is swapped for another, again and again."""
    hero = scene.child()
    thing = scene.thing("child", "small", owner=None, without="winter plural school glasses")
    place = scene.home(hero)
    if scene.maybe(0.6):
        doings.introduce(scene, hero)
    scene.has(hero, thing)
    wish = scene.thing("child", "toy", without="winter made")
    scene.tell("wishes for", A=hero, x=thing, y=wish, p=place)
    scene.at(hero, place)
    now = thing
    steps = scene.draw.choice((2, 3, 3, 4))
    for step in range(steps):
        other = scene.friend(hero) if scene.maybe(0.6) else scene.grown_up()
        last = step == steps - 1
        new = (
            wish
            if last
            else scene.thing("small", without="winter plural kitchen grown school glasses borrow")
        )
        scene.has(other, new)
        if scene.maybe(0.5):
            scene.paragraph()
        _meet_owner(scene, hero, other, new)
        if not other.child and scene.maybe(0.25):
            doings.chore(scene, hero, other)
        scene.say(other, "shall we swap", hero, x=now, y=new)
        scene.say(hero, "yes swap", other, "glad", x=now, y=new)
        scene.hand(hero, now, other)
        scene.hand(other, new, hero)
        scene.tell("swap two", A=hero, B=other, x=now, y=new)
        scene.why(f"What did {other.name} get from {hero.name}?", f"{capital_a(now)}.")
        now = new
    scene.paragraph()
    scene.tell("swaps end", A=hero, x=thing, y=wish)
    scene.tell("is glad", A=hero)
    scene.titled("swaps", X=title(wish.noun))


def _meet_owner(scene: Scene, hero: Person, other: Person, new: Thing) -> None:
    """A child is met somewhere, a grown-up is visited at work."""
    if other.child:
        there = scene.somewhere(without="dark home", also_not=(scene.place[hero],))
        scene.go(hero, there, look=0.3)
        scene.at(other, there)
        scene.tell("meets with", A=hero, B=other, x=new)
    else:
        doings.visit(scene, hero, other)
        scene.tell("has new", A=other, x=new)


def counting(scene: Scene) -> None:
    """Fruit or eggs are collected, given away, found, and counted at the end."""
    hero = scene.child()
    friend = scene.friend(hero)
    noun, season, at = scene.draw.choice(HARVEST)
    scene.season = season if season else scene.season
    scene.weather = "cloudy" if season else scene.weather
    from_place = VILLAGE.places[at]
    scene.tell("goes to collect", A=hero, nouns=plural(noun), p=from_place)
    scene.at(hero, from_place)
    number = scene.draw.randrange(5, 13)
    scene.tell("collects number", A=hero, n=number_word(number), nouns=plural(noun))
    start = number
    for _ in range(scene.draw.choice((1, 2, 2, 3))):
        number = _more_or_fewer(scene, hero, noun, number)
    scene.paragraph()
    place = scene.home(hero)
    scene.tell("goes home", A=hero, p=place)
    scene.at(hero, place)
    scene.at(friend, place)
    scene.tell("meets", A=hero, B=friend)
    scene.say(friend, "how many", hero, nouns=plural(noun))
    scene.tell("counts them", A=hero, n=number_word(number), nouns=_count(number, noun))
    scene.why(
        f"How many {plural(noun)} were there in the beginning?", f"{capital(number_word(start))}."
    )
    scene.why(f"How many {plural(noun)} were left?", f"{capital(number_word(number))}.")
    scene.tell(
        f"counting end {'even' if number % 2 == 0 else 'odd'}",
        A=hero,
        B=friend,
        n=number_word(number // 2),
    )
    scene.titled("counting", X=capital(number_word(start)), Y=title(plural(noun)))


def _more_or_fewer(scene: Scene, hero: Person, noun: str, number: int) -> int:
    """Some are given away, lost or found; gives how many there are now."""
    if scene.maybe(0.6) and number > 4:
        change = scene.draw.randrange(1, min(4, number - 2))
        other = scene.friend(hero) if scene.maybe(0.5) else scene.grown_up()
        scene.tell("met on way", A=hero, B=other)
        number -= change
        scene.tell("gives away", A=hero, B=other, n=number_word(change), nouns=_count(change, noun))
        scene.why(
            f"How many {plural(noun)} did {other.name} get?", f"{capital(number_word(change))}."
        )
    elif scene.maybe(0.5) and number > 3:
        number -= 1
        scene.tell("loses one", A=hero, noun=noun)
    else:
        change = scene.draw.randrange(2, 5)
        number += change
        scene.tell("gets more", A=hero, n=number_word(change), nouns=plural(noun))
    if scene.maybe(0.75):
        scene.tell("has now", A=hero, n=number_word(number), nouns=_count(number, noun))
    return number


def _count(number: int, noun: str) -> str:
    return noun if number == 1 else plural(noun)


PLOTS = (
    passing,
    swaps,
    counting,
)
