"""The models that the architecture page looks into: those in memory, and the learner's own plan.

The plan is what they configured on this page, born with random weights; a plan too large to build
here gives way to `model_choice.DEMO`.
"""

import streamlit as st

from dashboard import cached, own_run
from dashboard.lessons import reading
from dashboard.lessons.architecture import model_choice, views
from llm_core.config import GPTConfig

SLUG = "architecture"
CONFIGURED = "As configured"


def further() -> dict[str, cached.Loaded]:
    """What this page has besides the models that every page has."""
    tied = bool(st.session_state.get("architecture.tied"))
    return {CONFIGURED: configured(model_choice.small(model_choice.chosen()), tied)}


def choose() -> cached.Loaded:
    """Draw the choice of a model; it holds for all ideas of the page."""
    return reading.choose(SLUG, further())


def on_show() -> cached.Loaded:
    """The model that was chosen, for ideas that do not draw the choice again."""
    return reading.on_show(SLUG, further())


@st.cache_resource(show_spinner=False, max_entries=8)
def configured(config: GPTConfig, tied: bool) -> cached.Loaded:
    """An untrained model of this configuration, with a tokenizer that fits its vocabulary."""
    model = cached.untrained(config, views.SEED)
    if tied:
        model = cached.fresh(model)
        model.tie_weights()
    words = views.tokenizer(config.vocab_size)
    name = f"configured {config}{' tied' if tied else ''}"
    return cached.Loaded(name, model, words, config, own_run.end_of_text(words))
