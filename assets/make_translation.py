"""Makes translation.tsv: short English sentences and their German, from one small grammar of both.

A sentence is chosen once (who, does what, to whom, when, where) and then said twice, by the word
order and agreement rules of each language. So the pairs are right by construction, and they differ
where the languages do: the German verb stands second and its participle, infinitive or particle
last, articles and adjectives show gender and case, and "not a" becomes "kein".

What English leaves open is kept out, so that each sentence has one translation: no "you", no "it",
"he" and "she" only for people, "because she" never about a girl or a child (both neuter in German).

In:      the word tables below
Out:     translation.tsv beside this file, header English<TAB>German, 4,000 distinct pairs
Run:     python assets/make_translation.py
"""

from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

SEED = 1804
PAIRS = 4000
CANDIDATES = 3  # drawn for each pair that is kept
SHORTEST, LONGEST = 3, 10  # words of a sentence, in either language

# -------------------------------------------------------------------------------------------- words

# English, German (nominative / accusative / dative, where they differ), gender (p: plural), what it
# is, determiners it takes (t: the, a: a, m: my and his), adjectives that suit it.
NOUN_TABLE = """
man        Mann            m  person                 ta   old young
woman      Frau            f  person                 ta   old young
child      Kind            n  person neuter          tam  small
girl       Mädchen         n  person neuter          ta   small
boy        Junge/Jungen    m  person                 ta   small
king       König           m  person                 t    old young
queen      Königin         f  person                 t    old young
mother     Mutter          f  person                 m    old
brother    Bruder          m  person                 m    small big
children   Kinder//Kindern p  person                 tm   small
dog        Hund            m  animal goods pet       tam  old young small big
cat        Katze           f  animal goods pet       tam  old young small big
horse      Pferd           n  animal goods outdoor   tam  old young small big
dogs       Hunde//Hunden   p  animal pet             tm   old young small big
book       Buch            n  reading writing goods  tam  old new small big
books      Bücher          p  reading goods          tm   old new
letter     Brief           m  reading writing opens  tam  old new
newspaper  Zeitung         f  reading goods          tam  old new
apple      Apfel           m  food goods fruit       tam  small big
apples     Äpfel           p  food goods fruit       tm   small big
cake       Kuchen          m  food goods             tam  small big
soup       Suppe           f  food                   tm
bag        Tasche          f  goods opens            tam  old new small big
ball       Ball            m  goods toy              tam  old new small big
flower     Blume           f  goods                  tam  small big
car        Auto            n  goods                  tam  old new small big
door       Tür             f  opens                  ta   old new small big
window     Fenster         n  opens                  ta   old new small big
garden     Garten          m  place resting outside  tam  old new small big
park       Park            m  place resting outside  ta   old new small big
house      Haus            n  place resting          tam  old new small big
school     Schule          f  place                  ta   old new small big
kitchen    Küche           f  place resting          tam  old new small big
"""

ADJECTIVES = {"old": "alt", "young": "jung", "small": "klein", "big": "groß", "new": "neu"}
FEELINGS = {"tired": "müde", "hungry": "hungrig", "happy": "glücklich"}

# English: base, -s, past, participle. German: ich, er, infinitive (= wir), participle.
VERB_FORMS = """
see    sees    saw    seen    | sehe     sieht    sehen     gesehen
read   reads   read   read    | lese     liest    lesen     gelesen
write  writes  wrote  written | schreibe schreibt schreiben geschrieben
eat    eats    ate    eaten   | esse     isst     essen     gegessen
buy    buys    bought bought  | kaufe    kauft    kaufen    gekauft
look   looks   looked looked  | suche    sucht    suchen    gesucht
open   opens   opened opened  | mache    macht    machen    gemacht
help   helps   helped helped  | helfe    hilft    helfen    geholfen
give   gives   gave   given   | gebe     gibt     geben     gegeben
sleep  sleeps  slept  slept   | schlafe  schläft  schlafen  geschlafen
play   plays   played played  | spiele   spielt   spielen   gespielt
go     goes    went   gone    | gehe     geht     gehen     gegangen
"""

