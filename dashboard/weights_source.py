"""Which weights the page looks at: the starter model, GPT-2's published ones, or your own file."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st
from torch import Tensor

from dashboard import cached, gpt2_download
from llm_core.accounting import BYTES_PER_MEGABYTE
from llm_core.checkpoints import read_tensors
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights import Mapped, load_gpt2, mapping_table
from llm_core.gpt2_weights.files import PREFIX
from llm_core.gpt2_weights.hub import WEIGHTS_FILE

STARTER, PUBLISHED, UPLOADED = "Starter model", "GPT-2 124M", "Your file"
SOURCES = (STARTER, PUBLISHED, UPLOADED)

MOST_BYTES = 12 * 1024**2


@dataclass(frozen=True)
class Opened:
    """A file of weights, and our model with these weights in it. Shared: nobody may change it."""

    key: str
    """Names it in caches and in the session."""
    title: str
    """Names it on the page."""
    source: Path | bytes = field(repr=False)
    model: GPTModel
    tokenizer: cached.Tokenizer
    shapes: Mapping[str, tuple[int, ...]]
    """Shapes in the file, by the names there, without the prefix."""
    bytes: int
    """Size of the file."""
    prefixed: bool
    """Whether the names in the file begin with `PREFIX`."""
    number_bytes: tuple[int, ...]
    """Bytes of one number in the file; several if its tensors differ."""

    @property
    def config(self) -> GPTConfig:
        """The model's seven numbers."""
        return self.model.config

    @property
    def tied(self) -> bool:
        """Whether the head shares the token embedding's table."""
        return self.model.out_head.weight is self.model.tok_emb.weight

    @property
    def bytes_per_number(self) -> str:
        """How the file keeps its numbers, as a sentence."""
        kept = " or ".join(str(size) for size in self.number_bytes)
        return f"The file keeps {kept} bytes a number."

    def rows(self) -> list[Mapped]:
        """Where each of our tensors came from."""
        return mapping_table(self.config, self.shapes, tied=self.tied)

    def theirs(self, name: str) -> Tensor:
        """One tensor as the file has it."""
        tensors, _ = read_tensors(self.source)
        return tensors[PREFIX + name if self.prefixed and PREFIX + name in tensors else name]


BY_KEY: dict[str | type, Any] = {Opened: lambda opened: opened.key}
"""Tells Streamlit's caches how to recognise a file of weights."""


@st.cache_resource(show_spinner=False)
def starter() -> Opened:
    """The small model that comes with the project."""
    loaded = cached.starter()
    return _opened(
        "starter", STARTER, cached.STARTER / WEIGHTS_FILE, loaded.model, loaded.tokenizer
    )


@st.cache_resource(show_spinner="Reading GPT-2's weights …")
def published() -> Opened:
    """GPT-2 124M from the downloaded files.

    Raises:
        ValueError: not here, or no room for it.
    """
    folder = gpt2_download.fetcher().fetched()
    if folder is None:
        raise ValueError("GPT-2's weights are not on this server; press Download first")
    gpt2_download.check_room()
    return _opened(
        "gpt2", PUBLISHED, folder / WEIGHTS_FILE, load_gpt2(folder), cached.gpt2_tokenizer()
    )


