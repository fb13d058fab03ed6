"""Lists in a few-shot form, and the pairs that are kept out of them."""

import re
from itertools import pairwise
from random import Random

import pytest

from llm_core.tales import facts, lessons

LISTS = [lessons.lessons(Random(f"list/{number}")) for number in range(1500)]


def test_a_list_has_six_to_fourteen_lines_of_one_task() -> None:
    for text in LISTS[:300]:
        for part in text.split("\n\n"):
            items = part.split("\n")
            assert len(items) <= 15
            assert len(items) >= 4 or ", " in items[-1]


@pytest.mark.parametrize("name", list(lessons.tasks()))
def test_about_a_fifth_of_the_pairs_is_held_out(name: str) -> None:
    task = lessons.tasks()[name]
    share = len(task.held_out) / (len(task.held_out) + len(task.trained))
    assert 0.13 <= share <= 0.22
    assert not set(task.held_out) & set(task.trained)


def test_no_held_out_pair_stands_in_a_list() -> None:
    kept = set()
    for name in ("opposite", "plural", "past", "comparative", "capital"):
        kept |= set(lessons.tasks()[name].held_out)
    separators = "|".join(sorted({re.escape(text) for text in lessons.SEPARATORS}, key=len))
    for text in LISTS:
        for line in text.splitlines():
            parts = re.split(separators, line)
            for first, second in pairwise(parts):
                assert (first, second) not in kept or " -> " not in line, line


@pytest.mark.parametrize("name", ["opposite", "plural"])
def test_held_out_pairs_stand_in_the_prose_of_facts(name: str) -> None:
    themes = {
        "opposite": (
            *("opposites_more", "predicates", "sides"),
            *("opposite_verbs", "opposite_nouns", "opposite_places"),
        ),
        "plural": ("plurals",),
    }
    pages = (facts.page(theme, Random(number)) for theme in themes[name] for number in range(250))
    prose = " ".join(pages).lower()
    words = {word for pair in lessons.tasks()[name].held_out for word in pair}
    assert [word for word in words if not re.search(rf"\b{word}\b", prose)] == []


def test_opposites_are_held_out_in_both_directions() -> None:
    held_out = set(lessons.tasks()["opposite"].held_out)
    assert len(held_out) >= 50
    assert {(second, first) for first, second in held_out} == held_out


def test_held_out_plurals_are_many_and_some_are_irregular() -> None:
    held_out = lessons.tasks()["plural"].held_out
    assert len(held_out) >= 25
    assert sum(many not in (one + "s", one + "es") for one, many in held_out) >= 8


@pytest.mark.parametrize("name", ["opposite", "plural"])
def test_a_question_asks_for_a_held_out_pair_after_trained_ones(name: str) -> None:
    task = lessons.tasks()[name]
    for seed in range(200):
        prompt, right, wrong = lessons.few_shot(name, Random(seed), 5)
        *shots, query = prompt.splitlines()
        assert len(shots) == 5
        assert {tuple(line.split(" -> ")) for line in shots} <= set(task.trained)
        assert (query.removesuffix(" ->"), right[1:]) in task.held_out
        assert len(wrong) >= 2
        assert right not in wrong
        assert all(text.startswith(" ") for text in [right, *wrong])


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(KeyError):
        lessons.few_shot("nonsense", Random(0), 3)