# Auxiliary of the German perfect, case of the object, who does it, to what (or where).
VERB_USES = {
    "see": ("haben", "acc", "person animal", "person animal reading goods"),
    "read": ("haben", "acc", "person", "reading"),
    "write": ("haben", "acc", "person", "writing"),
    "eat": ("haben", "acc", "person animal", "food"),
    "buy": ("haben", "acc", "person", "goods"),
    "look": ("haben", "acc", "person animal", "person animal reading goods"),
    "open": ("haben", "acc", "person", "opens"),
    "help": ("haben", "dat", "person", "person animal"),
    "give": ("haben", "both", "person", "reading goods food"),
    "sleep": ("haben", "none", "person animal", "resting"),
    "play": ("haben", "none", "person animal", "place"),
    "go": ("sein", "none", "person", ""),
}
AFTER_VERB = {"look": "for", "go": "home"}  # English words that stay with their verb
PARTICLES = {"open": "auf"}  # German particles: "macht ... auf", "aufgemacht", "aufmachen"

PERSONS = ("first", "third", "many")  # I; he, she and every single noun; we, they and plurals
GERMAN_FINITE = {
    "haben": ("habe", "hat", "haben"),
    "sein": ("bin", "ist", "sind"),
    "can": ("kann", "kann", "können"),
    "want": ("will", "will", "wollen"),
    "will": ("werde", "wird", "werden"),
}
ENGLISH_FINITE = {
    "have": ("have", "has", "have"),
    "do": ("do", "does", "do"),
    "did": ("did", "did", "did"),
    "be": ("am", "is", "are"),
    "want": ("want", "wants", "want"),
}
OPENERS = {
    "today": "heute",
    "yesterday": "gestern",
    "tomorrow": "morgen",
    "now": "jetzt",
    "sometimes": "manchmal",
    "where": "wo",
    "what": "was",
    "when": "wann",
    "why": "warum",
}
MIDDLE_ADVERBS = {"often": "oft", "already": "schon"}

GENDERS = "mfnp"
CASES = ("nom", "acc", "dat")
THE = {"nom": "der die das die", "acc": "den die das die", "dat": "dem der dem den"}
# Endings by case; m f n p in each row, a dash for none: of ein, kein, mein; of the adjective.
EIN_ENDINGS = {"nom": "- e - e", "acc": "en e - e", "dat": "em er em en"}
AFTER_THE = {"nom": "e e e en", "acc": "en e e en", "dat": "en en en en"}
AFTER_EIN = {"nom": "er e es en", "acc": "en e es en", "dat": "en en en en"}
EIN_STEMS = {"a": "ein", "no": "kein", "my": "mein", "his": "sein"}

# ------------------------------------------------------------------------------------------ phrases


class Noun(NamedTuple):
    """A noun of both languages."""

    english: str
    german: dict[str, str]
    """Its form in each case."""
    gender: str
    kinds: frozenset[str]
    determiners: tuple[str, ...]
    adjectives: tuple[str, ...]


class Verb(NamedTuple):
    """A verb of both languages."""

    name: str
    english: dict[str, str]
    german: dict[str, str]
    auxiliary: str
    governs: str
    """Case of its object: acc, dat, both (a person and a thing) or none."""
    subjects: frozenset[str]
    objects: frozenset[str]


class Phrase(NamedTuple):
    """Somebody or something, said in both languages."""

    english: dict[str, str]
    """As subject (nom) and as object (acc, dat)."""
    german: dict[str, str]
    person: str
    determiner: str = ""
    noun: Noun | None = None
    adjective: str = ""
    pronoun: str = ""
    """What a second clause calls it; empty where the two languages disagree."""


