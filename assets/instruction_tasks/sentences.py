"""Tasks about one sentence: turn it round, complete it, take it apart, say it to somebody."""

from random import Random

from assets.instruction_tasks.family import Family
from assets.instruction_tasks.scenes import act, scene
from llm_core.tales import letterwork, sentences
from llm_core.tales.pairs import minimal_pairs
from llm_core.tales.phrasing import Values, one_of, shuffled, table
from llm_core.tales.words import capital
from llm_core.tales.world import CHILDREN


def right_word(draw: Random) -> Values:
    """A sentence with a gap, and two words of which one fits."""
    _, good, bad = minimal_pairs(draw)
    words = good.split()
    (place,) = (i for i, other in enumerate(bad.split()) if other != words[i])
    right, wrong = (text.split()[place].rstrip(".").lower() for text in (good, bad))
    gap = " ".join([*words[:place], "..." + "." * words[place].endswith("."), *words[place + 1 :]])
    first, second = shuffled([right, wrong], draw)
    return {"gap": gap.replace("....", "..."), "first": first, "second": second, "right": right}


UNSAID = {
    "farmer", "nurse", "teacher", "baker", "neighbour", "sailor", "doctor", "gardener", "painter",
}  # fmt: skip
"""Of whom a sentence does not say whether it is a woman or a man."""


def pronoun(draw: Random) -> Values:
    """A sentence, and the same with a pronoun that the reader can know."""
    while True:
        values = sentences.pronoun(draw)
        if values["who"].split()[-1] not in UNSAID:
            return values


def joined(draw: Random) -> Values:
    """Two short sentences and both in one."""
    values = scene(draw)
    first = f"{values['a']} {act(draw)[1]}"
    second = f"{values['b']} {act(draw)[1]}"
    word, comma = one_of((("and", ""), ("but", ","), ("while", "")), draw)
    return {"two": f"{first}. {second}.", "word": word, "one": f"{first}{comma} {word} {second}."}


def said_often(draw: Random) -> Values:
    """A word, and a number of times."""
    word = one_of(table("spelled"), draw)["word"]
    times, n = one_of((("twice", 2), ("three times", 3), ("four times", 4)), draw)
    return {"word": word, "times": times, "row": " ".join([word] * n)}


def small_name(draw: Random) -> Values:
    """A name or a word without its capital."""
    if draw.random() < 0.5:
        name = one_of(CHILDREN, draw).name
        return {"what": "name", "small": name.lower(), "large": name}
    word = one_of(table("spelled"), draw)["word"].lower()
    return {"what": "word", "small": word, "large": capital(word)}


def backwards(draw: Random) -> Values:
    """Three words, and the same from the end."""
    words = [row["word"] for row in draw.sample(table("spelled"), 3)]
    return {"given": f"The words are {' '.join(words)}.", "back": " ".join(reversed(words))}


def ordered(draw: Random) -> Values:
    """Two words, and which comes first in the alphabet."""
    while True:
        words = [row["word"].lower() for row in draw.sample(table("spelled"), 2)]
        if words[0][0] != words[1][0]:
            return {"mixed": ", ".join(words), "sorted": ", ".join(sorted(words))}


def ends(draw: Random) -> Values:
    """A sentence, its first and its last word."""
    if draw.random() < 0.5:
        return letterwork.counted(draw)
    values = scene(draw)
    done = act(draw)[1]
    text = one_of(
        (
            f"{values['a']} {done}.",
            f"Yesterday {values['a']} {done}.",
            f"Then {values['b']} {done}.",
        ),
        draw,
    )
    words = text.rstrip(".").split()
    return {"sentence": text, "first": words[0], "last": words[-1]}


