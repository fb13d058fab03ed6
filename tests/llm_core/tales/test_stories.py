"""What every story promises: right forms, pronouns that refer, a state that holds."""

import re
from collections.abc import Callable
from random import Random

import pytest

from llm_core.tales.casting import SceneError
from llm_core.tales.plots import PLOTS
from llm_core.tales.questions import questions
from llm_core.tales.scene import Scene
from llm_core.tales.stories import LONGEST_TRACKED, played, story, tracking_question
from llm_core.tales.telling import Teller
from llm_core.tales.world import TRADES, Person

STORIES = [story(Random(f"test/{number}")) for number in range(400)]
SLIPS = re.compile(
    r"  | [,.;?!]|[{}\[\]|]|\bNone\b|,\.|,,|\.\.|[.?!] [a-z]|\ba [aeio]|\ban [bcdfgjklmnpqrstvwz]"
    r"|\b(?:to|with|from|at|met|saw|gave|thanked|told|beside|near) (?:he|she|they|I)\b"
    r"|\b(\w+) \1\b|\.,|said (?:he|she|they)\b|\bthey was\b|\b(?:he|she|it) were\b|,'s",
)


def test_the_same_number_gives_the_same_story() -> None:
    assert story(Random("7/1")) == story(Random("7/1"))
    assert len(set(STORIES)) == len(STORIES)


def test_no_story_has_a_slip_of_spacing_stops_or_articles() -> None:
    for text in STORIES:
        found = SLIPS.search(text)
        assert found is None, text[max(0, found.start() - 40) : found.end() + 40]


def test_stories_are_plain_ascii_with_closed_quotation_marks() -> None:
    for text in STORIES:
        assert text.isascii()
        for paragraph in text.split("\n"):
            assert paragraph
            assert paragraph.count('"') % 2 == 0, paragraph


def test_most_stories_have_between_100_and_400_words() -> None:
    lengths = sorted(len(text.split()) for text in STORIES)
    assert lengths[len(lengths) // 20] >= 80
    assert lengths[-len(lengths) // 20] <= 400
    assert lengths[-1] <= 600


@pytest.mark.parametrize("plot", PLOTS)
def test_every_plot_keeps_to_its_state_and_names_everybody(
    plot: Callable[[Scene], None],
) -> None:
    for number in range(40):
        scene = Scene(Random(number))
        plot(scene)  # a contradiction would raise SceneError
        text = Teller(scene.draw, scene.cast, scene.hero).tell(scene.events)
        assert scene.hero.name in text
        assert scene.titles
        for thing, holder in scene.holder.items():
            assert thing not in scene.lies
            assert holder in scene.cast


def _unspoken(text: str) -> str:
    return re.sub(r'"[^"]*"', '""', text)


@pytest.mark.parametrize(("pronoun", "female"), [("she", True), ("he", False)])
def test_every_pronoun_in_the_narration_refers_to_somebody_of_its_gender_in_its_paragraph(
    pronoun: str, female: bool
) -> None:
    for number in range(200):
        scene, text = played(Random(f"pronoun/{number}"))
        words = [one.name for one in scene.cast if one.female == female]
        words += [one.noun for one in scene.cast if one.female == female]
        words += ["mother", "girl", "sister"] if female else ["father", "boy", "brother"]
        for paragraph in text.split("\n"):
            told = _unspoken(paragraph)
            found = re.search(rf"\b{pronoun}\b", told, re.IGNORECASE)
            if found is not None:
                before = told[: found.start()]
                assert any(re.search(rf"\b{word}\b", before) for word in words), paragraph


def test_nobody_gives_what_they_do_not_hold() -> None:
    scene = Scene(Random(1))
    giver, taker = scene.child(), scene.child()
    thing = scene.thing("toy")
    with pytest.raises(SceneError, match="without holding it"):
        scene.hand(giver, thing, taker)


def test_the_baker_of_all_stories_is_mrs_crane() -> None:
    together = "\n".join(STORIES)
    for trade, person in TRADES.items():
        for name in re.findall(rf"(M(?:r|rs|iss) \w+),? the {trade}\b", together):
            assert name == person.name


def test_no_snow_in_summer_and_nobody_swims_in_winter() -> None:
    for number in range(300):
        scene, text = played(Random(f"weather/{number}"))
        if scene.season == "summer":
            assert not re.search(r"\bsnow\b|snowman|frost", text), text
        if scene.season == "winter":
            assert not re.search(r"\bswam\b|swimming|butterfl", text), text


def test_answers_name_the_one_who_holds_the_thing_at_the_end() -> None:
    checked = 0
    for number in range(200):
        scene, text = played(Random(f"ask/{number}"))
        for line in questions(scene, text):
            found = re.match(
                r"Who had the (.+) (?:at the end|in the end|now)\? (\w[\w ]*) had", line
            )
            if found is not None:
                holders = [h for t, h in scene.holder.items() if t.noun == found[1]]
                assert found[2] in [holder.name for holder in holders]
                checked += 1
    assert checked > 30


def test_an_open_question_has_one_right_name_among_the_children_of_the_story() -> None:
    for number in range(100):
        text, right, wrong = tracking_question(Random(f"open/{number}"))
        assert len(text) < LONGEST_TRACKED + 100
        assert re.search(r"Who had the (.+) at the end\? The \1 was with$", text)
        assert wrong
        assert right not in wrong
        assert all(name.strip() in text for name in (right, *wrong))


def test_questions_stand_under_about_a_third_of_the_stories() -> None:
    asked = sum("?" in text.split("\n")[-1] and '"' not in text.split("\n")[-1] for text in STORIES)
    assert 0.2 < asked / len(STORIES) < 0.45


def test_a_person_is_described_only_where_the_description_fits_nobody_else() -> None:
    for number in range(200):
        scene, text = played(Random(f"girl/{number}"))
        girls = [one for one in scene.cast if isinstance(one, Person) and one.noun == "girl"]
        if len(girls) > 1:
            told = _unspoken(text)
            assert not re.search(
                r"\b[Tt]he (?:little )?girl (?!near|beside|behind|under|in)", told
            ), text
