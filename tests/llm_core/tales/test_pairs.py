"""Minimal pairs differ in one word, and the right one is right."""

from random import Random

from llm_core.tales.pairs import KINDS, minimal_pairs
from llm_core.tales.words import with_article
from llm_core.tales.world import VILLAGE

PAIRS = [minimal_pairs(Random(number)) for number in range(600)]


def test_the_two_sentences_differ_in_exactly_one_word() -> None:
    for _, right, wrong in PAIRS:
        pairs = list(zip(right.split(), wrong.split(), strict=True))
        assert sum(one != other for one, other in pairs) == 1


def test_every_kind_comes_up_in_fair_number() -> None:
    kinds = [kind for kind, _, _ in PAIRS]
    assert len(set(kinds)) == len(KINDS)
    assert min(kinds.count(kind) for kind in set(kinds)) > 60


def test_the_right_pronoun_has_the_gender_of_the_name() -> None:
    for kind, right, _ in PAIRS:
        if kind == "pronoun gender":
            person = next(one for name, one in VILLAGE.people.items() if name in right)
            words = {word.strip(".,").lower() for word in right.split()}
            fitting = {"she", "her", "herself"} if person.female else {"he", "his", "himself"}
            assert words & fitting


def test_the_right_verb_agrees_with_the_first_noun() -> None:
    for kind, right, _ in PAIRS:
        if kind.startswith("agreement"):
            noun = right.split(" is ")[0].split(" are ")[0].split(" was ")[0].split(" were ")[0]
            head = noun.split()[1] if noun.split()[1] != "sheep" else noun.split()[2]
            many = head.endswith("s") or head in ("children", "men", "women", "fishermen")
            assert (" are " in right or " were " in right) == many, right


def test_the_right_article_fits_the_sound() -> None:
    for kind, right, wrong in PAIRS:
        if kind == "a and an":
            place = next(i for i, w in enumerate(right.split()) if w != wrong.split()[i])
            words = right.split()
            assert with_article(" ".join(words[place + 1 :])).split()[0] == words[place]


def test_who_counts_has_a_whole_name() -> None:
    counting = [right for kind, right, _ in PAIRS if kind == "singular and plural"]
    assert any(text.startswith(("Ned", "Nora")) for text in counting)
    for text in counting:
        assert text.split()[0] in {*VILLAGE.people, "There", "This", "These", "That", "Those"}
        assert " N " not in text