FAMILIES = (
    Family("first word", 40, ends, [
        ("What is the first word of the sentence?", "{sentence}", "The first word is {first}."),
        ("Write down the first word.", "{sentence}", "The first word is {first}."),
    ]),
    Family("last word", 40, ends, [
        ("What is the last word of the sentence?", "{sentence}", "The last word is {last}."),
        ("Write down the last word.", "{sentence}", "The last word is {last}."),
    ]),
    Family("repeating", 60, said_often, [
        ("Say the word {word} {times}.", "", "I say {row}."),
        ("Repeat {word} {times}.", "", "I say {row}."),
    ]),
    Family("right word", 80, right_word, [
        ("Choose the right word: {first} or {second}.", "{gap}", "The right word is {right}."),
        ("Which word fits, {first} or {second}?", "{gap}", "The right word is {right}."),
    ]),
    Family("pronoun", 40, pronoun, [
        ("Put he, she, it, we or they in place of the subject.", "{sentence}", "{short}"),
        ("Use a pronoun for '{who}'.", "{sentence}", "{short}"),
    ]),
    Family("past of a sentence", 80, sentences.change, [
        ("Put the sentence into the past.", "{present}", "{past}"),
        ("Rewrite the sentence as if it happened yesterday.", "{present}", "{past}"),
        ("Change the sentence to the past tense.", "{present}", "{past}"),
    ]),
    Family("future", 40, sentences.change, [
        ("Put the sentence into the future.", "{present}", "{future}"),
        ("Rewrite the sentence as if it were about tomorrow.", "{present}", "{future}"),
    ]),
    Family("negation", 60, sentences.change, [
        ("Make the sentence negative.", "{present}", "{present_negative}"),
        ("Deny the sentence with 'not'.", "{past}", "{past_negative}"),
    ]),
    Family("question", 60, sentences.change, [
        ("Turn the sentence into a question.", "{present}", "{present_question}"),
        ("Rewrite the sentence as a question.", "{past}", "{past_question}"),
    ]),
    Family("plural of a sentence", 60, sentences.one_or_many, [
        ("Put the sentence into the plural.", "{one}", "{many}"),
        ("Rewrite the sentence about several of them.", "{one}", "{many}"),
    ]),
    Family("passive", 40, sentences.active, [
        ("Rewrite the sentence in the passive voice.", "{past}", "{passive}"),
        ("Put the sentence into the passive.", "{past}", "{passive}"),
    ]),
    Family("capital letter", 20, small_name, [
        ("Write the {what} {small} with a capital letter.", "", "With a capital it is {large}."),
        ("Begin the {what} {small} with a capital.", "", "With a capital it is {large}."),
    ]),
    Family("backwards", 40, backwards, [
        ("Write the words in reverse order.", "{given}", "In reverse they are {back}."),
        ("Begin with the last word, end with the first.", "{given}", "In reverse they are {back}."),
    ]),
    Family("alphabet", 20, ordered, [
        ("Put the words in alphabetical order: {mixed}.", "", "In order they are {sorted}."),
        ("Sort the words from A to Z: {mixed}.", "", "In order they are {sorted}."),
    ]),
    Family("joining", 40, joined, [
        ("Join the two sentences with '{word}'.", "{two}", "{one}"),
        ("Make one sentence of the two with the word '{word}'.", "{two}", "{one}"),
    ]),
    Family("courtesy", 80, scene, [
        ("Greet {a} in the [morning|early morning].", "", "Good morning, {a}!"),
        ("[Greet {a} in the evening|It is evening. Greet {a}].", "", "Good evening, {a}!"),
        ("Wish {a} a happy birthday.", "", "Happy birthday, {a}!"),
        ("Say good night to {a}.", "", "Good night, {a}!"),
        ("Say goodbye to {a}.", "", "Goodbye, {a}!"),
        ("Thank {a} for the {thing}.", "", "Thank you for the {thing}, {a}!"),
        ("Tell {a} you are sorry about the {thing}.", "", "I am sorry about the {thing}, {a}."),
        ("Ask {a} [politely|kindly] for the {thing}.", "", "May I have the {thing}, please, {a}?"),
    ]),
    Family("part of speech", 40, sentences.parts, [
        ("Find the verb in the sentence.", "{sentence}", "The verb is {verb}."),
        ("Find the adjective in the sentence.", "{sentence}", "The adjective is {adjective}."),
        ("Find the adverb in the sentence.", "{sentence}", "The adverb is {adverb}."),
    ]),
    Family("finding", 40, sentences.finding, [
        ("Find the {what} in the sentence.", "{sentence}", "Here is the {what}: {answer}."),
        ("Write down the {what} that is mentioned.", "{sentence}", "Here is the {what}: {answer}."),
    ]),
)  # fmt: skip
"""All of them."""
