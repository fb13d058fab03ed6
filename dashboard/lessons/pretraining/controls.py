"""The controls of a pretraining run: four in a row, the rest under More, all in the link."""

import streamlit as st

from dashboard.lessons.pretraining import views as pretraining_views
from dashboard.lessons.pretraining.plans import GPT2, MOST_STEPS, OWN, SIZES, Material, Settings

RATES = (0.0001, 0.0004, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0)
"""Learning rates to choose from; the book's is 0.0004, and the last ones end badly."""

LENGTHS = (8, 16, 32, 64, 128, 256)
STANDARD = Settings()
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
    """Draw the controls of a run; every value is clamped, whatever a link asks for."""
    size_place, rate_place, steps_place, seed_place = st.columns(4, vertical_alignment="bottom")
    size = size_place.selectbox(
        "Model", list(SIZES), key="pretraining.size", bind="query-params",
        help="Width, heads and blocks; GPT-2 small is there to see what it would cost.",
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
    with st.expander("More: batch, context, dropout, weight decay, warmup, clipping, evaluation"):
        left, middle, right = st.columns(3, gap="medium")
        batch_size = left.slider(
            "Batch size", 1, 32, STANDARD.batch_size, key="pretraining.batch", bind="query-params",
            help="Windows of text that the model sees before each update.",
        )  # fmt: skip
        length = left.select_slider(
            "Context length", LENGTHS, STANDARD.context_length,
            key="pretraining.context", bind="query-params",
            help="Tokens in a window: as far back as the model can look.",
        )  # fmt: skip
        every = left.slider(
            "Evaluate every … steps", 1, 100, STANDARD.eval_freq,
            key="pretraining.evaluate", bind="query-params",
        )  # fmt: skip
        dropout = middle.slider(
            "Dropout", 0.0, 0.9, STANDARD.drop_rate, 0.05,
            key="pretraining.dropout", bind="query-params",
            help="Share of numbers set to zero at random in each step, against memorising.",
        )  # fmt: skip
        decay = middle.slider(
            "Weight decay", 0.0, 1.0, STANDARD.weight_decay, 0.05,
            key="pretraining.decay", bind="query-params",
            help="How strongly AdamW pulls every weight towards zero.",
        )  # fmt: skip
        norm = middle.slider(
            "Clip gradients to", 0.0, 5.0, STANDARD.max_norm or 0.0, 0.25,
            key="pretraining.clip", bind="query-params",
            help="Longer gradients are shortened to this length; 0 never does.",
        )  # fmt: skip
        warmup = right.slider(
            "Warmup, share of the steps", 0.0, 1.0, STANDARD.warmup, 0.05,
            key="pretraining.warmup", bind="query-params",
        )  # fmt: skip
        final = right.slider(
            "Last learning rate, share of the peak", 0.0, 1.0, STANDARD.final_share, 0.05,
            key="pretraining.final", bind="query-params",
            help="1 keeps the learning rate at its peak.",
        )  # fmt: skip
    return Settings(
        size=size if size in SIZES else STANDARD.size,
        vocabulary=chosen_vocabulary,
        steps=_between(int(steps), 1, MOST_STEPS),
        learning_rate=float(rate),
        seed=_between(int(seed), 0, 99_999),
        batch_size=_between(int(batch_size), 1, 32),
        context_length=_between(int(length), LENGTHS[0], LENGTHS[-1]),
        drop_rate=min(max(float(dropout), 0.0), 0.9),
        weight_decay=min(max(float(decay), 0.0), 1.0),
        warmup=min(max(float(warmup), 0.0), 1.0),
        final_share=min(max(float(final), 0.0), 1.0),
        max_norm=float(norm) if norm > 0 else None,
        eval_freq=_between(int(every), 1, 100),
    )


def _between(value: int, lowest: int, highest: int) -> int:
    return min(max(value, lowest), highest)
