"""Ledgers: every estimate against the thing itself, built and measured."""

import math
import random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from llm_core.accounting import (
    BYTES_PER_MEGABYTE,
    flops_ledger,
    kv_cache_bytes,
    parameter_ledger,
    training_memory,
    weight_bytes,
)
from llm_core.config import GPT2_CONFIGS, GPT_CONFIG_124M, GPTConfig
from llm_core.gpt import GPTModel

configs = st.builds(
    lambda heads, width, **rest: GPTConfig(emb_dim=heads * width, n_heads=heads, **rest),
    heads=st.integers(1, 4),
    width=st.integers(1, 8),
    vocab_size=st.integers(1, 60),
    context_length=st.integers(1, 20),
    n_layers=st.integers(1, 3),
    drop_rate=st.just(0.0),
    qkv_bias=st.booleans(),
)


@given(config=configs)
@settings(max_examples=40, deadline=None)
def test_the_ledger_of_a_config_is_the_ledger_of_the_model_built_from_it(config):
    ledger = parameter_ledger(config)
    promised = {
        row.tensor.replace("*", str(layer)): row.shape
        for row in ledger.rows
        for layer in range(row.copies)
    }
    model = GPTModel(config)
    built = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    assert promised == built
    assert ledger.total == model.num_parameters() == sum(ledger.by_part.values())
    assert ledger.per_block == sum(p.numel() for p in model.trf_blocks[0].parameters())
    model.tie_weights()
    assert ledger.total_tied == model.num_parameters()


@given(config=configs)
@settings(max_examples=40, deadline=None)
def test_every_formula_of_the_ledger_evaluates_to_its_shape(config):
    letters = {"V": config.vocab_size, "K": config.context_length, "C": config.emb_dim}
    for row in parameter_ledger(config).rows:
        sides = row.formula.split(" x ")
        value = math.prod(int(side[:-1] or 1) * letters[side[-1]] for side in sides)
        assert value * row.copies == row.count


@given(config=configs, batch_size=st.integers(1, 4))
@settings(max_examples=20, deadline=None)
def test_a_full_cache_takes_the_bytes_the_formula_says(config, batch_size):
    cache = GPTModel(config).new_cache(batch_size)
    assert cache.nbytes == kv_cache_bytes(config, batch_size, config.context_length)


def random_config(dice: random.Random) -> GPTConfig:
    heads = dice.choice((1, 2, 3, 4, 6))
    return GPTConfig(
        vocab_size=dice.randint(257, 3000),
        context_length=dice.randint(32, 128),
        emb_dim=heads * dice.choice((8, 16, 24, 32)),
        n_heads=heads,
        n_layers=dice.randint(1, 5),
        drop_rate=0.0,
        qkv_bias=dice.random() < 0.5,
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_training_step_holds_what_torch_holds(seed):
    """Weights, gradients and averages to the byte; what backward needs within 2 in 1000."""
    dice = random.Random(seed)
    config, tied = random_config(dice), dice.random() < 0.5
    batch_size, tokens = dice.randint(1, 4), dice.randint(16, config.context_length)
    model = GPTModel(config)
    if tied:
        model.tie_weights()
    learned = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    kept: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in learned:
            kept[storage.data_ptr()] = storage
        return tensor

    ids = torch.randint(config.vocab_size, (batch_size, tokens))
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = F.cross_entropy(model(ids).flatten(0, 1), ids.flatten())
    loss.backward()
    optimizer = torch.optim.AdamW(model.parameters())
    optimizer.step()
    averages = [s[name] for s in optimizer.state.values() for name in ("exp_avg", "exp_avg_sq")]
    memory = training_memory(config, batch_size, tokens, tied=tied)
    rows = {row.part: row.bytes for row in memory.rows}
    ledger = parameter_ledger(config)
    assert (ledger.total_tied if tied else ledger.total) == sum(
        p.numel() for p in model.parameters()
    )
    assert rows["weights"] == sum(p.nbytes for p in model.parameters())
    assert rows["gradients"] == sum(p.grad.nbytes for p in model.parameters())
    assert rows["AdamW's two averages"] == sum(average.nbytes for average in averages)
    assert rows["activations"] == pytest.approx(sum(s.nbytes() for s in kept.values()), rel=0.002)
    assert memory.total == sum(rows.values())


def test_sizes_of_the_books_model_are_the_books():
    """The book, section 4.6 and exercise 4.1."""
    ledger = parameter_ledger(GPT_CONFIG_124M)
    assert (ledger.total, ledger.total_tied) == (163_009_536, 124_412_160)
    assert ledger.per_block == 7_085_568
    assert ledger.of_part("attention") == 12 * 2_360_064
    assert ledger.of_part("feed-forward") == 12 * 4_722_432
    assert round(weight_bytes(GPT_CONFIG_124M) / BYTES_PER_MEGABYTE, 2) == 621.83
    assert parameter_ledger(GPTConfig.of({**GPT_CONFIG_124M, "context_length": 256})).total == (
        162_419_712
    )


def test_the_published_sizes_are_what_their_names_say_once_tied():
    millions = {
        name: round(parameter_ledger(config).total_tied / 1e6)
        for name, config in GPT2_CONFIGS.items()
    }
    assert millions == {name: int(name.split("(")[1].rstrip("M)")) for name in GPT2_CONFIGS}


def test_fewer_bytes_per_number_make_a_smaller_model():
    config = GPT2_CONFIGS["gpt2-xl (1558M)"]
    in_float32 = weight_bytes(config, "float32", tied=True)
    assert weight_bytes(config, "bfloat16", tied=True) * 2 == in_float32
    assert weight_bytes(config, "int8", tied=True) * 4 == in_float32
    with pytest.raises(ValueError, match="unknown number format 'float12'; choose one of"):
        weight_bytes(config, "float12")


def test_the_cache_of_a_large_model_takes_17_gigabytes():
    """Chapter 4 bonus material on grouped-query attention: width 4096, 32 layers, 32k context."""
    config = GPTConfig(
        vocab_size=50257, context_length=32_768, emb_dim=4096, n_heads=32, n_layers=32
    )
    assert round(kv_cache_bytes(config, 1, 32_768, "bfloat16") / 1e9, 2) == 17.18


def test_flops_of_the_four_sizes_are_those_of_the_course():
    """Chapter 4 bonus material on FLOPs: batch 2, 1024 tokens, linear layers only."""
    counted = {
        name: f"{flops_ledger(config, batch_size=2, tokens=1024).linear_layers:.1e}"
        for name, config in GPT2_CONFIGS.items()
    }
    assert list(counted.values()) == ["5.1e+11", "1.4e+12", "3.2e+12", "6.4e+12"]


@given(config=configs, batch_size=st.integers(1, 3), data=st.data())
@settings(max_examples=20, deadline=None)
def test_flops_are_what_torch_counts_on_the_readable_path(config, batch_size, data):
    tokens = data.draw(st.integers(1, config.context_length))
    model = GPTModel(config)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.steps(torch.zeros(batch_size, tokens, dtype=torch.long))
    assert flops_ledger(config, batch_size, tokens).total == counter.get_total_flops()


def test_a_training_step_takes_three_forward_passes():
    config = GPTConfig(
        vocab_size=300, context_length=32, emb_dim=64, n_heads=2, n_layers=3, drop_rate=0.0
    )
    model = GPTModel(config)
    with FlopCounterMode(display=False) as counter:
        model.steps(torch.zeros(2, 32, dtype=torch.long)).logits.mean().backward()
    assert flops_ledger(config, 2, 32).training_step == pytest.approx(
        counter.get_total_flops(), rel=0.01
    )
