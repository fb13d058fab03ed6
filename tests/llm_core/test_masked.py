"""Masked words: what is hidden and why, both sides seen, and gaps that get filled."""

import pytest
import torch

from llm_core.loss import IGNORE_INDEX
from llm_core.masked import (
    CHOSEN,
    HIDDEN,
    SWAPPED,
    fill_mask,
    make_masked_words,
    mask_words,
    sentence_loader,
)
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.training import train
from llm_core.translation import MASK, PAD, SPECIAL_WORDS

SENTENCES = [
    "the dog sleeps in the house.",
    "the cats sleep in the house.",
    "the dog eats an apple.",
    "the cats eat an apple.",
]
FIRST_WORD = len(SPECIAL_WORDS)


@pytest.fixture(scope="module")
def many_ids() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(FIRST_WORD, 90, (400, 100), generator=generator)


# What is hidden -----------------------------------------------------------------------------------


def test_targets_are_the_chosen_words_and_nothing_else(many_ids: torch.Tensor) -> None:
    steps = mask_words(many_ids, 90)
    assert torch.equal(steps.targets != IGNORE_INDEX, steps.chosen)
    assert torch.equal(steps.targets[steps.chosen], many_ids[steps.chosen])
    assert torch.equal(steps.inputs[~steps.chosen], many_ids[~steps.chosen])


def test_fifteen_of_a_hundred_are_chosen_and_eight_in_ten_of_them_hidden(
    many_ids: torch.Tensor,
) -> None:
    torch.manual_seed(0)
    steps = mask_words(many_ids, 90)
    chosen = steps.chosen.float().mean().item()
    before, after = many_ids[steps.chosen], steps.inputs[steps.chosen]
    hidden = (after == MASK).float().mean().item()
    swapped = ((after != MASK) & (after != before)).float().mean().item()
    assert chosen == pytest.approx(CHOSEN, abs=0.01)
    assert hidden == pytest.approx(HIDDEN, abs=0.02)
    assert swapped == pytest.approx(SWAPPED, abs=0.02)


def test_every_sentence_has_something_to_guess_and_filler_never_is() -> None:
    ids = torch.tensor([[6, PAD, PAD, PAD], [7, 8, 9, PAD]])
    for seed in range(20):
        torch.manual_seed(seed)
        steps = mask_words(ids, 12)
        assert steps.chosen.any(dim=1).all()
        assert not steps.chosen[ids == PAD].any()
        assert torch.equal(steps.inputs == PAD, ids == PAD)


def test_a_swapped_word_is_never_a_special_one(many_ids: torch.Tensor) -> None:
    inputs = mask_words(many_ids, 90).inputs
    assert ((inputs == MASK) | (inputs >= FIRST_WORD)).all()


# The model ----------------------------------------------------------------------------------------


def test_a_gap_sees_both_sides() -> None:
    torch.manual_seed(0)
    masked = make_masked_words(SENTENCES, emb_dim=16, n_heads=2, n_layers=1)
    here = fill_mask(masked, "the <mask> in the house.")[0].candidates
    assert fill_mask(masked, "the <mask> in the apple.")[0].candidates != here
    assert fill_mask(masked, "an <mask> in the house.")[0].candidates != here


def test_filler_changes_nothing() -> None:
    torch.manual_seed(0)
    model = make_masked_words(SENTENCES, emb_dim=16, n_heads=2, n_layers=2).model.eval()
    ids = torch.tensor([[6, 7, 8]])
    padded = torch.tensor([[6, 7, 8, PAD, PAD]])
    torch.testing.assert_close(model(padded)[:, :3], model(ids))


def test_gaps_are_filled_after_training_with_what_both_sides_ask_for() -> None:
    state = RandomState(123)
    with state.borrowed():
        masked = make_masked_words(SENTENCES, emb_dim=32, n_heads=4, n_layers=1)
    loader = sentence_loader(masked, SENTENCES * 8)
    stream = train(
        masked.model, loader, loader, adamw(masked.model, learning_rate=1e-2), num_epochs=150,
        eval_freq=None, eval_iter=None, random_state=state,
    )  # fmt: skip
    losses = [step.loss for step in stream]
    assert sum(losses[-10:]) / 10 < 0.3 * losses[0]
    gaps = {
        "the dog <mask> in the house.": "sleeps",
        "the <mask> sleep in the house.": "cats",
        "the cats [MASK] an apple.": "eat",
    }
    for text, word in gaps.items():
        (gap,) = fill_mask(masked, text)
        assert gap.candidates[0][0] == word
        assert gap.candidates[0][1] > 0.5


def test_each_gap_gets_its_own_candidates() -> None:
    masked = make_masked_words(SENTENCES, emb_dim=16, n_heads=2, n_layers=3)
    gaps = fill_mask(masked, "<mask> dog <mask> in the house.", count=4)
    assert [gap.place for gap in gaps] == [0, 2]
    for gap in gaps:
        probabilities = [probability for _, probability in gap.candidates]
        assert len(probabilities) == 4
        assert sorted(probabilities, reverse=True) == probabilities
        assert not {word for word, _ in gap.candidates} & set(SPECIAL_WORDS)
        assert gap.attention.shape == (3, 2, 7)
    (all_words,) = fill_mask(masked, "<mask>", count=10_000)
    assert len(all_words.candidates) == masked.words.n_vocab - FIRST_WORD
    assert sum(p for _, p in all_words.candidates) == pytest.approx(1, abs=1e-4)


def test_bad_input_gets_a_sentence() -> None:
    masked = make_masked_words(SENTENCES, emb_dim=16, n_heads=2, n_layers=1)
    for text in ("", "the dog sleeps."):
        with pytest.raises(ValueError, match="put <mask>"):
            fill_mask(masked, text)
    with pytest.raises(ValueError, match="shorten the text"):
        fill_mask(masked, "<mask> " * 65)
    with pytest.raises(ValueError, match="at least one sentence"):
        make_masked_words(["", "  "])
