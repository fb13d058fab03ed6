"""The controls of a pretraining run: four in a row, the rest under More, all in the link."""

from dataclasses import replace
from types import MappingProxyType

import streamlit as st

from dashboard.lessons.pretraining import views as pretraining_views
from dashboard.lessons.pretraining.plans import (
    CONTEXTS,
    GPT2,
    MOST_STEPS,
    OWN,
    SIZES,
    Material,
    Settings,
)
from llm_core.optimizers import OPTIMIZERS
from llm_core.schedules import Decay

RATES = (0.0001, 0.0004, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0)
"""Learning rates to choose from; the book's is 0.0004, and the last ones end badly."""

LENGTHS = (8, 16, 32, 64, 128, 256)
STANDARD = Settings()

DECAYS: MappingProxyType[str, Decay] = MappingProxyType(
    {
        "Half a cosine": "cosine",
        "Straight line": "linear",
        "Level, then a line": "stable",
        "Constant": "constant",
    }
)
"""How the learning rate may go on after the warmup; the book's comes first."""

RULES = MappingProxyType(
    {
        "AdamW": "**AdamW**, the book's, divides each weight's step by the usual size of its "
        "gradient, so steep and flat weights move alike. Weight decay stays outside of that "
        "division. Look for a curve that falls early and smoothly.",
        "Adam": "**Adam** divides as AdamW does, weight decay included. Look for AdamW's own curve "
        "at a decay of 0, and for how much learning even a small decay takes away.",
        "SGD": "**SGD** goes straight down the gradient, with momentum. Most of a language model's "
        "slopes are flat, so it needs a rate some fifty times as large: compare 0.005 with 0.3.",
        "Muon": "**Muon** turns the step of each matrix in the blocks so that all its directions "
        "are equally long; AdamW takes the rest. Look for a steeper curve in steps that take "
        "longer, and for learning by heart that comes sooner.",
    }
)
"""What a learner can see of each optimizer in the curve."""
YOURS = "Your sentence"


def vocabulary() -> str:
    """Draw the choice of tokenizer."""
    choice = st.segmented_control(
        "Vocabulary",
        [OWN, GPT2],
        default=OWN,
        required=True,
        key="pretraining.vocabulary",
        bind="query-params",
        help="Byte pairs learnt from the training part, or the 50,257 tokens of GPT-2.",
    )
    return str(choice)


def words(ready: Material, sentence: str) -> str:
    """Draw the choice of words whose loss is looked at; gives them."""
    learnt, kept_back = pretraining_views.beginnings(ready)
    choices = {
        YOURS: sentence,
        "From the training text": learnt,
        "From the validation text": kept_back,
    }
    choice = st.segmented_control(
        "Words to predict", list(choices), default=YOURS, required=True,
        key="pretraining.words", bind="query-params",
    )  # fmt: skip
    return choices.get(str(choice), sentence)


def settings(chosen_vocabulary: str) -> Settings:
    """Draw the controls of a run; every value is clamped, whatever a link asks for.

    The learning rate's way is chosen where it is drawn: see `schedule`.
    """
    size_place, rate_place, steps_place, seed_place = st.columns(4, vertical_alignment="bottom")
    size = size_place.selectbox(
        "Model", list(SIZES), key="pretraining.size", bind="query-params", on_change=_fit_context,
        help="Width, heads and blocks, and the context that goes well with them.",
    )  # fmt: skip
    rate = rate_place.select_slider(
        "Learning rate", RATES, STANDARD.learning_rate, format_func=lambda rate: f"{rate:g}",
        key="pretraining.rate", bind="query-params",
        help="How far the largest update goes. Try the last ones: they teach, too.",
    )  # fmt: skip
    steps = steps_place.slider(
        "Steps", 20, MOST_STEPS, STANDARD.steps, 20, key="pretraining.steps", bind="query-params"
    )
    seed = seed_place.number_input(
        "Seed", 0, 99_999, STANDARD.seed, key="pretraining.seed", bind="query-params",
        help="First weights and order of the batches: the same seed gives the same curve.",
    )  # fmt: skip
    chosen = Settings(
        size=size if size in SIZES else STANDARD.size,
        vocabulary=chosen_vocabulary,
        steps=_between(int(steps), 1, MOST_STEPS),
        learning_rate=float(rate),
        seed=_between(int(seed), 0, 99_999),
    )
    with st.expander("More: optimizer, batch, context, dropout, weight decay, clipping"):
        return _more(chosen)


