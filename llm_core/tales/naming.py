"""Names and descriptions: "Tom, the farmer's son", "the little girl", "her red kite".

In:     somebody or something, and what the reader knows already
Out:    a noun phrase without its pronoun form
Next:   discourse, which asks for them
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_core.tales.words import with_article
from llm_core.tales.world import Animal, Being, Group, Person, Thing

if TYPE_CHECKING:
    from llm_core.tales.discourse import Discourse


def introduction(one: Being, talk: Discourse) -> str:
    """How somebody is named for the first time."""
    draw = talk.draw
    if isinstance(one, Animal):
        return _animal_introduction(one, talk)
    hero = talk.hero
    if isinstance(hero, Person) and one is hero.parent and one is not talk.cast[0]:
        return _parent(one, hero, talk, True)
    if one.child:
        parent = one.parent
        options = [one.name]
        if parent is not None and parent.trade and parent is not hero:
            options.append(
                f"{one.name}, the {parent.trade}'s {'daughter' if one.female else 'son'},"
            )
        if hero is not one and talk.clear(hero) and isinstance(hero, Person) and hero.child:
            options += [f"{'her' if hero.female else 'his'} friend {one.name}"] * 2
        return draw.choice(options)
    if one.trade in ("grandmother", "old lady", "old sailor"):
        return one.name
    return draw.choice(
        (
            f"{one.name} the {one.trade}",
            f"{one.name}, the {one.trade},",
            f"the {one.trade}, {one.name},",
        )
    )


def _parent(one: Person, hero: Person, talk: Discourse, first: bool) -> str:
    word = "mother" if one.female else "father"
    if talk.near(hero) or talk.here(hero):
        phrase = f"{'her' if hero.female else 'his'} {word}"
        return f"{phrase}, the {one.trade}," if first and talk.draw.random() < 0.5 else phrase
    if first:
        return f"{hero.name}'s {word}, the {one.trade},"
    return f"the {one.trade}" if talk.draw.random() < 0.7 else f"{hero.name}'s {word}"


def _animal_introduction(one: Animal, talk: Discourse) -> str:
    owner = one.owner
    if owner is None:
        return one.name
    options = [
        f"{one.name} the {one.noun}",
        f"{one.name}, {with_article(f'{one.look} {one.noun}')},",
    ]
    if talk.clear(owner):
        options += [f"{'her' if owner.female else 'his'} {one.noun} {one.name}"] * 3
    elif owner.trade and "old" not in owner.trade:
        options.append(f"the {owner.trade}'s {one.noun} {one.name}")
    elif owner in talk.known:
        options.append(f"{owner.name}'s {one.noun} {one.name}")
    return talk.draw.choice(options)


def noun_phrase(one: Being, talk: Discourse) -> str:
    """A name, or a description where only one of those present fits it."""
    draw = talk.draw
    chance = draw.random()
    if isinstance(one, Animal):
        if one.owner is None:
            return one.name
        alone = sum(isinstance(other, Animal) and other.noun == one.noun for other in talk.cast) < 2
        return f"the {one.noun}" if alone and talk.lately(one) and chance < 0.4 else one.name
    hero = talk.hero
    if isinstance(hero, Person) and one is hero.parent:
        return _parent(one, hero, talk, False)
    if not one.child:
        if one.trade in ("grandmother", "old sailor"):
            return one.name
        return f"the {one.trade}" if chance < 0.45 else one.name
    alone = sum(isinstance(c, Person) and c.noun == one.noun for c in talk.cast) < 2
    if alone and talk.lately(one) and chance < 0.1 and one.noun in ("girl", "boy"):
        return f"the {'little ' if one.age < 7 else ''}{one.noun}"
    return one.name


def person_in_speech(
    one: Being, speaker: Being | Group | None, listener: Being | Group | None
) -> str:
    """How a speaker calls a third person or animal."""
    if isinstance(one, Person) and not one.child:
        if isinstance(speaker, Person) and speaker.parent is one:
            return "Mother" if one.female else "Father"
        if isinstance(listener, Person) and listener.parent is one:
            return "your mother" if one.female else "your father"
    return one.name


def vocative(one: Being | Group, speaker: Being | Group) -> str:
    """How a speaker addresses somebody."""
    if isinstance(one, Group):
        return "children"
    if isinstance(one, Person) and isinstance(speaker, Person) and speaker.parent is one:
        return "Mother" if one.female else "Father"
    return one.name


def thing_phrase(one: Thing, form: str, talk: Discourse) -> str:
    """A thing with its article or owner, and its adjective where that helps."""
    first = one not in talk.known
    talk.known.add(one)
    kind = one.kind
    if form == "an":
        return f"some {one.noun}" if kind.plural else with_article(one.noun)
    if form == "a":
        if kind.a:
            return f"{kind.a} {one.look} {one.noun}"
        return (
            f"some {one.look} {one.noun}" if kind.plural else with_article(f"{one.look} {one.noun}")
        )
    chance = talk.draw.random()
    looks = (
        f"{one.look} "
        if form in ("full", "look")
        or ((first or chance < 0.05) and form != "my" and talk.speaker is None)
        else ""
    )
    return f"{_determiner(one, form, first, chance, talk)} {looks}{one.noun}"


def _determiner(one: Thing, form: str, first: bool, chance: float, talk: Discourse) -> str:
    owner = one.owner
    if owner is None or form in ("the", "look"):
        return "the"
    if talk.speaker is not None:
        if owner is talk.speaker:
            return "my"
        if owner is talk.listener:
            return "your"
        if form == "my" or first:
            return f"{owner.name}'s"
        return "the"
    if talk.clear(owner) and (first or form == "my" or chance < 0.6):
        return "her" if owner.female else "his"
    if (first or form == "my" or chance > 0.93) and not talk.here(owner):
        return _owner_name(owner, talk)
    return "the"


def _owner_name(owner: Person, talk: Discourse) -> str:
    hero = talk.hero
    if isinstance(hero, Person) and owner is hero.parent and talk.clear(hero):
        return f"{'her' if hero.female else 'his'} {'mother' if owner.female else 'father'}'s"
    return (
        f"the {owner.trade}'s"
        if owner.trade and "old" not in owner.trade and "grand" not in owner.trade
        else f"{owner.name}'s"
    )
