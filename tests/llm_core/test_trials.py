"""Trials: without the causal mask, and with five ways to say where a token stands."""

from itertools import islice

import pytest
import torch
from torch.testing import assert_close

from llm_core.corpus import split_text, story
from llm_core.gpt import GPTModel
from llm_core.loss import cross_entropy
from llm_core.trials import (
    CHEATS,
    SCHEMES,
    ahead_scores,
    character_ids,
    characters,
    duellists,
    held_out,
    learn_with_and_without_mask,
    learn_with_every_scheme,
    loss_at_each_place,
    losses_of,
    newborn,
    notices_order,
    scores_by_distance,
    write_on,
    writing_loss,
)
from llm_core.trials.positions import PLACED, TRAINED

STEPS = 220


@pytest.fixture(scope="module")
def fought() -> tuple[dict[str, GPTModel], list]:
    models = duellists(seed=1)
    return models, list(learn_with_and_without_mask(models, story(), steps=STEPS, seed=1))


# Side by side.


def test_characters_come_back_and_strangers_become_question_marks() -> None:
    assert characters(character_ids("A goat, alas!\n")) == "A goat, alas!\n"
    assert characters(character_ids("🙂שلé")) == "????"
    assert characters(character_ids("")) == ""


def test_held_out_windows_lie_in_the_last_tenth() -> None:
    inputs, targets = held_out(story(), 32, 8)
    assert inputs.shape == targets.shape == (8, 32)
    assert torch.equal(inputs[:, 1:], targets[:, :-1])
    last = split_text(story())[1]
    assert all(characters(row) in last for row in inputs)


def test_a_model_learns_the_same_whoever_learns_beside_it() -> None:
    alone = losses_of({"masked": duellists(3)["masked"]}, story(), tokens=32, steps=9, seed=3)
    both = losses_of(duellists(3), story(), tokens=32, steps=9, seed=3)
    assert [r["masked"] for r in islice(alone, 4)] == [r["masked"] for r in islice(both, 4)]


def test_a_text_that_is_too_short_is_refused_with_a_remedy() -> None:
    with pytest.raises(ValueError, match="longer text"):
        next(learn_with_and_without_mask(duellists(1), "too short", steps=5, seed=1))


# The cheat.


def test_both_begin_with_the_same_weights_and_only_one_sees_the_future() -> None:
    models = duellists(seed=5)
    for one, other in zip(*(model.parameters() for model in models.values()), strict=True):
        assert torch.equal(one, other)
    row = character_ids("The keeper counted the spoons")[None]
    changed = row.clone()
    changed[0, -1] = ord("!")
    assert_close(models["masked"](row)[:, :-1], models["masked"](changed)[:, :-1])
    gap = models["all_seeing"](row)[:, :-1] - models["all_seeing"](changed)[:, :-1]
    assert gap.abs().max() > 1e-3


def test_for_a_masked_model_the_loss_in_writing_is_its_ordinary_loss_at_those_places() -> None:
    model, unseen = duellists(2)["masked"], held_out(story(), 16, 4)
    with torch.no_grad():
        ordinary = cross_entropy(model(unseen.inputs)[:, 3::4], unseen.targets[:, 3::4])
    assert writing_loss(model, unseen) == pytest.approx(ordinary.item(), abs=1e-5)


def test_the_cheat_reads_the_answer_and_cannot_write(fought) -> None:
    _, steps = fought
    last = steps[-1]
    assert last.loss.all_seeing < 0.3 < 1.5 < last.loss.masked
    assert last.writing.all_seeing > 4 > 2.5 > last.writing.masked
    assert max(max(layer) for layer in last.ahead) > 0.5
    assert [r.step for r in steps] == list(range(STEPS))
    assert [r.step for r in steps if r.writing] == [*range(0, STEPS, 10), STEPS - 1]


