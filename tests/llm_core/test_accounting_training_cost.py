"""What a whole training takes, against the published figures of trainings that took place."""

import time

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from llm_core.accounting import (
    ACCELERATORS,
    Cluster,
    compute_optimal_tokens,
    matmul_speed,
    parameter_ledger,
    training_flops,
    training_flops_by_ledger,
)
from llm_core.config import GPT2_CONFIGS, GPTConfig
from llm_core.gpt import GPTModel


@given(
    operations=st.floats(1e9, 1e27),
    machines=st.integers(1, 10_000),
    more=st.integers(2, 50),
    price=st.floats(0.0, 100.0),
)
def test_more_machines_take_less_time_for_the_same_bill(operations, machines, more, price):
    few = Cluster(peak=1e14, utilisation=0.4, machines=machines, price=price).bill(operations)
    many = Cluster(peak=1e14, utilisation=0.4, machines=more * machines, price=price)
    assert many.bill(operations).seconds * more == pytest.approx(few.seconds)
    assert many.bill(operations).dollars == pytest.approx(few.dollars)


@pytest.mark.parametrize(
    ("millions", "published"),
    [
        (125, "2.25e+20"),
        (356, "6.41e+20"),
        (760, "1.37e+21"),
        (1320, "2.38e+21"),
        (2650, "4.77e+21"),
        (6660, "1.20e+22"),
        (12850, "2.31e+22"),
        (174600, "3.14e+23"),
    ],
)
def test_the_rule_gives_the_operations_that_gpt_3s_authors_state(millions, published):
    """Brown et al. 2020, table D.1: 300 billion tokens each."""
    assert f"{training_flops(millions * 1e6, 300e9):.2e}" == published


def test_gpt_3_takes_34_days_on_1024_machines():
    """Narayanan et al. 2021, section 5.1: 140 trillion operations a second arrive in each A100;
    activations are computed twice, so 8 N D operations instead of 6."""
    utilisation = 140e12 / ACCELERATORS["A100"].peak
    cluster = Cluster(peak=ACCELERATORS["A100"].peak, utilisation=utilisation, machines=1024)
    assert round(cluster.bill(8 / 6 * training_flops(175e9, 300e9)).days) == 34


def test_chinchilla_read_20_tokens_for_each_parameter():
    """Hoffmann et al. 2022, table 4: 70 billion parameters, 1.4 trillion tokens."""
    assert compute_optimal_tokens(70e9) == pytest.approx(1.4e12)


@pytest.mark.parametrize("config", GPT2_CONFIGS.values(), ids=GPT2_CONFIGS)
def test_the_rule_leaves_out_what_passes_between_tokens(config):
    """That is 12 L T C for each token; a table that is only looked up costs nothing."""
    tokens = 10**9
    between = 12 * config.n_layers * config.context_length * config.emb_dim * tokens
    by_rule = training_flops(parameter_ledger(config).total_tied, tokens)
    assert training_flops_by_ledger(config, tokens) == pytest.approx(by_rule + between, rel=0.01)


def test_the_ledger_counts_a_training_as_torch_does():
    config = GPTConfig(
        vocab_size=300, context_length=32, emb_dim=64, n_heads=2, n_layers=3, drop_rate=0.0
    )
    model = GPTModel(config)
    with FlopCounterMode(display=False) as counter:
        model.steps(torch.zeros(2, 32, dtype=torch.long)).logits.mean().backward()
    assert training_flops_by_ledger(config, 2 * 32) == pytest.approx(
        counter.get_total_flops(), rel=0.01
    )


def test_a_computers_speed_is_the_products_operations_over_its_time(monkeypatch):
    ticks = iter(range(100))
    monkeypatch.setattr(time, "perf_counter", lambda: 0.25 * next(ticks))
    with FlopCounterMode(display=False) as counter:
        speed = matmul_speed(size=8, rounds=3)
    assert speed == counter.get_total_flops() / 3 / 0.25


@pytest.mark.parametrize("wrong", [{"machines": 0}, {"peak": 0.0}, {"price": -1.0}])
def test_machines_that_train_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match="train nothing; choose 1 or more"):
        Cluster(**({"peak": 1e12, "utilisation": 0.5} | wrong))


@pytest.mark.parametrize("utilisation", [0.0, 1.01])
def test_nobody_gets_more_than_the_whole_speed(utilisation):
    with pytest.raises(ValueError, match="no share of the peak"):
        Cluster(peak=1e12, utilisation=utilisation)