def read_nouns() -> dict[str, Noun]:
    """The noun table, by English word."""
    nouns = {}
    for line in NOUN_TABLE.strip().splitlines():
        english, forms, gender, *rest = line.split()
        nominative, *others = forms.split("/")
        accusative = (others[0] if others else "") or nominative
        dative = others[1] if len(others) > 1 else accusative
        place = next(i for i, word in enumerate(rest) if set(word) <= set("tam"))
        determiners = {"t": ("the",), "a": ("a",), "m": ("my", "his")}
        nouns[english] = Noun(
            english,
            dict(zip(CASES, (nominative, accusative, dative), strict=True)),
            gender,
            frozenset(rest[:place]),
            tuple(word for letter in rest[place] for word in determiners[letter]),
            tuple(rest[place + 1 :]),
        )
    return nouns


def read_verbs() -> dict[str, Verb]:
    """The two verb tables, by English base form."""
    verbs = {}
    for line in VERB_FORMS.strip().splitlines():
        english, german = (forms.split() for forms in line.split("|"))
        auxiliary, governs, subjects, objects = VERB_USES[english[0]]
        verbs[english[0]] = Verb(
            english[0],
            dict(zip(("base", "third", "past", "participle"), english, strict=True)),
            dict(zip(("first", "third", "many", "participle"), german, strict=True)),
            auxiliary,
            governs,
            frozenset(subjects.split()),
            frozenset(objects.split()),
        )
    return verbs


NOUNS, VERBS = read_nouns(), read_verbs()


def ending(table: dict[str, str], case: str, gender: str) -> str:
    """One cell of a table of endings: row by case, column by gender; a dash stands for none."""
    return table[case].split()[GENDERS.index(gender)].removesuffix("-")


def noun_phrase(determiner: str, name: str, adjective: str = "") -> Phrase:
    """Determiner, adjective and noun, agreeing in gender, number and case."""
    noun = NOUNS[name]
    german = {}
    for case in CASES:
        if determiner == "the":
            first, endings = ending(THE, case, noun.gender), AFTER_THE
        else:
            stem = EIN_STEMS[determiner]
            first, endings = stem + ending(EIN_ENDINGS, case, noun.gender), AFTER_EIN
        described = ADJECTIVES[adjective] + ending(endings, case, noun.gender) if adjective else ""
        german[case] = " ".join(filter(None, (first, described, noun.german[case])))
    described = " ".join(filter(None, (adjective, name)))
    article = "an" if determiner == "a" and described[0] in "aeiou" else determiner
    pronoun = {"m": "he", "f": "she", "p": "they"}.get(noun.gender, "")
    return Phrase(
        dict.fromkeys(CASES, f"{article} {described}"),
        german,
        "many" if noun.gender == "p" else "third",
        determiner,
        noun,
        adjective,
        pronoun if "person" in noun.kinds else "",
    )


def pronoun(english: str, german: str, person: str) -> Phrase:
    """A personal pronoun; its three forms are separated by slashes."""
    subject, *others = english.split("/")
    objects = others or [subject]
    forms = dict(zip(CASES, (subject, objects[0], objects[0]), strict=True))
    return Phrase(forms, dict(zip(CASES, german.split("/"), strict=True)), person, pronoun=subject)


PRONOUNS = {
    "I": pronoun("I", "ich/mich/mir", "first"),
    "he": pronoun("he/him", "er/ihn/ihm", "third"),
    "she": pronoun("she/her", "sie/sie/ihr", "third"),
    "we": pronoun("we", "wir/uns/uns", "many"),
    "they": pronoun("they", "sie/sie/ihnen", "many"),
}
WHO = pronoun("who", "wer/wen/wem", "third")

# ------------------------------------------------------------------------------ the two word orders


