"""What is computed or read once and shared by all sessions. Nobody may change what comes from here.

Models and tokenizers are shared objects, so a page that wants to train one takes a copy
(`copy.deepcopy` in llm_core's own start functions); see `fresh`.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import streamlit as st
import tiktoken

from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights import load_gpt2
from llm_core.random_state import RandomState
from llm_core.tokenizers import BPETokenizer
from llm_core.tokenizers import gpt2_tokenizer as _gpt2_tokenizer

ROOT = Path(__file__).resolve().parents[1]
STARTER = ROOT / "assets" / "tales"
DOWNLOADS = ROOT / "downloads"


class Tokenizer(Protocol):
    """What a page needs of any tokenizer."""

    @property
    def n_vocab(self) -> int: ...

    def encode_ordinary(self, text: str) -> list[int]: ...

    def decode(self, tokens: list[int]) -> str: ...


@dataclass(frozen=True)
class Loaded:
    """A model in memory with the tokenizer it was trained with."""

    name: str
    model: GPTModel
    tokenizer: Tokenizer
    config: GPTConfig
    end_of_text: int
    """Id of <|endoftext|>, which ends a generation."""


BY_NAME: dict[str | type[Any], Callable[[Any], Any]] = {Loaded: lambda loaded: loaded.name}
"""For a cached function that takes a model: `hash_funcs=BY_NAME`. So a name is never used twice."""


@st.cache_resource(show_spinner=False)
def gpt2_tokenizer() -> tiktoken.Encoding:
    """GPT-2's own byte-pair tokenizer, from files that come with a package."""
    return _gpt2_tokenizer()


@st.cache_resource(show_spinner=False)
def starter() -> Loaded:
    """The small GPT that ships with the project."""
    model = load_gpt2(STARTER)
    tokenizer = BPETokenizer.from_dict(json.loads((STARTER / "tokenizer.json").read_text("utf-8")))
    return Loaded(
        "starter", model, tokenizer, model.config, tokenizer.special_tokens["<|endoftext|>"]
    )


@st.cache_resource(show_spinner=False, max_entries=8)
def untrained(config: GPTConfig, seed: int = 123) -> GPTModel:
    """A model as it is born: random weights from this seed, ready to be looked at."""
    with RandomState(seed).borrowed():
        model = GPTModel(config)
    return model.eval()


def fresh(model: GPTModel) -> GPTModel:
    """A copy that a run may train, so that the shared one stays as it is."""
    return copy.deepcopy(model)
