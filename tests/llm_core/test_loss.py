"""The loss is the surprise of the model, and its steps add up to torch's own number."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional
from torch.utils.data import DataLoader

from llm_core.batches import create_dataloader_v1
from llm_core.config import GPT_CONFIG_124M, GPTConfig
from llm_core.corpus import story
from llm_core.gpt import GPTModel
from llm_core.loss import (
    IGNORE_INDEX,
    calc_loss_batch,
    calc_loss_loader,
    cross_entropy,
    loss_steps,
    perplexity,
)
from llm_core.tokenizers import gpt2_tokenizer

TINY = GPTConfig(vocab_size=11, context_length=4, emb_dim=8, n_heads=2, n_layers=1, drop_rate=0.0)


def tiny_model() -> GPTModel:
    torch.manual_seed(1)
    return GPTModel(TINY).eval()


def tiny_batches(count: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    draws = torch.Generator().manual_seed(2)
    ids = torch.randint(0, TINY.vocab_size, (count, 2, 5), generator=draws)
    return [(rows[:, :-1], rows[:, 1:]) for rows in ids]


def loader(batches):
    return DataLoader(batches, batch_size=None)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.1, 1.0, 100.0]))
def test_the_last_step_is_torchs_cross_entropy_in_value_and_gradient(seed, spread):
    draws = torch.Generator().manual_seed(seed)
    logits = (torch.randn(2, 3, 7, generator=draws) * spread).requires_grad_()
    targets = torch.randint(0, 7, (2, 3), generator=draws)
    targets[0, 0] = IGNORE_INDEX
    ours = loss_steps(logits, targets).loss
    theirs = functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(cross_entropy(logits, targets), theirs)
    torch.testing.assert_close(
        torch.autograd.grad(ours, logits)[0], torch.autograd.grad(theirs, logits)[0]
    )


def test_each_step_follows_from_the_one_before():
    steps = loss_steps(torch.randn(2, 3, 7), torch.randint(0, 7, (2, 3)))
    torch.testing.assert_close(steps.target_probabilities.log(), steps.log_probabilities)
    torch.testing.assert_close(steps.log_probabilities.mean(), steps.mean)
    assert steps.loss == -steps.mean


def test_an_impossible_target_costs_much_but_not_infinity():
    logits = torch.tensor([[[0.0, 300.0]]])
    assert loss_steps(logits, torch.tensor([[0]])).loss == 300.0


def test_a_position_without_a_target_changes_neither_loss_nor_gradient():
    logits = torch.randn(1, 3, 7, requires_grad=True)
    with_gap = loss_steps(logits, torch.tensor([[4, IGNORE_INDEX, 2]]))
    without = loss_steps(logits[:, [0, 2]], torch.tensor([[4, 2]]))
    torch.testing.assert_close(with_gap.loss, without.loss)
    (gradient,) = torch.autograd.grad(with_gap.loss, logits)
    assert not gradient[0, 1].any()
    assert with_gap.target_probabilities[0, 1].isnan()


def test_a_model_that_knows_nothing_is_as_surprised_as_a_blind_guess():
    loss = cross_entropy(torch.zeros(2, 4, 50257), torch.randint(0, 50257, (2, 4)))
    assert perplexity(loss.item()) == pytest.approx(50257, rel=1e-4)


@settings(deadline=None)
@given(st.floats(0, 700))
def test_perplexity_undoes_the_logarithm(loss):
    assert math.log(perplexity(loss)) == pytest.approx(loss, abs=1e-9)


def test_perplexity_of_an_absurd_loss_is_infinite_and_of_nothing_is_nothing():
    assert perplexity(1e6) == math.inf
    assert math.isnan(perplexity(math.nan))


def test_a_negative_loss_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match="pass the mean cross-entropy"):
        perplexity(-0.1)


def test_a_missing_target_is_refused_with_both_shapes():
    with pytest.raises(ValueError, match=r"\(2, 3, 7\).*\(2, 2\)"):
        cross_entropy(torch.zeros(2, 3, 7), torch.zeros(2, 2, dtype=torch.long))


def test_the_loss_of_a_loader_is_the_mean_over_its_batches():
    model, batches = tiny_model(), tiny_batches(3)
    each = [calc_loss_batch(*batch, model, "cpu").item() for batch in batches]
    assert calc_loss_loader(loader(batches), model, "cpu") == pytest.approx(sum(each) / 3)
    assert calc_loss_loader(loader(batches), model, "cpu", 2) == pytest.approx(sum(each[:2]) / 2)
    assert calc_loss_loader(loader(batches), model, "cpu", 99) == pytest.approx(sum(each) / 3)


def test_an_empty_loader_has_no_loss():
    assert math.isnan(calc_loss_loader(loader([]), tiny_model(), "cpu"))


def test_measuring_no_batch_is_refused():
    with pytest.raises(ValueError, match="choose 1 or more"):
        calc_loss_loader(loader(tiny_batches(1)), tiny_model(), "cpu", 0)


def test_measuring_leaves_gradients_and_their_recording_alone():
    model = tiny_model()
    calc_loss_loader(loader(tiny_batches(1)), model, "cpu")
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.is_grad_enabled()


# The book's own numbers: chapter 5, GPT with 124M parameters, seed 123, context 256, no training.


@pytest.fixture(scope="module")
def untrained_124m():
    torch.manual_seed(123)
    return GPTModel(GPTConfig.of({**GPT_CONFIG_124M, "context_length": 256})).eval()


def test_the_books_target_probabilities_before_training(untrained_124m):
    inputs = torch.tensor([[16833, 3626, 6100], [40, 1107, 588]])  # "every effort moves", ...
    targets = torch.tensor([[3626, 6100, 345], [1107, 588, 11311]])
    with torch.no_grad():
        steps = loss_steps(untrained_124m(inputs), targets)
    expected = [[7.4541e-05, 3.1061e-05, 1.1563e-05], [1.0337e-05, 5.6776e-05, 4.7559e-06]]
    torch.testing.assert_close(
        steps.target_probabilities, torch.tensor(expected), rtol=1e-3, atol=0
    )
    assert steps.loss.item() == pytest.approx(10.7940, abs=1e-3)


def test_the_books_first_losses_on_the_verdict(untrained_124m, shared_data):
    text = shared_data("the-verdict.txt").read_text(encoding="utf-8")
    split = int(0.9 * len(text))
    windows = {"batch_size": 2, "max_length": 256, "stride": 256, "num_workers": 0}
    torch.manual_seed(123)
    train = create_dataloader_v1(text[:split], **windows, drop_last=True, shuffle=True)
    validation = create_dataloader_v1(text[split:], **windows, drop_last=False, shuffle=False)
    assert (len(train), len(validation)) == (9, 1)
    torch.manual_seed(123)
    assert calc_loss_loader(train, untrained_124m, "cpu") == pytest.approx(10.98758, abs=2e-4)
    assert calc_loss_loader(validation, untrained_124m, "cpu") == pytest.approx(10.98111, abs=2e-4)


def test_an_untrained_model_is_as_surprised_by_our_story_as_by_a_blind_guess(untrained_124m):
    ids = torch.tensor([gpt2_tokenizer().encode(story()[:1500])[:257]])
    loss = calc_loss_batch(ids[:, :-1], ids[:, 1:], untrained_124m, "cpu")
    assert loss.item() == pytest.approx(math.log(50257), rel=0.05)
