"""Each token hidden in turn gives what the model says of the text without it."""

import pytest
import torch

from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.hiding import AT_ONCE, hide_each
from llm_core.random_state import RandomState

NOTHING = 19


@pytest.fixture(scope="module")
def model() -> GPTModel:
    config = GPTConfig(
        vocab_size=20, context_length=48, emb_dim=16, n_heads=2, n_layers=2, drop_rate=0.5
    )
    with RandomState(1).borrowed():
        return GPTModel(config)


def read(model: GPTModel, ids: list[int]) -> torch.Tensor:
    training, _ = model.training, model.eval()
    with torch.no_grad():
        probabilities: torch.Tensor = model(torch.tensor([ids]))[0, -1].softmax(dim=-1)
    model.train(training)
    return probabilities


@pytest.mark.parametrize("tokens", [2, 3, AT_ONCE, AT_ONCE + 1, AT_ONCE + 2, 2 * AT_ONCE + 1, 48])
def test_each_variant_is_the_text_read_without_that_token(model: GPTModel, tokens: int) -> None:
    ids = [(7 * i + i // 3) % 20 for i in range(tokens)]
    found = hide_each(model, ids, NOTHING)
    whole = read(model, ids)
    torch.testing.assert_close(found.whole, whole)
    assert found.places == tuple(range(tokens))
    for place in found.places:
        without = read(model, ids[:place] + ids[place + 1 :])
        torch.testing.assert_close(found.without[place], without, atol=1e-6, rtol=1e-4)
        expected = (whole * (whole.log2() - without.log2())).sum()
        assert found.bits[place].item() == pytest.approx(expected.item(), abs=1e-5)


def test_a_text_of_one_token_becomes_the_beginning_of_a_text(model: GPTModel) -> None:
    found = hide_each(model, [5], NOTHING)
    torch.testing.assert_close(found.without[0], read(model, [NOTHING]))


@pytest.mark.parametrize("last", [1, 2, AT_ONCE, 30, 100])
def test_only_the_last_tokens_are_hidden_if_asked(model: GPTModel, last: int) -> None:
    ids = [(3 * i) % 20 for i in range(40)]
    everything, some = hide_each(model, ids, NOTHING), hide_each(model, ids, NOTHING, last)
    assert some.places == everything.places[-last:]
    torch.testing.assert_close(some.without, everything.without[-last:], atol=1e-6, rtol=1e-4)


def test_nothing_moves_by_a_negative_number_of_bits(model: GPTModel) -> None:
    assert (hide_each(model, [1, 2, 3, 4, 5, 6], NOTHING).bits >= -1e-6).all()


def test_the_model_stays_as_it_was(model: GPTModel) -> None:
    model.train()
    before = torch.get_rng_state()
    hide_each(model, [1, 2, 3], NOTHING)
    assert model.training
    assert torch.equal(torch.get_rng_state(), before)


def test_too_long_a_text_is_refused(model: GPTModel) -> None:
    with pytest.raises(ValueError, match="context_length=48"):
        hide_each(model, [1] * 49, NOTHING)
