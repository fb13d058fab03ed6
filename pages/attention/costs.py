"""What attention costs: time and memory against length, and what a cache keeps."""

import streamlit as st

from dashboard import frame, predict, source, wording
from dashboard.lessons.attention import (
    caches,
    cost,
    smaller_caches,
    views,
)
from llm_core import attention, cache_memory
from pages.attention.layout import beside


@frame.idea("What does a longer text cost?")
def fused_path(sentence: str) -> None:
    """The readable steps, the fused kernel and the cache, measured now."""
    paths = views.both_paths(sentence)
    st.markdown(
        "Every token looks at every earlier one, so the table of weights grows with the square of "
        "the length. Real models never write it down: a **fused kernel** (one routine for all "
        "steps) goes from queries, keys and values to the context in one sweep."
    )
    st.caption(
        "Both ways on your sentence, through the first attention of the starter model: of "
        f"{paths.fused.numel():,} outputs none differs by more than "
        f"{wording.difference(paths.gap)}, which is rounding. The kernel has not written down "
        f"{paths.weights_written:,} weights."
    )
    guess = predict.choice(
        "Twice the text: how much more memory does the readable path take, when texts are long?",
        cost.ANSWERS, key="attention.twice", done="attention",
    )  # fmt: skip
    if guess is None:
        return
    if st.button("Measure now", key="attention.measure", icon=":material/timer:"):
        with st.spinner("Measuring six lengths, three ways …"):
            st.session_state["attention.costs"] = cost.measure()
    found = st.session_state.get("attention.costs")
    if found is None:
        st.caption("Press the button: it takes a second or two, on this machine.")
        return
    why = f"Measured here: {cost.doubled(found, 'readable'):.2f} times as much."
    predict.verdict(guess, cost.ANSWERS[1], why)
    beside(
        {
            "Time": ("attention-cost-time", cost.measured(found, "seconds")),
            "Memory written on the way": ("attention-cost-bytes", cost.measured(found, "bytes")),
        }
    )
    st.markdown(cost.ratios(found))
    st.caption(
        "The first attention of the starter model on random vectors, beyond its context too. The "
        "power of T is fitted to the four longest texts. The kernel still compares all pairs, but "
        "holds few at a time; with a cache the next token compares itself only."
    )
    source.show(
        attention.MultiHeadAttention.forward, attention.MultiHeadAttention.steps,
        attention.cost.costs, key="attention.fused.code",
        shapes={"readable": paths.readable, "fused": paths.fused},
    )  # fmt: skip


@frame.idea("What does a cache keep?")
def kept(sentence: str) -> None:
    """Prefill and decode, step by step, with the bytes of the real cache."""
    st.markdown(
        "No token sees what comes after it, so its key and value never change. A model that writes "
        "keeps them: the prompt is read at once (**prefill**), then each new token alone "
        "(**decode**)."
    )
    prompt = caches.written_on(sentence).prompt
    guess = predict.choice(
        f"{wording.counted(prompt, 'token')} were read and one more was written. How many new keys "
        "does a head compute to go on?",
        ["1", f"{prompt + 1} again"],
        key="attention.newkeys",
        done="attention",
    )
    if guess is None:
        return
    predict.verdict(
        guess,
        "1",
        "Only the newest token has no key yet; step on and see. The counts below "
        "are of all layers and heads.",
    )
    written = caches.show_cache(sentence)
    st.caption(
        "Rows of the square are queries, columns are keys. The starter model read the first "
        f"{wording.counted(written.prompt, 'token')} of your sentence and wrote "
        f"{len(written.steps) - 1} more; its cache was looked at after each pass. "
        f"{smaller_caches.size(written.set_aside)} are set aside for it from the beginning."
    )
    source.show(attention.LayerCache, key="attention.kept.code")


@frame.idea("How is a long cache made smaller?")
def smaller_cache() -> None:
    """Grouped queries, latent attention and sliding windows, calculated."""
    st.markdown(
        "A cache grows with the text, and it soon outgrows the model. Heads can share keys and "
        "values (**grouped queries**), a narrow vector can stand for both (**latent attention**), "
        "or most layers look back over a **sliding window** only."
    )
    asked = smaller_caches.windowed()
    guess = predict.choice(
        f"{asked.through} of {asked.preset.layers} layers look back over {asked.preset.window:,} "
        f"tokens only. Of a text of {asked.preset.tokens:,}, how much of the cache is left?",
        list(smaller_caches.ANSWERS),
        key="attention.left",
        done="attention",
    )
    if guess is not None:
        why = f"{asked.share:.1%}. Most of it belongs to the layers that still see everything."
        predict.verdict(guess, asked.truth, why)
        smaller_caches.show(smaller_caches.choose())
        st.caption(
            "T tokens, L layers, H heads of D channels each, C = H × D. A gigabyte is a billion "
            "bytes."
        )
        source.show(
            cache_memory.grouped_cache, cache_memory.latent_cache, cache_memory.sliding_cache,
            key="attention.smaller.code",
        )  # fmt: skip
    st.markdown(
        "A query may also look at the keys of **another** text: **cross-attention**, by which a "
        "translator finds the English word for each German one."
    )
    st.page_link(
        "pages/8_Transformer_family.py",
        label="Watch it translate on page 8, second question",
        icon=":material/translate:",
    )
