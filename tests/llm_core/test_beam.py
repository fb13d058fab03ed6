"""Beam search: what it keeps, greedy and exhaustive search as its two ends, transformers."""

import itertools
import math

import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st

from llm_core.beam import BeamStep, beam_search
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights import load_gpt2
from llm_core.random_state import RandomState
from llm_core.sampling import generate_ids

PROMPT = torch.tensor([[1, 0, 2]])
END = 3


def model_of(vocab_size: int, seed: int = 0, context_length: int = 16) -> GPTModel:
    config = GPTConfig(
        vocab_size=vocab_size, context_length=context_length, emb_dim=16, n_heads=2, n_layers=2,
        drop_rate=0.0,
    )  # fmt: skip
    with RandomState(seed).borrowed():
        model = GPTModel(config)
        with torch.no_grad():
            model.out_head.weight.mul_(3.0)  # surer of itself, so that paths differ
    return model.eval()


def search(model: GPTModel, idx: torch.Tensor = PROMPT, **settings) -> list[BeamStep]:
    defaults = {"beams": 3, "max_new_tokens": 5, "context_size": model.config.context_length}
    return list(beam_search(model, idx, **defaults | settings))


@torch.no_grad()
def log_probability(model: GPTModel, token_ids: tuple[int, ...]) -> float:
    """Of these tokens after the prompt, by one plain forward pass."""
    ids = torch.cat((PROMPT, torch.tensor([token_ids])), dim=1)
    logs = model(ids[:, :-1]).log_softmax(dim=-1)[0, PROMPT.shape[1] - 1 :]
    return sum(logs[place, token].item() for place, token in enumerate(token_ids))


# Properties.


@given(st.integers(0, 20), st.integers(1, 5), st.sampled_from([0.0, 0.5, 1.0]))
def test_every_sum_is_what_the_model_gives_the_whole_text(seed, beams, length_penalty):
    model = model_of(7, seed)
    for step in search(model, beams=beams, max_new_tokens=3, length_penalty=length_penalty):
        for text in step.candidates:
            total = log_probability(model, text.token_ids)
            assert text.log_probability == pytest.approx(total, abs=1e-4)
            assert text.score == text.log_probability / len(text.token_ids) ** length_penalty


@given(st.integers(0, 20), st.integers(1, 5))
def test_the_best_candidates_are_kept_and_grow_by_one_token(seed, beams):
    before = ((),)
    for step in search(model_of(7, seed), beams=beams):
        assert list(step.kept) == sorted(step.candidates, key=lambda c: -c.score)[:beams]
        for text in step.candidates:
            assert text.token_ids[:-1] == before[text.parent]
            assert 0 < text.probability <= 1
        before = tuple(text.token_ids for text in step.kept)


def test_a_text_is_never_followed_twice():
    for step in search(model_of(7), beams=5):
        assert len({text.token_ids for text in step.candidates}) == len(step.candidates)


def test_the_model_is_left_in_the_mode_it_was_in_and_dropout_plays_no_part():
    model = model_of(7)
    quiet = search(model)
    model.train()
    assert search(model) == quiet
    assert model.training


def test_a_window_that_slides_gives_what_a_long_one_gives_on_the_text_it_sees():
    model = model_of(7, context_length=4)
    found = search(model, max_new_tokens=6, beams=1)[-1].best
    greedy = generate_ids(model, PROMPT, 6, 4, use_cache=False)[0, 3:]
    assert found.token_ids == tuple(greedy.tolist())


# The two ends: greedy and exhaustive.


@pytest.mark.parametrize("seed", range(5))
def test_one_beam_is_greedy_decoding(seed):
    model = model_of(11, seed)
    found = search(model, beams=1, max_new_tokens=8)[-1].best
    assert found.token_ids == tuple(generate_ids(model, PROMPT, 8, 16)[0, 3:].tolist())


@pytest.mark.parametrize("seed", range(5))
def test_as_many_beams_as_there_are_texts_find_the_likeliest_of_all(seed):
    model = model_of(4, seed)
    found = search(model, beams=4**3, max_new_tokens=4)[-1].best
    every = itertools.product(range(4), repeat=4)
    likeliest = max(every, key=lambda token_ids: log_probability(model, token_ids))
    assert found.token_ids == likeliest
    assert found.log_probability == pytest.approx(log_probability(model, likeliest), abs=1e-4)


