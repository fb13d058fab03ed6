"""What happens in one story: who is where, who holds what, and why, before a word is told.

Each method changes the state of the village and notes the event; one that contradicts the state
(giving what one does not hold) raises an error, so every story is true to its own world.

In:     a random.Random
Out:    events for telling, the state at the end, reasons for questions
Next:   doings and plots, which make things happen
"""

from dataclasses import dataclass
from random import Random

from llm_core.tales.casting import Casting, SceneError
from llm_core.tales.telling import Event
from llm_core.tales.world import (
    Being,
    Entity,
    Group,
    Place,
    Thing,
    read_data,
)

TITLES: dict[str, list[str]] = read_data("titles")


@dataclass(slots=True)
class Handing:
    """One change of hands."""

    thing: Thing
    giver: Being
    taker: Being


class Scene(Casting):
    """One story while it happens."""

    def __init__(self, draw: Random) -> None:
        super().__init__(draw)
        self.events: list[Event] = []
        self.place: dict[Being, Place] = {}
        self.holder: dict[Thing, Being] = {}
        self.lies: dict[Thing, tuple[str, Place]] = {}
        """Things nobody holds: the phrase for the spot, and the place."""
        self.handings: list[Handing] = []
        self.reasons: list[tuple[str, str]] = []
        """Questions with their answers, both whole sentences."""
        self.titles: list[str] = []

    # ---------------------------------------------------------------------------- telling

    def tell(self, key: str, **roles: "Entity | str") -> None:
        """Something happens."""
        self.events.append(Event(key, roles, self.day))

    def say(
        self,
        speaker: Being | Group,
        key: str,
        listener: Being | Group | None = None,
        mood: str = "",
        **roles: "Entity | str",
    ) -> None:
        """Somebody says something."""
        roles.setdefault("A", speaker)
        if listener is not None:
            roles.setdefault("B", listener)
        self.events.append(Event(key, roles, self.day, speaker, listener, mood))

    def paragraph(self) -> None:
        """A new paragraph begins."""
        self.events.append(Event(""))

    def titled(self, key: str, **words: str) -> None:
        """Notes the titles that fit; A is the hero's name, the other words are given."""
        self.titles += [text.format(A=self.hero.name, **words) for text in TITLES[key]]

    def why(self, question: str, answer: str) -> None:
        """Notes a question on the story with its answer."""
        self.reasons.append((question, answer))

    # ------------------------------------------------------------------------------ state

    def has(self, one: Being, thing: Thing) -> None:
        """Somebody holds something (silently)."""
        self.lies.pop(thing, None)
        self.holder[thing] = one

    def put(self, thing: Thing, spot: str, place: Place) -> None:
        """Something lies somewhere (silently)."""
        self.holder.pop(thing, None)
        self.lies[thing] = (spot, place)

    def at(self, one: Being | Group, place: Place) -> None:
        """Somebody is somewhere (silently)."""
        for member in one.members if isinstance(one, Group) else (one,):
            self.place[member] = place

    def hand(self, giver: Being, thing: Thing, taker: Being) -> None:
        """Something changes hands (silently).

        Raises:
            SceneError: the giver does not hold it.
        """
        if self.holder.get(thing) is not giver:
            raise SceneError(f"{giver.name} cannot give the {thing.noun} without holding it")
        self.holder[thing] = taker
        self.handings.append(Handing(thing, giver, taker))

    def give(self, giver: Being, thing: Thing, taker: Being, key: str = "gives") -> None:
        """Something changes hands, and it is told."""
        self.hand(giver, thing, taker)
        self.tell(key, A=giver, B=taker, x=thing)

    def go(self, who: Being | Group, place: Place, key: str = "goes", look: float = 0.5) -> None:
        """Somebody walks somewhere; sometimes the place is described."""
        first = who.members[0] if isinstance(who, Group) else who
        if self.place.get(first) is place:
            return
        self.tell(key, A=who, p=place)
        self.at(who, place)
        if self.maybe(look):
            self.tell(f"at {place.name}", p=place)

    def lose(self, one: Being, thing: Thing, spot: str, place: Place) -> None:
        """Something slips away to a spot nobody notices (silently)."""
        if self.holder.get(thing) is not one:
            raise SceneError(f"{one.name} cannot lose the {thing.noun} without holding it")
        self.put(thing, spot, place)

    def take(self, one: Being, thing: Thing) -> None:
        """Somebody picks up something that lies about (silently).

        Raises:
            SceneError: somebody else holds it.
        """
        if thing not in self.lies:
            raise SceneError(
                f"{one.name} cannot pick up the {thing.noun}, which does not lie about"
            )
        self.has(one, thing)
