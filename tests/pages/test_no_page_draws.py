"""torch has one stream of random numbers for all threads; a page drawing from it changes runs."""

import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from dashboard.stages import STAGES, Stage
from llm_core.checkpoints import checkpoint_bytes, load_checkpoint
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def pages() -> AppTest:
    st.cache_data.clear()  # so that every page computes what it shows
    return AppTest.from_file(ROOT / "Home.py", default_timeout=90).run()


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.slug)
def test_a_page_leaves_everybodys_random_numbers_alone(pages: AppTest, stage: Stage) -> None:
    before = torch.get_rng_state()
    pages.switch_page(stage.path).run()
    assert torch.equal(torch.get_rng_state(), before)


def test_opening_a_saved_model_draws_nothing() -> None:
    config = GPTConfig(vocab_size=20, context_length=8, emb_dim=8, n_heads=2, n_layers=1)
    saved = checkpoint_bytes(GPTModel(config))
    before = torch.get_rng_state()
    load_checkpoint(saved)
    assert torch.equal(torch.get_rng_state(), before)
