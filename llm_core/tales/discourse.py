"""Who is "she" now? Decides whether to name, describe or replace somebody by a pronoun.

A pronoun is only used when its bearer was mentioned in this or the last sentence of the paragraph
and nobody else mentioned in the last two sentences could be meant. In direct speech the speaker is
"I" and the listener "you".

In:     people, animals, groups, things and places, in the order in which a story mentions them
Out:    the words that stand for them
Next:   telling, which fills the gaps of sentences with them
"""

from random import Random

from llm_core.tales.naming import introduction, noun_phrase, person_in_speech, thing_phrase
from llm_core.tales.words import listed
from llm_core.tales.world import Animal, Being, Entity, Group, Person, Place, Thing

SUBJECT = {"f": "she", "m": "he", "n": "it", "p": "they"}
OBJECT = {"f": "her", "m": "him", "n": "it", "p": "them"}
POSSESSIVE = {"f": "her", "m": "his", "n": "its", "p": "their"}
SELF = {"f": "herself", "m": "himself", "n": "itself", "p": "themselves"}
PRONOUNS = {"": SUBJECT, "o": OBJECT, "s": POSSESSIVE, "d": SUBJECT}
FORCED = {"he": SUBJECT, "him": OBJECT, "his": POSSESSIVE, "self": SELF}
CAPITAL = {"He": "he", "Who": ""}
"""Forms that begin a sentence after direct speech: the same with a capital."""
VERBS = {
    "was": ("was", "were"),
    "is": ("is", "are"),
    "has": ("has", "have"),
    "does": ("does", "do"),
    "this": ("this", "these"),
    "that": ("that", "those"),
    "one": ("one", "ones"),
    "es": ("s", ""),
    "here": ("Here it is", "Here they are"),
}
SPEAKER = {"": "I", "o": "me", "s": "my", "self": "myself", "he": "I", "him": "me", "his": "my"}
LISTENER = {"": "you", "o": "you", "s": "your", "self": "yourself"} | {
    "he": "you",
    "him": "you",
    "his": "your",
}
WE = {"": "we", "o": "us", "s": "our", "self": "ourselves", "he": "we", "him": "us", "his": "our"}


def gender(one: Entity) -> str:
    """f, m, n for one thing, p for several."""
    if isinstance(one, (Person, Animal)):
        return "f" if one.female else "m"
    if isinstance(one, Group):
        return "p"
    return "p" if isinstance(one, Thing) and one.plural else "n"


