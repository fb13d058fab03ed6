"""Every link of the chain over the whole vocabulary, held against other implementations."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from transformers.generation.logits_process import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from llm_core.sampling import (
    expected,
    likeliest,
    sampling_steps,
    stretches,
    uncertainty,
    uniform_numbers,
)

VOCABULARY = 50257

logit_lists = st.lists(st.floats(-30, 30, width=32), min_size=2, max_size=60)
# Whole numbers, so that many tokens are exactly alike.
tied_lists = st.lists(st.integers(-3, 3).map(float), min_size=2, max_size=60)
any_logits = st.one_of(logit_lists, tied_lists).map(torch.tensor)
temperatures = st.one_of(st.sampled_from([0.01, 0.1, 0.7, 1.0, 2.0, 100.0]), st.floats(0.05, 5))


def wide(seed: int, spread: float = 3.0) -> torch.Tensor:
    """Logits of GPT-2's whole vocabulary: many poor tokens, few good ones."""
    generator = torch.Generator().manual_seed(seed)
    return spread * torch.randn(VOCABULARY, generator=generator)


# Properties.


@settings(deadline=None)
@given(
    any_logits, temperatures, st.integers(1, 70), st.floats(0.01, 1), st.floats(0, 1),
    st.floats(0.5, 3), st.lists(st.integers(0, 59), max_size=9),
)  # fmt: skip
def test_each_link_only_takes_tokens_away_and_something_is_always_left(
    logits, temperature, top_k, top_p, min_p, penalty, seen
):
    ids = torch.tensor([i % len(logits) for i in seen], dtype=torch.long)
    steps = sampling_steps(
        logits, temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p,
        repetition_penalty=penalty, seen=ids,
    )  # fmt: skip
    left = [link.isfinite() for link in (steps.top_k, steps.scaled, steps.top_p, steps.min_p)]
    for before, after in zip([torch.ones_like(left[0]), *left], left, strict=False):
        assert (after <= before).all()
    assert steps.probabilities.sum().item() == pytest.approx(1, abs=1e-5)
    assert steps.probabilities[steps.penalised.argmax()] == steps.probabilities.max()
    assert torch.equal(steps.logits, logits)


@settings(deadline=None)
@given(any_logits, st.floats(0.01, 1))
def test_min_p_keeps_exactly_what_is_likely_beside_the_likeliest(logits, min_p):
    exact = logits.double().softmax(dim=-1)
    ratio = exact / exact.max()
    assume(((ratio - min_p).abs() > 1e-9).all() or min_p == 1)
    kept = sampling_steps(logits, min_p=min_p).min_p.isfinite()
    assert torch.equal(kept, ratio >= min_p)


@settings(deadline=None)
@given(any_logits, st.floats(1.01, 3), st.lists(st.integers(0, 59), min_size=1, max_size=9))
def test_a_penalty_lowers_seen_tokens_once_and_leaves_the_others(logits, penalty, seen):
    ids = torch.tensor([i % len(logits) for i in seen], dtype=torch.long)
    steps = sampling_steps(logits, repetition_penalty=penalty, seen=ids)
    twice = sampling_steps(logits, repetition_penalty=penalty, seen=torch.cat((ids, ids)))
    assert torch.equal(steps.penalised, twice.penalised)
    mask = torch.zeros(len(logits), dtype=torch.bool)
    mask[ids] = True
    assert torch.equal(steps.penalised[~mask], logits[~mask])
    assert (steps.penalised[mask] <= logits[mask]).all()


@settings(deadline=None)
@given(any_logits)
def test_the_effective_number_of_choices_lies_between_one_and_all(logits):
    probabilities = logits.softmax(dim=-1)
    nats, bits, choices = uncertainty(probabilities)
    assert -1e-9 <= nats <= math.log(len(logits)) + 1e-6
    assert bits == pytest.approx(nats / math.log(2))
    assert choices == pytest.approx(math.exp(nats))


