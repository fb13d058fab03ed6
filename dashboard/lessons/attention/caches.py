"""What a cache keeps while the starter model writes on, pass by pass."""

from typing import NamedTuple

import streamlit as st
import torch

from dashboard import cached, chips
from dashboard.components import prefill as component
from dashboard.components.prefill import Step
from dashboard.lessons import linked, reading

MORE = 12
"""Tokens written after the prompt."""


class Written(NamedTuple):
    """A prompt and what was written after it, with the cache looked at after each pass."""

    words: tuple[str, ...]
    prompt: int
    steps: tuple[Step, ...]
    set_aside: int
    """Bytes of the whole cache, `KVCache.nbytes`."""


@st.cache_data(show_spinner=False, max_entries=32)
def written_on(sentence: str) -> Written:
    """Let the starter model go on with the sentence, and look at its cache after each pass."""
    loaded = cached.starter()
    model = loaded.model
    room = loaded.config.context_length - MORE
    ids = list(reading.read(loaded, sentence).ids[:room])
    cache = model.new_cache()
    steps, new, prompt = [], ids, len(ids)
    with torch.inference_mode():
        for number in range(MORE + 1):
            logits = model(torch.tensor([new]), cache)  # (1, T, V)
            held = sum(
                kept[:, :, : layer.length].numel() * kept.element_size()
                for layer in cache.layers
                for kept in (layer.keys, layer.values)
            )
            steps.append(Step(len(new), cache.length, held))
            new = [int(logits[0, -1].argmax())]
            if number < MORE:
                ids.append(new[0])
    words = tuple(chips.visible(loaded.tokenizer.decode([i]).strip(" ") or " ") for i in ids)
    return Written(words, prompt, tuple(steps), cache.nbytes)


def show_cache(sentence: str) -> Written:
    """Draw what the cache holds at each step."""
    found = written_on(sentence)
    config = cached.starter().config
    key, shown = "attention-cache", linked.name_of(sentence)
    choice = linked.standing(key, "attention.pass", shown, "1")
    component.show(
        found.words, found.prompt, found.steps, heads=config.n_layers * config.n_heads,
        set_aside=found.set_aside, shown=shown, key=key,
        choice=linked.number(choice, len(found.steps), 1),
    )  # fmt: skip
    return found
