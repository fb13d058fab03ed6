"""The bundled story and messages are what assets/README.md says they are."""

import math
import random
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from assets.checksums import README, listed_files, with_current_facts

ASSETS = Path(__file__).resolve().parents[1] / "assets"
Message = tuple[str, str]  # label, text


@pytest.fixture(scope="module")
def story() -> str:
    return (ASSETS / "story.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    lines = (ASSETS / "messages.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "Label\tText"
    return [(label, text) for label, text in (line.split("\t") for line in lines[1:])]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def test_sizes_and_checksums_in_the_readme_are_those_of_the_files():
    readme = README.read_text(encoding="utf-8")
    assert {"story.txt", "messages.tsv"} <= set(listed_files(readme))
    assert with_current_facts(readme) == readme


# ------------------------------------------------------------------ story


def test_the_story_has_the_length_of_a_pretraining_lesson(story):
    assert 19_500 <= len(story) <= 21_000
    assert 3_500 <= len(re.findall(r"\w+(?:'\w+)?", story)) <= 4_200


def test_the_story_is_plain_ascii_that_any_tokenizer_accepts(story):
    assert story.isascii()
    assert not set(story) & set("\t\r*_<>#")


def test_a_paragraph_is_one_line_and_an_empty_line_parts_two(story):
    assert story.endswith(".\n")
    assert not story.endswith("\n\n")
    paragraphs = story.rstrip("\n").split("\n\n")
    assert len(paragraphs) > 80
    for paragraph in paragraphs:
        assert "\n" not in paragraph
        assert "  " not in paragraph
        assert paragraph == paragraph.strip()
        assert 0 < len(paragraph) <= 1_000


def test_quotation_marks_of_each_paragraph_come_in_pairs(story):
    for paragraph in story.split("\n\n"):
        assert paragraph.count('"') % 2 == 0, paragraph


@pytest.mark.parametrize("mark", ["--", "?", "!", ";", ":", "'", '"', "(", ")", "."])
def test_the_story_uses_every_mark_the_tokenizers_split_on(story, mark):
    assert mark in story


@pytest.mark.parametrize(
    ("phrase", "times"),
    [
        ("Mr. Wren", 25),
        ("Edith", 25),
        ("Nothing to report", 5),
        ("hundred and twelve", 4),
        ("Lamp lit", 5),
        ("Lamp not lit", 3),
        ("four minutes", 3),
        ("from the quay to the chapel", 3),
    ],
)
def test_names_and_phrases_return_often_enough_to_be_learned(story, phrase, times):
    assert story.count(phrase) >= times


def test_most_words_of_the_last_tenth_are_known_from_the_rest(story):
    """So that a validation loss measured there can fall."""
    cut = len(story) * 9 // 10
    known, ending = set(words(story[:cut])), words(story[cut:])
    assert sum(word in known for word in ending) / len(ending) > 0.85


# ---------------------------------------------------------------- messages


def test_the_two_labels_are_exactly_balanced(messages):
    assert Counter(label for label, _ in messages) == {"ham": 3_150, "spam": 3_150}


def test_labels_are_shuffled(messages):
    changes = sum(a[0] != b[0] for a, b in pairwise(messages))
    assert 3_000 < changes < 3_300


def test_every_message_fits_in_one_text_message_and_needs_no_quoting(messages):
    for _, text in messages:
        assert 10 <= len(text) <= 160, text
        assert text == " ".join(text.split()), text
        assert '"' not in text, text


def test_no_two_messages_share_half_of_their_words(messages):
    """Hence no held-out message has a near copy among the training messages.

    Two sets that share half of all their words share one of the rarer half of each.
    """
    sets = [set(words(text)) for _, text in messages]
    frequency = Counter(word for some in sets for word in some)
    with_word: dict[str, list[int]] = {}
    for number, some in enumerate(sets):
        rarest_first = sorted(some, key=lambda word: (frequency[word], word))
        rarer_half = rarest_first[: len(some) // 2 + 1]
        for other in {other for word in rarer_half for other in with_word.get(word, ())}:
            shared = len(some & sets[other])
            assert 2 * shared < len(some | sets[other]), (messages[number], messages[other])
        for word in rarer_half:
            with_word.setdefault(word, []).append(number)


def test_numbers_and_links_belong_to_nobody(messages):
    fictional = re.compile(
        r"555-01\d\d|07700 900\d{3}|01632 960\d{3}|020 7946 0\d{3}|0808 157 0\d{3}|0909 8790\d{3}"
    )
    number = re.compile(r"\b0\d{2,4} ?\d[\d ]{4,}\d\b|\b\d{3}-\d{4}\b")
    link = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{2,7})\b(?=/|\s|$|[.,])")
    for _, text in messages:
        for found in number.findall(text):
            assert fictional.fullmatch(found), text
        for found in link.findall(text):
            assert found.endswith(".example"), text


def test_no_single_word_decides_the_task(messages):
    count = {label: Counter() for label in ("ham", "spam")}
    for label, text in messages:
        count[label].update(set(words(text)))
    for word in count["ham"] | count["spam"]:
        right = len(messages) / 2 + abs(count["ham"][word] - count["spam"][word])
        assert right / len(messages) < 0.70, word


@pytest.mark.parametrize(
    "word", ["free", "win", "won", "prize", "call", "urgent", "offer", "parcel", "bank", "mum"]
)
def test_words_that_smell_of_spam_are_also_written_by_friends(messages, word):
    labels = Counter(label for label, text in messages if word in words(text))
    assert labels["ham"] >= 3, labels
    assert labels["spam"] >= 3, labels


def naive_bayes_accuracy(train: list[Message], held_out: list[Message]) -> float:
    """Share of held-out messages whose label the word counts of the others give right."""
    count = {label: Counter() for label in ("ham", "spam")}
    for label, text in train:
        count[label].update(words(text))
    vocabulary = len(count["ham"] | count["spam"])
    total = {label: counts.total() + vocabulary for label, counts in count.items()}

    def log_likelihood(label: str, text: str) -> float:
        return sum(math.log((count[label][word] + 1) / total[label]) for word in words(text))

    guesses = (max(count, key=lambda label: log_likelihood(label, text)) for _, text in held_out)
    return sum(g == label for g, (label, _) in zip(guesses, held_out, strict=True)) / len(held_out)


def test_counting_words_solves_most_of_the_task_but_not_all(messages):
    """A learner's model has something to find, and something left to beat."""
    shuffled = random.Random(123).sample(messages, len(messages))
    fifths = [shuffled[start::5] for start in range(5)]
    accuracies = [
        naive_bayes_accuracy([m for other in fifths if other is not fifth for m in other], fifth)
        for fifth in fifths
    ]
    assert 0.85 < sum(accuracies) / 5 < 0.94, accuracies