def _more(chosen: Settings) -> Settings:
    """The settings with what is chosen under More."""
    left, middle, right = st.columns(3, gap="medium")
    rule = left.selectbox(
        "Optimizer", list(OPTIMIZERS), key="pretraining.optimizer", bind="query-params",
        help="The rule that makes a step of a gradient.",
    )  # fmt: skip
    momentum = left.slider(
        "Momentum", 0.0, 0.99, STANDARD.momentum, 0.01,
        key="pretraining.momentum", bind="query-params",
        help="Share of the earlier direction that each step keeps; β₁ in Adam and AdamW.",
    )  # fmt: skip
    decay = left.slider(
        "Weight decay", 0.0, 1.0, STANDARD.weight_decay, 0.05,
        key="pretraining.decay", bind="query-params",
        help="How strongly the optimizer pulls every weight towards zero.",
    )  # fmt: skip
    batch_size = middle.slider(
        "Batch size", 1, 32, STANDARD.batch_size, key="pretraining.batch", bind="query-params",
        help="Windows of text that the model sees before each update.",
    )  # fmt: skip
    length = middle.select_slider(
        "Context length", LENGTHS, STANDARD.context_length,
        key="pretraining.context", bind="query-params",
        help="Tokens in a window: as far back as the model can look.",
    )  # fmt: skip
    dropout = middle.slider(
        "Dropout", 0.0, 0.9, STANDARD.drop_rate, 0.05,
        key="pretraining.dropout", bind="query-params",
        help="Share of numbers set to zero at random in each step, against memorising.",
    )  # fmt: skip
    norm = right.slider(
        "Clip gradients to", 0.0, 5.0, STANDARD.max_norm or 0.0, 0.25,
        key="pretraining.clip", bind="query-params",
        help="Longer gradients are shortened to this length; 0 never does.",
    )  # fmt: skip
    every = right.slider(
        "Evaluate every … steps", 1, 100, STANDARD.eval_freq,
        key="pretraining.evaluate", bind="query-params",
    )  # fmt: skip
    rule = rule if rule in RULES else STANDARD.optimizer
    st.caption(RULES[rule])
    return replace(
        chosen,
        optimizer=rule,
        momentum=min(max(float(momentum), 0.0), 0.99),
        weight_decay=min(max(float(decay), 0.0), 1.0),
        batch_size=_between(int(batch_size), 1, 32),
        context_length=_between(int(length), LENGTHS[0], LENGTHS[-1]),
        drop_rate=min(max(float(dropout), 0.0), 0.9),
        max_norm=float(norm) if norm > 0 else None,
        eval_freq=_between(int(every), 1, 100),
    )


def schedule(chosen: Settings) -> Settings:
    """Draw the controls of the learning rate's way; the settings with it."""
    name = st.segmented_control(
        "After the warmup", list(DECAYS), default=next(iter(DECAYS)), required=True,
        key="pretraining.shape", bind="query-params",
    )  # fmt: skip
    decay = DECAYS.get(str(name), STANDARD.decay)
    places = iter(st.columns(4, vertical_alignment="bottom"))
    climbing = next(places).slider(
        "Warmup, share of the steps", 0.0, 1.0, STANDARD.warmup, 0.05,
        key="pretraining.warmup", bind="query-params",
    )  # fmt: skip
    first = next(places).slider(
        "First rate, share of the peak", 0.0, 1.0, STANDARD.initial_share, 0.01,
        key="pretraining.first", bind="query-params", help="Where the warmup begins.",
        disabled=climbing == 0,
    )  # fmt: skip
    last = next(places).slider(
        "Last rate, share of the peak", 0.0, 1.0, STANDARD.final_share, 0.05,
        key="pretraining.final", bind="query-params", disabled=decay == "constant",
    )  # fmt: skip
    falling = STANDARD.decay_share
    if decay == "stable":
        falling = next(places).slider(
            "Fall, share of the steps", 0.0, 1.0, STANDARD.decay_share, 0.05,
            key="pretraining.fall", bind="query-params", help="How late it begins to fall.",
        )  # fmt: skip
    return replace(
        chosen,
        decay=decay,
        warmup=min(max(float(climbing), 0.0), 1.0),
        initial_share=min(max(float(first), 0.0), 1.0),
        final_share=min(max(float(last), 0.0), 1.0),
        decay_share=min(max(float(falling), 0.0), 1.0),
    )


def _fit_context() -> None:
    """A size brings its context along; any other can be chosen afterwards."""
    size = str(st.session_state.get("pretraining.size"))
    if size in CONTEXTS:
        st.session_state["pretraining.context"] = CONTEXTS[size]


def _between(value: int, lowest: int, highest: int) -> int:
    return min(max(value, lowest), highest)
