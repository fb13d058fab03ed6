"""Random states: one stream each, none disturbs another."""

import threading

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llm_core.random_state import RandomState


def draw(state: RandomState, count: int = 3) -> list[float]:
    with state.borrowed():
        return torch.rand(count).tolist()


@given(seed=st.integers(0, 2**32), turns=st.lists(st.booleans(), max_size=12))
def test_a_stream_gives_the_same_numbers_however_often_another_draws_between(seed, turns):
    alone, together, other = RandomState(seed), RandomState(seed), RandomState(seed + 1)
    for others_turn in turns:
        if others_turn:
            draw(other)
        else:
            assert draw(together) == draw(alone)


@given(seed=st.integers(0, 2**32))
def test_the_global_stream_is_left_as_it_was(seed):
    before = torch.get_rng_state()
    draw(RandomState(seed))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_global_stream_comes_back_even_after_an_error():
    before = torch.get_rng_state()
    state = RandomState(1)
    with pytest.raises(RuntimeError), state.borrowed():
        torch.rand(3) @ torch.rand(4)
    assert torch.equal(torch.get_rng_state(), before)
    assert draw(state) != draw(RandomState(1)), "what was drawn before the error stays drawn"


def test_a_stream_is_the_one_manual_seed_would_start():
    torch.manual_seed(123)
    expected = torch.rand(3).tolist()
    assert draw(RandomState(123)) == expected


def test_the_generator_and_the_borrowed_stream_are_one():
    borrowed, through_generator = RandomState(7), RandomState(7)
    first, second = draw(borrowed), draw(borrowed)
    assert torch.rand(3, generator=through_generator.generator).tolist() == first
    assert draw(through_generator) == second


def test_borrowing_inside_a_borrowing_goes_on_with_the_same_stream():
    plain, nested = RandomState(5), RandomState(5)
    with nested.borrowed():
        numbers = torch.rand(2).tolist()
        with nested.borrowed():
            numbers += torch.rand(2).tolist()
        numbers += torch.rand(2).tolist()
    assert numbers == draw(plain, 2) + draw(plain, 2) + draw(plain, 2)


def test_two_states_nested_keep_to_their_own_streams():
    outer, inner = RandomState(1), RandomState(2)
    with outer.borrowed():
        before = torch.rand(2).tolist()
        within = draw(inner, 2)
        after = torch.rand(2).tolist()
    assert within == draw(RandomState(2), 2)
    fresh = RandomState(1)
    assert before + after == draw(fresh, 2) + draw(fresh, 2)


def test_threads_that_draw_at_the_same_time_get_what_they_would_get_alone():
    drawn: dict[int, list[float]] = {}

    def run(seed: int) -> None:
        state = RandomState(seed)
        drawn[seed] = [number for _ in range(50) for number in draw(state)]

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed in range(4):
        alone = RandomState(seed)
        assert drawn[seed] == [number for _ in range(50) for number in draw(alone)]


def test_a_saved_state_goes_on_where_it_stood():
    state = RandomState(42)
    draw(state)
    saved = state.state_dict()
    expected = draw(state)
    resumed = RandomState(0)
    resumed.load_state_dict(saved)
    assert draw(resumed) == expected
    assert resumed.seed == 42


def test_something_else_is_refused_as_a_saved_state():
    with pytest.raises(ValueError, match=r"RandomState\.state_dict"):
        RandomState(0).load_state_dict({"seed": 1})
