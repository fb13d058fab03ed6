"""The model on show and the learner's sentence as it reads it: everything computed on the way.

The ladder of attentions draws at most `views.MOST` tokens; here all that the model has places for
are read, so that a whole paragraph can be looked at.
"""

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st
import torch

from dashboard import cached, chips, gpt2_download, own_run, weights_source
from llm_core.gpt import GPTSteps

STARTER, YOURS, UNTRAINED = "Starter model", "Yours", "Untrained"
GPT2 = weights_source.PUBLISHED

_LONGEST = 256
"""Tokens read at once, whatever the model has places for: a map of more cannot be looked at."""


Further = Mapping[str, cached.Loaded]
"""Models that one page alone has, by name."""


class Reading(NamedTuple):
    """A sentence as one model reads it."""

    ids: tuple[int, ...]
    """T ids."""
    words: tuple[str, ...]
    """T tokens as they are drawn, without the space in front."""
    left_out: int
    """Tokens at the end of the sentence that the model has no place for."""


def models(further: Further | None = None) -> dict[str, cached.Loaded]:
    """Every model in memory that can be looked into, by the name it has on the page."""
    found = {STARTER: cached.starter(), **(further or {})}
    own = own_run.own_model()
    if own is not None:
        found[YOURS] = own
    found[UNTRAINED] = own_run.untrained_twin(own or cached.starter())
    if gpt2_download.fetcher().fetched():
        opened = weights_source.published()
        end = own_run.end_of_text(opened.tokenizer)
        found[GPT2] = cached.Loaded("gpt2", opened.model, opened.tokenizer, opened.config, end)
    return found


def choose(slug: str, further: Further | None = None) -> cached.Loaded:
    """Draw the choice of a model.

    Args:
        slug: of the page; the choice holds for all its ideas.
        further: models that this page alone has, by name.
    """
    found = models(further)
    key = f"{slug}.model"
    if st.session_state.get(key, STARTER) not in found:
        st.session_state[key] = STARTER  # a link to a model that this learner does not have
    choice = st.segmented_control(
        "Model on show", list(found), default=STARTER, required=True, key=key, bind="query-params",
        on_change=st.rerun,  # the other ideas look at the same model
        help="Train one of your own on page 4, or fetch GPT-2 on page 5, and it stands here too.",
    )  # fmt: skip
    return found[str(choice)]


def on_show(slug: str, further: Further | None = None) -> cached.Loaded:
    """The model that was chosen on this page, for ideas that do not draw the choice again."""
    found = models(further)
    return found.get(str(st.session_state.get(f"{slug}.model")), found[STARTER])


@st.cache_data(show_spinner=False, max_entries=256, hash_funcs=cached.BY_NAME)
def read(loaded: cached.Loaded, sentence: str) -> Reading:
    """The sentence in tokens of this model, as many as it has places for."""
    ids = loaded.tokenizer.encode_ordinary(sentence)
    kept = tuple(ids[: min(_LONGEST, loaded.config.context_length)])
    words = (chips.visible(loaded.tokenizer.decode([i]).strip(" ") or " ") for i in kept)
    return Reading(kept, tuple(words), len(ids) - len(kept))


@st.cache_resource(show_spinner=False, max_entries=6, hash_funcs=cached.BY_NAME)
def steps(loaded: cached.Loaded, ids: tuple[int, ...]) -> GPTSteps:
    """Everything the model computes on these ids; everybody's, and only read."""
    with torch.inference_mode():
        return loaded.model.steps(torch.tensor([ids]))