class Clause(NamedTuple):
    """One thing to say, before it is put into the word order of either language."""

    subject: Phrase
    verb: str
    thing: Phrase | None = None
    """Object in the accusative."""
    receiver: Phrase | None = None
    """Object in the dative."""
    place: Phrase | None = None
    company: Phrase | None = None
    tense: str = "present"
    """present, past (German: perfect), perfect, can, want or will."""
    negated: bool = False
    adverb: str = ""
    """Inside the clause: often or already."""


def english_verb(clause: Clause) -> tuple[str, list[str]]:
    """The word that a question puts before the subject (may be empty), and the rest of the verb."""
    verb, person = VERBS[clause.verb], PERSONS.index(clause.subject.person)
    if clause.tense == "perfect":
        return ENGLISH_FINITE["have"][person], [verb.english["participle"]]
    if clause.tense in ("can", "will"):
        return clause.tense, [verb.english["base"]]
    helper = ENGLISH_FINITE["did" if clause.tense == "past" else "do"][person]
    if clause.tense == "want":
        return helper, ["want", "to", verb.english["base"]]
    return helper, [verb.english["base"]]


def english_words(clause: Clause, question: bool = False) -> list[str]:
    """The clause in English: subject, verb, receiver, thing, place."""
    helper, rest = english_verb(clause)
    plain = not (question or clause.negated)
    if plain and helper in ("do", "does", "did"):  # English needs "do" only to ask and to deny
        verb = VERBS[clause.verb].english
        form = "past" if clause.tense == "past" else "third" if helper == "does" else "base"
        wanting = "wants" if form == "third" else "want"
        helper, rest = "", [wanting, *rest[1:]] if clause.tense == "want" else [verb[form]]
    subject = clause.subject.english["nom"]
    start = [helper, subject] if question else [subject, helper]
    if clause.negated and helper == "can" and not question:
        start = [subject, "cannot"]
    elif clause.negated:
        start.append("not")
    objects = [phrase.english["acc"] for phrase in (clause.receiver, clause.thing) if phrase]
    with_whom = ["with", clause.company.english["dat"]] if clause.company else []
    where = ["in", clause.place.english["dat"]] if clause.place else []
    after = AFTER_VERB.get(clause.verb, "")
    words = [*start, clause.adverb, *rest, after, *objects, *with_whom, *where]
    return " ".join(filter(None, words)).split()


def german_verb(clause: Clause) -> tuple[str, list[str]]:
    """The finite verb, which stands second, and the last word: participle, infinitive, particle."""
    verb, person = VERBS[clause.verb], PERSONS.index(clause.subject.person)
    particle = PARTICLES.get(verb.name, "")
    if clause.tense in ("perfect", "past"):
        return GERMAN_FINITE[verb.auxiliary][person], [particle + verb.german["participle"]]
    if clause.tense == "present":
        return verb.german[clause.subject.person], [particle]
    return GERMAN_FINITE[clause.tense][person], [particle + verb.german["many"]]


def german_middle(clause: Clause) -> list[str]:
    """What stands between the finite verb and the last word: the known, "nicht", place, the new."""
    known, new = [], []
    if clause.receiver:
        known.append(clause.receiver.german["dat"])
    denied = clause.negated
    thing = clause.thing
    if thing and thing.determiner == "a":
        if clause.negated and thing.noun:
            thing, denied = noun_phrase("no", thing.noun.english, thing.adjective), False
        new.append(thing.german["acc"])
    elif thing:
        known.append(thing.german["acc"])
    where = []
    if clause.company:
        where.append("mit " + clause.company.german["dat"])
    if clause.place:
        where.append(("in " + clause.place.german["dat"]).replace("in dem", "im"))
    if clause.verb == "go":
        where.append("nach Hause")
    adverb = "nicht" if denied else MIDDLE_ADVERBS.get(clause.adverb, "")
    return [*known, adverb, *where, *new]


