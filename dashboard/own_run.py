"""The model that the learner made: trained here, or opened from a file, for any page to use."""

import hashlib
from pathlib import Path
from typing import cast

import streamlit as st

from dashboard import cached, jobs
from llm_core.checkpoints import checkpoint_bytes, load_checkpoint
from llm_core.tokenizers import BPETokenizer, Tokenizer

KIND = "pretraining"
"""The kind of run that makes it."""

LARGEST_FILE = 80 * 1024 * 1024
"""Bytes of a file that may be opened: as much as the server accepts."""

_OPENED = "own_run.opened"


def own_model() -> cached.Loaded | None:
    """The learner's own model: the file opened last, else their run's newest snapshot, else None.

    It belongs to everybody who looks: a page that wants to train it takes `cached.fresh` of it.
    """
    opened = cast("cached.Loaded | None", st.session_state.get(_OPENED))
    if opened is not None:
        return opened
    job = jobs.current(KIND)
    return cast("cached.Loaded | None", job.products.get("model")) if job else None


def origin() -> str:
    """Where `own_model` comes from, as the end of a sentence."""
    if file_is_open():
        return "opened from a file"
    model = own_model()
    return f"from your run, after {model.name.rpartition(' ')[2]} steps" if model else "none yet"


def file_is_open() -> bool:
    """Whether `own_model` is a file's, not a run's."""
    return _OPENED in st.session_state


def close_file() -> None:
    """Let go of an opened file, so that the run's model counts again."""
    st.session_state.pop(_OPENED, None)


def open_file(source: bytes | Path) -> cached.Loaded:
    """Make a saved model the learner's own.

    Args:
        source: what was uploaded, or the path of a file that this server has written.

    Raises:
        ValueError: too large, not a checkpoint, incomplete, or without its tokenizer.
    """
    if isinstance(source, bytes) and len(source) > LARGEST_FILE:
        raise ValueError(
            f"the file has {len(source):,} bytes, and at most {LARGEST_FILE:,} can be opened "
            "here; choose a smaller model"
        )
    checkpoint = load_checkpoint(source)
    if checkpoint.tokenizer is None:
        raise ValueError(
            "this checkpoint holds no tokenizer, so nobody knows what its ids mean; "
            "save it again together with its tokenizer"
        )
    model = checkpoint.model.eval().requires_grad_(False)
    content = source if isinstance(source, bytes) else source.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:8]
    tokenizer = cast(cached.Tokenizer, checkpoint.tokenizer)
    opened = cached.Loaded(
        f"file {digest}", model, tokenizer, model.config, end_of_text(checkpoint.tokenizer)
    )
    st.session_state[_OPENED] = opened
    return opened


def as_file(loaded: cached.Loaded) -> bytes:
    """The model with its tokenizer as one .safetensors file."""
    return checkpoint_bytes(loaded.model, tokenizer=cast(Tokenizer, loaded.tokenizer))


def end_of_text(tokenizer: object) -> int:
    """Id of <|endoftext|>, which ends a generation; -1, which never comes, where there is none."""
    if isinstance(tokenizer, BPETokenizer):
        return tokenizer.special_tokens.get("<|endoftext|>", -1)
    return int(getattr(tokenizer, "eot_token", -1))


def untrained_twin(loaded: cached.Loaded) -> cached.Loaded:
    """The same model before anybody trained it."""
    born = cached.untrained(loaded.config)
    return cached.Loaded(
        f"untrained {loaded.name}", born, loaded.tokenizer, loaded.config, loaded.end_of_text
    )
