"""Letters, notes and messages."""

import re
from pathlib import Path
from random import Random

import pytest

from llm_core.tales import facts, letters
from llm_core.tales.phrasing import loaded, said

MESSAGES = Path(__file__).parents[3] / "assets" / "messages.tsv"
PAGES = [letters.letters(Random(f"letter/{number}")) for number in range(2000)]


def words_of(text: str) -> list[str]:
    return re.sub(r"[^a-z' ]", " ", text.lower()).split()


def forbidden() -> set[str]:
    """The sentences of six words or more of the messages to finetune on, numbers left out."""
    lines = MESSAGES.read_text(encoding="utf-8").splitlines()[1:]
    found = set()
    for line in lines:
        for sentence in re.split(r"(?<=[.!?])\s+", line.split("\t")[1]):
            words = words_of(sentence)
            if len(words) >= 6:
                found.add(" ".join(words))
    return found


def copied(text: str, sentences: set[str], openings: set[tuple[str, ...]]) -> list[str]:
    """The forbidden sentences that stand in the text, wherever they begin."""
    found = []
    for line in text.splitlines():
        words = words_of(line)
        for start in range(len(words) - 5):
            if tuple(words[start : start + 4]) in openings:
                runs = (" ".join(words[start:end]) for end in range(start + 6, len(words) + 1))
                found += [run for run in runs if run in sentences]
    return found


def test_no_sentence_of_the_messages_to_finetune_on_is_ever_written() -> None:
    sentences = forbidden()
    assert len(sentences) > 1500
    openings = {tuple(sentence.split()[:4]) for sentence in sentences}
    texts = [*PAGES, *(facts.facts(Random(number)) for number in range(200))]
    pools = loaded("letters")["pools"]
    for source in ("tricks", "honest"):
        for kind in loaded(source).values():
            for template in kind["texts"]:
                texts += [said(template, Random(seed), {}, pools) for seed in range(6)]
    assert [copy for text in texts for copy in copied(text, sentences, openings)] == []


def test_the_same_random_numbers_give_the_same_page() -> None:
    assert PAGES[:50] == [letters.letters(Random(f"letter/{number}")) for number in range(50)]


def test_pages_are_plain_text_without_holes() -> None:
    for page in PAGES:
        assert page.isascii()
        assert not re.search(r"[{}\[\]|]|  |\.\.|^ | $", page, re.MULTILINE), page


def test_links_and_numbers_are_those_kept_free_for_fiction() -> None:
    whole = "\n".join(PAGES)
    hosts = re.findall(r"[a-z0-9-]+\.(?:example|com|net|org|co)\b", whole)
    assert hosts
    assert all(host.endswith(".example") for host in hosts)
    for number in re.findall(r"\b0\d{3,4} \d{4,7}\b|\b555-\d{4}\b", whole):
        assert re.match(r"07700 900|0909 8790|01632 960|555-01", number), number


@pytest.mark.parametrize("source", ["tricks", "honest"])
def test_there_are_four_hundred_templates_and_none_twice(source: str) -> None:
    texts = [text for kind in loaded(source).values() for text in kind["texts"]]
    assert len(texts) == len(set(texts)) >= 400


@pytest.mark.parametrize("source", ["tricks", "honest"])
def test_every_template_can_be_said(source: str) -> None:
    pools = loaded("letters")["pools"]
    for kind in loaded(source).values():
        for template in kind["texts"]:
            assert said(template, Random(template), {}, pools)


def test_tricks_and_honest_messages_share_their_loudest_words() -> None:
    samples = {
        make: [set(words_of(make(Random(number)))) for number in range(3000)]
        for make in (letters.trick, letters.honest)
    }
    for word in ("free", "urgent", "parcel", "win", "account", "prize", "code", "mum", "please"):
        for found in samples.values():
            assert any(word in words for words in found), word


def test_the_reader_is_called_she_or_he_but_never_both() -> None:
    for number in range(400):
        page = letters.judgements(Random(number))
        for part in page.split("\n\n"):
            told = re.sub(r'"[^"]*"', "", part)
            assert not re.search(r"\b[Ss]he\b.*\b[Hh]e\b|\b[Hh]e\b.*\b[Ss]he\b", told), part


def test_a_letter_is_not_written_to_its_sender() -> None:
    for number in range(400):
        greeting, *_, sender = letters.letter(Random(number)).splitlines()
        assert sender not in greeting
