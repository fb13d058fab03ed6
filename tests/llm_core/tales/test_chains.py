"""Small scenes of causes: the same people and thing from beginning to end, and no slips."""

import re
from random import Random

import pytest

from llm_core.tales import chains
from llm_core.tales.chains import LONGEST, SHORTEST, chain
from llm_core.tales.phrasing import loaded
from llm_core.tales.wording import BANK
from llm_core.tales.world import Group
from tests.llm_core.tales.test_stories import SLIPS

SCENES = [chain(Random(f"chain/{number}")) for number in range(1200)]
PEOPLE = loaded("chains")["people"]
CHILDREN = {*PEOPLE["girls"], *PEOPLE["boys"]}


def _unspoken(text: str) -> str:
    return re.sub(r'"[^"]*"', '""', text)


def test_the_same_number_gives_the_same_scene_and_others_differ() -> None:
    assert chain(Random("a")) == chain(Random("a"))
    assert len(set(SCENES)) == len(SCENES)


def test_there_are_forty_chains_with_all_their_steps() -> None:
    names = loaded("chains")["chains"]
    assert len(names) >= 40
    for name in names:
        for step in ("begins", "tries", "helped", "ends"):
            assert len(BANK[f"{name}: {step}"]) >= 2, name


def test_no_scene_has_a_slip_of_spacing_stops_or_articles() -> None:
    for text in SCENES:
        found = SLIPS.search(text)
        assert found is None, text[max(0, found.start() - 40) : found.end() + 40]
        assert not re.search(r'[a-z]\." [a-z]', text), text
        assert text.isascii()
        assert all(part.count('"') % 2 == 0 for part in text.split("\n"))


def test_a_scene_has_75_to_150_words() -> None:
    assert all(SHORTEST <= len(text.split()) <= LONGEST + 5 for text in SCENES)


WOMEN = {*PEOPLE["girls"], *PEOPLE["animals_f"], "Mrs", "Miss", "Aunt", "Granny", "Grandmother"}
MEN = {*PEOPLE["boys"], *PEOPLE["animals_m"], "Mr", "Uncle", "Grandpa", "Grandfather", "man"}


def test_at_most_three_children_take_part() -> None:
    for text in SCENES:
        names = CHILDREN & set(re.findall(r"(?<!Grandpa )(?<!Uncle )(?<!Aunt )[A-Z][a-z]+", text))
        assert len(names - {"Will", "Mark", "May"}) <= 3, text


@pytest.mark.parametrize(
    ("pronoun", "people"),
    [("she|her|herself", WOMEN | {"Mother"}), ("he|him|his|himself", MEN | {"Father"})],
)
def test_every_pronoun_of_the_narration_has_somebody_of_its_gender_before_it(
    pronoun: str, people: set[str]
) -> None:
    for text in SCENES:
        told = _unspoken(text)
        found = re.search(rf"\b(?:{pronoun})\b", told, re.IGNORECASE)
        if found is not None:
            before = set(re.findall(r"[A-Za-z]+", told[: found.end() + 25]))
            assert before & people or "hen" in before or "woman" in before, text


def test_two_single_people_of_a_scene_are_never_of_one_gender() -> None:
    for number, entry in enumerate(loaded("chains")["chains"].values()):
        for seed in range(20):
            rng = Random(f"{number}/{seed}")
            hero = chains._hero(entry, rng)
            other = chains._other(entry, hero, rng)
            assert isinstance(hero, Group) or other is None or other.female != hero.female


def test_what_a_gift_is_given_for_is_not_drawn_in_endless_turns() -> None:
    returns = [text.count("could not leave it at that") for text in SCENES]
    assert max(returns) in (1, 2)


def test_two_children_are_they() -> None:
    pairs = [text for text in SCENES if re.search(r"\b(?:two|were) (?:sisters|brothers)\b", text)]
    assert len(pairs) > 30
    for text in pairs:
        assert "themsel" in text or not re.search(r"\b(?:himself|herself)\b", text), text


def test_many_sentences_differ() -> None:
    sentences = {part for text in SCENES for part in re.split(r"(?<=[.?!]) ", text)}
    assert len(sentences) > 4000
