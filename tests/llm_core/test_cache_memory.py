"""The memory of keys and values: the course's values, and the cache that really exists."""

import pytest

from llm_core.cache_memory import (
    BYTES_PER_GIGABYTE,
    CachedText,
    full_cache,
    grouped_cache,
    latent_cache,
    sliding_cache,
    windowed_layers,
)
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.random_state import RandomState

LONG = CachedText(layers=32, heads=32, emb_dim=4096, tokens=32_768)
LATENT = CachedText(layers=48, heads=24, emb_dim=2048, tokens=8192)


def gigabytes(count: int) -> float:
    return round(count / BYTES_PER_GIGABYTE, 2)


def test_groups_of_four_save_three_quarters() -> None:
    """The course, bonus ch04/04_gqa."""
    assert gigabytes(full_cache(LONG)) == 17.18
    assert gigabytes(grouped_cache(LONG, 4)) == 4.29


def test_a_latent_vector_saves_75_percent() -> None:
    """The course, bonus ch04/05_mla."""
    full, latent = full_cache(LATENT), latent_cache(LATENT, 1024)
    assert (gigabytes(full), gigabytes(latent)) == (3.25, 0.81)
    assert f"{1 - latent / full:.2%}" == "75.19%"


def test_sliding_windows_keep_five_full_layers_of_32() -> None:
    """The course, bonus ch04/06_swa."""
    assert windowed_layers(32, 5) == 27
    assert gigabytes(sliding_cache(LONG, 1024, 5)) == 3.14
    assert gigabytes(sliding_cache(LONG, 1024, 5, sharing=4)) == 0.78


def test_the_formula_is_the_size_of_the_cache_of_a_real_model() -> None:
    config = GPTConfig(vocab_size=20, context_length=24, emb_dim=16, n_heads=4, n_layers=3)
    with RandomState(1).borrowed():
        cache = GPTModel(config).new_cache(batch_size=2)
    text = CachedText(layers=3, heads=4, emb_dim=16, tokens=24, texts=2, number_format="float32")
    assert full_cache(text) == cache.nbytes


def test_no_sharing_no_window_and_a_window_wider_than_the_text_save_nothing() -> None:
    assert grouped_cache(LONG, 1) == full_cache(LONG)
    assert sliding_cache(LONG, 1024, 0) == full_cache(LONG)
    assert sliding_cache(LONG, 10**6, 5) == full_cache(LONG)


def test_numbers_that_describe_no_model_are_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="choose a divisor of 32"):
        grouped_cache(LONG, 5)
    with pytest.raises(ValueError, match="1 or more"):
        latent_cache(LONG, 0)
    with pytest.raises(ValueError, match="window of 1 or more"):
        sliding_cache(LONG, 0, 5)
    with pytest.raises(ValueError, match="layers=0"):
        CachedText(layers=0, heads=1, emb_dim=1, tokens=1)
