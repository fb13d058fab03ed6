"""Learning to copy: the rows, the scores, what appears, and what each head is worth."""

import math
from itertools import islice

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llm_core.attention import join_heads
from llm_core.induction import (
    COPYIST,
    PERIODS,
    CopyStep,
    FreshBatches,
    Head,
    Rows,
    copying,
    learn_to_copy,
    letter_ids,
    loss_without_each,
    matches,
    matching_scores,
    newborn,
    previous_scores,
    repeated_rows,
    unseen_rows,
    without_heads,
)
from llm_core.random_state import RandomState

LN_V = math.log(COPYIST.vocab_size)
STEPS = 1200
LOOKED_AT = 450


def rows_of(seed: int, count: int = 16) -> Rows:
    return repeated_rows(count, torch.Generator().manual_seed(seed))


def learn(seed: int, steps: int = STEPS):
    random_state = RandomState(seed)
    model = newborn(random_state)
    return model, learn_to_copy(model, steps=steps, random_state=random_state)


@pytest.fixture(scope="module")
def learnt():
    """A model that has learnt to copy, and what was measured on the way."""
    model, stream = learn(2)
    history = list(islice(stream, LOOKED_AT))
    return model.eval(), [record.copying for record in history if record.copying]


# The rows.


@given(st.integers(0, 50))
def test_a_row_says_its_first_letters_again_and_again(seed):
    ids, periods = rows_of(seed)
    assert ids.shape == (16, COPYIST.context_length + 1)
    assert PERIODS[0] <= periods.min() <= periods.max() <= PERIODS[1]
    for row, period in zip(ids.tolist(), periods.flatten().tolist(), strict=True):
        assert row[period:] == row[:-period]


def test_every_letter_is_equally_likely_when_first_read():
    ids, periods = rows_of(0, 4000)
    first = ids[torch.arange(ids.shape[1]) < periods]
    shares = torch.bincount(first, minlength=COPYIST.vocab_size) / len(first)
    assert (shares * COPYIST.vocab_size - 1).abs().max() < 0.06


def test_no_batch_comes_twice_and_each_can_be_drawn_again():
    batches = FreshBatches(50, 4, first_seed=9)
    drawn = [tuple(batches[number][0].flatten().tolist()) for number in range(50)]
    assert len(set(drawn)) == 50
    assert torch.equal(batches[7][1], FreshBatches(50, 4, first_seed=9)[7][1])
    inputs, targets = batches[0]
    assert torch.equal(inputs[:, 1:], targets[:, :-1])


# The scores.


def test_a_match_is_the_place_after_the_same_letter():
    ids = torch.tensor([letter_ids("abcab")])
    expected = torch.zeros(5, 5, dtype=torch.bool)
    expected[3, 1] = True  # at the second a: look at the b after the first
    expected[4, 2] = True  # at the second b: look at the c
    assert torch.equal(matches(ids)[0], expected)


def test_a_letter_said_twice_running_matches_itself():
    assert matches(torch.tensor([letter_ids("aab")]))[0].tolist() == [
        [False, False, False],
        [False, True, False],  # at the second a, the letter after the first is that very a
        [False, False, False],
    ]


@given(st.integers(0, 50))
def test_a_head_that_looks_only_at_matches_scores_one_and_one_that_never_does_zero(seed):
    ids = rows_of(seed, 3).ids
    found = matches(ids).float()
    perfect = found / found.sum(-1, keepdim=True).clamp(min=1)
    blind = torch.eye(ids.shape[1]).expand_as(found) * (1 - found)
    weights = torch.stack((perfect, blind), dim=1)[None]  # (1, B, 2, T, T)
    assert matching_scores(weights, ids)[0] == pytest.approx((1.0, 0.0))


def test_a_head_that_looks_one_place_back_scores_one_as_previous_token_head():
    back = torch.diag(torch.ones(5), -1)
    back[0, 0] = 1.0
    weights = torch.stack((back, torch.eye(6)))[None, None]  # (1, 1, 2, 6, 6)
    assert previous_scores(weights) == ((1.0, 0.0),)


def test_one_letter_has_no_letter_before_and_scores_nothing():
    weights = torch.ones(2, 1, 2, 1, 1)
    assert previous_scores(weights) == ((0.0, 0.0), (0.0, 0.0))
    assert matching_scores(weights, torch.tensor([[3]])) == ((0.0, 0.0), (0.0, 0.0))


