"""Pages of a primer: facts.py and what it draws on."""

import json
import re
from pathlib import Path
from random import Random

import pytest

from llm_core.tales import facts, letterwork, numbers, sentences
from llm_core.tales.phrasing import loaded, table
from llm_core.tales.words import article, plural

ASSETS = Path(__file__).parents[3] / "assets"
PAGES = [facts.facts(Random(f"page/{number}")) for number in range(2500)]
THEMES = [theme["name"] for theme in loaded("themes")["themes"]]


def test_the_same_random_numbers_give_the_same_page() -> None:
    assert PAGES[:50] == [facts.facts(Random(f"page/{number}")) for number in range(50)]


def test_nearly_every_page_is_unlike_every_other() -> None:
    assert len(set(PAGES)) == len(PAGES)


@pytest.mark.parametrize("name", THEMES)
def test_every_theme_fills_all_its_holes_with_plain_text(name: str) -> None:
    for number in range(20):
        page = facts.page(name, Random(f"{name}/{number}"))
        assert page.isascii()
        assert not re.search(
            r"[{}\[\]|]|  | [.,?](?!\.\.)|(?<!\.)\.\.(?!\.)|^ | $", page, re.MULTILINE
        ), page


def test_sentences_begin_with_a_capital_or_a_number() -> None:
    for page in PAGES:
        for paragraph in page.split("\n\n"):
            # a row of letters or numbers may open a line
            assert re.match(r'"?[A-Z0-9]|[a-z](-[a-z])+|[a-z],? |i |[a-z] ', paragraph), paragraph


def test_the_article_fits_the_word_after_it() -> None:
    # "An apple, not a apple, is right." and phrases that are read backwards
    wrong = re.compile(r"not an? | round|backwards|from the end|A or an|letters")
    for page in PAGES:
        for sentence in re.split(r"(?<=[.?!])\s", page):
            if wrong.search(sentence):
                continue
            for found in re.finditer(r"\b([Aa]n?) ([a-z]{2,}[a-z-]*)", sentence):
                if found.group(2) not in ("or", "an", "is", "and"):
                    assert article(found.group(2)) == found.group(1).lower(), sentence


def test_sums_differences_and_products_are_right() -> None:
    found = 0
    for number in range(60):
        for name in ("sums", "differences", "products"):
            page = facts.page(name, Random(number))
            for a, sign, b, c in re.findall(r"(\d+) ([-+x]) (\d+) = (\d+)", page):
                made = {"+": int(a) + int(b), "-": int(a) - int(b), "x": int(a) * int(b)}
                assert made[sign] == int(c)
                found += 1
    assert found > 50


def test_every_word_is_spelled_and_counted_rightly() -> None:
    for number in range(300):
        row = letterwork.spelling(Random(number))
        assert row["letters"].replace("-", "") == row["word1"]
        assert int(row["n"]) == len(row["word1"])
        row = letterwork.sorting(Random(number))
        assert sorted(row["mixed"].split(", ")) == row["sorted"].split(", ")
        row = letterwork.counted(Random(number))
        assert int(row["n"]) == len(row["sentence"].split())


def test_rhymes_come_from_one_family_and_the_other_word_does_not() -> None:
    families = [set(row["family"].split(", ")) for row in table("rhymes")]
    for number in range(300):
        row = letterwork.rhyme(Random(number))
        assert any({row["one1"], row["one2"], row["one3"]} <= family for family in families)
        assert not any({row["one1"], row["other"]} <= family for family in families)
        assert row["one1"] != row["one2"]


def test_the_odd_one_out_is_of_another_group() -> None:
    members = {row["name"]: set(row["members"].split(", ")) for row in table("groups")}
    for number in range(300):
        row = letterwork.group(Random(number))
        kind, other = (re.sub("^an? ", "", row[name]) for name in ("kind", "other"))
        assert other not in members[kind]
        assert row["kinds"] == plural(kind)


def test_questions_use_the_plain_verb_and_negatives_keep_the_subject() -> None:
    for number in range(300):
        row = sentences.change(Random(number))
        assert row["present_question"].split()[0] in ("Do", "Does", "Is", "Are")
        assert row["past_question"].split()[0] in ("Did", "Was", "Were")
        assert " not " in row["present_negative"]
        if row["past_question"].startswith("Did "):
            rest = row["past_negative"].split(" did not ")[1].rstrip(".")
            assert row["past_question"].endswith(f" {rest}?")


def test_days_and_months_follow_each_other() -> None:
    for names, make, own in (
        (numbers.DAYS, numbers.day, "day"),
        (numbers.MONTHS, numbers.month, "month"),
    ):
        for number in range(100):
            row = make(Random(number))
            place = names.index(row[own])
            assert names[(place + 1) % len(names)] == row["next"]
            assert names[place - 1] == row["before"]


def test_no_page_speaks_like_the_instructions_it_prepares_for() -> None:
    entries = json.loads((ASSETS / "instructions.json").read_text(encoding="utf-8"))
    asked = {entry["instruction"].lower() for entry in entries if len(entry["instruction"]) > 12}
    answered = {
        entry["output"].lower()
        for entry in entries
        if entry["check"] == "free" and len(entry["output"].split()) >= 6
    }
    whole = "\n".join(PAGES).lower()
    assert "### " not in whole
    assert [text for text in asked | answered if text in whole] == []
