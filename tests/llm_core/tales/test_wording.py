"""The notation of the data files."""

import re
from collections.abc import Iterable

import pytest

from llm_core.tales.wording import BANK, Choice, Gap, Wording, compile_wording, holds


def _gaps(pieces: Iterable[object]) -> list[Gap]:
    found: list[Gap] = []
    for piece in pieces:
        if isinstance(piece, Gap):
            found.append(piece)
        elif isinstance(piece, Choice):
            found += [gap for option in piece.options for gap in _gaps(option)]
    return found


def _all() -> list[tuple[str, Wording]]:
    return [(key, wording) for key, wordings in BANK.items() for wording in wordings]


def test_brackets_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="do not match"):
        compile_wording("{A} [ran|walked home.")


def test_conditions_are_all_words_or_none() -> None:
    assert holds(["winter", "!rain"], ["winter", "snow"])
    assert not holds(["winter", "!rain"], ["winter", "rain"])


def test_choices_nest() -> None:
    wording = compile_wording("[one|two [three|{x}]] end.")
    assert [gap.role for gap in _gaps(wording.pieces)] == ["x"]


def test_every_key_that_a_wording_calls_exists() -> None:
    for key, wording in _all():
        for gap in _gaps(wording.pieces):
            if gap.role.startswith("@"):
                assert gap.role[1:] in BANK, (key, wording.text)


def test_the_verb_before_a_pronoun_is_never_turned_round() -> None:
    for key, wording in _all():
        assert not re.search(r"\b(?:said|cried|thought|sat|stood|lay) \{[A-Z]\}", wording.text), key


def test_every_condition_is_a_word_of_the_day() -> None:
    seasons, times = {"spring", "summer", "autumn", "winter"}, {"morning", "afternoon", "evening"}
    weather = {"sunny", "hot", "windy", "rain", "cloudy", "fog", "snow", "frost", "storm"}
    for key, wording in _all():
        assert {need.lstrip("!") for need in wording.needs} <= seasons | times | weather, key
