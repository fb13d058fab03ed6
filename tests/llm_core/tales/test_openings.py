"""Other beginnings of stories: as many as promised, told rightly, and true to the rest."""

import re
from random import Random

from llm_core.tales.openings import LEADS, open_anew
from llm_core.tales.plots import PLOTS
from llm_core.tales.scene import Scene
from llm_core.tales.stories import story, story_anew
from llm_core.tales.telling import Teller
from llm_core.tales.wording import BANK
from tests.llm_core.tales.test_stories import SLIPS

STORIES = [story_anew(Random(f"anew/{number}")) for number in range(500)]
LEAD_KEYS = [key for key in BANK if key.startswith("lead ")]


def _opened(number: int) -> tuple[Scene, str]:
    scene = Scene(Random(f"opened/{number}"))
    scene.draw.choice(PLOTS)(scene)
    open_anew(scene, scene.draw)
    return scene, Teller(scene.draw, scene.cast, scene.hero).tell(scene.events)


def test_there_are_more_than_250_ways_to_begin() -> None:
    chains = [key for key in BANK if key.endswith(": begins")]
    assert sum(len(BANK[key]) for key in [*LEAD_KEYS, *chains]) > 250


def test_no_beginning_has_a_slip_of_spacing_stops_or_articles() -> None:
    for text in STORIES:
        found = SLIPS.search(text)
        assert found is None, text[max(0, found.start() - 40) : found.end() + 40]
        assert not re.search(r'[a-z]\." [a-z]', text)


def test_four_of_five_first_sentences_stand_in_one_story_only() -> None:
    first = [re.split(r"(?<=[.?!]) ", text)[0] for text in STORIES]
    assert len(set(first)) > 0.8 * len(first)


def test_somebody_is_named_before_anybody_is_called_she_or_he() -> None:
    for number in range(200):
        scene, text = _opened(number)
        told = re.sub(r'"[^"]*"', '""', text)
        pronoun = re.search(r"\b(?:she|he|her|his|him)\b", told)
        if pronoun is not None:
            named = told[: pronoun.end() + 20]
            assert any(one.name in named for one in scene.cast), text
        assert scene.hero.name in text


def test_the_events_of_the_plot_follow_unchanged() -> None:
    for number in range(100):
        plain, anew = (Scene(Random(f"same/{number}")) for _ in range(2))
        for scene in (plain, anew):
            scene.draw.choice(PLOTS)(scene)
        open_anew(anew, Random(number))
        told = {event.key for event in anew.events}
        dropped = [event.key for event in plain.events if event.key not in told]
        assert set(dropped) <= {*LEADS, "intro hero"}


def test_stories_of_the_earlier_terms_begin_as_before() -> None:
    leads = {wording.text.split(" {")[0] for key in LEAD_KEYS for wording in BANK[key]}
    assert "There were two who were never in a hurry:" in leads
    assert not any("never in a hurry" in story(Random(number)) for number in range(300))