def said(opener: str, english: list[str], german: list[str], stop: str) -> tuple[str, str]:
    """Both sentences as text: the opening word, the words, and the final sign."""
    sides = ([opener, *english], [OPENERS.get(opener, ""), *german])
    first, second = (" ".join(filter(None, words)).replace(" ,", ",") + stop for words in sides)
    return first, second


def statement(
    clause: Clause, opener: str = "", reason: tuple[str, str] = ("", "")
) -> tuple[str, str]:
    """The clause as a statement; an opening adverb pushes the German subject behind its verb."""
    finite, last = german_verb(clause)
    subject = clause.subject.german["nom"]
    start = [finite, subject] if opener else [subject, finite]
    german = [*start, *german_middle(clause), *last, reason[1]]
    stop = "?" if clause.subject is WHO else "."
    return said(opener, [*english_words(clause), reason[0]], german, stop)


def question(clause: Clause, opener: str = "") -> tuple[str, str]:
    """The clause as a question, answered by yes or no or opened by a question word."""
    finite, last = german_verb(clause)
    german = [finite, clause.subject.german["nom"], *german_middle(clause), *last]
    return said(opener, english_words(clause, question=True), german, "?")


def being(
    subject: Phrase, quality: str, *, negated: bool = False, opener: str = "", asked: bool = False
) -> tuple[str, str]:
    """A sentence with "is": the house is old, are the children tired?"""
    person = PERSONS.index(subject.person)
    is_english, is_german = ENGLISH_FINITE["be"][person], GERMAN_FINITE["sein"][person]
    who_english, who_german = subject.english["nom"], subject.german["nom"]
    english = [is_english, who_english] if asked else [who_english, is_english]
    german = [is_german, who_german] if asked or opener else [who_german, is_german]
    quality_german = {**ADJECTIVES, **FEELINGS}[quality]
    english += ["not"] * negated + [quality]
    german += ["nicht"] * negated + [quality_german]
    return said(opener, english, german, "?" if asked else ".")


def because(subject: Phrase, quality: str = "", clause: Clause | None = None) -> tuple[str, str]:
    """The reason that follows a statement; in German its finite verb stands at the very end."""
    who = PRONOUNS[subject.pronoun]
    if clause is None:
        person = PERSONS.index(who.person)
        english = ["because", who.english["nom"], ENGLISH_FINITE["be"][person], quality]
        german = [who.german["nom"], FEELINGS[quality], GERMAN_FINITE["sein"][person]]
    else:
        clause = clause._replace(subject=who)
        finite, last = german_verb(clause)
        english = ["because", *english_words(clause)]
        german = [who.german["nom"], *german_middle(clause), *last, finite]
    return " ".join(english), ", weil " + " ".join(filter(None, german))


# ----------------------------------------------------------------------------- choosing what to say


def some_noun(draw: Random, kinds: frozenset[str] | set[str], indefinite: bool = True) -> Phrase:
    """A noun of one of these kinds with a determiner that it takes and sometimes an adjective."""
    noun = draw.choice([noun for noun in NOUNS.values() if noun.kinds & kinds])
    determiners = [word for word in noun.determiners if indefinite or word != "a"]
    if "the" in determiners and draw.random() < 0.4:
        determiners = ["the"]
    adjective = draw.choice(noun.adjectives) if noun.adjectives and draw.random() < 0.35 else ""
    return noun_phrase(draw.choice(determiners), noun.english, adjective)


def some_subject(draw: Random, kinds: frozenset[str], indefinite: bool = False) -> Phrase:
    """A pronoun or a noun that can do what is to be said."""
    if draw.random() < 0.35:
        return PRONOUNS[draw.choice(["I", "I", "he", "she", "we", "they"])]
    return some_noun(draw, kinds, indefinite)


