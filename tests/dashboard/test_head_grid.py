"""The grid of heads: what is sent to the browser and said of a head, and what a link restores."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
import torch

from dashboard import cached
from dashboard.components.sending import message
from dashboard.lessons import reading
from dashboard.lessons.attention import grid, grid_link, together
from llm_core import heads
from llm_core.heads import HeadRole

SENTENCE = "Tom saw the dog. Mia fed the dog. Tom saw the"


@pytest.fixture(scope="module")
def ids() -> tuple[int, ...]:
    return reading.read(cached.starter(), SENTENCE).ids


def test_every_map_is_sent_once_with_all_that_lies_below_the_diagonal(ids: tuple[int, ...]) -> None:
    loaded = cached.starter()
    weights = grid.weights_of(loaded, ids)
    layers, count, tokens, _ = weights.shape
    sent = np.frombuffer(grid.maps(loaded, ids), dtype="<f2").astype(np.float32)
    each = tokens * (tokens + 1) // 2
    assert sent.size == (layers * count + 2) * each
    rows, columns = np.tril_indices(tokens)
    own = sent.reshape(-1, each)
    assert np.allclose(own[count + 2], weights[1, 2].numpy()[rows, columns], rtol=1e-3, atol=1e-6)
    assert np.allclose(own[-2], heads.rollout(weights)[-1].numpy()[rows, columns], rtol=1e-3)
    assert np.allclose(own[-1], weights[-1].mean(0).numpy()[rows, columns], rtol=1e-3, atol=1e-6)


def test_maps_of_two_hundred_and_fifty_six_tokens_stay_below_two_megabytes() -> None:
    loaded = cached.starter()
    text = reading.read(loaded, "the cat and the dog " * 100)
    assert len(text.ids) == 256
    assert text.left_out > 0
    assert len(grid.maps(loaded, text.ids)) < 2_000_000


def test_maps_that_the_browser_has_are_not_sent_again() -> None:
    sent: set[str] = set()
    first = message({}, {"maps": b"12345678" * 100}, sent)
    assert len(message({}, {"maps": b"12345678" * 100}, sent)) < len(first) / 4


def test_the_evidence_names_share_count_and_what_an_even_spread_would_give() -> None:
    strong = HeadRole(heads.PREVIOUS, 0.834, 0.2, 12, heads.PREVIOUS, 0)
    assert grid.evidence(strong) == (
        "Looks at the token just before with 0.83 of its weight, on average over 12 tokens; "
        "an even spread would give 0.20."
    )
    few = HeadRole(heads.INDUCTION, 0.4, 0.1, 2, heads.INDUCTION, 0)
    assert grid.evidence(few).endswith("So few tokens may be luck.")
    mixed = HeadRole(heads.MIXED, 0.17, 0.1, 9, heads.OFFSET, 5)
    assert "No rule fits. The nearest: it looks at the token 5 places back" in grid.evidence(mixed)


def test_every_role_has_a_sign_and_a_sentence(ids: tuple[int, ...]) -> None:
    assert set(grid.SIGNS) == set(heads.ROLES)
    for role in grid.roles(cached.starter(), ids):
        assert grid.evidence(role)


def test_a_text_without_repetition_says_what_to_do_and_one_with_it_says_nothing(
    ids: tuple[int, ...],
) -> None:
    loaded = cached.starter()
    plain = reading.read(loaded, "One day Lily lost a key").ids
    assert "Repeat a phrase" in grid.cannot_show(loaded, plain)
    assert not grid.cannot_show(loaded, ids)


def test_the_answer_is_the_candidate_with_the_largest_share_on_the_token_before(
    ids: tuple[int, ...],
) -> None:
    loaded = cached.starter()
    asked = grid.question(loaded, ids)
    assert asked is not None
    assert len(set(asked.numbers)) == 3
    weights = grid.weights_of(loaded, ids).flatten(0, 1)
    right = asked.numbers[grid.LETTERS.index(asked.truth)]
    before = weights.diagonal(offset=-1, dim1=-2, dim2=-1)[:, 1:].mean(dim=-1)
    assert before[right] == pytest.approx(max(asked.shares), abs=1e-6)
    assert int(before.argmax()) == right
    assert grid.question(loaded, ids[:2]) is None


def test_both_accounts_of_the_last_token_add_up_to_one(ids: tuple[int, ...]) -> None:
    found = together.last_row(cached.starter(), ids)
    assert sum(found.rollout) == pytest.approx(1, abs=1e-5)
    assert sum(found.last_layer) == pytest.approx(1, abs=1e-5)
    assert together.LastRow((1.0,), (1.0,)).truth == together.SOURCES[0]
    assert together.LastRow((0.2, 0.5, 0.3), (0.2, 0.5, 0.3)).truth == together.SOURCES[2]


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A session and an address of the test's own."""
    own = SimpleNamespace(session_state={}, query_params={})
    monkeypatch.setattr(st, "session_state", own.session_state)
    monkeypatch.setattr(st, "query_params", own.query_params)
    return own


def test_what_the_learner_looks_at_comes_back_from_the_link(address: SimpleNamespace) -> None:
    seen = {
        "heads": 4, "map": 9, "view": "lines", "token": {"side": "seen", "place": 3},
        "pins": [1, 9, 24], "alone": 1, "role": heads.INDUCTION, "bright": True,
    }  # fmt: skip
    here = grid_link.standing(4, 26, 10, seen)
    grid_link.to_link(here, 26)
    assert address.query_params["attention.head-on-show"] == "3.2"
    assert address.query_params["attention.kept"] == "1.2-3.2-rollout"
    address.session_state.clear()
    assert grid_link.standing(4, 26, 10) == here


def test_another_model_or_a_shorter_text_takes_what_it_does_not_have_out_of_the_link(
    address: SimpleNamespace,
) -> None:
    seen = {"heads": 4, "map": 9, "token": {"side": "asks", "place": 8}, "pins": [9], "alone": 9}
    grid_link.to_link(grid_link.standing(4, 26, 10, seen), 26)
    grid_link.to_link(grid_link.standing(12, 146, 5), 146)
    assert not address.query_params


@pytest.mark.parametrize("nonsense", ["9.9", "0.1", "x", "1.", "1.2.3"])
def test_nonsense_in_the_link_is_left_out(address: SimpleNamespace, nonsense: str) -> None:
    for name in ("head-on-show", "kept", "alone", "token", "view", "role", "strong"):
        address.query_params[f"attention.{name}"] = nonsense
    here = grid_link.standing(4, 26, 10)
    assert here == grid_link.At(heads=4)


def test_every_map_has_a_name_that_leads_back_to_it() -> None:
    names = [grid_link.written(number, 4, 26) for number in range(26)]
    assert len(set(names)) == 26
    assert [grid_link._number(name, 4, 26) for name in names] == list(range(26))


def test_sixteen_bits_keep_three_digits_of_a_weight() -> None:
    weights = torch.rand(1000) * 0.999 + 0.001
    assert ((weights.half().float() - weights).abs() / weights).max() < 5e-4
