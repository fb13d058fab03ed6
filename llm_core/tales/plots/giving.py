"""Plots about presents and visits.

In:     a scene
Out:    its events, titles, questions
Next:   plots/making
"""

from llm_core.tales import doings
from llm_core.tales.forms import a_thing, capital, capital_a, title
from llm_core.tales.scene import Scene
from llm_core.tales.words import number_word
from llm_core.tales.world import Person, Place, Thing


def gift(scene: Scene) -> None:
    """A present is chosen, hidden, nearly spoilt, and given."""
    hero = scene.child()
    friend = scene.friend(hero) if scene.maybe(0.5) else scene.grown_up()
    present = scene.thing(
        "gift",
        *(("child",) if friend.child else ()),
        without="big_food" if friend.child else "child",
    )
    place = scene.home(hero)
    if scene.maybe(0.6):
        doings.introduce(scene, hero)
    scene.tell("birthday soon", A=hero, B=friend)
    scene.at(hero, place)
    scene.say(hero, "what gift", None)
    scene.tell("thinks", A=hero)
    scene.paragraph()
    _get_present(scene, hero, present, place)
    scene.why(f"What was {hero.name}'s present for {friend.name}?", f"{capital(a_thing(present))}.")
    scene.tell("wraps", A=hero, x=present)
    if scene.maybe(0.5):
        _hide_present(scene, hero, present, place)
    scene.paragraph()
    mishap = scene.draw.choice(("puddle", "dog", "wind", ""))
    target = scene.home(friend)
    scene.at(friend, target)
    if mishap:
        scene.tell(f"gift {mishap}", A=hero, x=present)
        if scene.maybe(0.5):
            scene.tell("is sad", A=hero)
    scene.tell("goes with", A=hero, x=present, p=target)
    scene.at(hero, target)
    scene.say(hero, "happy birthday", friend, "glad")
    scene.give(hero, present, friend)
    scene.say(friend, "just what i wanted", hero, "glad", x=present)
    scene.tell("is glad" if friend.child else "is pleased", A=friend, x=present)
    scene.tell("cake ends", A=hero, B=friend)
    scene.titled("gift", B=friend.name)


def _get_present(scene: Scene, hero: Person, present: Thing, place: Place) -> None:
    """The present is bought, earned, or found among one's own things."""
    if scene.maybe(0.5):
        seller = scene.join("shopkeeper")
        doings.visit(scene, hero, seller)
        scene.has(seller, present)
        pence = number_word(scene.draw.randrange(3, 13))
        scene.tell("sees in shop", A=hero, x=present)
        if scene.maybe(0.6):
            scene.say(seller, "costs", hero, "kind", x=present, n=pence)
            scene.say(hero, "not enough", seller, "sad")
            doings.chore(scene, hero, seller)
        else:
            scene.tell("pays", A=hero, B=seller, n=pence)
            scene.why(f"How many coins did {hero.name} pay?", f"{capital(pence)}.")
        scene.give(seller, present, hero)
    else:
        scene.has(hero, present)
        scene.tell("finds gift at home", A=hero, x=present, p=place)


def _hide_present(scene: Scene, hero: Person, present: Thing, place: Place) -> None:
    """Nobody is to see the present before the day."""
    spot = scene.draw.choice(place.spots)
    scene.put(present, spot, place)
    scene.tell("hides gift", A=hero, x=present, s=spot, p=place)
    scene.take(hero, present)
    scene.tell("fetches gift", A=hero, x=present, s=spot)
    scene.why(f"Where had {hero.name} hidden the present?", f"{capital(spot)}.")


def sick_visit(scene: Scene) -> None:
    """A friend is ill; something good is carried there, and shared on the way or not."""
    hero = scene.child()
    friend = scene.friend(hero)
    place = scene.home(hero)
    gift = scene.make(
        scene.draw.choice(
            ("pot of soup", "pot of honey", "book", "bunch of flowers", "jar of jam", "pie")
        ),
        hero,
    )
    scene.has(hero, gift)
    if scene.maybe(0.5):
        doings.introduce(scene, hero)
    scene.tell("friend ill", A=hero, B=friend)
    scene.at(hero, place)
    scene.why(f"Why did {hero.name} visit {friend.name}?", f"Because {friend.name} was ill.")
    scene.tell("packs", A=hero, x=gift)
    target = scene.home(friend)
    scene.at(friend, target)
    for _ in range(scene.draw.choice((1, 2))):
        _meet_on_way(scene, hero, friend, gift)
    scene.paragraph()
    scene.tell("goes with", A=hero, x=gift, p=target)
    scene.at(hero, target)
    scene.tell("ill in bed", A=friend)
    scene.say(hero, "how are you", friend, "kind", x=gift)
    carried = [thing for thing, holder in scene.holder.items() if holder is hero]
    for number, thing in enumerate(carried):
        scene.give(hero, thing, friend, "gives more" if number else "gives")
    doings.thank(scene, friend, hero)
    scene.tell("reads aloud", A=hero, B=friend)
    scene.tell("feels better", A=friend)
    doings.finish(scene, hero)
    scene.titled("sick visit", B=friend.name, X=title(gift.noun))


def _meet_on_way(scene: Scene, hero: Person, friend: Person, gift: Thing) -> None:
    """Somebody asks where the hero is going and perhaps adds to the basket."""
    met = scene.friend(hero) if scene.maybe(0.5) else scene.grown_up()
    scene.tell("met on way", A=hero, B=met)
    scene.say(met, "whats that", hero, x=gift)
    scene.say(hero, "for my friend", met, x=gift, C=friend)
    scene.say(met, "greetings", hero, "kind", C=friend)
    addition = scene.thing("small", without="winter plural kitchen grown paper fragile borrow")
    scene.has(met, addition)
    if scene.maybe(0.7):
        scene.give(met, addition, hero, "adds")
        scene.why(f"What did {met.name} give {hero.name}?", f"{capital_a(addition)}.")


PLOTS = (
    gift,
    sick_visit,
)