def some_object(draw: Random, subject: Phrase, kinds: frozenset[str], indefinite: bool) -> Phrase:
    """Something other than the subject; for people, sometimes "him" or "her"."""
    if "person" in kinds and draw.random() < 0.25:
        return PRONOUNS[draw.choice([who for who in ("he", "she") if who != subject.pronoun])]
    while True:
        phrase = some_noun(draw, kinds, indefinite)
        stem = phrase.noun.english[:3] if phrase.noun else ""
        if subject.noun is None or subject.noun.english[:3] != stem:
            return phrase


def some_clause(
    draw: Random, tense: str, negated: bool = False, indefinite: bool = False
) -> Clause:
    """A clause whose parts go together, in this tense."""
    verb = VERBS[draw.choice(list(VERBS))]
    subject = some_subject(draw, verb.subjects, indefinite)
    acts = subject.noun.kinds if subject.noun else frozenset({"person"})
    clause = Clause(subject, verb.name, tense=tense, negated=negated)
    if verb.governs == "acc":
        kinds = verb.objects
        if "animal" in acts and verb.name in ("see", "look"):
            kinds = frozenset({"person", "animal", "fruit", "toy"})
        elif "outdoor" in acts:
            kinds = frozenset({"fruit"})
        thing = some_object(draw, subject, kinds, True)
        clause = clause._replace(thing=thing)
        somewhere = verb.name in ("see", "read", "eat", "look") and "outdoor" not in acts
        if somewhere and not negated and thing.noun and draw.random() < 0.2:
            clause = clause._replace(place=some_noun(draw, {"place"}, indefinite=False))
    elif verb.governs == "dat":
        clause = clause._replace(receiver=some_object(draw, subject, verb.objects, not negated))
    elif verb.governs == "both":
        thing = some_noun(draw, verb.objects)
        feeds = thing.noun is not None and "food" in thing.noun.kinds
        kinds = frozenset({"person", "animal"} if feeds else {"person"})
        clause = clause._replace(thing=thing, receiver=some_object(draw, subject, kinds, False))
    elif verb.name == "play" and draw.random() < 0.5:
        playmates = frozenset({"pet", "neuter"})
        clause = clause._replace(company=some_object(draw, subject, playmates, False))
    elif verb.objects and draw.random() < 0.8:
        places = {"outside"} if "outdoor" in acts else verb.objects
        clause = clause._replace(place=some_noun(draw, places, not negated))
    return clause


def is_odd(clause: Clause, turned: bool = False) -> bool:
    """Whether nobody would say it, or its German order is open (turned: verb before subject)."""
    phrases = [phrase for phrase in (clause.thing, clause.receiver, clause.company) if phrase]
    nouns = [phrase.noun.english[:3] for phrase in phrases if phrase.noun]
    twice = len(set(nouns)) < len(nouns)
    turned_pronoun = turned and len(nouns) < len(phrases)
    thing = clause.thing
    owned = clause.verb == "buy" and thing and thing.determiner in ("my", "his")
    not_yet = clause.verb == "write" and thing and thing.adjective == "old"
    return bool(twice or turned_pronoun or owned or not_yet)


def plain(draw: Random) -> tuple[str, str] | None:
    """The old man has seen the dog."""
    tense = draw.choice(["present"] * 4 + ["perfect"] * 2 + ["can", "want", "will"])
    negated = draw.random() < 0.3
    clause = some_clause(draw, tense, negated, indefinite=not negated and tense == "present")
    return None if is_odd(clause) else statement(clause)


def opened(draw: Random) -> tuple[str, str] | None:
    """Today the girl reads a book."""
    tenses = {
        "today": ("present", "perfect", "will", "can", "want"),
        "yesterday": ("past",),
        "tomorrow": ("will",),
        "now": ("can", "want"),
        "sometimes": ("present",),
    }
    opener = draw.choice([*tenses, "yesterday"])
    negated = opener != "sometimes" and draw.random() < 0.25
    clause = some_clause(draw, draw.choice(tenses[opener]), negated)
    return None if is_odd(clause, turned=True) else statement(clause, opener)


