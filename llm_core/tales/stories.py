"""One story: a plot is played in a scene, told, given a title and perhaps questions.

In:     a random.Random
Out:    the text of one document, or a story that ends in an open question
Next:   pairs
"""

from random import Random

from llm_core.tales.openings import open_anew
from llm_core.tales.plots import PLOTS
from llm_core.tales.questions import open_question, questions
from llm_core.tales.scene import Scene
from llm_core.tales.telling import Teller

TITLED, ASKED = 0.5, 0.35
"""Shares of stories with a title and with questions."""
OPENED_ANEW = 0.8
"""Share of stories with another beginning, where beginnings are to differ."""
LONGEST_TRACKED = 800
"""Characters of a story with an open question, so that it fits into a context of 256 tokens."""


def played(draw: Random, anew: float = 0.0) -> tuple[Scene, str]:
    """A scene in which one plot has happened, and its text.

    Args:
        anew: share of stories with another beginning than that of their plot.
    """
    scene = Scene(draw)
    draw.choice(PLOTS)(scene)
    if anew and draw.random() < anew:
        open_anew(scene, draw)
    return scene, Teller(draw, scene.cast, scene.hero).tell(scene.events)


def story(rng: Random, anew: float = 0.0) -> str:
    """A story, with a title in about half of the cases and questions in about a third."""
    scene, text = played(rng, anew)
    asked = questions(scene, text) if rng.random() < ASKED else []
    if scene.titles and rng.random() < TITLED:
        text = f"{rng.choice(scene.titles)}\n{text}"
    return "\n".join([text, *asked[: rng.choice((1, 2, 2, 3))]])


def story_anew(rng: Random) -> str:
    """A story that mostly begins in one of many more ways."""
    return story(rng, OPENED_ANEW)


def tracking_question(rng: Random) -> tuple[str, str, list[str]]:
    """A story that ends in an open question: text, right answer, wrong answers.

    The text ends like "Who had the ball at the end? The ball was with", the answers are names with
    a space in front.
    """
    while True:
        scene, text = played(rng)
        if len(text) > LONGEST_TRACKED:
            continue
        found = open_question(scene, text)
        if found is not None:
            return found