@settings(deadline=None)
@given(any_logits, st.floats(0, 1, exclude_max=True))
def test_every_number_falls_on_a_token_that_can_be_drawn(logits, number):
    steps = sampling_steps(logits, top_p=0.9)
    thrown = stretches(steps.min_p).throw(number)
    assert thrown.begins <= number < thrown.ends
    assert steps.probabilities[thrown.token_id] == pytest.approx(
        thrown.ends - thrown.begins, abs=1e-6
    )
    assert steps.min_p[thrown.token_id].isfinite()


def test_the_line_begins_with_the_likeliest_and_its_stretches_are_the_probabilities():
    probabilities = torch.tensor([0.1, 0.6, 0.0, 0.3])
    line = stretches(probabilities.log())
    assert line.order.tolist() == [1, 3, 0]
    assert line.ends.tolist() == pytest.approx([0.6, 0.9, 1.0], abs=1e-6)
    assert line.throw(1 - 2**-53).token_id == 0


def test_logits_that_are_no_numbers_cannot_be_drawn_from():
    with pytest.raises(ValueError, match="lower learning rate"):
        stretches(torch.full((4,), math.nan))


def test_many_numbers_fall_as_each_would_alone():
    line = stretches(wide(1))
    numbers = uniform_numbers(2, 200)
    assert line.ids(numbers).tolist() == [line.throw(n).token_id for n in numbers.tolist()]


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_draws_agree_with_theory(seed):
    steps = sampling_steps(wide(seed), temperature=0.4, top_k=20)
    ids = stretches(steps.min_p).ids(uniform_numbers(seed, 1000))
    counts = torch.bincount(ids, minlength=VOCABULARY)
    mean, spread = expected(steps.probabilities, 1000)
    likely = mean >= 5
    # Pearson's chi-square: its mean is the number of tokens, four deviations are never seen.
    distance = ((counts - mean).square() / mean)[likely].sum()
    assert distance < likely.sum() + 4 * math.sqrt(2 * likely.sum())
    assert counts[~steps.min_p.isfinite()].sum() == 0
    assert torch.allclose(spread, (mean * (1 - mean / 1000)).sqrt())


# Worked examples.


def test_four_equal_tokens_are_two_bits_and_one_sure_token_is_none():
    assert uncertainty(torch.full((4,), 0.25)).bits == 2
    assert uncertainty(torch.tensor([0.0, 1.0])) == (0.0, 0.0, 1.0)


def test_the_penalty_divides_a_positive_logit_and_multiplies_a_negative_one():
    # Keskar et al. 2019 divide; a negative logit would come nearer to 0 that way, so it is not.
    steps = sampling_steps(
        torch.tensor([3.0, -3.0, 1.0]), repetition_penalty=1.5, seen=torch.tensor([0, 1])
    )
    assert steps.penalised.tolist() == [2.0, -4.5, 1.0]


@pytest.mark.parametrize("count", [1, 3, 8, 10])
def test_ten_equal_tokens_reach_a_share_in_tenths_exactly(count):
    steps = sampling_steps(torch.zeros(10), top_p=count / 10)
    assert int(steps.top_p.isfinite().sum()) == count


def test_a_flat_distribution_keeps_thousands_of_tokens_never_a_handful():
    # Cutting to the 50 likeliest before top-p, as some tools do, would keep at most 50.
    steps = sampling_steps(wide(0), temperature=2.0, top_p=0.9)
    assert int(steps.top_p.isfinite().sum()) > 5000


# Equality with others.


def reference(logits, *, temperature, top_k, top_p, min_p, penalty, seen):
    """What transformers would draw from, in its own order, in double precision."""
    chain = LogitsProcessorList([RepetitionPenaltyLogitsProcessor(penalty)])
    chain.append(TemperatureLogitsWarper(temperature))
    chain.append(TopKLogitsWarper(top_k))
    if top_p < 1:
        chain.append(TopPLogitsWarper(top_p))
    chain.append(MinPLogitsWarper(min_p))
    return chain(seen.unsqueeze(0), logits.double().unsqueeze(0))[0].softmax(dim=-1)


