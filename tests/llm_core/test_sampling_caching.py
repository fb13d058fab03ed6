"""With and without a cache: the same text, and the operations that the machine counts."""

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.random_state import RandomState
from llm_core.sampling import generate_text_simple, next_logits, operations, race

TINY = GPTConfig(vocab_size=31, context_length=20, emb_dim=12, n_heads=3, n_layers=2)
PROMPT = torch.tensor([[3, 1, 4, 1, 5]])


@pytest.fixture(scope="module")
def model() -> GPTModel:
    with RandomState(5).borrowed():
        return GPTModel(TINY).eval().requires_grad_(False)


def test_both_ways_write_what_greedy_generation_writes(model: GPTModel) -> None:
    laps = list(race(model, PROMPT, 15))
    written = generate_text_simple(model, PROMPT, 15, TINY.context_length)[0, 5:].tolist()
    assert [lap.ids for lap in laps] == [(token, token) for token in written]
    assert [(lap.step, lap.tokens) for lap in laps] == [(n, 5 + n) for n in range(15)]
    assert all(seconds > 0 for lap in laps for seconds in lap.seconds)


def test_the_operations_are_those_that_torch_counts(model: GPTModel) -> None:
    laps = list(race(model, PROMPT, 4))
    ids, cache = PROMPT, model.new_cache()
    for lap in laps:
        for way, kept in enumerate((cache, None)):
            with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counted:
                next_logits(model, ids, TINY.context_length, kept)
            assert counted.get_total_flops() == lap.operations[way]
        ids = torch.cat((ids, torch.tensor([[lap.ids[0]]])), dim=1)


def test_without_a_cache_a_token_costs_as_much_as_all_before_it() -> None:
    assert operations(TINY, 17, 17) == 17 * operations(TINY, 17, 1)


def test_a_race_stays_within_the_context(model: GPTModel) -> None:
    with pytest.raises(ValueError, match="write at most 15"):
        list(race(model, PROMPT, 16))
