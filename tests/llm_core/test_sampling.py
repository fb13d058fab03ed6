"""A token is drawn from exactly the probabilities shown; the cache never changes the text.

The chain and the draw themselves are held in test_sampling_chain.py.
"""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.sampling import (
    generate,
    generate_ids,
    generate_text_simple,
    likeliest,
    sampling_steps,
    stretches,
    text_to_token_ids,
    token_ids_to_text,
    uniform_numbers,
)
from llm_core.tokenizers import gpt2_tokenizer

TINY = GPTConfig(vocab_size=31, context_length=6, emb_dim=12, n_heads=3, n_layers=2, drop_rate=0.5)
PROMPT = torch.tensor([[3, 1, 4]])

some_logits = st.lists(st.floats(-20, 20, width=32), min_size=2, max_size=40).map(torch.tensor)


@pytest.fixture(scope="module")
def model() -> GPTModel:
    torch.manual_seed(5)
    model = GPTModel(TINY).eval()
    with torch.no_grad():  # sharper than fresh weights, so that no two tokens are nearly alike
        model.out_head.weight.mul_(20)
    return model


def ids_of(stream) -> list[int]:
    return [token.token_id for token in stream]


# The chain: logits -> top-k -> temperature -> top-p -> softmax.


@settings(deadline=None)
@given(some_logits, st.integers(1, 50), st.floats(0, 5), st.floats(0.01, 1))
def test_whatever_the_settings_the_probabilities_sum_to_one_and_never_reverse_an_order(
    logits, top_k, temperature, top_p
):
    steps = sampling_steps(logits, temperature=temperature, top_k=top_k, top_p=top_p)
    assert steps.probabilities.sum().item() == pytest.approx(1, abs=1e-5)
    ordered = steps.probabilities[logits.argsort(stable=True)]
    survivors = ordered[ordered > 0]
    assert (survivors.diff() >= -1e-7).all()
    assert steps.probabilities[logits.argmax()] == steps.probabilities.max()


@settings(deadline=None)
@given(some_logits, st.integers(1, 50))
def test_top_k_keeps_the_k_largest_and_what_equals_the_last_of_them(logits, top_k):
    kept = sampling_steps(logits, top_k=top_k).top_k > -math.inf
    smallest_kept = logits.sort(descending=True).values[min(top_k, len(logits)) - 1]
    assert torch.equal(kept, logits >= smallest_kept)


@settings(deadline=None)
@given(some_logits, st.floats(0.01, 0.99))
def test_top_p_keeps_the_fewest_tokens_that_reach_the_share(logits, top_p):
    steps = sampling_steps(logits, top_p=top_p)
    before = steps.scaled.softmax(dim=-1)
    kept = steps.top_p > -math.inf
    assert before[kept].sum() >= top_p - 1e-5
    assert before[kept].sum() - before[kept].min() < top_p + 1e-5
    assert kept[logits.argmax()]


@settings(deadline=None)
@given(some_logits)
def test_temperature_zero_is_where_small_temperatures_lead(logits):
    first, second = logits.topk(2).values
    if first - second < 0.5:
        return
    nearly = sampling_steps(logits, temperature=0.01).probabilities
    torch.testing.assert_close(sampling_steps(logits, temperature=0).probabilities, nearly)


def test_no_setting_is_the_plain_softmax():
    logits = torch.randn(2, 9)
    assert torch.equal(sampling_steps(logits).probabilities, logits.softmax(dim=-1))


def test_the_books_top_k_of_its_nine_word_vocabulary():
    # Chapter 5.3: closer every effort forward inches moves pizza toward you
    logits = torch.tensor([4.51, 0.89, -1.90, 6.75, 1.63, -1.62, -1.89, 6.28, 1.79])
    expected = torch.tensor([0.0615, 0, 0, 0.5775, 0, 0, 0, 0.3610, 0])
    steps = sampling_steps(logits, top_k=3)
    torch.testing.assert_close(steps.probabilities, expected, atol=1e-4, rtol=0)


