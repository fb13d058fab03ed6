"""A small world to learn from: stories, facts, lists and letters, as many as are wanted.

In:     the number of a document
Out:    its text, the same on every machine
Next:   ../tokenizers, which cut text into pieces

Nobody has to fetch this corpus: it is written when it is read. A story is played in a world that
keeps track of who is where and has what, and then told; facts, lists and letters are put together
from tables and many wordings.

    words, phrasing         forms of words; wordings with choices and gaps
    facts, lessons, letters pages of a primer; lists in a pattern; notes and messages
    quizzes                 questions about all of that, one after the other
    world, scene, plots     people, places and things; what happens to them
    discourse, telling      how it is told: names, pronouns, speech
    stories, pairs          whole stories; pairs of a right and a wrong sentence

Source: Eldan and Li 2023, "TinyStories: How Small Can Language Models Be and Still Speak Coherent
English?", for the idea that a small world is enough for a small model.
"""

from collections.abc import Callable
from random import Random

from llm_core.tales.facts import facts as page
from llm_core.tales.lessons import few_shot
from llm_core.tales.lessons import lessons as lists
from llm_core.tales.letters import letters as messages
from llm_core.tales.pairs import minimal_pairs
from llm_core.tales.quizzes import quizzes as quiz
from llm_core.tales.stories import story, tracking_question

SEED = 2026
"""Of the world that the bundled model has read about."""

KINDS: dict[Callable[[Random], str], int] = {story: 27, page: 30, lists: 23, messages: 20}
"""What a document may be, and how many of a hundred are; by length, stories are nearly half."""

LATER_KINDS = {story: 25, page: 20, lists: 17, messages: 15, quiz: 23}
"""The same, later on: questions are worth asking of somebody who has read a while."""

LATER, HELD_OUT = 229_376, 10**9
"""The first document of the later kinds, and the first one after them: documents to measure a model
on are of the first kinds again, so that what was measured before and after can be compared."""


def document(number: int, seed: int = SEED) -> str:
    """The document of that number; documents do not depend on each other.

    >>> document(7) == document(7) != document(8)
    True
    """
    rng = Random(f"{seed}/{number}")
    kinds = LATER_KINDS if LATER <= number < HELD_OUT else KINDS
    (write,) = rng.choices(tuple(kinds), tuple(kinds.values()))
    return write(rng)


__all__ = [
    "HELD_OUT",
    "KINDS",
    "LATER",
    "LATER_KINDS",
    "SEED",
    "document",
    "few_shot",
    "minimal_pairs",
    "story",
    "tracking_question",
]