def no_decision_hangs_on_rounding(logits, steps, top_p, min_p):
    """Whether top-p and min-p are further from their limits than a float32 can tell."""
    kept = steps.scaled[steps.scaled.isfinite()].double().sort(descending=True).values
    reached = kept.softmax(dim=-1).cumsum(dim=-1)
    ratio = (kept - kept[0]).exp()
    clear = ((reached - top_p).abs() > 1e-5).all() and ((ratio - min_p).abs() > 1e-5).all()
    ranks = steps.penalised.double().sort(descending=True).values
    return bool(clear) and bool((ranks.diff().abs() > 1e-5).all())  # no ties: they have no order


@settings(deadline=None, max_examples=200)
@given(
    logit_lists.map(torch.tensor), temperatures, st.integers(1, 70), st.floats(0.05, 1),
    st.floats(0, 0.9), st.floats(0.5, 3), st.lists(st.integers(0, 59), min_size=1, max_size=9),
)  # fmt: skip
def test_the_chain_equals_transformers(logits, temperature, top_k, top_p, min_p, penalty, seen):
    ids = torch.tensor([i % len(logits) for i in seen])
    chosen = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p}
    steps = sampling_steps(logits, repetition_penalty=penalty, seen=ids, **chosen)
    assume(no_decision_hangs_on_rounding(logits, steps, top_p, min_p))
    theirs = reference(logits, penalty=penalty, seen=ids, **chosen)
    # A float32 of 30 / 0.01 is known to 1e-4 only: compare where rounding is finer than the claim.
    assume(float(steps.scaled[steps.scaled.isfinite()].abs().max()) < 16)
    torch.testing.assert_close(steps.probabilities.double(), theirs, atol=1e-6, rtol=0)


@pytest.mark.parametrize("temperature", [0.05, 0.7, 1.0, 2.0, 100.0])
@pytest.mark.parametrize(("top_k", "top_p", "min_p"), [(40, 0.95, 0.0), (50257, 0.9, 0.02)])
def test_the_chain_equals_transformers_over_gpt2s_vocabulary(temperature, top_k, top_p, min_p):
    logits, seen = wide(7), torch.arange(0, VOCABULARY, 501)
    chosen = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p}
    ours = sampling_steps(logits, repetition_penalty=1.2, seen=seen, **chosen).probabilities
    theirs = reference(logits, penalty=1.2, seen=seen, **chosen)
    assert int((ours > 0).sum()) == int((theirs > 0).sum())
    torch.testing.assert_close(ours.double(), theirs, atol=1e-6, rtol=0)


def test_ties_keep_as_many_tokens_as_in_transformers():
    logits = torch.tensor([1.0, 2.0, 2.0, 2.0, 0.0, 1.0])
    for top_k in (1, 2, 4, 5):
        theirs = TopKLogitsWarper(top_k)(None, logits.unsqueeze(0))[0]
        assert torch.equal(sampling_steps(logits, top_k=top_k).top_k, theirs)
    for min_p in (0.1, math.exp(-1) - 1e-6, math.exp(-1) + 1e-6, 1.0):
        theirs = MinPLogitsWarper(min_p)(None, logits.double().unsqueeze(0))[0]
        ours = sampling_steps(logits, min_p=min_p).min_p
        assert torch.equal(ours.isfinite(), theirs.isfinite())
    for top_p in (0.3, 0.5, 0.8, 0.9):
        theirs = TopPLogitsWarper(top_p)(None, logits.double().unsqueeze(0))[0]
        ours = sampling_steps(logits, top_p=top_p).top_p
        assert sorted(ours.tolist()) == sorted(theirs.tolist())  # which of the equal ones is free


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("top_p", [0.1, 0.5, 0.9, 0.99, 0.9999])
@pytest.mark.parametrize("spread", [0.02, 1.0, 3.0])
def test_the_nucleus_has_the_size_a_plain_sampler_gives_it(temperature, top_p, spread):
    logits = wide(11, spread)
    scores = np.sort((logits / temperature).numpy().astype(np.float64))[::-1]
    weights = np.exp(scores - scores[0])
    total, reached, size = weights.sum(), 0.0, 0
    while reached < top_p * total:
        reached += weights[size]
        size += 1
    steps = sampling_steps(logits, temperature=temperature, top_p=top_p)
    assert int(steps.top_p.isfinite().sum()) == size
    assert likeliest(steps.probabilities, 1)[0][0] == int(logits.argmax())
