"""Templates and pools."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_core.tales import phrasing
from llm_core.tales.phrasing import said

POOLS = {
    "girl": ["Mia", "Anna"],
    "price": "10..20/5",
    "place": ["the {what}"],
    "what": ["mill", "inn"],
}


def test_holes_take_the_form_and_the_capital_that_they_ask_for() -> None:
    values = {"x": "mouse", "v": "run", "n": "12"}
    assert said("{A x}, {many x}: they {past v}. {Word n}.", Random(0), values) == (
        "A mouse, mice: they ran. Twelve."
    )


@given(st.integers())
def test_every_alternative_is_one_of_those_written(seed: int) -> None:
    assert said("a[b|c[d|]|]e", Random(seed), {}) in {"abe", "acde", "ace", "ae"}


@given(st.integers())
def test_a_name_is_remembered_and_its_second_is_another(seed: int) -> None:
    first, again, second = said("{girl} {girl} {girl2}", Random(seed), {}, POOLS).split()
    assert first == again != second


@given(st.integers())
def test_a_range_gives_its_steps_and_a_pool_may_name_pools(seed: int) -> None:
    assert said("{price}", Random(seed), {}, POOLS) in {"10", "15", "20"}
    assert said("{place}", Random(seed), {}, POOLS) in {"the mill", "the inn"}


@pytest.mark.parametrize("template", ["[a|b", "a]", "[a[b]"])
def test_brackets_that_do_not_match_are_named(template: str) -> None:
    with pytest.raises(ValueError, match="close every bracket"):
        phrasing.parsed(template)


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(KeyError, match="no table nonsense"):
        phrasing.table("nonsense")
