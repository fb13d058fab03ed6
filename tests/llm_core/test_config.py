"""Configs: what can be built is accepted, what cannot is refused with a remedy."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_core.config import GPT2_CONFIGS, GPT_CONFIG_124M, GPTConfig

TINY = {"vocab_size": 50, "context_length": 8, "emb_dim": 12, "n_heads": 3, "n_layers": 2}


@given(emb_dim=st.integers(1, 200), n_heads=st.integers(1, 20))
def test_a_config_exists_exactly_when_its_heads_divide_its_width(emb_dim, n_heads):
    settings = {**TINY, "emb_dim": emb_dim, "n_heads": n_heads}
    if emb_dim % n_heads == 0:
        assert GPTConfig(**settings).head_dim * n_heads == emb_dim
    else:
        with pytest.raises(ValueError, match=f"choose a multiple of {n_heads}"):
            GPTConfig(**settings)


@pytest.mark.parametrize("name", TINY)
@pytest.mark.parametrize("number", [0, -1, 1.5, True, "8", None])
def test_a_size_that_is_no_positive_whole_number_is_refused_by_name(name, number):
    with pytest.raises(ValueError, match=f"{name}=.*whole number"):
        GPTConfig(**{**TINY, name: number})


@pytest.mark.parametrize("drop_rate", [-0.1, 1.0, 2])
def test_a_drop_rate_that_leaves_nothing_is_refused(drop_rate):
    with pytest.raises(ValueError, match="at least 0 and less than 1"):
        GPTConfig(**TINY, drop_rate=drop_rate)


def test_a_config_reads_like_the_books_dictionary():
    assert GPT_CONFIG_124M["emb_dim"] == GPT_CONFIG_124M.emb_dim == 768
    assert dataclasses.asdict(GPT_CONFIG_124M) == {**GPT_CONFIG_124M}
    with pytest.raises(KeyError, match="emb_size"):
        GPT_CONFIG_124M["emb_size"]


def test_the_books_dictionary_becomes_a_config():
    assert GPTConfig.of({**GPT_CONFIG_124M}) == GPT_CONFIG_124M
    assert GPTConfig.of(GPT_CONFIG_124M) is GPT_CONFIG_124M


def test_a_misspelt_setting_is_named():
    settings = {**TINY, "num_heads": 3}
    del settings["n_heads"]
    with pytest.raises(ValueError, match=r"add \['n_heads'\], remove \['num_heads'\]"):
        GPTConfig.of(settings)


def test_a_config_cannot_be_changed_but_copied_with_a_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        GPT_CONFIG_124M.emb_dim = 1
    assert dataclasses.replace(GPT_CONFIG_124M, context_length=256).context_length == 256


def test_the_124m_config_is_the_books():
    """The book, section 4.1."""
    assert {**GPT_CONFIG_124M} == {
        "vocab_size": 50257,
        "context_length": 1024,
        "emb_dim": 768,
        "n_heads": 12,
        "n_layers": 12,
        "drop_rate": 0.1,
        "qkv_bias": False,
    }


def test_the_four_published_sizes_are_those_of_the_gpt2_paper():
    """Radford et al. 2019, table 2; the number of heads from the published models' config.json."""
    sizes = {name: (c.emb_dim, c.n_layers, c.n_heads) for name, c in GPT2_CONFIGS.items()}
    assert sizes == {
        "gpt2-small (124M)": (768, 12, 12),
        "gpt2-medium (355M)": (1024, 24, 16),
        "gpt2-large (774M)": (1280, 36, 20),
        "gpt2-xl (1558M)": (1600, 48, 25),
    }
    assert all(c.qkv_bias and c.drop_rate == 0.0 for c in GPT2_CONFIGS.values())
    assert all(c.context_length == 1024 for c in GPT2_CONFIGS.values())
