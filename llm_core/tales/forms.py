"""Small words for a person or thing, where a plot itself writes a question or a title.

In:     people and things
Out:    she, her, him, it, an adjective with its article, a noun as in a title
Next:   plots
"""

from llm_core.tales.words import with_article
from llm_core.tales.world import Animal, Person, Thing


def she(one: Person | Animal) -> str:
    """Subject."""
    return "she" if one.female else "he"


def her(one: Person | Animal) -> str:
    """Possessive."""
    return "her" if one.female else "his"


def him(one: Person | Animal) -> str:
    """Object."""
    return "her" if one.female else "him"


def it(thing: Thing) -> str:
    """Object."""
    return "them" if thing.plural else "it"


def was(thing: Thing) -> str:
    """The verb that agrees."""
    return "were" if thing.plural else "was"


def a_thing(thing: Thing) -> str:
    """With article and adjective, as in "a red kite"."""
    if thing.kind.a:
        return f"{thing.kind.a} {thing.look} {thing.noun}"
    return (
        f"some {thing.look} {thing.noun}"
        if thing.plural
        else with_article(f"{thing.look} {thing.noun}")
    )


def capital(text: str) -> str:
    """With a capital at the beginning.

    >>> capital("under the Mill")
    'Under the Mill'
    """
    return text[0].upper() + text[1:]


def capital_a(thing: Thing) -> str:
    """As a_thing, at the beginning of a sentence."""
    return capital(a_thing(thing))


def title(noun: str) -> str:
    """As in a title.

    >>> title("pot of glue")
    'Pot of Glue'
    """
    return " ".join(w if w in ("of", "and", "the") else capital(w) for w in noun.split())
