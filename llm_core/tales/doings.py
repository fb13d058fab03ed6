"""What villagers do in many stories: greet, search, borrow, help out, thank.

Errands nest: a lender may first want help, or may have lent the thing to somebody else.

In:     a scene and who takes part
Out:    more events in the scene
Next:   repairs, then plots, which string them together
"""

from llm_core.tales.scene import Scene
from llm_core.tales.words import number_word
from llm_core.tales.world import VILLAGE, Being, Group, Person, Place, Thing

NO_WINTER = ("gardener",)


def introduce(scene: Scene, one: Person) -> None:
    """Tells who the hero is."""
    scene.tell(
        "intro hero",
        A=one,
        h=scene.home(one),
        age=number_word(one.age),
        like=one.likes,
        nature=one.nature,
        kind=one.noun,
    )


def open_at(scene: Scene, one: Person, place: Place, thing: Thing | None = None) -> None:
    """The story begins: a hero at a place, perhaps with a thing of the hero's."""
    known = scene.maybe(0.55)
    if known:
        introduce(scene, one)
    home = place.name == one.home
    if thing is None:
        key = "once at home" if known else "once home"
        scene.tell(key if home else "once at", A=one, p=place)
    else:
        scene.has(one, thing)
        scene.tell("once home with" if home else "once with", A=one, p=place, x=thing)
    scene.at(one, place)
    _look_round(scene, place)


def open_two(scene: Scene, group: Group, place: Place) -> None:
    """The story begins with two children together."""
    first = group.members[0]
    if scene.maybe(0.4) and isinstance(first, Person):
        introduce(scene, first)
    scene.tell("once two", G=group, p=place)
    scene.at(group, place)
    _look_round(scene, place)


def _look_round(scene: Scene, place: Place) -> None:
    if scene.maybe(0.5):
        scene.tell("weather")
    if scene.maybe(0.5):
        scene.tell(f"at {place.name}", p=place)
    if scene.maybe(0.3):
        tags = place.tags
        kind = "in" if "indoors" in tags else "wild" if "wild" in tags else "town"
        scene.tell(f"scenery {kind}")


def visit(scene: Scene, guest: Person, host: Person) -> None:
    """Goes to where somebody lives and works, and finds them at work."""
    place = scene.home(host)
    if scene.place.get(guest) is not place:
        scene.go(guest, place, look=0.35)
    scene.at(host, place)
    scene.tell(f"work {host.trade}" if scene.maybe(0.7) else "meets at work", A=guest, B=host)
    if scene.maybe(0.6):
        own = host.home == guest.home
        scene.say(host, "come in own" if own else "come in", guest, "kind")


def chore(scene: Scene, helper: Person, host: Person) -> None:
    """A host wants a hand with the work first."""
    number = (
        "2" if scene.season == "winter" and host.trade in NO_WINTER else scene.draw.choice("12")
    )
    scene.say(host, f"ask {host.trade} {number}", helper)
    if scene.maybe(0.6):
        scene.say(helper, "of course", host, "glad")
    scene.paragraph()
    count = number_word(scene.draw.randrange(3, 13))
    scene.tell(f"does {host.trade} {number}", A=helper, B=host, n=count)
    scene.say(host, "well done", helper, "glad")


def borrow(scene: Scene, borrower: Person, noun: str, host: Person, depth: int = 0) -> Thing:
    """Gets a tool from its owner, who may want help first or has lent it to somebody else."""
    tool = scene.make(noun, host)
    scene.has(host, tool)
    visit(scene, borrower, host)
    scene.say(borrower, "may i borrow", host, x=tool)
    chance = scene.draw.random()
    holder = host
    if chance < 0.3 and depth == 0:
        holder = scene.grown_up(not_from=(host.home,))
        scene.holder[tool] = holder
        scene.at(holder, scene.home(holder))
        scene.say(host, "lent it", borrower, C=holder, x=tool)
        scene.paragraph()
        visit(scene, borrower, holder)
        scene.say(borrower, "please the tool", holder, x=tool, H=host)
        if scene.maybe(0.5):
            chore(scene, borrower, holder)
        else:
            scene.say(holder, "yes take it", borrower, "kind", x=tool)
        scene.why(
            f"Who had the {noun} when {borrower.name} came to borrow it?", f"{holder.name} had it."
        )
    elif chance < 0.75:
        chore(scene, borrower, host)
        scene.why(f"What did {borrower.name} want to borrow?", f"The {noun}.")
    else:
        scene.say(host, "yes take it", borrower, "kind", x=tool)
    scene.give(holder, tool, borrower, "lends")
    if scene.maybe(0.5):
        thank(scene, borrower, holder)
    return tool


def bring_back(scene: Scene, borrower: Person, tool: Thing) -> None:
    """The borrowed tool goes back to its owner."""
    owner = tool.owner
    assert owner is not None
    scene.give(borrower, tool, owner, "returns")


def search(scene: Scene, who: Person, thing: Thing, spots: list[str]) -> None:
    """Looks in the wrong spots of the place where one is."""
    for spot in spots:
        scene.tell("looks1", A=who, x=thing, s=spot)


def ask_around(scene: Scene, who: Person, thing: Thing, others: list[Person], right: Place) -> None:
    """Asks one villager after the other; only the last one has seen it."""
    for number, other in enumerate(others):
        last = number == len(others) - 1
        visit_or_meet(scene, who, other)
        scene.say(who, "have you seen", other, x=thing)
        if last:
            scene.say(other, "saw it", who, "kind", x=thing, p=right)
            return
        wrong = scene.somewhere(also_not=(right, scene.place[who]))
        scene.say(other, "not seen", who, "kind", x=thing, p=wrong)
        scene.go(who, wrong, look=0.4)
        search(scene, who, thing, [scene.draw.choice(wrong.spots)])


def visit_or_meet(scene: Scene, who: Person, other: Person) -> None:
    """A grown-up is visited at work, a child just comes along."""
    if other.child:
        scene.at(other, scene.place[who])
        scene.tell("meets", A=who, B=other)
    else:
        visit(scene, who, other)


def spots_of(scene: Scene, place: Place, number: int) -> list[str]:
    """Some hiding spots of a place."""
    return scene.draw.sample(list(place.spots), number)


def both(*members: Being) -> Group:
    """Several beings as one."""
    return Group(members)


def walk_home(scene: Scene, who: Person) -> None:
    """Back to where one lives."""
    place = VILLAGE.places[who.home]
    if scene.place.get(who) is not place:
        scene.tell("goes home", A=who, p=place)
        scene.at(who, place)


def thank(scene: Scene, one: Person, other: Person) -> None:
    """Says thank you, or does so without its words being told."""
    if scene.maybe(0.65):
        scene.say(one, "thank you", other, "glad")
        if scene.maybe(0.15):
            scene.say(other, "welcome", one, "kind")
    else:
        scene.tell("thanks", A=one, B=other)


def finish(scene: Scene, one: Person) -> None:
    """The day is over."""
    if scene.maybe(0.3):
        scene.tell("sunset")
    scene.tell("end glad", A=one, season=scene.season)


def part(scene: Scene, pair: Group) -> None:
    """Two friends at the end of their day."""
    scene.tell("end two away" if scene.maybe(0.4) else "end two", G=pair)
