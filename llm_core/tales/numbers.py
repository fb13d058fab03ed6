"""What a primer says about numbers, the calendar and the clock.

In:     random numbers
Out:    the words that a sentence about a number needs, by name
Next:   facts.py
"""

from collections.abc import Callable
from random import Random

from llm_core.tales.phrasing import Values, loaded, one_of, said
from llm_core.tales.words import listed, number_word

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]


def numeral(rng: Random) -> Values:
    """A number up to a hundred and its neighbours; the small ones more often."""
    top = 20 if rng.random() < 0.5 else 99
    n = 1 + int(rng.random() * top)
    return {"n": str(n), "before": str(n - 1), "after": str(n + 1)}


def sum_of_two(rng: Random) -> Values:
    """Two numbers and their sum, at most twenty as a rule."""
    top = 20 if rng.random() < 0.85 else 60
    c = 3 + int(rng.random() * (top - 2))
    a = 2 + int(rng.random() * (c - 2))
    return _reckoned(a, c - a, c)


def difference(rng: Random) -> Values:
    """A number, what is taken from it, and what is left."""
    top = 20 if rng.random() < 0.85 else 60
    a = 3 + int(rng.random() * (top - 2))
    b = 1 + int(rng.random() * (a - 2))
    return _reckoned(a, b, a - b)


def product(rng: Random) -> Values:
    """Two numbers up to ten and their product."""
    a, b = 2 + int(rng.random() * 9), 2 + int(rng.random() * 9)
    return _reckoned(a, b, a * b)


def _reckoned(a: int, b: int, c: int) -> Values:
    values = {"a": str(a), "b": str(b), "c": str(c), "are_c": "is" if c == 1 else "are"}
    return values | {
        "word_a": number_word(a),
        "word_b": number_word(b),
        "word_c": number_word(c),
    }


def double(rng: Random) -> Values:
    """A number and twice as much."""
    n = 2 + int(rng.random() * 19)
    return {"n": str(n), "twice": str(2 * n)}


def comparison(rng: Random) -> Values:
    """Two numbers, and a few more to be put in order."""
    low, high = sorted(rng.sample(range(2, 60), 2))
    mixed = rng.sample(range(1, 60), 3 + int(rng.random() * 3))
    in_order = sorted(mixed)
    return {
        "low": str(low),
        "high": str(high),
        "mixed": ", ".join(map(str, mixed)),
        "sorted": ", ".join(map(str, in_order)),
        "low3": str(in_order[0]),
        "high3": str(in_order[-1]),
    }


def parity(rng: Random) -> Values:
    """A number that is even or odd."""
    n = 2 + int(rng.random() * 48)
    kind, can = ("odd", "cannot") if n % 2 else ("even", "can")
    return {"n": str(n), "kind": kind, "can": can, "next": number_word(n + 2), "end": str(n % 10)}


def sequence(rng: Random) -> Values:
    """Numbers in even steps, up or down, and the one that comes next."""
    step = one_of((1, 2, 2, 3, 4, 5, 5, 10, 10), rng)
    first = one_of((step, 1 + int(rng.random() * 12)), rng)
    run = [first + step * place for place in range(5)]
    down = rng.random() < 0.3
    if down:
        run.reverse()
    return {
        "row": ", ".join(map(str, run[:4])),
        "next": str(run[4]),
        "step": str(step),
        "more": "less" if down else "more",
    }


def day(rng: Random) -> Values:
    """A day of the week and its neighbours."""
    n = int(rng.random() * 7)
    return {
        "day": DAYS[n],
        "next": DAYS[(n + 1) % 7],
        "before": DAYS[n - 1],
        "days": listed(DAYS),
    }


def month(rng: Random) -> Values:
    """A month and its neighbours."""
    n = int(rng.random() * 12)
    return {
        "month": MONTHS[n],
        "next": MONTHS[(n + 1) % 12],
        "before": MONTHS[n - 1],
        "nth": ORDINALS[n],
        "list": listed(MONTHS),
    }


def clock(rng: Random) -> Values:
    """A full hour and its neighbours."""
    n = 1 + int(rng.random() * 12)
    around = {"before": n - 1 or 12, "next": n % 12 + 1, "next2": (n + 1) % 12 + 1}
    return {"h": str(n)} | {name: str(hour) for name, hour in around.items()}


def number_story(rng: Random) -> Values:
    """A few things, what happens to them, and how many there are then."""
    kind, maker = one_of(
        (("sum", sum_of_two), ("difference", difference), ("product", product)), rng
    )
    themes = loaded("themes")
    values = maker(rng)
    while kind != "product" and "1" in (values["a"], values["b"], values["c"]):
        values = maker(rng)
    return {
        "story": said(one_of(themes["number_stories"][kind], rng), rng, values, themes["pools"])
    }


MAKERS: dict[str, Callable[[Random], Values]] = {
    "numeral": numeral,
    "sum": sum_of_two,
    "difference": difference,
    "product": product,
    "double": double,
    "comparison": comparison,
    "parity": parity,
    "sequence": sequence,
    "day": day,
    "month": month,
    "clock": clock,
    "number_story": number_story,
}
"""What a theme names as its source -> what makes one item of it."""