def test_losses_count_first_readings_and_what_can_be_known_apart():
    model = newborn(RandomState(0)).eval()
    ids, periods = rows_of(1, 2)
    logs = model(ids[:, :-1]).log_softmax(-1)
    first, again = [], []
    for row in range(2):
        for place in range(1, ids.shape[1]):
            loss = -logs[row, place - 1, ids[row, place]].item()
            if place < periods[row]:
                first.append(loss)
            if place > periods[row]:
                again.append(loss)
    measured = copying(model, Rows(ids, periods))
    assert measured.first_loss == pytest.approx(sum(first) / len(first), rel=1e-5)
    assert measured.again_loss == pytest.approx(sum(again) / len(again), rel=1e-5)


# What appears.


@pytest.mark.parametrize("seed", [1, 3])
def test_the_same_seed_gives_the_same_steps_whoever_else_draws(seed):
    def few() -> list[CopyStep]:
        return list(islice(learn(seed)[1], 12))

    alone = few()
    torch.rand(7)
    assert few() == alone
    assert few() != list(islice(learn(seed + 1)[1], 12))


def test_the_repetition_is_learnt_and_the_first_reading_never(learnt):
    _, measured = learnt
    assert measured[0].again_loss == pytest.approx(LN_V, rel=0.1)
    assert measured[-1].again_loss < 0.3 * LN_V
    assert min(now.first_loss for now in measured) > 0.98 * LN_V


def test_the_fall_is_sudden(learnt):
    losses = [now.again_loss for now in learnt[1]]
    steepest = max(losses[i] - losses[i + 6] for i in range(len(losses) - 6))  # within 60 steps
    assert steepest > 0.5 * (losses[0] - losses[-1])


def test_a_head_of_the_first_layer_looks_back_and_one_of_the_second_matches(learnt):
    now = learnt[1][-1]
    assert max(now.previous[0]) > 0.4 > 2 * max(now.previous[1])
    assert max(now.matching[1]) > 0.5 > 3 * max(now.matching[0])


def test_the_last_step_is_measured_too():
    _, stream = learn(1, steps=4)
    assert [record.copying is not None for record in stream] == [True, False, False, True]


# What a head is worth.


@given(st.sets(st.tuples(st.integers(0, 1), st.integers(0, 1))))
def test_a_head_switched_off_adds_nothing_before_out_proj(off):
    model = newborn(RandomState(4)).eval()
    ids = rows_of(0, 2).ids[:, :-1]
    changed = without_heads(model, [Head(*head) for head in off]).steps(ids)
    for layer, block in enumerate(changed.blocks):
        attention = model.trf_blocks[layer].att
        context = attention.steps(block.attention_input).context.clone()  # (B, H, T, D)
        for head in off:
            if head[0] == layer:
                context[:, head[1]] = 0.0
        by_hand = attention.out_proj(join_heads(context))
        torch.testing.assert_close(block.attention_output, by_hand, atol=1e-6, rtol=1e-5)


def test_the_model_itself_is_left_as_it_was():
    model = newborn(RandomState(4)).eval()
    ids = rows_of(0, 2).ids[:, :-1]
    before = model(ids)
    without_heads(model, [Head(0, 0), Head(1, 1)])
    assert torch.equal(model(ids), before)
    assert torch.equal(without_heads(model, [])(ids), before)


@pytest.mark.parametrize("layer", [0, 1])
def test_without_either_layers_heads_copying_is_gone_although_the_first_copies_nothing(
    learnt, layer
):
    changed = without_heads(learnt[0], [Head(layer, 0), Head(layer, 1)])
    assert copying(changed, unseen_rows()).again_loss > 0.9 * LN_V


def test_switching_a_head_off_never_helps(learnt):
    whole = copying(learnt[0], unseen_rows()).again_loss
    alone = loss_without_each(learnt[0], unseen_rows())
    assert all(loss > whole for layer in alone for loss in layer)
    again = copying(without_heads(learnt[0], [Head(1, 0)]), unseen_rows()).again_loss
    assert alone[1][0] == again


def test_it_copies_any_letters_that_repeat(learnt):
    typed = letter_ids("wqzbkxjmfp wqzbkxjmf")
    logits = learnt[0](torch.tensor([typed]))[0, -1]
    assert logits.argmax().item() == letter_ids("p")[0]


@pytest.mark.parametrize("head", [Head(2, 0), Head(0, 2), Head(-1, 0)])
def test_a_head_that_is_not_there_cannot_be_switched_off(head):
    with pytest.raises(ValueError, match="2 layers with 2 heads"):
        without_heads(newborn(RandomState(0)), [head])


def test_no_step_is_refused():
    with pytest.raises(ValueError, match="makes no update"):
        list(learn(0, steps=0)[1])