class Discourse:
    """What a reader has in mind at this point of a story."""

    def __init__(self, draw: Random, cast: list[Being], hero: Being) -> None:
        self.draw = draw
        self.cast = cast
        self.hero = hero
        self.sentence = 0
        self.paragraph = 0
        self.known: set[Entity] = set()
        self.speaker: Being | Group | None = None
        self.listener: Being | Group | None = None
        self._seen: dict[Entity, tuple[int, int]] = {}
        self._recent: dict[Entity, str] = {}

    def next_sentence(self) -> None:
        """A sentence ends; who has not been mentioned for two sentences fades."""
        self.sentence += 1
        old = self.sentence - 2
        self._recent = {one: g for one, g in self._recent.items() if self._seen[one][0] >= old}

    def next_paragraph(self) -> None:
        """A paragraph ends; everybody is named anew."""
        self.next_sentence()
        self.paragraph += 1

    def mention(self, one: Entity) -> None:
        """Somebody or something comes to mind."""
        self._seen[one] = (self.sentence, self.paragraph)
        if not isinstance(one, Place):
            self._recent[one] = gender(one)
        self.known.add(one)

    def here(self, one: Entity) -> bool:
        """Whether this sentence has mentioned it."""
        return self._seen.get(one, (-1, 0))[0] == self.sentence

    def near(self, one: Entity) -> bool:
        """Whether it was mentioned in the last two sentences and is alone in its gender."""
        kind = gender(one)
        if self._seen.get(one, (-9, -9))[0] < self.sentence - 2:
            return False
        return all(other is one or g != kind for other, g in self._recent.items())

    def lately(self, one: Entity) -> bool:
        """Whether it was mentioned in this paragraph or at the end of the last one."""
        return self._seen.get(one, (-9, -9))[0] >= self.sentence - 2

    def clear(self, one: Entity) -> bool:
        """Whether a pronoun could mean nobody else."""
        when, paragraph = self._seen.get(one, (-9, -9))
        if when < self.sentence - 1 or paragraph != self.paragraph:
            return False
        kind = gender(one)
        return all(other is one or g != kind for other, g in self._recent.items())

    def refer(self, one: "Entity | str", form: str) -> str:
        """The words for one gap, such as "she", "Tom's", "the red kite" or "was"."""
        if isinstance(one, str):
            return one
        if form in VERBS:
            return VERBS[form][self._many(one)]
        if isinstance(one, Place):
            self.known.add(one)
            return {"at": one.at, "to": one.to}.get(form, one.the)
        if self.speaker is not None and not isinstance(one, Thing):
            return self._spoken(one, form)
        if form in FORCED:
            return FORCED[form][gender(one)]
        if form in CAPITAL:
            words = self.refer(one, CAPITAL[form])
            return words[0].upper() + words[1:]
        words = self._thing(one, form) if isinstance(one, Thing) else self._being(one, form)
        self.mention(one)
        return words

    def _many(self, one: Entity) -> bool:
        if self.speaker is not None and (one is self.listener):
            return True
        if isinstance(one, Group):
            return True
        return isinstance(one, Thing) and one.plural

    def _being(self, one: Being | Group, form: str) -> str:
        if form == "name" and not isinstance(one, Group):
            return one.name
        if form == "intro" and not isinstance(one, Group) and self.sentence == 0:
            return introduction(one, self)
        if form != "n" and self.clear(one) and (self.here(one) or self.draw.random() < 0.72):
            return PRONOUNS.get(form, SUBJECT)[gender(one)]
        words = (
            one.name
            if form == "s" and isinstance(one, (Person, Animal)) and one not in self.known
            else self._named(one)
        )
        if form == "s":
            return words + "'" if words.endswith("s") and isinstance(one, Group) else words + "'s"
        return words

    def _named(self, one: Being | Group) -> str:
        if isinstance(one, Group):
            return self._group(one)
        if one not in self.known:
            return introduction(one, self)
        return noun_phrase(one, self)

    def _group(self, one: Group) -> str:
        together = all(member in self.known for member in one.members)
        if one in self.known and together and self.draw.random() < 0.35:
            children = all(isinstance(member, Person) and member.child for member in one.members)
            if len(one.members) == 2:
                return f"the two {one.noun}" if children else "the two of them"
            return "the children" if children else "all of them"
        words = listed([self._member(member) for member in one.members])
        for member in one.members:
            self.mention(member)
        return words

    def _member(self, one: Being) -> str:
        return (
            one.name if one in self.known and isinstance(one, Animal | Person) else self._named(one)
        )

    def _thing(self, one: Thing, form: str) -> str:
        if form in ("a", "an", "full", "my", "the", "look"):
            return thing_phrase(one, form, self)
        clear = self.clear(one) if self.speaker is None else self.near(one)
        often = 0.7 if self.speaker is None else 0.93
        if clear and form != "n" and (self.here(one) or self.draw.random() < often):
            return PRONOUNS.get(form, SUBJECT)[gender(one)]
        words = thing_phrase(one, form, self)
        return words + "'s" if form == "s" else words

    def _spoken(self, one: Being | Group, form: str) -> str:
        mine, yours = self.speaker, self.listener
        if one is mine:
            return SPEAKER.get(form, "I")
        if one is yours:
            return LISTENER.get(form, "you")
        if isinstance(one, Group):
            if mine in one.members:
                return WE.get(form, "we")
            words = listed([self._spoken(member, "") for member in one.members])
            return words + "'s" if form == "s" else words
        if form in FORCED:
            return FORCED[form][gender(one)]
        words = person_in_speech(one, mine, yours)
        self.mention(one)
        self._seen[one] = (self.sentence, -1)  # a name in speech is no ground for a pronoun outside
        return words + "'s" if form == "s" else words
