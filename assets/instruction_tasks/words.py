"""Tasks about words and plain facts: what the primer says, asked in other words."""

from collections.abc import Callable
from functools import cache
from random import Random

from assets.instruction_tasks.family import Family
from llm_core.tales import letterwork, numbers
from llm_core.tales.lessons import tasks
from llm_core.tales.phrasing import Values, one_of, shuffled, table

Maker = Callable[[Random], Values]


@cache
def answers(task: str) -> dict[str, list[str]]:
    """All right answers to each word of a list of the primer."""
    found: dict[str, list[str]] = {}
    for word, answer in (*tasks()[task].trained, *tasks()[task].held_out):
        if answer not in found.setdefault(word, []):
            found[word].append(answer)
    return found


def asked(task: str, *, both: bool = False) -> Maker:
    """A word of a list of the primer; both=True: nor is the answer asked for elsewhere."""

    def make(draw: Random) -> Values:
        x = one_of(list(answers(task)), draw)
        right = shuffled(answers(task)[x], draw) if both else answers(task)[x]
        words = "; ".join((x, *right)) if both else x
        return {"words": words, "x": x, "y": right[0], "accept": " | ".join(right)}

    return make


def out_of(name: str, *, by: str, answer: str) -> Maker:
    """A row of a table of the primer."""

    def make(draw: Random) -> Values:
        row = one_of(table(name), draw)
        right = list(dict.fromkeys(one[answer] for one in table(name) if one[by] == row[by]))
        right.sort(key=lambda one: one != row[answer])
        return {**row, "words": row[by], "accept": " | ".join(right)}

    return make


def meaning(draw: Random) -> Values:
    """A word and what it means."""
    row = one_of([*table("meanings_things"), *table("meanings_matter")], draw)
    return {**row, "words": row["word"]}


def choice(draw: Random) -> Values:
    """One of a kind among two things of other kinds."""
    groups = [row for row in table("groups") if row["kind"] == "a"]
    while True:
        here, *others = draw.sample(groups, 3)
        x, *wrong = (one_of(row["members"].split(", "), draw) for row in (here, *others))
        if not any(here["name"] in answers("kind")[one] for one in wrong):
            break
    mixed = shuffled([x, *wrong], draw)
    return {
        "words": "; ".join(mixed),
        "x": x,
        "kind": here["name"],
        "mixed": ", ".join(mixed[:2]) + " or " + mixed[2],
    }


def odd_one(draw: Random) -> Values:
    """Two of a kind, and one of another."""
    here, there = draw.sample(table("groups"), 2)
    one, two = draw.sample(here["members"].split(", "), 2)
    other = one_of(there["members"].split(", "), draw)
    while here["name"] in answers("kind")[other]:
        here, there = draw.sample(table("groups"), 2)
        one, two = draw.sample(here["members"].split(", "), 2)
        other = one_of(there["members"].split(", "), draw)
    mixed = shuffled([one, two, other], draw)
    return {"words": "; ".join(mixed), "x": other, "mixed": ", ".join(mixed)}


def rhyme(draw: Random) -> Values:
    """A word, one that rhymes with it and one that does not."""
    row = letterwork.rhyme(draw)
    first, second = shuffled([row["one2"], row["other"]], draw)
    return {"x": row["one1"], "y": row["one2"], "first": first, "second": second}


def truth(draw: Random) -> Values:
    """A sentence that is true or false."""
    row = one_of(table("truths"), draw)
    answer = one_of(("true", "false"), draw)
    text = row["right" if answer == "true" else "wrong"]
    return {"words": row["right"], "text": f"{text}.", "answer": answer}


def neighbour(draw: Random) -> Values:
    """A day or month next to another one."""
    unit, names = one_of((("day", numbers.DAYS), ("month", numbers.MONTHS)), draw)
    place = int(draw.random() * len(names))
    way, step = one_of((("after", 1), ("before", -1)), draw)
    return {"unit": unit, "x": names[place], "way": way, "y": names[(place + step) % len(names)]}


