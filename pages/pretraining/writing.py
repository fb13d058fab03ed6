"""How a model writes: one token drawn after another, or several texts followed together."""

import streamlit as st

from dashboard import cached, decoding, frame, own_run, predict, session, source
from dashboard.components import plot
from dashboard.lessons.pretraining import beam_tree, bench
from dashboard.lessons.pretraining import plans as pretraining_plans
from llm_core import beam, sampling


@frame.idea("What does it write?")
def writing(sentence: str, ready: pretraining_plans.Material) -> None:
    """Each token is drawn from a distribution that the settings bend: look inside, choose anew."""
    st.markdown(
        "The model gives every token of its vocabulary a score, its **logit**. The settings turn "
        "scores into probabilities, then a number from 0 to 1 decides. Click a token of the text "
        "to see what it was drawn from, and go on with another one. ␣ is a space, ↵ a new line."
    )
    left, middle, right, last = st.columns([1.5, 3, 1.3, 1], vertical_alignment="bottom")
    with left:
        choice, chosen = bench.choose()
    prompt = middle.text_input(
        "Prompt", sentence, key="pretraining.prompt", bind="query-params",
        max_chars=session.SENTENCE_LIMIT,
    )  # fmt: skip
    tokens = right.slider(
        "Tokens", 1, decoding.MOST, 40, key="pretraining.tokens", bind="query-params"
    )
    seed = last.number_input("Seed", 0, 99_999, 1, key="pretraining.draw", bind="query-params")
    model = bench.model(choice, chosen, ready)
    text = bench.show(
        model, choice, prompt, tokens=min(max(int(tokens), 1), decoding.MOST),
        seed=min(max(int(seed), 0), 99_999),
    )  # fmt: skip
    st.caption(
        "The settings act from top to bottom, each on what the one before has left. Turning one "
        "writes the text anew from the token you look at; the numbers drawn stay the same."
    )
    guess = predict.choice(
        "Turn the temperature to 2 and top-p to 0.9. From how many of the "
        f"{model.config.vocab_size:,} tokens is the first one after your prompt then drawn?",
        bench.ranges_up_to(model.config.vocab_size),
        key="pretraining.nucleus",
    )
    if guess is not None:
        kept = bench.nucleus(model, text, temperature=2.0, top_p=0.9)
        predict.verdict(
            guess, bench.range_of(kept), f"It is {kept:,}. Top-p counts probability, not tokens: "
            "where the model is unsure, nine tenths of it are spread over many.",
        )  # fmt: skip
        st.button("Turn the bench there", key="pretraining.turn", on_click=bench.turn_to_flat)
    source.show(
        sampling.sampling_steps, sampling.stretches, sampling.generate,
        key="pretraining.source.sampling",
    )  # fmt: skip


@frame.idea("What if it thought ahead?")
def looking_ahead(sentence: str) -> None:
    """Beam search, as a tree."""
    st.markdown(
        "The likeliest next token may lead nowhere. **Beam search** follows several texts at once: "
        "at each step every one of them is continued, and only those with the highest probability "
        "*as a whole* are kept. That is the product of their tokens' probabilities, so its "
        "logarithm is a sum: $\\ln p = \\sum_t \\ln p_t$."
    )
    guess = predict.choice(
        "**Greedy** decoding takes the likeliest token each time. Is its text the likeliest one?",
        beam_tree.ANSWERS,
        key="pretraining.greedy",
    )
    if guess is None:
        return
    model = own_run.own_model() or cached.starter()
    left, few, far, until = st.columns([3, 1.4, 1.4, 1.8], vertical_alignment="bottom")
    prompt = left.text_input(
        "Prompt to search from", sentence, key="pretraining.ahead",
        max_chars=session.SENTENCE_LIMIT,
    )  # fmt: skip
    beams = few.slider(
        "Beams", 1, beam_tree.MOST_BEAMS, 3, key="pretraining.beams", bind="query-params"
    )
    tokens = far.slider(
        "Tokens ahead", 2, beam_tree.MOST_TOKENS, 6, key="pretraining.far", bind="query-params",
        on_change=_show_all_steps,
    )  # fmt: skip
    shown = until.slider(
        "Show up to step", 1, tokens, tokens, key="pretraining.until", bind="query-params"
    )
    looked = beam_tree.search(model, prompt, beams=beams, tokens=tokens)
    predict.verdict(guess, beam_tree.NOT_ALWAYS, beam_tree.comparison(looked))
    drawn, height = beam_tree.figure(
        model, prompt, beams=beams, tokens=tokens, shown=min(shown, tokens)
    )
    plot.show(
        drawn,
        key="pretraining-tree",
        alt="Tree of the texts that beam search followed and dropped",
        height=height,
    )
    beam_tree.show_texts(looked)
    st.caption(
        "A branch is as wide as its token is likely. Rest the pointer on a token for the sum so "
        "far; move the step to watch the search choose. The likeliest text is not the best one: "
        "it is the least surprising, and often dull. So chatbots draw, and beam search is for "
        "tasks with one right answer, such as translation."
    )
    source.show(beam.beam_search, key="pretraining.source.beam")


def _show_all_steps() -> None:
    st.session_state["pretraining.until"] = st.session_state["pretraining.far"]
