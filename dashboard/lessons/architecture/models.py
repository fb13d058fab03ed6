"""The models that the architecture page looks into: those in memory, and the learner's own plan.

The plan is what they configured on this page, born with random weights; a plan too large to build
here gives way to `model_choice.DEMO`.
"""

import streamlit as st

from dashboard import cached, own_run
from dashboard.lessons import reading
from dashboard.lessons.architecture import model_choice
from llm_core import sampling
from llm_core.config import GPTConfig
from llm_core.tokenizers import BPETokenizer, gpt2_bpe

SLUG = "architecture"
CONFIGURED = "As configured"
_PLAN = "configured"

SEED = 123
"""Where the weights of the learner's own plan come from."""


def further() -> dict[str, cached.Loaded]:
    """What this page has besides the models that every page has."""
    plan = model_choice.small(model_choice.chosen())
    return {CONFIGURED: configured(plan, model_choice.head_is_tied())}


def choose() -> cached.Loaded:
    """Draw the choice of a model; it holds for all ideas of the page."""
    return reading.choose(SLUG, further())


def on_show() -> cached.Loaded:
    """The model that was chosen, for ideas that do not draw the choice again."""
    return reading.on_show(SLUG, further())


def shows_the_plan() -> bool:
    """Whether the ideas of the page look into the learner's own plan."""
    return st.session_state.get(f"{SLUG}.model") == CONFIGURED


def stand_in(loaded: cached.Loaded) -> str:
    """Says so where the plan was too large to build and a small model stands in for it."""
    plan = model_choice.chosen()
    if not loaded.name.startswith(_PLAN) or loaded.config == plan:
        return ""
    small = loaded.config
    return (
        f"The model you configured further below ({plan.emb_dim:,} wide, {plan.n_layers} blocks) "
        f"has more than the {model_choice.MOST_PARAMETERS:,} parameters that are built here. A "
        f"small one stands in for it: {small.emb_dim} wide, "
        f"{small.n_layers} blocks, {small.n_heads} heads."
    )


@st.cache_resource(show_spinner=False, max_entries=8)
def configured(config: GPTConfig, tied: bool) -> cached.Loaded:
    """An untrained model of this configuration, with a tokenizer that fits its vocabulary."""
    model = cached.untrained(config, SEED)
    if tied:
        model = cached.fresh(model)
        model.tie_weights()
    words = tokenizer(config.vocab_size)
    name = f"{_PLAN} {config}{' tied' if tied else ''}"
    return cached.Loaded(name, model, words, config, own_run.end_of_text(words))


@st.cache_resource(show_spinner=False, max_entries=8)
def tokenizer(vocab_size: int) -> cached.Tokenizer:
    """GPT-2's tokenizer, or the first merges of it where the vocabulary is smaller."""
    whole = cached.gpt2_tokenizer()
    if vocab_size >= whole.n_vocab:
        return whole
    kept = {token: rank for token, rank in gpt2_bpe().ranks.items() if rank < vocab_size - 1}
    return BPETokenizer(kept, {sampling.END_OF_TEXT: vocab_size - 1})