def test_the_stages_come_in_the_books_order_top_k_before_temperature_before_top_p():
    logits = torch.tensor([2.0, 1.0, 0.0])
    steps = sampling_steps(logits, temperature=2.0, top_k=2, top_p=0.6)
    assert steps.logits.tolist() == [2.0, 1.0, 0.0]
    assert steps.top_k.tolist() == [2.0, 1.0, -math.inf]
    assert steps.scaled.tolist() == [1.0, 0.5, -math.inf]
    # The share of the first is 0.62 of the two that are left, but only 0.51 of all three.
    assert steps.top_p.tolist() == [1.0, -math.inf, -math.inf]


def test_the_likeliest_come_first_and_there_are_never_more_than_exist():
    assert [token for token, _ in likeliest(torch.tensor([0.2, 0.5, 0.3]), 10)] == [1, 2, 0]


@pytest.mark.parametrize(
    ("settings_", "remedy"),
    [
        ({"temperature": -0.1}, "choose 0"),
        ({"temperature": math.nan}, "choose 0"),
        ({"temperature": math.inf}, "choose 0"),
        ({"top_k": 0}, "choose 1 or more"),
        ({"top_p": 0.0}, "more than 0 and at most 1"),
        ({"top_p": 1.1}, "more than 0 and at most 1"),
        ({"min_p": -0.1}, "choose 0"),
        ({"min_p": 1.1}, "choose 0"),
        ({"repetition_penalty": 0.0}, "choose 1"),
        ({"repetition_penalty": math.inf}, "choose 1"),
    ],
)
def test_a_setting_without_meaning_is_refused_before_the_stream_begins(model, settings_, remedy):
    with pytest.raises(ValueError, match=remedy):
        sampling_steps(torch.zeros(3), **settings_)
    with pytest.raises(ValueError, match=remedy):
        generate(model, PROMPT, 1, 6, **settings_)


# The stream.


@settings(max_examples=25, deadline=None)
@given(
    prompt=st.lists(st.integers(0, 30), min_size=1, max_size=15),
    context_size=st.integers(1, 6),
    seed=st.integers(0, 99),
    temperature=st.sampled_from([0.0, 1.0]),
)
def test_cached_text_equals_uncached_text_also_past_the_context(
    model, prompt, context_size, seed, temperature
):
    cached, uncached = (
        generate_ids(
            model,
            torch.tensor([prompt]),
            12,
            context_size,
            temperature,
            use_cache=use_cache,
            generator=torch.Generator().manual_seed(seed),
        )
        for use_cache in (True, False)
    )
    assert cached.tolist() == uncached.tolist()


def test_past_the_context_the_window_slides_as_the_books_crop_does(model):
    ids = PROMPT
    for _ in range(10):  # chapter 4.7, word for word in meaning: crop, run, take the largest
        ids = torch.cat((ids, model(ids[:, -6:])[:, -1].argmax(dim=-1, keepdim=True)), dim=1)
    assert generate_text_simple(model, PROMPT, 10, 6).tolist() == ids.tolist()
    assert generate_ids(model, PROMPT, 10, 6).tolist() == ids.tolist()


def test_rows_of_a_batch_continue_as_each_would_alone(model):
    rows = torch.tensor([[3, 1, 4], [1, 5, 9]])
    together = generate_text_simple(model, rows, 8, 6)
    alone = [generate_text_simple(model, row.unsqueeze(0), 8, 6)[0] for row in rows]
    assert together.tolist() == [row.tolist() for row in alone]


def test_the_same_seed_draws_the_same_text_and_leaves_the_global_stream_alone(model):
    def text(seed):
        generator = torch.Generator().manual_seed(seed)
        return ids_of(generate(model, PROMPT, 8, 6, temperature=1.0, generator=generator))

    torch.manual_seed(0)
    untouched = torch.rand(1)
    torch.manual_seed(0)
    assert text(1) == text(1)
    assert text(1) != text(2)
    assert torch.rand(1) == untouched