def asked(draw: Random) -> tuple[str, str] | None:
    """Does the child want to eat the soup?"""
    clause = some_clause(draw, draw.choice(["present", "perfect", "can", "want", "will"]))
    return None if is_odd(clause, turned=True) else question(clause)


def asked_openly(draw: Random) -> tuple[str, str] | None:
    """Where does the dog sleep? Who has eaten the cake?"""
    word = draw.choice(["who", "who", "what", "where", "when", "why"])
    clause = some_clause(draw, draw.choice(["present", "perfect", "want"]), negated=word == "why")
    if is_odd(clause, turned=True):
        return None
    if word == "who":
        return statement(clause._replace(subject=WHO))
    if word == "what":
        takes_thing = clause.verb in ("read", "write", "eat", "buy", "look", "see", "give")
        clause = clause._replace(thing=None, place=None)
        return question(clause, "what") if takes_thing else None
    if word == "where":
        clause = clause._replace(place=None)
        return question(clause, "where") if clause.verb not in ("go", "give", "help") else None
    if word == "when":
        clause = clause._replace(tense=draw.choice(["present", "will", "want"]), place=None)
        return question(clause, "when") if clause.verb not in ("see", "look") else None
    return question(clause, "why")


def described(draw: Random) -> tuple[str, str] | None:
    """The house is not old."""
    person = draw.random() < 0.5
    kinds = {"person", "animal"} if person else {"animal", "goods", "reading", "place", "opens"}
    subject = some_subject(draw, frozenset(kinds)) if person else some_noun(draw, kinds, False)
    feels = person and draw.random() < 0.7
    if subject.noun is None or feels:
        quality = draw.choice(list(FEELINGS))
    else:
        described_noun = subject.noun
        subject = noun_phrase(subject.determiner, described_noun.english)
        quality = draw.choice(described_noun.adjectives or ("",))
    if not quality:
        return None
    how = draw.choice(["", "", "not", "asked", "today" if quality in FEELINGS else ""])
    opener = "today" if how == "today" else ""
    return being(subject, quality, negated=how == "not", opener=opener, asked=how == "asked")


def with_reason(draw: Random) -> tuple[str, str] | None:
    """The king goes home because he is tired."""
    clause = some_clause(draw, draw.choice(["present", "perfect", "want", "will"]))
    if is_odd(clause) or not clause.subject.pronoun:
        return None
    if clause.tense == "perfect" and clause.verb != "go":
        return None
    reasons = {"sleep": "tired", "go": "tired", "eat": "hungry", "play": "happy"}
    if clause.verb == "buy" and clause.thing and clause.thing.noun:
        reasons |= {"buy": "hungry"} if "food" in clause.thing.noun.kinds else {}
    if clause.verb in reasons and draw.random() < 0.6:
        return statement(clause, reason=because(clause.subject, reasons[clause.verb]))
    if clause.verb == "go":
        wish = Clause(clause.subject, draw.choice(["sleep", "eat", "play"]), tense="want")
        return statement(clause, reason=because(clause.subject, clause=wish))
    if clause.verb == "open" and clause.tense == "present":
        kinds = frozenset({"animal", "person"})
        seen = Clause(clause.subject, "see", some_object(draw, clause.subject, kinds, True))
        return statement(clause, reason=because(clause.subject, clause=seen))
    return None


def with_middle_adverb(draw: Random) -> tuple[str, str] | None:
    """She often plays with the cat. He has already read the letter."""
    adverb = draw.choice(["often", "already"])
    clause = some_clause(draw, "present" if adverb == "often" else "perfect")
    clause = clause._replace(adverb=adverb)
    known_thing = clause.thing is not None and clause.thing.determiner != "a"
    if is_odd(clause) or clause.receiver or (clause.thing and clause.thing.noun is None):
        return None
    if adverb == "often" and (known_thing or clause.verb == "open"):
        return None
    if adverb == "already" and (not (known_thing or clause.verb == "go") or clause.place):
        return None
    return statement(clause)


