"""Pairs of sentences that differ in one word, only one of which is right.

A model that has learnt the language gives the right one the higher probability.

In:     a random.Random
Out:    the kind of the pair, the right sentence, the wrong sentence
Next:   the evaluation of the pretrained model
"""

from collections.abc import Callable
from random import Random

from llm_core.tales.words import number_word, plural, with_article
from llm_core.tales.world import CHILDREN, GROWN_UPS, VILLAGE, read_data

WORDS = read_data("pairs")
PLACES = [p for p in VILLAGE.places.values() if "boat" not in p.tags]
Pair = tuple[str, str, str]


def minimal_pairs(rng: Random) -> Pair:
    """One pair of one kind.

    >>> kind, right, wrong = minimal_pairs(Random(1))
    >>> sum(a != b for a, b in zip(right.split(), wrong.split(), strict=True))
    1
    """
    return rng.choice(KINDS)(rng)


def agreement(rng: Random) -> Pair:
    """The subject stands right before its verb."""
    noun, state = _subject(rng)
    many = rng.random() < 0.5
    subject = plural(noun) if many else noun
    return _verb_pair(rng, "agreement", f"The {subject}", many, state)


def agreement_over_distractor(rng: Random) -> Pair:
    """A noun of the other number stands between subject and verb."""
    noun, state = _subject(rng)
    many = rng.random() < 0.5
    subject = plural(noun) if many else noun
    preposition, near = rng.choice(WORDS["near"])
    distractor = near if many else plural(near)
    front = f"The {subject} {preposition} the {distractor}"
    return _verb_pair(rng, "agreement over a distractor", front, many, state)


def _subject(rng: Random) -> tuple[str, str]:
    """A noun and something that can be said of it."""
    group = rng.choice(WORDS["subjects"])
    return rng.choice(group["nouns"]), rng.choice(group["states"])


def _verb_pair(rng: Random, kind: str, front: str, many: bool, state: str) -> Pair:
    singular, several = rng.choice((("was", "were"), ("was", "were"), ("is", "are")))
    right, wrong = (several, singular) if many else (singular, several)
    return kind, f"{front} {right} {state}.", f"{front} {wrong} {state}."


def pronoun_gender(rng: Random) -> Pair:
    """A name decides between "she" and "he", or "her" and "his"."""
    one = rng.choice((*CHILDREN, *GROWN_UPS))
    place = rng.choice(PLACES)
    frame, form = rng.choice(WORDS["pronouns"])
    words = {"subject": ("she", "he"), "possessive": ("her", "his"), "self": ("herself", "himself")}
    right, wrong = words[form] if one.female else reversed(words[form])
    texts = []
    for word in (right, wrong):
        text = frame.replace("NAME", one.name).replace("PLACE", place.at).replace("WHERE", place.to)
        spoken = word[0].upper() + word[1:] if ". PRO" in text else word
        texts.append(text.replace("PRO", spoken))
    return "pronoun gender", texts[0], texts[1]


def number_of_nouns(rng: Random) -> Pair:
    """A number or a pointing word decides between singular and plural."""
    noun = rng.choice(WORDS["counted"])
    child = rng.choice(CHILDREN).name
    if rng.random() < 0.6:
        number = rng.choice((1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
        forms = (noun, plural(noun)) if number == 1 else (plural(noun), noun)
        frame = (
            rng.choice(WORDS["counting"])
            .replace("N ", f"{number_word(number)} ")
            .replace("NAME", child)
        )
        right, wrong = (frame.replace("THINGS", form) for form in forms)
        return "singular and plural", right, wrong
    words = rng.choice((("This", "These", "is", "are"), ("That", "Those", "was", "were")))
    many = rng.random() < 0.5
    tail = f"{plural(noun) if many else noun} {words[2 + many]} {rng.choice(WORDS['qualities'])}."
    return "singular and plural", f"{words[many]} {tail}", f"{words[1 - many]} {tail}"


def article(rng: Random) -> Pair:
    """The sound that follows decides between "a" and "an"."""
    phrase = rng.choice(WORDS["vowels"] if rng.random() < 0.5 else WORDS["counted"])
    child = rng.choice(CHILDREN).name
    frame = rng.choice(WORDS["articles"]).replace("NAME", child)
    right = with_article(phrase)
    first, _, rest = right.partition(" ")
    wrong = f"{'an' if first == 'a' else 'a'} {rest}"
    return "a and an", frame.replace("A_THING", right), frame.replace("A_THING", wrong)


KINDS: tuple[Callable[[Random], Pair], ...] = (
    agreement,
    agreement_over_distractor,
    pronoun_gender,
    number_of_nouns,
    article,
)
