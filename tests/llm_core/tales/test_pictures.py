"""Pictures in words: verbs, pronouns and answers agree with what is there."""

import re
from random import Random

from llm_core import tales
from llm_core.tales import pictures
from llm_core.tales.words import number_word, plural
from llm_core.tales.world import CHILDREN, GROWN_UPS

PAGES = [pictures.pictures(Random(f"test/{number}")) for number in range(600)]
ONE = {kind.noun for kind in pictures._kinds()}
SEVERAL = {plural(noun) for noun in ONE}


def test_a_page_is_the_same_again_and_leaves_no_gap_open() -> None:
    assert pictures.pictures(Random("test/3")) == PAGES[3]
    for page in PAGES:
        assert not re.search(r"[{}\[\]]|  | \.|,,", page)
        assert 150 < len(page) < 2000


def test_the_verb_agrees_with_its_noun_across_the_nouns_between() -> None:
    verbs = r"(is|was|are|were|looks|look) "
    seen = {"one": 0, "several": 0}
    for page in PAGES:
        where = r"(?: (?:on|under|near|beside|behind|in front of|next to|by) the \w+)"
        for noun, verb in re.findall(rf"The ([a-z ]+?){where} {verbs}", page):
            assert (noun in ONE) == (verb in ("is", "was", "looks")), (noun, verb)
            assert noun in ONE | SEVERAL
            seen["one" if noun in ONE else "several"] += 1
    assert min(seen.values()) > 100


def test_things_stand_as_often_alone_as_in_numbers_and_numbers_go_to_ten() -> None:
    found = re.findall(r"[Tt]here (is|was|are|were) (\w+)", "\n".join(PAGES))
    alone = [number for verb, number in found if verb in ("is", "was")]
    several = {number for verb, number in found if verb in ("are", "were")}
    assert set(alone) <= {"a", "an"}
    assert several == {number_word(number) for number in range(2, 11)}
    assert 0.4 < len(alone) / len(found) < 0.6


def test_a_pronoun_has_the_gender_of_the_person() -> None:
    text, told = "\n".join(PAGES), 0
    for one in (*CHILDREN, *GROWN_UPS):
        words = re.findall(rf"\b{one.name} (?:has|had) lost (her|his)", text)
        words += re.findall(rf"\b{one.name} (?:sits|sat) [^.]*\. (She|He) ", text)
        for word in words:
            assert (word.lower() in ("she", "her")) == one.female
        told += len(words)
    assert told > 200


def test_what_is_asked_was_said() -> None:
    asked = 0
    for page in PAGES:
        told, _, questions = page.partition("\n\n")
        for noun, where, number in re.findall(
            r"How many ([a-z ]+?) (?:are|were) ([^?]+)\?\s(?:- )?(\w+)\.", questions
        ):
            phrase = rf"(?:an?|{number.lower()}) [a-z ]+ {where}"
            turned = rf"{where} there (?:is|was|are|were) (?:an?|{number.lower()}) "
            assert re.search(f"{phrase}|{turned}", told, re.IGNORECASE), (noun, where, page)
            asked += 1
    assert asked > 50


def test_they_come_in_the_third_term() -> None:
    third, kinds = tales.TERMS[2]
    assert pictures.pictures in kinds
    assert not any(pictures.pictures in kinds for first, kinds in tales.TERMS if first < third)
