"""Plots about races and about learning something hard.

In:     a scene
Out:    its events, titles, questions
Next:   plots/ways
"""

from llm_core.tales import doings
from llm_core.tales.forms import capital, title
from llm_core.tales.scene import Scene
from llm_core.tales.words import number_word
from llm_core.tales.world import TRADES, VILLAGE, Person

RACES = {
    "spring": ("running", "egg"),
    "summer": ("swimming", "running", "sack"),
    "autumn": ("running", "sack"),
    "winter": ("sledge", "sledge"),
}


RACE_PLACES = {
    "running": ("meadow", "village green", "beach"),
    "egg": ("village green", "playground"),
    "sack": ("playground", "village green"),
    "swimming": ("beach", "river"),
    "sledge": ("hill",),
}


SKILLS = {
    "swim": ("river", "summer"),
    "skate": ("pond", "winter"),
    "whistle": ("orchard", ""),
    "ride": ("stable", ""),
    "juggle": ("village green", ""),
    "row a boat": ("boathouse", "summer"),
    "tie a knot": ("harbour", ""),
    "walk on stilts": ("playground", ""),
    "play the flute": ("garden", "spring"),
}


def race(scene: Scene) -> None:
    """Somebody could win, but stops to help, and is not sorry."""
    hero = scene.child()
    rival = scene.friend(hero)
    third = scene.friend(hero)
    kind = scene.draw.choice(RACES[scene.season])
    place = VILLAGE.places[scene.draw.choice(RACE_PLACES[kind])]
    prize = scene.thing("gift", "child", owner=None, without="winter")
    judge = scene.grown_up()
    doings.open_at(scene, hero, place)
    scene.at(rival, place)
    scene.has(judge, prize)
    scene.tell(f"there is a {kind} race", A=judge, x=prize)
    scene.tell("starters", A=hero, B=rival, C=third)
    scene.say(judge, "ready go", None, "glad")
    scene.tell(f"leads {kind}", A=hero, B=rival)
    scene.paragraph()
    scene.tell(f"mishap {kind}", A=rival)
    scene.tell("hears cry", A=hero, B=rival)
    scene.tell(f"helps {kind}", A=hero, B=rival)
    scene.say(rival, "why stop", hero, "sad")
    scene.say(hero, "friend first", rival, "kind")
    scene.paragraph()
    scene.tell("third wins", A=third)
    scene.why("Who won the race?", f"{third.name} won the race.")
    scene.why(f"Why did {hero.name} stop?", f"Because {hero.name} wanted to help {rival.name}.")
    scene.give(judge, prize, third)
    if scene.maybe(0.5):
        scene.say(third, "prize is yours", hero, "kind", x=prize)
        scene.give(third, prize, hero)
        scene.tell("is glad", A=hero)
    else:
        scene.say(judge, "won a friend", hero, "kind", C=rival)
    doings.part(scene, doings.both(hero, rival))
    scene.titled("race")


def learning(scene: Scene) -> None:
    """A skill that fails three times and then does not."""
    hero = scene.child()
    fit = [s for s in SKILLS if SKILLS[s][1] in ("", scene.season)]
    skill = scene.draw.choice([s for s in fit if s[:3] not in hero.likes])
    place = VILLAGE.places[SKILLS[skill][0]]
    teacher = scene.friend(hero) if scene.maybe(0.5) else scene.grown_up()
    doings.open_at(scene, hero, place)
    scene.at(teacher, place)
    scene.tell(f"wants {skill}", A=hero)
    scene.tell("first try", A=hero)
    scene.tell(f"fails {skill}", A=hero)
    if scene.maybe(0.6):
        scene.say(hero, "cannot do it", None, "cross")
    scene.paragraph()
    scene.tell("meets", A=hero, B=teacher)
    scene.say(teacher, f"teaches {skill}", hero, "kind")
    scene.say(hero, "will try", teacher)
    scene.tell("second try", A=hero)
    scene.tell(f"fails {skill}", A=hero)
    scene.say(teacher, "dont give up", hero, "kind")
    scene.paragraph()
    days = number_word(scene.draw.randrange(2, 9))
    scene.tell("practises", A=hero, n=days)
    scene.tell(f"can {skill}", A=hero)
    scene.why(f"How long did {hero.name} practise?", f"For {days} days.")
    scene.why(f"Who helped {hero.name}?", f"{teacher.name} did.")
    scene.say(hero, "i can do it", teacher, "glad")
    scene.say(teacher, "praise", hero, "glad")
    doings.finish(scene, hero)
    scene.titled("learning", X=title_of_skill(skill))


def title_of_skill(skill: str) -> str:
    """As in "Learns to Swim"."""
    return "to " + " ".join(capital(w) if len(w) > 2 and w != "the" else w for w in skill.split())


def earning(scene: Scene) -> None:
    """Something costs more pennies than one has; work in the village brings them in."""
    hero = scene.child()
    seller = scene.join("shopkeeper")
    wish = scene.thing("child", "toy", without="winter made found")
    scene.has(seller, wish)
    has = scene.draw.randrange(1, 4)
    pays = [scene.draw.randrange(1, 5) for _ in range(scene.draw.choice((1, 2, 2, 3)))]
    doings.open_at(scene, hero, scene.home(seller))
    scene.at(seller, scene.home(seller))
    scene.tell("sees wish", A=hero, x=wish)
    price = has + sum(pays)
    scene.say(hero, "how much", seller, x=wish)
    scene.say(seller, "it costs", hero, "kind", x=wish, n=number_word(price))
    scene.tell("has pennies", A=hero, n=_pennies(has))
    scene.why(f"How much did the {wish.noun} cost?", f"{capital(_pennies(price))}.")
    money = has
    for pay in pays:
        money += pay
        _work_for(scene, hero, pay, money)
    scene.paragraph()
    scene.go(hero, scene.home(seller), look=0)
    scene.tell("counts out", A=hero, B=seller, n=_pennies(price))
    scene.give(seller, wish, hero)
    scene.tell("is glad", A=hero)
    doings.finish(scene, hero)
    scene.titled("earning", X=title(wish.noun), Y=capital(number_word(price)))


def _work_for(scene: Scene, hero: Person, pay: int, money: int) -> None:
    """Helps somebody and is paid."""
    scene.paragraph()
    host = scene.grown_up(not_from=(hero.home, TRADES["shopkeeper"].home))
    doings.visit(scene, hero, host)
    scene.say(hero, "any work", host)
    doings.chore(scene, hero, host)
    scene.tell("is paid", A=hero, B=host, n=_pennies(pay), m=_pennies(money))
    scene.why(f"How much did {host.name} pay {hero.name}?", f"{capital(_pennies(pay))}.")


def _pennies(number: int) -> str:
    return "one penny" if number == 1 else f"{number_word(number)} pence"


PLOTS = (race, learning, earning)
