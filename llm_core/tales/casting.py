"""Who and what takes part in a story: day, people, animals, things and places, drawn by chance.

In:     a random.Random
Out:    Casting, which never draws the same person or noun twice
Next:   scene, in which they act
"""

from random import Random

from llm_core.tales.world import (
    CHILDREN,
    FABLE,
    GROWN_UPS,
    TRADES,
    VILLAGE,
    Animal,
    Being,
    Person,
    Place,
    Thing,
    ThingKind,
)

WEATHER = {
    "spring": ("sunny", "windy", "rain", "cloudy", "sunny"),
    "summer": ("sunny", "sunny", "hot", "rain", "windy"),
    "autumn": ("windy", "cloudy", "fog", "rain", "sunny"),
    "winter": ("snow", "frost", "cloudy", "snow", "windy"),
}
SEASONS = tuple(WEATHER)
UNFIT: dict[str, set[str]] = {
    "spring": {"winter", "winterwear"},
    "summer": {"winter", "winterwear"},
    "autumn": {"winter"},
    "winter": set(),
}
"""Tags of things that nobody has with them in a season."""
TIMES = ("morning", "morning", "afternoon", "afternoon")


class SceneError(RuntimeError):
    """A plot wanted something that the state of its world does not allow."""


class Casting:
    """The day of a story, and everybody in it so far."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self.season = draw.choice(SEASONS)
        self.weather = draw.choice(WEATHER[self.season])
        self.time = draw.choice(TIMES)
        self.cast: list[Being] = []
        self._nouns: set[str] = set()

    @property
    def day(self) -> str:
        """Season, weather and time of day in one string."""
        return f"{self.season} {self.weather} {self.time}"

    @property
    def hero(self) -> Being:
        """Whom the story is about."""
        return self.cast[0]

    def child(self, female: bool | None = None) -> Person:
        """A child who is not yet in the story."""
        while True:
            one = self.draw.choice(CHILDREN)
            if one not in self.cast and female in (None, one.female):
                self.cast.append(one)
                return one

    def friend(self, unlike: Person) -> Person:
        """Another child from another home, mostly of the other gender."""
        for _ in range(30):
            one = self.draw.choice(CHILDREN)
            if one in self.cast or one.home == unlike.home:
                continue
            if one.female != unlike.female or self.draw.random() < 0.25:
                self.cast.append(one)
                return one
        return self.child()

    def join(self, trade: str) -> Person:
        """The grown-up with a trade enters the story."""
        return self.join_person(TRADES[trade])

    def grown_up(self, *trades: str, not_from: tuple[str, ...] = ()) -> Person:
        """A grown-up with one of some trades, new to the story where possible."""
        pool = [TRADES[trade] for trade in trades] if trades else list(GROWN_UPS)
        pool = [one for one in pool if one.home not in not_from]
        new = [one for one in pool if one not in self.cast]
        return self.join_person(self.draw.choice(new or pool))

    def join_person(self, one: Person) -> Person:
        """Somebody enters the story."""
        if one not in self.cast:
            self.cast.append(one)
        return one

    def animal(self, *kinds: str, owner: Person | None = None) -> Animal:
        """An animal of some kinds or of somebody's, new to the story."""
        pool = [
            one
            for one in VILLAGE.animals.values()
            if (not kinds or one.kind in kinds)
            and one not in self.cast
            and (owner is None or one.owner is owner)
        ]
        one = self.draw.choice(pool)
        self.cast.append(one)
        return one

    def dog(self) -> Animal:
        """A dog whose owner is not in the story yet."""
        dogs = [one for one in VILLAGE.animals.values() if one.noun == "dog"]
        one = self.draw.choice([one for one in dogs if one.owner not in self.cast])
        self.cast.append(one)
        return one

    def fable_animal(self) -> Animal:
        """One of the talking animals of the wood, new to the story."""
        one = self.draw.choice([one for one in FABLE if one not in self.cast])
        self.cast.append(one)
        return one

    def has_animal(self, owner: Person, *kinds: str) -> bool:
        """Whether somebody owns an animal of some kind."""
        return any(a.owner is owner and a.kind in kinds for a in VILLAGE.animals.values())

    def thing(self, *tags: str, owner: Person | None = None, without: str = "") -> Thing:
        """A thing that has all of some tags, of a noun not yet in the story."""
        return self.make(self.draw.choice(_kinds(tags, without, self.season)), owner, tags, without)

    def make(
        self,
        kind: "ThingKind | str",
        owner: Person | None = None,
        tags: tuple[str, ...] = (),
        without: str = "",
    ) -> Thing:
        """A particular thing."""
        kind = VILLAGE.kinds[kind] if isinstance(kind, str) else kind
        if tags and kind.noun in self._nouns:
            pool = [k for k in _kinds(tags, without, self.season) if k.noun not in self._nouns]
            if not pool:
                raise SceneError(f"all things that are {' and '.join(tags)} are in use; add more")
            kind = self.draw.choice(pool)
        self._nouns.add(kind.noun)
        return Thing(kind.noun, self.draw.choice(kind.looks), kind, owner)

    def somewhere(self, *tags: str, without: str = "", also_not: tuple[Place, ...] = ()) -> Place:
        """A place with all of some tags."""
        pool = _places(tags, without)
        return self.draw.choice([one for one in pool if one not in also_not] or pool)

    def home(self, one: Person) -> Place:
        """Where somebody lives."""
        return VILLAGE.places[one.home]

    def maybe(self, chance: float) -> bool:
        """True with a chance."""
        return self.draw.random() < chance


_KINDS: dict[tuple[tuple[str, ...], str, str], list[ThingKind]] = {}
_PLACES: dict[tuple[tuple[str, ...], str], list[Place]] = {}


def _kinds(tags: tuple[str, ...], without: str, season: str) -> list[ThingKind]:
    """All kinds of things with some tags and none of some others, fit for the season."""
    key = (tags, without, season)
    if key not in _KINDS:
        bad = set(without.split()) | UNFIT[season]
        found = [k for k in VILLAGE.kinds.values() if k.tags >= set(tags) and not k.tags & bad]
        if not found:
            raise SceneError(
                f"there is no thing that is {' and '.join(tags)}; add one to things.json"
            )
        _KINDS[key] = found
    return _KINDS[key]


def _places(tags: tuple[str, ...], without: str) -> list[Place]:
    key = (tags, without)
    if key not in _PLACES:
        bad = set(without.split()) | ({"boat"} - set(tags))
        _PLACES[key] = [
            p for p in VILLAGE.places.values() if p.tags >= set(tags) and not p.tags & bad
        ]
    return _PLACES[key]
