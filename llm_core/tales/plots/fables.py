"""Plots among the talking animals of the wood.

In:     a scene
Out:    its events, titles, questions
Next:   stories
"""

from itertools import pairwise

from llm_core.tales import doings
from llm_core.tales.forms import capital, title
from llm_core.tales.scene import Scene
from llm_core.tales.words import listed, number_word
from llm_core.tales.world import Animal

HUGE = (("turnip", "huge"), ("carrot", "giant"), ("root", "thick"), ("mushroom", "huge"))
FOODS = (
    ("nuts", "hazel bushes"),
    ("berries", "brambles"),
    ("apples", "old apple tree"),
    ("seeds", "edge of the field"),
    ("mushrooms", "pine trees"),
    ("acorns", "great oak"),
)


def pulling(scene: Scene) -> None:
    """Something will not come out; one after the other helps to pull."""
    hero = scene.fable_animal()
    noun, look = scene.draw.choice(HUGE)
    scene.tell("finds big", A=hero, noun=noun, look=look)
    scene.tell("pulls alone", A=hero, noun=noun)
    row: list[Animal] = [hero]
    for _ in range(scene.draw.choice((2, 3, 3, 4))):
        scene.paragraph()
        _one_more(scene, row, noun)
    scene.paragraph()
    scene.tell("out it comes", noun=noun, last=row[-1].name)
    scene.tell("all eat", noun=noun, n=number_word(len(row)))
    scene.why(f"Who came last to help {hero.name}?", f"{row[-1].name} came last.")
    scene.why(f"How many animals pulled at the {noun}?", f"{capital(number_word(len(row)))}.")
    scene.titled("pulling", X=title(f"{look} {noun}"))


def _one_more(scene: Scene, row: list[Animal], noun: str) -> None:
    """The last in the row calls somebody else, and all pull."""
    caller, helper = row[-1], scene.fable_animal()
    scene.tell("calls helper", A=caller, B=helper)
    scene.say(caller, "come and pull", helper, noun=noun)
    if scene.maybe(0.5):
        scene.say(helper, "of course", caller)
    row.append(helper)
    chain = [f"{behind.name} pulled {front.name}" for front, behind in pairwise(row)]
    scene.tell(
        "chain pulls", chain=f"{', '.join(reversed(chain))}, and {row[0].name} pulled the {noun}"
    )
    scene.tell("moves a bit", noun=noun)


def empty_store(scene: Scene) -> None:
    """Somebody has nothing to eat; each friend has a little to spare."""
    scene.season, scene.weather = "winter", scene.draw.choice(("snow", "frost", "cloudy"))
    hero = scene.fable_animal()
    scene.tell("store empty", A=hero)
    got: list[str] = []
    last = hero
    for food, origin in scene.draw.sample(list(FOODS), scene.draw.choice((2, 3))):
        last = scene.fable_animal()
        scene.paragraph()
        scene.tell("knocks at", A=hero, B=last)
        scene.say(last, "who is there", hero)
        scene.say(hero, "nothing to eat", last)
        count = number_word(scene.draw.randrange(3, 10))
        scene.say(last, "have some", hero, food=food, n=count, origin=origin)
        scene.tell("takes food", A=hero, B=last, food=food, n=count)
        scene.why(f"What did {last.name} give {hero.name}?", f"{capital(count)} {food}.")
        got.append(f"{count} {food}")
    scene.paragraph()
    scene.tell("has enough", A=hero, all=listed(got))
    scene.tell("invites", A=hero, B=last)
    scene.tell("end two", G=doings.both(hero, last))
    scene.titled("empty store", B=last.name)


PLOTS = (pulling, empty_store)
