"""The starter model as it was at a few moments of its training.

Each moment is a file of its own, four bits a weight; the model before the first update is not kept,
since its seed makes it again.
"""

import json
from pathlib import Path

import streamlit as st

from dashboard import cached
from llm_core.bundled.recipe import TALES
from llm_core.checkpoints.compact import read_compact
from llm_core.gpt import GPTModel
from llm_core.pretraining import starting_model


@st.cache_data(show_spinner=False)
def updates() -> int:
    """How many updates the whole training had."""
    return int(json.loads((cached.STARTER / "card.json").read_text(encoding="utf-8"))["steps"])


def kept() -> list[int]:
    """After how many updates there is a model: 0, the kept ones, and the last."""
    files = sorted((cached.STARTER / "moments").glob("*.safetensors"))
    return [0, *(int(file.stem) for file in files), updates()]


@st.cache_resource(show_spinner=False, max_entries=2)
def model(step: int) -> GPTModel:
    """The model of that moment; everybody's, and only read."""
    if step == updates():
        return cached.starter().model
    if step == 0:
        return starting_model(TALES).eval()
    return read_compact(_file(step))[0]


def _file(step: int) -> Path:
    return cached.STARTER / "moments" / f"{step:05}.safetensors"