def reckoning(make: Maker) -> Maker:
    """Two numbers; the same two are asked for once, whichever comes first."""

    def made(draw: Random) -> Values:
        row = make(draw)
        while int(row["a"]) > 20:
            row = make(draw)
        return {**row, "words": "+".join(sorted((row["a"], row["b"])))}

    return made


def larger(draw: Random) -> Values:
    """Two numbers."""
    row = numbers.comparison(draw)
    first, second = shuffled([row["low"], row["high"]], draw)
    return {**row, "first": first, "second": second}


def small_number(task: str) -> Maker:
    """A number up to a hundred, those up to twenty more often."""

    def make(draw: Random) -> Values:
        options = list(answers(task))
        x = one_of(options[:21] if draw.random() < 0.5 else options, draw)
        return {"words": x, "x": x, "y": answers(task)[x][0]}

    return make


FAMILIES = (
    Family("opposite", 120, asked("opposite", both=True), [
        ("What is the opposite of '{x}'?", "", "{y}"),
        ("Give the opposite of the word.", "{x}", "{y}"),
        ("Name a word that means the opposite of '{x}'.", "", "{y}"),
        ("Write an antonym for the word.", "{x}", "{y}"),
    ]),
    Family("plural", 100, asked("plural"), [
        ("What is the plural of '{x}'?", "", "{y}"),
        ("Write the word in the plural.", "{x}", "{y}"),
        ("Give the plural form of '{x}'.", "", "{y}"),
        ("Turn one into many.", "{x}", "{y}"),
    ]),
    Family("past tense", 100, asked("past"), [
        ("What is the past tense of '{x}'?", "", "{y}"),
        ("Write the verb in the past tense.", "{x}", "{y}"),
        ("Give the simple past of '{x}'.", "", "{y}"),
    ]),
    Family("comparative", 40, asked("comparative"), [
        ("What is the comparative of '{x}'?", "", "{y}"),
        ("Write the word as it is used to compare two things.", "{x}", "{y}"),
        ("Give the comparative form.", "{x}", "{y}"),
    ]),
    Family("category", 120, asked("kind"), [
        ("What kind of thing is this?", "{x}", "{y}"),
        ("To which category does '{x}' belong?", "", "{y}"),
        ("Name the category of the word.", "{x}", "{y}"),
        ("Sort '{x}' into a category.", "", "{y}"),
    ]),
    Family("synonym", 40, asked("synonym", both=True), [
        ("Give a synonym for '{x}'.", "", "{y}"),
        ("Which word means almost the same?", "{x}", "{y}"),
        ("Replace the word with a similar one.", "{x}", "{y}"),
    ]),
    Family("colour of things", 40, asked("colour"), [
        ("What colour does {x} have?", "", "{y}"),
        ("Name the colour of this.", "{x}", "{y}"),
    ]),
    Family("sound", 20, asked("sound"), [
        ("What sound does {a x} make?", "", "{A x} {y}."),
        ("How does this animal speak?", "{x}", "{A x} {y}."),
    ], "contains"),
    Family("young animal", 20, asked("young"), [
        ("What is the young of {a x} called?", "", "{a y}"),
        ("Name the young of this animal.", "{x}", "{a y}"),
    ], "contains"),
    Family("capital", 40, asked("capital"), [
        ("What is the capital of {x}?", "", "The capital of {x} is {y}."),
        ("Name the capital city.", "{x}", "The capital of {x} is {y}."),
    ], "contains"),
    Family("trade", 40, asked("trade"), [
        ("What do you call somebody who {x}?", "", "{a y}"),
        ("Name the trade of somebody who {x}.", "", "{a y}"),
    ], "contains"),
    Family("tool", 40, asked("tool"), [
        ("What does one need to {x}?", "", "{y}"),
        ("Name something that helps to {x}.", "", "{y}"),
    ]),
    Family("material", 20, asked("material"), [
        ("Tell me what {x} is made of.", "", "{y}"),
        ("Name the material.", "{x}", "{y}"),
    ]),
    Family("article", 40, asked("article"), [
        ("Put 'a' or 'an' before the noun.", "{x}", "{y}"),
        ("Write '{x}' with the right article, 'a' or 'an'.", "", "{y}"),
    ]),
    Family("spelling", 20, asked("spelling"), [
        ("Correct the spelling.", "{x}", "{y}"),
        ("Write the word without the mistake.", "{x}", "{y}"),
    ]),
    Family("number word", 40, small_number("number word"), [
        ("Write the number {x} in words.", "", "{y}"),
        ("Write this number as a word.", "{x}", "{y}"),
    ]),
    Family("figures", 20, small_number("digits"), [
        ("Write the number '{x}' in figures.", "", "{y}"),
        ("Turn the number word into figures.", "{x}", "{y}"),
    ], "number"),
    Family("sum", 40, reckoning(numbers.sum_of_two), [
        ("What is {a} + {b}?", "", "{c}"),
        ("Add {a} and {b}.", "", "{c}"),
        ("Work out the sum.", "{a} + {b}", "{c}"),
    ], "number"),
    Family("difference", 20, reckoning(numbers.difference), [
        ("What is {a} - {b}?", "", "{c}"),
        ("Subtract {b} from {a}.", "", "{c}"),
    ], "number"),
    Family("next day or month", 40, neighbour, [
        ("Which {unit} comes [right |]{way} {x}?", "", "{y}"),
        ("Name the {unit} {way} {x}.", "", "{y}"),
    ]),
    Family("next number", 20, asked("next number"), [
        ("Which number comes right after {x}?", "", "{y}"),
        ("Add one to the number.", "{x}", "{y}"),
    ], "number"),
    Family("larger number", 20, larger, [
        ("Which number is larger, {first} or {second}?", "", "{high}"),
        ("Choose the larger number.", "{first}, {second}", "{high}"),
    ], "number"),
    Family("first letter", 40, asked("first letter"), [
        ("What is the first letter of '{x}'?", "", "{y}"),
        ("Write the letter that the word begins with.", "{x}", "{y}"),
    ]),
    Family("last letter", 40, asked("last letter"), [
        ("What is the last letter of '{x}'?", "", "{y}"),
        ("Write the letter that the word ends with.", "{x}", "{y}"),
    ]),
    Family("number of letters", 20, asked("length"), [
        ("How many letters does '{x}' have?", "", "{y}"),
        ("Count the letters of the word.", "{x}", "{y}"),
    ], "number"),
    Family("spelling aloud", 20, asked("letters"), [
        ("Spell the word letter by letter.", "{x}", "{y}"),
        ("Spell '{x}' with hyphens.", "", "{y}"),
    ]),
    Family("rhyme", 40, rhyme, [
        ("Which word rhymes with '{x}', '{first}' or '{second}'?", "", "{y}"),
        ("Choose the word that rhymes with '{x}'.", "{first}, {second}", "{y}"),
    ]),
    Family("odd one out", 20, odd_one, [
        ("Find the odd one out.", "{mixed}", "{x}"),
        ("Which of these does not belong with the others?", "{mixed}", "{x}"),
    ]),
    Family("one of three", 40, choice, [
        ("Which of these is {a kind}: {mixed}?", "", "{x}"),
        ("Choose the word for {a kind}.", "{mixed}", "{x}"),
        ("Pick {a kind} out of these.", "{mixed}", "{x}"),
    ]),
    Family("simile", 40, asked("simile"), [
        ("Complete the comparison.", "as {x} as", "{y}"),
        ("Complete: 'as {x} as ...'.", "", "{y}"),
    ]),
    Family("mood", 40, asked("mood"), [
        ("Say whether this is positive or negative.", "{x}", "{y}"),
        ("Is the mood of the sentence positive or negative?", "{x}", "{y}"),
    ]),
    Family("truth", 40, truth, [
        ("Is this sentence true or false?", "{text}", "{answer}"),
        ("Say 'true' or 'false'.", "{text}", "{answer}"),
    ]),
    Family("meaning", 60, meaning, [
        ("Find the word that has this meaning.", "{meaning}", "{word}"),
        ("Which word has the meaning '{meaning}'?", "", "{word}"),
    ]),
)  # fmt: skip
"""All of them; a list of the primer has the held-out words of its own lists, too."""
