"""A small world to learn from: stories, facts, lists and letters, as many as are wanted.

In:     the number of a document
Out:    its text, the same on every machine
Next:   ../tokenizers, which cut text into pieces

Nobody has to fetch this corpus: it is written when it is read. A story is played in a world that
keeps track of who is where and has what, and then told; facts, lists and letters are put together
from tables and many wordings.

    words, phrasing         forms of words; wordings with choices and gaps
    facts, lessons, letters pages of a primer; lists in a pattern; notes and messages
    quizzes, pictures       questions about all of that; what is to be seen around
    world, scene, plots     people, places and things; what happens to them
    discourse, telling      how it is told: names, pronouns, speech
    openings, stories       other beginnings; whole stories
    chains, opposites       small scenes of causes; pages about words and their opposites
    pairs                   pairs of a right and a wrong sentence

Source: Eldan and Li 2023, "TinyStories: How Small Can Language Models Be and Still Speak Coherent
English?", for the idea that a small world is enough for a small model.
"""

from collections.abc import Callable
from random import Random

from llm_core.tales.chains import chain
from llm_core.tales.facts import facts as page
from llm_core.tales.lessons import few_shot
from llm_core.tales.lessons import lessons as lists
from llm_core.tales.lessons import lessons_anew as lists_anew
from llm_core.tales.letters import letters as messages
from llm_core.tales.opposites import page_anew
from llm_core.tales.pairs import minimal_pairs
from llm_core.tales.pictures import pictures as look_around
from llm_core.tales.quizzes import quizzes as quiz
from llm_core.tales.stories import story, story_anew, tracking_question

SEED = 2026
"""Of the world that the bundled model has read about."""

TERMS: tuple[tuple[int, dict[Callable[[Random], str], int]], ...] = (
    (0, {story: 27, page: 30, lists: 23, messages: 20}),
    (229_376, {story: 25, page: 20, lists: 17, messages: 15, quiz: 23}),
    (262_144, {story: 22, page: 17, lists: 14, messages: 13, quiz: 19, look_around: 15}),
    (
        352_256,
        {
            **{story_anew: 30, chain: 20, page_anew: 12, lists_anew: 12},
            **{messages: 9, quiz: 9, look_around: 8},
        },
    ),
)
"""From which document on what is read, and how many of a hundred are of each kind; by length,
stories are nearly half of the first term. Questions come later: they are worth asking of somebody
who has read a while. The last term has stories with many beginnings and small scenes of causes, and
pairs of words that have to be carried from prose to lists and from list to list."""

HELD_OUT = 10**9
"""The first of the documents to measure a model on. They are as in the first term, so that what was
measured at any time can be compared."""


def document(number: int, seed: int = SEED) -> str:
    """The document of that number; documents do not depend on each other.

    >>> document(7) == document(7) != document(8)
    True
    """
    rng = Random(f"{seed}/{number}")
    read_at = number if number < HELD_OUT else 0
    kinds = next(kinds for first, kinds in reversed(TERMS) if first <= read_at)
    (write,) = rng.choices(tuple(kinds), tuple(kinds.values()))
    return write(rng)


__all__ = [
    "HELD_OUT",
    "SEED",
    "TERMS",
    "chain",
    "document",
    "few_shot",
    "minimal_pairs",
    "story",
    "tracking_question",
]
