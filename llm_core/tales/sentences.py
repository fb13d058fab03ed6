"""Plain sentences, and the same thought turned round: past, question, negative, passive, plural.

In:     random numbers; the subjects and deeds of data/primer_sentences.json
Out:    a sentence in its forms, by name
Next:   letterwork.py, which counts their words; facts.py
"""

from collections.abc import Callable
from functools import cache
from random import Random
from typing import NamedTuple

from llm_core.tales.phrasing import Values, loaded, one_of, said, table
from llm_core.tales.words import capital, participle, past, plural, third


class Deed(NamedTuple):
    """Who does what."""

    who: str
    pronoun: str
    verb: str
    rest: str

    @property
    def many(self) -> bool:
        """Whether the verb stands in the plural."""
        return self.pronoun in ("they", "we", "you")


def deed(rng: Random, source: str) -> Deed:
    """A subject, and something out of the table of this name that the subject may well do."""
    done = one_of(table(source), rng)
    subjects = _who_may(done["who"])
    subject = one_of(subjects, rng)
    rest = done.get("object") or done["rest"]
    return Deed(subject["word"], subject["kind"], done["verb"], rest)


@cache
def _who_may(kind: str) -> list[Values]:
    subjects = table("subjects")
    if kind == "person":
        return [subject for subject in subjects if subject["kind"] != "it"]
    if kind == "animal":
        return [subject for subject in subjects if subject["kind"] == "it"]
    if kind == "fox":
        return [subject for subject in subjects if subject["word"] == "the fox"]
    return subjects


def change(rng: Random) -> Values:
    """A sentence in present, past, future and perfect, as a question, and with "not"."""
    chance = rng.random()
    if chance < 0.25:
        return _finished(*_state_forms(rng))
    one = deed(rng, "deeds" if chance < 0.65 else "doings")
    end = f" {one.rest}"
    verb, gone = one.verb, participle(one.verb)
    now, do, have = (verb, "do", "have") if one.many else (third(verb), "does", "has")
    forms = {
        "present": f"{now}{end}",
        "past": f"{past(verb)}{end}",
        "future": f"will {verb}{end}",
        "perfect": f"{have} {gone}{end}",
        "present_negative": f"{do} not {verb}{end}",
        "past_negative": f"did not {verb}{end}",
    }
    asked = {
        "present_question": f"{capital(do)} {one.who} {verb}{end}?",
        "past_question": f"Did {one.who} {verb}{end}?",
    }
    return _finished(one.who, forms, asked)


def _state_forms(rng: Random) -> tuple[str, Values, Values]:
    subject = one_of(table("subjects"), rng)
    who, state = subject["word"], one_of(table("states"), rng)["state"]
    plural_verb = subject["kind"] in ("they", "we", "you")
    is_, was, has = ("are", "were", "have") if plural_verb else ("is", "was", "has")
    forms = {
        "present": f"{is_} {state}",
        "past": f"{was} {state}",
        "future": f"will be {state}",
        "perfect": f"{has} been {state}",
        "present_negative": f"{is_} not {state}",
        "past_negative": f"{was} not {state}",
    }
    asked = {
        "present_question": f"{capital(is_)} {who} {state}?",
        "past_question": f"{capital(was)} {who} {state}?",
    }
    return who, forms, asked


def _finished(who: str, forms: Values, asked: Values) -> Values:
    begun = capital(who)
    values = {name: f"{begun} {form}." for name, form in forms.items()} | asked
    values["present_small"] = f"{who} {forms['present']}."
    values["past_small"] = f"{who} {forms['past']}."
    values["future_small"] = f"{who} {forms['future']}."
    return values


def active(rng: Random) -> Values:
    """What somebody did, and how it was done by somebody."""
    one = deed(rng, "deeds")
    things = one.rest.endswith("s")
    gone, thing = participle(one.verb), capital(one.rest)
    now = one.verb if one.many else third(one.verb)
    return {
        "past": f"{capital(one.who)} {past(one.verb)} {one.rest}.",
        "present": f"{capital(one.who)} {now} {one.rest}.",
        "passive": f"{thing} {'were' if things else 'was'} {gone} by {one.who}.",
        "present_passive": f"{thing} {'are' if things else 'is'} {gone} by {one.who}.",
        "doer": one.who,
    }


def one_or_many(rng: Random) -> Values:
    """The same sentence about one and about many."""
    if rng.random() < 0.4:
        noun, state = one_of(table("objects"), rng)["one"], one_of(table("looks"), rng)["state"]
        one, many = one_of((("is", "are"), ("was", "were")), rng)
        return {"one": f"The {noun} {one} {state}.", "many": f"The {plural(noun)} {many} {state}."}
    noun = one_of(table("beings"), rng)["one"]
    if rng.random() < 0.4:
        state = one_of(table("states"), rng)["state"]
        one, many = one_of((("is", "are"), ("was", "were")), rng)
        return {"one": f"The {noun} {one} {state}.", "many": f"The {plural(noun)} {many} {state}."}
    done = one_of([row for row in table("doings") if row["who"] == "any"], rng)
    verb, rest = done["verb"], done["rest"]
    return {
        "one": f"The {noun} {third(verb)} {rest}.",
        "many": f"The {plural(noun)} {verb} {rest}.",
    }


def pronoun(rng: Random) -> Values:
    """A sentence about somebody by name, and the same about him, her, it or them."""
    one = deed(rng, "deeds" if rng.random() < 0.5 else "doings")
    does = f"{past(one.verb)} {one.rest}."
    be = "were" if one.many else "was"
    return {
        "sentence": f"{capital(one.who)} {does}",
        "short": f"{capital(one.pronoun)} {does}",
        "short_other": f"{capital(one.pronoun)} {be} {one_of(table('states'), rng)['state']}.",
        "who": one.who,
        "pronoun": one.pronoun,
    }


def parts(rng: Random) -> Values:
    """A sentence of which every part is known by its class."""
    move = one_of(table("moves"), rng)
    values = {
        "adjective": one_of(table("describing"), rng)["word"],
        "noun": one_of(table("people_nouns"), rng)["one"],
        "verb": past(move["verb"]),
        "adverb": one_of(move["adverbs"].split(", "), rng),
    }
    rest = move["rest"]
    if rest.startswith(("the ", "home")):
        text = "The {adjective} {noun} {verb} {rest} {adverb}."
    else:
        text = "The {adjective} {noun} {verb} {adverb} {rest}."
    return values | {"sentence": text.format(**values, rest=rest)}


def finding(rng: Random) -> Values:
    """A sentence that tells a name, a number, a colour or the like."""
    row = one_of(table("finds"), rng)
    values: Values = {}
    sentence = said(row["text"], rng, values, loaded("themes")["pools"])
    sentence = sentence.replace(" .", ".")
    return {"sentence": sentence, "what": row["what"], "answer": values[row["answer"]]}


MAKERS: dict[str, Callable[[Random], Values]] = {
    "change": change,
    "active": active,
    "many": one_or_many,
    "pronoun": pronoun,
    "parts": parts,
    "finding": finding,
}
"""What a theme names as its source -> what makes one item of it."""