@st.cache_resource(show_spinner=False, max_entries=3)
def uploaded(content: bytes) -> Opened:
    """A file the learner chose, in our model.

    Raises:
        ValueError: too large, not GPT-2's layout, cut off, a pickle, or of an unknown vocabulary.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(
            f"this file has {megabytes(len(content))} and the page takes {megabytes(MOST_BYTES)}; "
            "choose a smaller model, or save yours in float16"
        )
    model = load_gpt2(content)
    key = hashlib.sha256(content).hexdigest()[:16]
    return _opened(key, UPLOADED, content, model, _tokenizer_for(model.config.vocab_size))


def _tokenizer_for(vocab_size: int) -> cached.Tokenizer:
    """The tokenizer a model with so many tokens was made with; files do not carry theirs."""
    known = (cached.gpt2_tokenizer(), cached.starter().tokenizer)
    for tokenizer in known:
        if tokenizer.n_vocab == vocab_size:
            return tokenizer
    sizes = " or ".join(f"{tokenizer.n_vocab:,}" for tokenizer in known)
    raise ValueError(
        f"this model knows {vocab_size:,} tokens, and no tokenizer here has so many; choose a "
        f"model with {sizes}"
    )


def _opened(
    key: str, title: str, source: Path | bytes, model: GPTModel, tokenizer: cached.Tokenizer
) -> Opened:
    tensors, _ = read_tensors(source)
    shapes = {name.removeprefix(PREFIX): tuple(tensors[name].shape) for name in tensors}
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    prefixed = any(name.startswith(PREFIX) for name in tensors)
    each = tuple(sorted({t.element_size() for t in tensors.values() if t.is_floating_point()}))
    return Opened(key, title, source, model, tokenizer, shapes, size, prefixed, each)


def megabytes(count: int, digits: int = 0) -> str:
    """Bytes in the course's megabytes.

    >>> megabytes(12 * 1024**2)
    '12 MB'
    """
    return f"{count / BYTES_PER_MEGABYTE:,.{digits}f} MB"


def show(opened: Opened) -> bool:
    """Let the other ideas of the page look at this file.

    Returns:
        whether they looked at another one before, so that the page has to be drawn again.
    """
    before = st.session_state.get("weights.opened")
    st.session_state["weights.opened"] = opened
    return before is not None and before.key != opened.key


def shown() -> Opened:
    """The file the page looks at: the last one that could be opened."""
    opened = st.session_state.get("weights.opened")
    return opened if isinstance(opened, Opened) else starter()


def choose() -> Opened | None:
    """Draw the choice of a file, and open it.

    Returns:
        the file, or None while it has to be fetched or chosen first.

    Raises:
        ValueError: it cannot be had or does not fit, in one sentence.
    """
    which = st.segmented_control(
        "Weights", SOURCES, default=STARTER, required=True, key="weights.source",
        bind="query-params",
    )  # fmt: skip
    if which == PUBLISHED:
        if gpt2_download.fetcher().fetched():
            return published()
        _fetch()
        return None
    if which == UPLOADED:
        chosen = st.file_uploader(
            "A .safetensors file in GPT-2's layout, 12 MB at most", key="weights.file",
            max_upload_size=12,
            help="As written by export_gpt2 or by Hugging Face transformers",
        )  # fmt: skip
        return uploaded(chosen.getvalue()) if chosen else None
    return starter()


def _fetch() -> None:
    """Offer the download of GPT-2's weights, and show how far it is."""
    gpt2_download.check_room()
    download = gpt2_download.download()
    st.caption(
        f"The published weights take about {megabytes(gpt2_download.DISK)} of disk and "
        f"{megabytes(gpt2_download.MEMORY)} of memory on this server. The page stays usable "
        "while they arrive."
    )
    ticking = download.state == "running"

    @st.fragment(run_every=0.7 if ticking else None, key="weights-download")
    def progress() -> None:
        if download.state == "running":
            share = download.received / download.total if download.total else 0.0
            of = f"{megabytes(download.received, 1)} of {megabytes(download.total, 1)}"
            st.progress(min(1.0, share), of if download.total else "Asking the server")
        elif ticking:
            st.rerun()

    progress()
    if ticking:
        st.button("Stop", icon=":material/stop:", key="weights.stop", on_click=download.stop)
        return
    st.button(
        "Download GPT-2 124M", icon=":material/download:", key="weights.download",
        on_click=download.start,
    )  # fmt: skip
    if download.state == "stopped":
        st.caption("Stopped. Press the button to begin again.")
    if download.error:
        raise ValueError(download.error)
