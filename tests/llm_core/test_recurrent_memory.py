"""One vector for a whole text: what it keeps, and where the wall is."""

import pytest
import torch

from llm_core.recurrent_memory import (
    RecurrentMemory,
    nearest,
    random_words,
    recall,
    recall_curve,
    recall_with_attention,
    unit_length,
)


@pytest.mark.parametrize("width", [1, 2, 7, 64])
def test_the_memory_is_turned_and_never_stretched(width: int) -> None:
    R = RecurrentMemory(width, seed=3).matrix
    torch.testing.assert_close(R @ R.T, torch.eye(width))


def test_reading_is_h_becomes_the_turned_h_plus_x_word_by_word() -> None:
    memory = RecurrentMemory(8, seed=2)
    words = torch.randn(5, 8, generator=torch.Generator().manual_seed(1))
    h = torch.zeros(8)
    for x in words:
        h = memory.matrix @ h + x
    torch.testing.assert_close(memory.read(words), h)


def test_turning_back_brings_a_word_upright_again() -> None:
    memory = RecurrentMemory(16, seed=5)
    words = torch.randn(4, 16, generator=torch.Generator().manual_seed(1))
    alone = torch.zeros(4, 16)
    alone[1] = words[1]
    answers = memory.asked(memory.read(alone), 4)
    torch.testing.assert_close(answers[1], words[1])
    for place in range(4):
        back = torch.linalg.matrix_power(memory.matrix, 3 - place).T
        torch.testing.assert_close(answers[place], back @ memory.read(alone))


def test_one_word_alone_always_comes_back() -> None:
    table = random_words(50, 4)
    for word in range(50):
        assert recall([word], table, RecurrentMemory(4)).share == 1


def test_the_share_that_comes_back_falls_with_length_and_grows_with_width() -> None:
    lengths = (4, 16, 64)
    narrow, wide = (
        recall_curve(random_words(500, width), RecurrentMemory(width), lengths)
        for width in (32, 256)
    )
    assert narrow == sorted(narrow, reverse=True)
    assert all(more >= less for more, less in zip(wide, narrow, strict=True))
    assert wide[0] == 1
    assert narrow[-1] < 0.2


def test_attention_keeps_all_vectors_and_loses_no_word() -> None:
    table = random_words(500, 32)
    assert recall_with_attention(range(500), table) == 1


def test_the_nearest_row_has_the_largest_cosine() -> None:
    table = unit_length(torch.randn(20, 6, generator=torch.Generator().manual_seed(1)))
    asked = torch.randn(6, generator=torch.Generator().manual_seed(2))
    found = torch.nn.functional.cosine_similarity(table, asked[None]).argmax()
    assert nearest(asked, table) == found


def test_the_same_seed_gives_the_same_memory_and_leaves_torchs_own_numbers_alone() -> None:
    before = torch.get_rng_state()
    one, two = RecurrentMemory(32, seed=4), RecurrentMemory(32, seed=4)
    random_words(10, 8)
    assert torch.equal(one.matrix, two.matrix)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_cannot_be_kept_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="give it at least 1"):
        RecurrentMemory(0)
    with pytest.raises(ValueError, match="give at least one"):
        recall([], random_words(5, 4), RecurrentMemory(4))
