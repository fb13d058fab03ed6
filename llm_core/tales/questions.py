"""Questions on a story with answers worked out from the state in which it ended.

In:     a scene that has been played, and its text
Out:    questions with answers; an unfinished answer with its candidates, to test a model
Next:   pairs
"""

from random import Random

from llm_core.tales.forms import it
from llm_core.tales.scene import Scene
from llm_core.tales.world import Person, Thing

COLOURS = frozenset(
    [
        "red",
        "blue",
        "green",
        "yellow",
        "brown",
        "black",
        "white",
        "grey",
        "golden",
        "silver",
        "purple",
        "orange",
        "pink",
    ]
)
WHEN = ("at the end", "in the end", "now", "at the end")


def held(scene: Scene, text: str) -> list[tuple[Thing, Person]]:
    """Things whose holder at the end is somebody named in the text, lost or handed on before."""
    return [
        (thing, holder)
        for thing, holder in scene.holder.items()
        if isinstance(holder, Person) and holder.name in text and thing.noun in text
    ]


def questions(scene: Scene, text: str) -> list[str]:
    """Every question that can be asked about this story, each with its answer on one line."""
    draw = scene.draw
    asked: list[str] = []
    for thing, holder in held(scene, text):
        asked.append(f"{who_question(draw, thing)} {_holder_answer(draw, thing, holder)}")
        others = _others(scene, text, holder)
        if others and draw.random() < 0.3:
            asked.append(_yes_no(draw, thing, holder, draw.choice(others)))
        if thing.look in COLOURS and f"{thing.look} {thing.noun}" in text and not thing.plural:
            asked.append(_colour(draw, thing))
    for thing, (spot, _) in scene.lies.items():
        if thing.noun in text and spot in text:
            asked.append(_where(draw, thing, spot))
    for handing in scene.handings[-3:]:
        giver, taker, thing = handing.giver.name, handing.taker.name, handing.thing
        if giver in text and taker in text and _once(scene, handing.thing, handing.taker):
            asked.append(_giver(draw, thing, giver, taker))
    asked += [
        f"{question} {answer}"
        for question, answer in scene.reasons
        if _last_word(answer) in text.lower()
    ]
    draw.shuffle(asked)
    return asked


def who_question(draw: Random, thing: Thing) -> str:
    """Asks who has something at the end."""
    noun = thing.noun
    return draw.choice(
        (
            f"Who had the {noun} {draw.choice(WHEN)}?",
            f"Who had the {noun} {draw.choice(WHEN)}?",
            f"With whom {'were' if thing.plural else 'was'} the {noun} {draw.choice(WHEN)}?",
        )
    )


def _holder_answer(draw: Random, thing: Thing, holder: Person) -> str:
    was = "were" if thing.plural else "was"
    return draw.choice(
        (
            f"{holder.name} had the {thing.noun}.",
            f"{holder.name} had {it(thing)}.",
            f"The {thing.noun} {was} with {holder.name}.",
            f"The {thing.noun} {was} with {holder.name}.",
        )
    )


def _yes_no(draw: Random, thing: Thing, holder: Person, other: str) -> str:
    if draw.random() < 0.4:
        she = "she" if holder.female else "he"
        return f"Did {holder.name} have the {thing.noun} at the end? Yes, {she} did."
    return f"Did {other} have the {thing.noun} at the end? No, {holder.name} had {it(thing)}."


def _colour(draw: Random, thing: Thing) -> str:
    answer = draw.choice((f"It was {thing.look}.", f"The {thing.noun} was {thing.look}."))
    return f"What colour was the {thing.noun}? {answer}"


def _where(draw: Random, thing: Thing, spot: str) -> str:
    was = "were" if thing.plural else "was"
    pronoun = "They" if thing.plural else "It"
    answer = draw.choice((f"The {thing.noun} {was} {spot}.", f"{pronoun} {was} {spot}."))
    return f"Where {was} the {thing.noun} {draw.choice(WHEN)}? {answer}"


def _giver(draw: Random, thing: Thing, giver: str, taker: str) -> str:
    return draw.choice(
        (
            f"Who gave the {thing.noun} to {taker}? {giver} did.",
            f"Who gave the {thing.noun} to {taker}? {giver} gave {it(thing)} to {taker}.",
            f"From whom did {taker} get the {thing.noun}? {taker} got {it(thing)} from {giver}.",
            f"To whom did {giver} give the {thing.noun}? To {taker}.",
        )
    )


def _once(scene: Scene, thing: Thing, taker: object) -> bool:
    """Whether somebody got something only once, from one and the same giver only once."""
    same = [h for h in scene.handings if h.thing is thing]
    takers = [h for h in same if h.taker is taker]
    return len(takers) == 1 and len([h for h in same if h.giver is takers[0].giver]) == 1


def _others(scene: Scene, text: str, holder: Person) -> list[str]:
    return [
        one.name
        for one in scene.cast
        if isinstance(one, Person) and one is not holder and one.name in text
    ]


def _last_word(answer: str) -> str:
    """The word of an answer that must have been told."""
    words = answer.lower().rstrip(".").split()
    return words[-1] if words[-1] not in ("it", "did", "him", "her", "them") else words[0]


def open_question(scene: Scene, text: str) -> tuple[str, str, list[str]] | None:
    """A question with the beginning of its answer, the right end and the wrong ends.

    None where the story leaves no choice between children.
    """
    children = [
        one for one in scene.cast if isinstance(one, Person) and one.child and one.name in text
    ]
    found = [
        (thing, holder)
        for thing, holder in held(scene, text)
        if holder in children and not thing.plural
    ]
    if len(children) < 2 or not found:
        return None
    thing, holder = scene.draw.choice(found)
    question = f"Who had the {thing.noun} at the end? The {thing.noun} was with"
    wrong = [f" {one.name}" for one in children if one is not holder]
    return f"{text}\n{question}", f" {holder.name}", wrong
