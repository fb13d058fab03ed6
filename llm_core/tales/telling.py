"""From events to prose: a wording for each event, its gaps filled, dialogue, paragraphs.

In:     the events of a scene, in order
Out:    the text of a story
Next:   casting and scene, which make the events
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from llm_core.tales.discourse import Discourse
from llm_core.tales.naming import vocative
from llm_core.tales.wording import CHOICES, Choice, Gap, Piece, Stop, Wording
from llm_core.tales.world import Being, Entity, Group

_BEGINNING = re.compile(r"(?<=[.!?] )[a-z]")
_COMMAS = re.compile(r",,+|,(?=[.?!;:])")
ASIDE = {"": 0.2, "sad": 0.35, "glad": 0.35, "cross": 0.35, "afraid": 0.35, "kind": 0.3}


MANNER = {
    "": ("",),
    "sad": (" sadly", " in a small voice", " quietly"),
    "glad": (" happily", " with a smile", " and smiled"),
    "cross": (" angrily", " in a loud voice"),
    "afraid": (" in a whisper", " softly"),
    "kind": (" kindly", " gently", " with a smile", " and smiled"),
}
"""How something is said, for each mood."""


@dataclass(slots=True, eq=False)
class Event:
    """Something that happens, is said, or a new paragraph (key "")."""

    key: str
    roles: Mapping[str, "Entity | str"] = field(default_factory=dict)
    day: str = ""
    """Season, weather and time of day when it happens."""
    speaker: Being | Group | None = None
    listener: Being | Group | None = None
    mood: str = ""


class Teller:
    """Tells one story."""

    def __init__(self, draw: Random, cast: list[Being], hero: Being) -> None:
        self.draw = draw
        self.talk = Discourse(draw, cast, hero)
        self.talk.known.add(hero)
        self._paragraphs: list[str] = []
        self._sentences: list[str] = []
        self._day = ""
        self._used: set[Wording] = set()
        self._last_speaker: Being | Group | None = None
        self._exchange: tuple[Being | Group | None, Being | Group | None] = (None, None)

    def tell(self, events: Sequence[Event]) -> str:
        """The whole text, one paragraph a line."""
        for event in events:
            self._day = event.day
            if not event.key:
                self.break_paragraph()
            elif event.speaker is not None:
                self._say(event)
            else:
                self._narrate(event)
        self.break_paragraph()
        return "\n".join(self._paragraphs)

    def break_paragraph(self) -> None:
        """Closes the paragraph, if it has a sentence."""
        if self._sentences:
            self._paragraphs.append(" ".join(self._sentences))
            self._sentences = []
            self._last_speaker = None
            self.talk.next_paragraph()

    def _narrate(self, event: Event) -> None:
        if len(self._sentences) > 5 or (len(self._sentences) > 3 and self.draw.random() < 0.3):
            self.break_paragraph()
        text = self.phrase(event)
        self._sentences.append(sentence(text))
        self._exchange = (None, None)
        self.talk.next_sentence()

    def phrase(self, event: Event) -> str:
        """The event in one of its wordings, as far as possible one not used in this story."""
        options = CHOICES.fitting(event.key, event.day)
        if not options:
            raise KeyError(
                f"no wording of {event.key!r} fits {event.day!r}; add one without conditions"
            )
        wording = self.draw.choice(options)
        for _ in range(4):
            if wording not in self._used:
                break
            wording = self.draw.choice(options)
        self._used.add(wording)
        found: list[str] = []
        self._fill(wording.pieces, event.roles, found)
        return "".join(found)

    def _fill(
        self, pieces: Sequence[Piece], roles: Mapping[str, "Entity | str"], found: list[str]
    ) -> None:
        for piece in pieces:
            if type(piece) is str:
                found.append(piece)
            elif isinstance(piece, Gap):
                found.append(self._gap(piece, roles))
            elif isinstance(piece, Choice):
                self._fill(self.draw.choice(piece.options), roles, found)
            elif isinstance(piece, Stop):
                self.talk.next_sentence()

    def _gap(self, gap: Gap, roles: Mapping[str, "Entity | str"]) -> str:
        if gap.role[0] == "@":
            return self.phrase(Event(gap.role[1:], roles, self._day))
        if gap.role == "you":
            talk = self.talk
            assert talk.listener is not None
            assert talk.speaker is not None
            return vocative(talk.listener, talk.speaker)
        if gap.role not in roles:
            return self.phrase(Event(gap.role, roles, self._day))
        return self.talk.refer(roles[gap.role], gap.form)

    # ------------------------------------------------------------------------------- dialogue

    def _say(self, event: Event) -> None:
        speaker = event.speaker
        assert speaker is not None
        reply = self._exchange == (event.listener, speaker) and event.listener is not None
        if self._sentences and (
            self._last_speaker not in (None, speaker)
            or len(self._sentences) > 3
            or (self._last_speaker is None and self.draw.random() < 0.4)
        ):
            self.break_paragraph()
        if self._exchange == (speaker, event.listener) and self._sentences:
            framed = self._added(event)
        else:
            framed = self._framed(event, reply, bare=reply and self.draw.random() < 0.25)
        self._sentences.append(sentence(framed))
        self._last_speaker = speaker
        self._exchange = (speaker, event.listener)
        self.talk.next_sentence()

    def _line(self, event: Event) -> str:
        talk = self.talk
        talk.speaker, talk.listener = event.speaker, event.listener
        line = sentence(self.phrase(event))
        talk.speaker = talk.listener = None
        return line

    def _added(self, event: Event) -> str:
        """One more line of the same speaker."""
        draw, talk = self.draw, self.talk
        assert event.speaker is not None
        who = talk.refer(event.speaker, "")
        front = draw.choice(("And then {} said", "{} thought for a moment and said", "{} added"))
        return f'{front.format(who)}, "{self._line(event)}"'

    def _framed(self, event: Event, reply: bool, bare: bool) -> str:
        """A line of speech with who says it and how."""
        draw, talk = self.draw, self.talk
        assert event.speaker is not None
        if bare:
            return f'"{self._line(event)}"'
        aside = ASIDE.get(event.mood, 0.2)
        way = draw.random()
        if way < aside:  # a gesture in front: Tom nodded. "I know."
            gesture = Event(f"gesture {event.mood}".strip(), {"A": event.speaker}, event.day)
            front = sentence(self.phrase(gesture))
            talk.next_sentence()
            return f'{front} "{self._line(event)}"'
        if way < aside + 0.2:
            who = talk.refer(event.speaker, "")
            line = self._line(event)
            verb = self._verb(_first_sentence(line)[0], event, reply, True)
            return f'{who} {verb}, "{line}"'
        line = self._line(event)
        first, rest = _first_sentence(line)
        verb = self._verb(first, event, reply, False)
        who = talk.refer(event.speaker, "")
        said = (
            f"{who} {verb}"
            if who in ("she", "he", "they") or draw.random() < 0.3
            else f"{verb} {who}"
        )
        if verb == "said" and draw.random() < 0.3:
            said += draw.choice(MANNER[event.mood])
        if first.endswith("."):
            first = first[:-1] + ","
        tail = f' "{rest}"' if rest else ""
        return f'"{first}" {said}.{tail}'

    def _verb(self, line: str, event: Event, reply: bool, before: bool) -> str:
        """How it is said, in agreement with its full stop, question or exclamation mark."""
        mark = line[-1]
        mood = event.mood
        if mark == "?":
            return "asked"
        if mark == "!":
            verbs = {
                "cross": ("cried", "shouted"),
                "afraid": ("cried", "whispered"),
                "sad": ("cried",),
            }
            return self.draw.choice(verbs.get(mood, ("cried", "said", "said")))
        options = ["said", "said", "said"]
        if reply:
            options += ["answered", "replied"]
        if mood == "glad":
            options.append("laughed" if not before else "said")
        if mood in ("afraid", "secret"):
            options += ["whispered", "whispered"]
        return self.draw.choice(options)


def sentence(text: str) -> str:
    """Text with a capital at each beginning and no comma before another stop.

    >>> sentence("the miller, Mr Reed,, sat down. he slept")
    'The miller, Mr Reed, sat down. He slept'
    """
    if ",," in text or ",." in text or ",?" in text or ",!" in text:
        text = _COMMAS.sub(lambda found: "," if found[0].startswith(",,") else "", text)
    if ". " in text or "! " in text or "? " in text:
        text = _BEGINNING.sub(lambda found: found[0].upper(), text)
    return text[0].upper() + text[1:]


def _first_sentence(line: str) -> tuple[str, str]:
    """A line of speech cut after its first sentence."""
    for at in range(3, len(line) - 1):
        if line[at] in ".!?" and line[at + 1] == " ":
            return line[: at + 1], line[at + 2 :]
    return line, ""