def test_looking_ahead_finds_a_likelier_text_than_greedy_does():
    gains = []
    for seed in range(20):
        model = model_of(7, seed)
        ahead, greedy = (search(model, beams=beams)[-1].best for beams in (4, 1))
        gains.append(ahead.log_probability - greedy.log_probability)
    assert sum(gain > 1e-6 for gain in gains) >= 5
    # It may lose as well: greedy's text can drop out of the beams, and a rival fade later.
    assert sum(gains) > 0


# Texts that end.


def ending(model: GPTModel, **settings) -> list[BeamStep]:
    return search(model, eos_id=END, max_new_tokens=6, **settings)


@given(st.integers(0, 20), st.integers(1, 4))
def test_what_has_ended_ends_with_the_mark_and_nothing_that_goes_on_has_it(seed, beams):
    for step in ending(model_of(7, seed), beams=beams):
        assert len(step.ended) <= beams
        assert all(text.token_ids.index(END) == len(text.token_ids) - 1 for text in step.ended)
        assert all(END not in text.token_ids for text in step.kept)


def test_a_length_penalty_favours_longer_texts():
    def length(length_penalty: float) -> int:
        found = [
            ending(model_of(7, seed), length_penalty=length_penalty)[-1].best for seed in range(20)
        ]
        return sum(len(text.token_ids) for text in found)

    assert length(0.0) < length(2.0)


# transformers, with the same weights.


def theirs(seed: int) -> transformers.GPT2LMHeadModel:
    settings = transformers.GPT2Config(
        vocab_size=23, n_positions=32, n_embd=32, n_head=4, n_layer=2, bos_token_id=0,
        eos_token_id=END, pad_token_id=0,
    )  # fmt: skip
    with RandomState(seed).borrowed():
        model = transformers.GPT2LMHeadModel(settings).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.15)
    return model


@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_transformers_finds_the_same_texts_with_the_same_scores(tmp_path, seed, length_penalty):
    other = theirs(seed)
    other.save_pretrained(tmp_path)
    model = load_gpt2(tmp_path)
    for beams in (2, 3, 4):
        for eos_id in (None, END):
            other.generation_config.eos_token_id = eos_id
            found = other.generate(
                PROMPT, attention_mask=torch.ones_like(PROMPT), num_beams=beams,
                max_new_tokens=10, do_sample=False, length_penalty=length_penalty,
                return_dict_in_generate=True, output_scores=True,
            )  # fmt: skip
            best = search(
                model, beams=beams, max_new_tokens=10, length_penalty=length_penalty,
                eos_id=eos_id,
            )[-1].best  # fmt: skip
            sequence = found.sequences[0, 3 : 3 + len(best.token_ids)]
            assert best.token_ids == tuple(sequence.tolist())
            assert best.score == pytest.approx(found.sequences_scores[0].item(), abs=1e-4)


# What cannot be searched.


@pytest.mark.parametrize(
    ("idx", "settings", "remedy"),
    [
        (torch.zeros(1, 0, dtype=torch.long), {}, "at least one word"),
        (torch.tensor([[1], [2]]), {}, "one prompt"),
        (PROMPT, {"beams": 0}, "1 \\(greedy\\) or more"),
        (PROMPT, {"max_new_tokens": -1}, "0 or more"),
        (PROMPT, {"context_size": 17}, "choose 1 to 16"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(idx, settings, remedy):
    with pytest.raises(ValueError, match=remedy):
        search(model_of(7), idx, **settings)


def test_no_new_token_makes_no_step():
    assert search(model_of(7), max_new_tokens=0) == []


def test_more_beams_than_tokens_keeps_what_there_is():
    first = search(model_of(4), beams=50, max_new_tokens=2)[0]
    assert len(first.kept) == 4
    assert math.fsum(text.probability for text in first.kept) == pytest.approx(1.0, abs=1e-5)