def test_without_a_generator_the_draws_are_those_of_torchs_global_stream(model):
    torch.manual_seed(7)
    from_global = ids_of(generate(model, PROMPT, 8, 6, temperature=1.0))
    own = torch.Generator().manual_seed(7)
    assert from_global == ids_of(generate(model, PROMPT, 8, 6, temperature=1.0, generator=own))


def test_a_token_comes_with_the_probability_it_was_drawn_with(model):
    generator = torch.Generator().manual_seed(1)
    for token in generate(
        model, PROMPT, 8, 6, temperature=1.5, top_k=5, top_p=0.9, generator=generator
    ):
        chain = sampling_steps(token.logits, temperature=1.5, top_k=5, top_p=0.9)
        assert torch.equal(chain.probabilities, token.probabilities)
        assert token.probability == token.probabilities[token.token_id]
        assert token.probability > 0


def test_min_p_and_the_penalty_reach_every_token_of_the_stream(model):
    chosen = {"temperature": 1.5, "min_p": 0.1, "repetition_penalty": 1.3}
    generator = torch.Generator().manual_seed(1)
    seen = PROMPT
    for token in generate(model, PROMPT, 8, 6, generator=generator, **chosen):
        chain = sampling_steps(token.logits, seen=seen[0], **chosen)
        assert torch.equal(chain.probabilities, token.probabilities)
        assert token.probability > 0
        seen = torch.cat((seen, torch.tensor([[token.token_id]])), dim=1)


def test_the_new_settings_at_rest_change_no_draw(model):
    def text(**chosen):
        generator = torch.Generator().manual_seed(4)
        return generate_ids(model, PROMPT, 12, 6, 1.2, 9, generator=generator, **chosen).tolist()

    assert text() == text(min_p=0.0, repetition_penalty=1.0, top_p=1.0)
    assert text() != text(min_p=0.5, repetition_penalty=2.0)


def test_a_strong_penalty_keeps_even_the_greedy_text_from_repeating_a_token(model):
    ids = generate_ids(model, PROMPT, 15, 6, repetition_penalty=1e6)[0].tolist()
    assert len(set(ids)) == len(ids)
    assert len(set(generate_ids(model, PROMPT, 15, 6)[0].tolist())) < len(ids)


def test_a_number_takes_the_token_on_whose_stretch_it_falls(model):
    numbers = uniform_numbers(3, 8).tolist()
    for place, token in enumerate(
        generate(model, PROMPT, 8, 6, temperature=1.5, top_p=0.9, numbers=numbers)
    ):
        chain = sampling_steps(token.logits, temperature=1.5, top_p=0.9)
        thrown = stretches(chain.min_p).throw(numbers[place])
        assert thrown.token_id == token.token_id
        assert thrown.begins <= numbers[place] < thrown.ends


def test_too_few_numbers_are_refused_before_the_stream_begins(model):
    with pytest.raises(ValueError, match="fewer tokens"):
        generate(model, PROMPT, 3, 6, temperature=1.0, numbers=[0.5, 0.5])


def test_given_tokens_come_first_and_the_rest_goes_on_from_them(model):
    numbers = uniform_numbers(3, 10).tolist()
    drawn = list(generate(model, PROMPT, 10, 6, temperature=1.5, numbers=numbers))
    ids = [token.token_id for token in drawn]
    again = list(generate(model, PROMPT, 10, 6, temperature=1.5, numbers=numbers, given=ids[:4]))
    assert [token.token_id for token in again] == ids  # nothing else was given, nothing changes
    assert all(torch.equal(a.logits, b.logits) for a, b in zip(drawn, again, strict=True))
    other = (ids[3] + 1) % 31
    branch = generate(
        model, PROMPT, 10, 6, temperature=1.5, numbers=numbers, given=[*ids[:3], other]
    )
    longer = torch.tensor([[*PROMPT[0].tolist(), *ids[:3], other]])
    fresh = generate(model, longer, 6, 6, temperature=1.5, numbers=numbers[4:])
    assert ids_of(branch)[4:] == ids_of(fresh)