def test_shares_ahead_are_those_of_the_models_attention(fought) -> None:
    models, _ = fought
    inputs = held_out(story(), CHEATS.context_length, 2).inputs
    weights = models["all_seeing"].steps(inputs).attention_weights
    by_hand = [weights[0, b, 1, t, t + 1].item() for b in range(2) for t in range(31)]
    shares = ahead_scores(models["all_seeing"], inputs)
    assert shares[0][1] == pytest.approx(sum(by_hand) / len(by_hand), rel=1e-4)
    assert ahead_scores(models["masked"], inputs) == ((0.0,) * 4,) * 2


def test_both_write_on_the_same_draws_give_the_same_text_and_nothing_is_refused(fought) -> None:
    models, _ = fought
    for model in models.values():
        said = write_on(model, character_ids("The light" * 10), 20, seed=4)
        assert len(said) == 20
        assert said == write_on(model, character_ids("The light" * 10), 20, seed=4)
    with pytest.raises(ValueError, match="at least one"):
        write_on(models["masked"], character_ids(""), 5, seed=4)


# Positions.


def test_all_schemes_begin_with_the_same_weights_but_for_the_table() -> None:
    models = {scheme: newborn(scheme, 1) for scheme in SCHEMES}
    bare = models["none"].state_dict()
    for scheme, model in models.items():
        for name, weight in model.state_dict().items():
            assert name == "pos_emb.weight" or torch.equal(weight, bare[name]), (scheme, name)
        assert model.pos_emb.weight.requires_grad == (scheme == "learned")
    assert not models["none"].pos_emb.weight.any()
    with pytest.raises(ValueError, match="choose one of none, learned"):
        newborn("rope", 1)


def test_without_positions_one_block_is_blind_for_order_and_two_are_not() -> None:
    """The mask alone tells the second block something; see Haviv et al. 2022."""
    ids = character_ids("abcdefgh")
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    first, second = notices_order(newborn("none", 1), ids, order)
    assert first < 1e-5 < 1e-3 < second
    for scheme in set(SCHEMES) - {"none"}:
        assert notices_order(newborn(scheme, 1), ids, order)[0] > 1e-3, scheme
        same = torch.arange(7)
        assert notices_order(newborn(scheme, 1), ids, same) == (0.0, 0.0)


def test_scores_of_the_same_token_fall_in_a_line_with_a_price_and_not_at_all_with_nothing() -> None:
    flat = scores_by_distance(newborn("none", 1), ord("e"), 24)
    assert flat.shape == (PLACED.n_heads, 24)
    assert_close(flat, flat[:, :1].expand_as(flat))
    price = scores_by_distance(newborn("ALiBi", 1), ord("e"), 24) - flat
    slopes = torch.tensor([0.25, 0.0625, 0.015625, 0.00390625])
    assert_close(price, -slopes[:, None] * torch.arange(24), atol=1e-5, rtol=1e-4)
    turned = scores_by_distance(newborn("RoPE", 1), ord("e"), 24)
    assert_close(turned[:, 0], flat[:, 0])
    assert (turned[:, 1:] - flat[:, 1:]).abs().max() > 1e-3


def test_the_loss_at_each_place_has_the_ordinary_loss_as_its_mean() -> None:
    model, unseen = newborn("RoPE", 2), held_out(story(), 40, 6)
    with torch.no_grad():
        whole = cross_entropy(model(unseen.inputs), unseen.targets).item()
    by_place = loss_at_each_place(model, unseen)
    assert len(by_place) == 40
    assert sum(by_place) / 40 == pytest.approx(whole, rel=1e-5)


def test_beyond_the_trained_length_a_table_fails_and_a_price_goes_on() -> None:
    """Press et al. 2021, figure 1, on a story of 20,000 characters."""
    models = {scheme: newborn(scheme, 1) for scheme in ("learned", "ALiBi")}
    *_, last = learn_with_every_scheme(models, story(), steps=150, seed=1, measure_every=1000)
    assert len(last.by_place["ALiBi"]) == 4 * TRAINED
    assert abs(last.beyond("ALiBi") - last.inside("ALiBi")) < 0.1
    assert last.beyond("learned") > last.inside("learned") + 0.2
