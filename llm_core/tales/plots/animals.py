"""Plots about an animal that has run away, and a noise in the night.

In:     a scene
Out:    its events, titles, questions
Next:   plots/hiding
"""

from llm_core.tales import doings
from llm_core.tales.forms import capital, title
from llm_core.tales.scene import Scene
from llm_core.tales.world import VILLAGE, Animal, Person, Place


def strayed_animal(scene: Scene) -> None:
    """An animal has run away; tracks and a friend lead to it."""
    hero = scene.child()
    own = scene.has_animal(hero, "pet", "small", "young")
    animal = scene.animal(*(() if own else ("young", "pet")), owner=hero if own else None)
    owner = animal.owner or hero
    home = scene.home(owner)
    scene.tell("gate open", A=hero, b=animal, p=home, O=owner)
    scene.at(hero, home)
    if owner is not hero:
        scene.join_person(owner)
        scene.at(owner, home)
        scene.say(owner, "animal gone", hero, "sad", b=animal)
        scene.say(hero, "will look for animal", owner, "kind", b=animal)
    else:
        scene.tell("is sad", A=hero)
    scene.why("Who had run away?", f"{animal.name} the {animal.noun} had run away.")
    scene.paragraph()
    right = scene.somewhere("wild", without="home")
    wrong = scene.somewhere(also_not=(right, home))
    scene.go(hero, wrong, look=0.6)
    scene.tell("calls animal", A=hero, b=animal)
    friend = scene.friend(hero)
    scene.at(friend, wrong)
    scene.tell("meets", A=hero, B=friend)
    scene.say(hero, "seen animal", friend, "sad", b=animal)
    scene.say(friend, "saw tracks", hero, "kind", b=animal, p=right)
    pair = doings.both(hero, friend)
    scene.paragraph()
    scene.go(pair, right, look=0.7)
    _rescue(scene, hero, friend, animal, right)
    scene.paragraph()
    scene.at(pair, home)
    scene.tell("brings animal home", G=pair, b=animal, p=home)
    if owner is not hero:
        scene.say(owner, "thank you both", pair, "glad")
    scene.tell("animal content", b=animal)
    doings.part(scene, pair)
    scene.titled("strayed animal", X=title(animal.noun), B=animal.name)


def _rescue(scene: Scene, hero: Person, friend: Person, animal: Animal, right: Place) -> None:
    """The animal is in trouble, and the two get it out."""
    trouble = scene.draw.choice(("stuck", "hole", "afraid"))
    scene.tell(f"animal {trouble}", A=hero, B=friend, b=animal)
    if trouble == "hole" and scene.maybe(0.7):
        lender = scene.grown_up("fisherman", "boat builder")
        scene.say(friend, "stay and fetch rope", hero, b=animal)
        tool = doings.borrow(scene, friend, "rope", lender)
        scene.go(friend, right, look=0)
        scene.tell("rope rescue", A=friend, B=hero, b=animal, x=tool)
    else:
        scene.tell(f"frees {trouble}", A=hero, B=friend, b=animal)


def noise_at_night(scene: Scene) -> None:
    """Something rattles in the dark; behind it is somebody small."""
    scene.time = "evening"
    hero = scene.child()
    animal = scene.animal("pet", "small", "young")
    place = scene.home(hero)
    scene.at(hero, place)
    noise = scene.draw.choice(("a scratching", "a knocking", "a rustling", "a soft thump"))
    if scene.maybe(0.5):
        doings.introduce(scene, hero)
    scene.tell("wakes up", A=hero, noise=noise, p=place)
    scene.tell("is afraid", A=hero)
    company = _wake_company(scene, hero, noise)
    light = scene.make(scene.draw.choice(("candle", "lamp", "lantern")), hero)
    scene.has(hero, light)
    scene.paragraph()
    who = doings.both(hero, company) if company is not None else hero
    scene.tell("takes light", A=hero, x=light)
    scene.tell("creeps", A=who)
    spot = scene.draw.choice(list(place.spots))
    scene.tell("noise from", A=hero, s=spot, noise=noise)
    scene.tell("it was animal", A=hero, b=animal, s=spot)
    scene.why("Who had made the noise?", f"{animal.name} the {animal.noun} had made it.")
    scene.why(f"Where did {hero.name} find {animal.name}?", f"{capital(spot)}.")
    scene.say(hero, "only you", animal, "glad", b=animal)
    scene.tell("shares supper", A=hero, b=animal)
    scene.paragraph()
    owner = animal.owner or hero
    if owner.home != hero.home:
        scene.join_person(owner)
        target = scene.home(owner)
        scene.tell("next morning home", A=hero, b=animal, O=owner)
        scene.at(hero, target)
        scene.say(owner, "missed", hero, "glad", b=animal)
    scene.tell("not afraid any more", A=hero)
    scene.titled("noise at night")


def _wake_company(scene: Scene, hero: Person, noise: str) -> Person | None:
    """A brother or sister is woken, if there is one."""
    place = scene.home(hero)
    brother = next(
        (p for p in VILLAGE.people.values() if p.child and p.home == hero.home and p is not hero),
        None,
    )
    company: Person | None = None
    if brother is not None and scene.maybe(0.7):
        company = scene.join_person(brother)
        scene.at(company, place)
        scene.tell("wakes other", A=hero, B=company, word="sister" if company.female else "brother")
        scene.say(hero, "did you hear", company, "afraid", noise=noise)
        scene.say(company, "maybe ghost" if scene.maybe(0.5) else "go and see", hero, "afraid")
    return company


PLOTS = (
    strayed_animal,
    noise_at_night,
)
