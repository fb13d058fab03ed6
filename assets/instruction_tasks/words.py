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
    return {**row, "words": row["word"], "accept": row["word"]}


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
    y = names[(place + step) % len(names)]
    return {"unit": unit, "x": names[place], "way": way, "y": y, "accept": y}


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
        y = answers(task)[x][0]
        return {"words": x, "x": x, "y": y, "accept": y}

    return make


FAMILIES = (
    Family("opposite", 80, asked("opposite", both=True), [
        ("What is the opposite of {x}?", "", "The opposite of {x} is {y}."),
        ("Give the opposite of {x}.", "", "The opposite of {x} is {y}."),
        ("Name a word that means the opposite of {x}.", "", "The opposite of {x} is {y}."),
        ("Write an antonym for {x}.", "", "The opposite of {x} is {y}."),
    ], "contains"),
    Family("plural", 60, asked("plural"), [
        ("What is the plural of {x}?", "", "The plural of {x} is {y}."),
        ("Write {x} in the plural.", "", "The plural of {x} is {y}."),
        ("Give the plural form of {x}.", "", "The plural of {x} is {y}."),
    ], "contains"),
    Family("past tense", 60, asked("past"), [
        ("What is the past tense of {x}?", "", "The past tense of {x} is {y}."),
        ("Write {x} in the past tense.", "", "The past tense of {x} is {y}."),
        ("Give the simple past of {x}.", "", "The past tense of {x} is {y}."),
    ], "contains"),
    Family("comparative", 20, asked("comparative"), [
        ("What is the comparative of {x}?", "", "The comparative of {x} is {y}."),
        ("Give the comparative form of {x}.", "", "The comparative of {x} is {y}."),
    ], "contains"),
    Family("category", 80, asked("kind"), [
        ("What kind of thing does the word {x} name?", "", "The word {x} names {a y}."),
        ("To which category does {x} belong?", "", "The word {x} names {a y}."),
        ("Name the category of {x}.", "", "The word {x} names {a y}."),
        ("Sort {x} into a category.", "", "The word {x} names {a y}."),
    ], "contains"),
    Family("synonym", 20, asked("synonym", both=True), [
        ("Give a synonym for {x}.", "", "Another word for {x} is {y}."),
        ("Which word means almost the same as {x}?", "", "Another word for {x} is {y}."),
        ("Replace {x} with a similar word.", "", "Another word for {x} is {y}."),
    ], "contains"),
    Family("colour of things", 20, asked("colour"), [
        ("What colour does {x} have?", "", "The colour of {x} is {y}."),
        ("Name the colour of {x}.", "", "The colour of {x} is {y}."),
    ], "contains"),
    Family("sound", 20, asked("sound"), [
        ("What sound does {a x} make?", "", "{A x} {y}."),
        ("How does this animal speak?", "{x}", "{A x} {y}."),
    ], "contains"),
    Family("young animal", 20, asked("young"), [
        ("What is the young of {a x} called?", "", "The young of {a x} is {a y}."),
        ("Say what the young of {a x} is called.", "", "The young of {a x} is {a y}."),
    ], "contains"),
    Family("capital", 20, asked("capital"), [
        ("What is the capital of {x}?", "", "The capital of {x} is {y}."),
        ("Name the capital city.", "{x}", "The capital of {x} is {y}."),
    ], "contains"),
    Family("trade", 20, asked("trade"), [
        ("What do you call somebody who {x}?", "", "That is {a y}."),
        ("Name the trade of somebody who {x}.", "", "That is {a y}."),
    ], "contains"),
    Family("tool", 20, asked("tool"), [
        ("What does one need to {x}?", "", "You need {y} to {x}."),
        ("Name something that helps to {x}.", "", "You need {y} to {x}."),
    ], "contains"),
    Family("material", 20, asked("material"), [
        ("Tell me what {x} is made of.", "", "It is made of {y}."),
        ("Say what {x} is made of.", "", "It is made of {y}."),
    ], "contains"),
    Family("article", 40, asked("article"), [
        ("Put 'a' or 'an' before {x}.", "", "It is {y}."),
        ("Write {x} with the right article.", "", "It is {y}."),
    ], "contains"),
    Family("spelling", 20, asked("spelling"), [
        ("Correct the spelling of {x}.", "", "The right spelling is {y}."),
        ("Write {x} without the mistake.", "", "The right spelling is {y}."),
    ], "contains"),
    Family("number word", 40, small_number("number word"), [
        ("Write the number {x} in words.", "", "The number {x} is {y}."),
        ("Write {x} as a word.", "", "The number {x} is {y}."),
    ], "contains"),
    Family("figures", 20, small_number("digits"), [
        ("Write the number {x} in figures.", "", "In figures it is {y}."),
        ("Turn {x} into figures.", "", "In figures it is {y}."),
    ], "number"),
    Family("sum", 20, reckoning(numbers.sum_of_two), [
        ("What is {a} + {b}?", "", "{a} + {b} = {c}"),
        ("Add {a} and {b}.", "", "{a} + {b} = {c}"),
        ("Work out {a} + {b}.", "", "{a} + {b} = {c}"),
    ], "number"),
    Family("difference", 20, reckoning(numbers.difference), [
        ("What is {a} - {b}?", "", "{a} - {b} = {c}"),
        ("Subtract {b} from {a}.", "", "{a} - {b} = {c}"),
    ], "number"),
    Family("next day or month", 40, neighbour, [
        ("Which {unit} comes [right |]{way} {x}?", "", "The {unit} {way} {x} is {y}."),
        ("Name the {unit} {way} {x}.", "", "The {unit} {way} {x} is {y}."),
    ], "contains"),
    Family("next number", 20, asked("next number"), [
        ("Which number comes right after {x}?", "", "The number after {x} is {y}."),
        ("Add one to {x}.", "", "The number after {x} is {y}."),
    ], "number"),
    Family("larger number", 20, larger, [
        ("Which number is larger, {first} or {second}?", "", "The larger number is {high}."),
        ("Choose the larger number: {first} or {second}.", "", "The larger number is {high}."),
    ], "number"),
    Family("first letter", 40, asked("first letter"), [
        ("What is the first letter of {x}?", "", "The first letter of {x} is {y}."),
        ("Write the letter that {x} begins with.", "", "The first letter of {x} is {y}."),
    ]),
    Family("last letter", 20, asked("last letter"), [
        ("What is the last letter of {x}?", "", "The last letter of {x} is {y}."),
        ("Write the letter that {x} ends with.", "", "The last letter of {x} is {y}."),
    ]),
    Family("number of letters", 20, asked("length"), [
        ("How many letters does {x} have?", "", "The word {x} has {y} letters."),
        ("Count the letters of {x}.", "", "The word {x} has {y} letters."),
    ], "number"),
    Family("spelling aloud", 20, asked("letters"), [
        ("Spell {x} letter by letter.", "", "The word {x} is spelt {y}."),
        ("Spell {x} with hyphens.", "", "The word {x} is spelt {y}."),
    ]),
    Family("rhyme", 40, rhyme, [
        ("What rhymes with {x}, {first} or {second}?", "", "The word {x} rhymes with {y}."),
        ("Choose a rhyme for {x}: {first} or {second}.", "", "The word {x} rhymes with {y}."),
    ]),
    Family("odd one out", 20, odd_one, [
        ("Find the odd one out: {mixed}.", "", "The odd one out is {x}."),
        ("Which of these does not belong with the others: {mixed}?", "", "The odd one out is {x}."),
    ]),
    Family("one of three", 40, choice, [
        ("Which of these is {a kind}: {mixed}?", "", "It is the {x}."),
        ("Choose the word for {a kind}: {mixed}.", "", "It is the {x}."),
        ("Pick {a kind} out of these: {mixed}.", "", "It is the {x}."),
    ]),
    Family("simile", 20, asked("simile"), [
        ("Complete the comparison: as {x} as ...", "", "It is as {x} as {y}."),
        ("What do we compare with when something is {x}?", "", "It is as {x} as {y}."),
    ], "contains"),
    Family("mood", 40, asked("mood"), [
        ("Say whether this is positive or negative.", "{x}", "It is {y}."),
        ("Is the mood of the sentence positive or negative?", "{x}", "It is {y}."),
    ]),
    Family("truth", 20, truth, [
        ("Is this sentence true or false?", "{text}", "That is {answer}."),
        ("Say 'true' or 'false'.", "{text}", "That is {answer}."),
    ]),
    Family("meaning", 20, meaning, [
        ("Find the word that has this meaning: {meaning}.", "", "The word is {word}."),
        ("Which word has the meaning '{meaning}'?", "", "The word is {word}."),
    ], "contains"),
)  # fmt: skip
"""All of them; a list of the primer has the held-out words of its own lists, too."""
