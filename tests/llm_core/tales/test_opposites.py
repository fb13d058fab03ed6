"""Opposites in prose: more of the pairs that no list shows, and never as a list."""

import re
from collections import Counter
from random import Random

from llm_core.tales import facts, lessons
from llm_core.tales.opposites import opposites, page_anew

PAGES = [opposites(Random(f"page/{number}")) for number in range(800)]
HELD_OUT = lessons.tasks()["opposite"].held_out


def _stated(pages: list[str]) -> Counter[tuple[str, str]]:
    """How often a sentence has both words of a held-out pair, in this order."""
    found: Counter[tuple[str, str]] = Counter()
    for page in pages:
        for part in re.split(r"[.!?]+(?= [A-Z]|\n|$)", page.lower()):
            words = re.findall(r"[a-z-]+", part)
            found.update(
                pair
                for pair in HELD_OUT
                if pair[0] in words
                and pair[1] in words[1:]
                and words.index(pair[0]) < len(words) - 1 - words[::-1].index(pair[1])
            )
    return found


def test_every_held_out_pair_is_stated_in_both_directions() -> None:
    stated = _stated(PAGES)
    assert [pair for pair in HELD_OUT if stated[pair] < 3] == []


def test_the_last_term_states_them_at_least_twice_as_often() -> None:
    before = _stated([facts.facts(Random(number)) for number in range(1000)])
    after = _stated([page_anew(Random(number)) for number in range(1000)])
    # of a hundred documents 17 were pages and 12 are now
    assert 12 * after.total() > 2 * 17 * before.total()


def test_no_page_has_a_list() -> None:
    for page in PAGES:
        assert "->" not in page
        assert "=" not in page
        assert all(line[-1] in '.!?"' for line in page.split("\n") if line)
        assert not re.search(r"  |[{}\[\]|]|[a-z]\. [a-z]", page), page


def test_a_pair_stands_in_some_formats_only() -> None:
    formats = set(lessons.SEPARATORS)
    pairs = lessons.tasks()["opposite"].trained
    counts = [sum(lessons.shown_in(pair, mark) for mark in formats) for pair in pairs]
    assert 0.5 < sum(counts) / (len(counts) * len(formats)) < 0.7
    for number in range(300):
        for line in lessons.lessons_anew(Random(number)).splitlines():
            for mark in formats - {", "}:
                first, _, second = line.partition(mark)
                if (first, second) in pairs:
                    assert lessons.shown_in((first, second), mark), line


def test_the_new_lists_keep_the_held_out_pairs_out() -> None:
    kept = set(HELD_OUT)
    for number in range(800):
        for line in lessons.lessons_anew(Random(f"new/{number}")).splitlines():
            first, _, second = line.partition(" -> ")
            assert (first, second) not in kept