SHARES = {  # how often each pattern is tried; the narrow ones fail or repeat themselves more often
    plain: 30,
    opened: 34,
    asked: 11,
    asked_openly: 15,
    described: 12,
    with_reason: 50,
    with_middle_adverb: 16,
}


def known(name: str, adjective: str = "") -> Phrase:
    """A noun with "the"."""
    return noun_phrase("the", name, adjective)


def leading_pairs() -> list[tuple[str, str]]:
    """Sentences that a lesson wants to show, always part of the file."""
    return [
        statement(Clause(known("man", "old"), "see", known("dog"), tense="perfect")),
        statement(Clause(known("girl"), "read", noun_phrase("a", "book")), "today"),
        statement(Clause(known("boy"), "buy", noun_phrase("a", "car"), negated=True)),
        statement(Clause(known("boy"), "open", known("door"))),
        statement(Clause(known("boy"), "open", known("window"), tense="perfect", negated=True)),
        statement(Clause(known("woman"), "help", receiver=known("boy", "small"))),
        statement(
            Clause(
                PRONOUNS["she"],
                "give",
                noun_phrase("a", "apple"),
                receiver=known("child"),
                tense="past",
            ),
            "yesterday",
        ),
        statement(Clause(PRONOUNS["they"], "go", tense="perfect")),
        statement(Clause(PRONOUNS["I"], "eat", known("soup"), tense="can", negated=True)),
        statement(
            Clause(known("queen"), "buy", noun_phrase("a", "horse", "young"), tense="will"),
            "tomorrow",
        ),
        statement(Clause(known("king"), "go"), reason=because(known("king"), "tired")),
        statement(Clause(known("cat"), "sleep", place=known("garden", "small"))),
        statement(Clause(noun_phrase("my", "brother"), "play", company=noun_phrase("his", "dog"))),
        question(Clause(known("child"), "eat", known("cake", "big"), tense="want")),
        question(Clause(known("dog"), "sleep"), "where"),
        statement(Clause(WHO, "eat", known("cake"), tense="perfect")),
    ]


def fitting_pair(draw: Random) -> tuple[str, str]:
    """One pair of the wanted length, of a pattern drawn by its share."""
    while True:
        (pattern,) = draw.choices(list(SHARES), list(SHARES.values()))
        pair = pattern(draw)
        if pair and all(SHORTEST <= len(side.split()) <= LONGEST for side in pair):
            return pair


def make_pairs() -> list[tuple[str, str]]:
    """All pairs, in the order of the file.

    Of a few candidates the one with the rarest word so far is kept, so that seldom forms come often
    enough to be learnt.

    Raises:
        ValueError: an English sentence came out with two German ones.
    """
    draw = Random(SEED)
    german_of: dict[str, str] = {}
    seen: Counter[str] = Counter()
    wanted = leading_pairs()
    while len(german_of) < PAIRS:
        candidates = [wanted.pop()] if wanted else [fitting_pair(draw) for _ in range(CANDIDATES)]
        for english, german in candidates:
            if german_of.get(english, german) != german:
                raise ValueError(f"{english!r} came out as {german_of[english]!r} and {german!r}")
        fresh = [pair for pair in candidates if pair[0] not in german_of]
        if fresh:
            kept = min(fresh, key=lambda pair: min(seen[word] for word in " ".join(pair).split()))
            german_of[kept[0]] = kept[1]
            seen.update(" ".join(kept).split())
    pairs = list(german_of.items())
    draw.shuffle(pairs)
    return pairs


def make_text() -> str:
    """The whole file."""
    return "\n".join("\t".join(pair) for pair in [("English", "German"), *make_pairs()]) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("translation.tsv").write_text(
        make_text(), encoding="utf-8", newline="\n"
    )