def test_a_given_end_of_text_does_not_end_the_stream(model):
    stop = ids_of(generate(model, PROMPT, 1, 6))[0]
    assert ids_of(generate(model, PROMPT, 3, 6, eos_id=stop)) == []
    assert ids_of(generate(model, PROMPT, 3, 6, eos_id=stop, given=[stop]))[0] == stop


def test_a_greedy_token_shows_what_the_model_itself_believed(model):
    (token,) = generate(model, PROMPT, 1, 6)
    torch.testing.assert_close(token.probabilities, token.logits.softmax(dim=-1))
    assert token.probability == token.probabilities.max()


def test_top_k_of_one_is_greedy_whatever_the_temperature(model):
    greedy = ids_of(generate(model, PROMPT, 10, 6))
    assert ids_of(generate(model, PROMPT, 10, 6, temperature=9.0, top_k=1)) == greedy


def test_the_stream_ends_before_the_end_of_text_token(model):
    greedy = ids_of(generate(model, PROMPT, 10, 6))
    stop = greedy[3]
    assert ids_of(generate(model, PROMPT, 10, 6, eos_id=stop)) == greedy[: greedy.index(stop)]
    ended = generate_ids(model, PROMPT, 10, 6, eos_id=stop)
    assert ended.tolist() == [PROMPT[0].tolist() + greedy[: greedy.index(stop)]]


def test_no_token_is_computed_before_somebody_asks_for_it(model, monkeypatch):
    calls = []
    monkeypatch.setattr(model, "forward", lambda *a, **k: calls.append(1) or torch.zeros(1, 3, 31))
    stream = generate(model, PROMPT, 10, 6, use_cache=False)
    assert calls == []
    next(stream)
    assert len(calls) == 1


def test_dropout_is_off_while_asked_and_the_models_mode_is_as_before(model):
    calm = ids_of(generate(model, PROMPT, 10, 6))
    model.train()
    try:
        assert ids_of(generate(model, PROMPT, 10, 6)) == calm
        assert model.training
        assert model.trf_blocks[0].training
    finally:
        model.eval()


def test_gradients_are_recorded_between_two_tokens(model):
    stream = generate(model, PROMPT, 2, 6)
    token = next(stream)
    assert torch.is_grad_enabled()
    assert not token.logits.requires_grad


@pytest.mark.parametrize(
    ("idx", "count", "context_size", "remedy"),
    [
        (torch.empty(1, 0, dtype=torch.long), 1, 6, "at least one word"),
        (torch.tensor([3, 1]), 1, 6, r"\(B, T\)"),
        (torch.tensor([[3], [1]]), 1, 6, "one prompt"),
        (PROMPT, -1, 6, "0 or more"),
        (PROMPT, 1, 7, "choose 1 to 6"),
        (PROMPT, 1, 0, "choose 1 to 6"),
    ],
)
def test_a_prompt_that_cannot_be_continued_is_refused(model, idx, count, context_size, remedy):
    with pytest.raises(ValueError, match=remedy):
        generate(model, idx, count, context_size)


def test_no_new_token_leaves_the_prompt_as_it_was(model):
    assert generate_ids(model, PROMPT, 0, 6).tolist() == PROMPT.tolist()
    assert generate_text_simple(model, PROMPT, 0, 6).tolist() == PROMPT.tolist()


# Text in, text out.


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_comes_back_from_its_ids(text):
    tokenizer = gpt2_tokenizer()
    ids = text_to_token_ids(text, tokenizer)
    assert ids.shape[0] == 1
    assert token_ids_to_text(ids, tokenizer) == text


def test_the_end_of_text_mark_is_one_token():
    ids = text_to_token_ids("Hello, do you like tea? <|endoftext|>", gpt2_tokenizer())
    assert ids.tolist() == [[15496, 11, 466, 345, 588, 8887, 30, 220, 50256]]  # chapter 2.5


def test_several_rows_are_not_one_text():
    with pytest.raises(ValueError, match="one row"):
        token_ids_to_text(torch.tensor([[1], [2]]), gpt2_tokenizer())
