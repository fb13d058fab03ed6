"""The examples a finetuning page works on: the bundled ones, the course's real ones, or a file.

A page calls `choose` where the choice is to be made, outside of any idea, so that the whole page
follows. While a chosen file cannot be used, one sentence says why, and the bundled one stays.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import streamlit as st

from dashboard import cached, frame
from llm_core import corpus

FOLDER = cached.DOWNLOADS
"""Where fetched files are kept."""

LIMIT = 5_000_000
"""Longest file accepted, in characters."""

BUNDLED, UPLOADED = "Bundled", "Upload"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of examples, and the three places they may come from."""

    key: str
    """Name of the choice in the link; prefix of its widgets."""
    noun: str
    """What the examples are called, in the plural."""
    bundled: Callable[[], Sequence[Any]]
    real: str
    """What the course's own data set is called on the page."""
    download: str
    """The name `llm_core.corpus.download` knows it under."""
    parse: Callable[[str], Sequence[Any]]
    """Text of an uploaded file to examples; raises ValueError with one sentence."""
    parse_real: Callable[[str], Sequence[Any]]
    types: tuple[str, ...]
    """Endings of files that may be uploaded."""
    wanted: str
    """What an uploaded file must hold, in a few words."""


MESSAGES = Kind(
    key="classify.data",
    noun="messages",
    bundled=corpus.messages,
    real="SMS Spam Collection",
    download="sms-spam",
    parse=corpus.parse_messages,
    parse_real=lambda text: corpus.parse_messages(text, quoted=True),
    types=("csv", "tsv", "txt"),
    wanted="a table with the columns Label (ham or spam) and Text",
)

INSTRUCTIONS = Kind(
    key="instruct.data",
    noun="instructions",
    bundled=corpus.instructions,
    real="The book's instructions",
    download="instructions",
    parse=corpus.parse_instructions,
    parse_real=corpus.parse_instructions,
    types=("json",),
    wanted="a JSON list of entries with instruction, input and output",
)


@dataclass(frozen=True)
class Examples:
    """Examples ready to be used."""

    kind: str
    title: str
    """What to call them in a sentence."""
    rows: tuple[Any, ...]
    digest: str
    """Changes with the rows; caches use it in their place."""


BY_DIGEST: dict[str | type[Any], Callable[[Any], Any]] = {Examples: lambda rows: rows.digest}
"""For a cached function that takes Examples: `hash_funcs=BY_DIGEST`."""


def choose(kind: Kind) -> Examples:
    """Draw the choice, with what belongs to it: download or upload.

    Returns:
        the examples from now on; the bundled ones while the choice cannot be used.
    """
    with st.container(key=kind.key.replace(".", "-")):
        choice = st.segmented_control(
            f"Where the {kind.noun} come from",
            [BUNDLED, kind.real, UPLOADED],
            default=BUNDLED,
            required=True,
            key=kind.key,
            bind="query-params",
            persist_state="session",
        )
        with frame.guarded():
            if choice == kind.real:
                _offer_download(kind)
            elif choice == UPLOADED:
                st.file_uploader(
                    f"A file with {kind.wanted}",
                    type=list(kind.types),
                    max_upload_size=12,
                    key=f"{kind.key}.file",
                    on_change=_keep_upload,
                    args=(kind,),
                )
            return _chosen(kind, str(choice))
    return _chosen(kind, BUNDLED)


def _chosen(kind: Kind, choice: str) -> Examples:
    meanwhile = f"until then this page works on the bundled {kind.noun}."
    if choice == kind.real:
        if not _real_file(kind).is_file():
            raise ValueError(f"{kind.real}: not on this computer yet; download it: {meanwhile}")
        return _made(kind.key, choice, kind.real, _real_file(kind).read_bytes())
    if choice == UPLOADED:
        uploaded = cast("tuple[str, bytes] | None", st.session_state.get(f"{kind.key}.upload"))
        if uploaded is None:
            raise ValueError(f"Choose a file with {kind.wanted}; {meanwhile}")
        return _made(kind.key, choice, *uploaded)
    return _made(kind.key, BUNDLED, f"the bundled {kind.noun}", b"")


@st.cache_resource(show_spinner=False, max_entries=16)
def _made(key: str, choice: str, title: str, raw: bytes) -> Examples:
    kind = next(kind for kind in (MESSAGES, INSTRUCTIONS) if kind.key == key)
    if choice == BUNDLED:
        rows = kind.bundled()
    else:
        parse = kind.parse_real if choice == kind.real else kind.parse
        rows = parse(corpus.clean_text(raw, LIMIT))
    digest = hashlib.sha256(repr(rows).encode("utf-8", "replace")).hexdigest()[:16]
    return Examples(key, title, tuple(rows), digest)


def _real_file(kind: Kind) -> Path:
    return FOLDER / corpus.DOWNLOADS[kind.download].filename


def _offer_download(kind: Kind) -> None:
    if _real_file(kind).is_file():
        return
    if not st.button(
        f"Download: {kind.real}", icon=":material/download:", key=f"{kind.key}.download"
    ):
        return
    bar = st.progress(0.0, "Asking for the file")

    def moved(arrived: int, total: int | None) -> None:
        bar.progress(min(1.0, arrived / total) if total else 0.5, f"{arrived:,} bytes have arrived")

    try:
        corpus.download(kind.download, FOLDER, progress=moved)
    except corpus.DownloadError as error:
        bar.empty()
        raise ValueError(str(error)) from None
    st.rerun()


def _keep_upload(kind: Kind) -> None:
    """Keep the file's bytes, which the upload box itself forgets when the page changes."""
    file = st.session_state.get(f"{kind.key}.file")
    if file is None:
        st.session_state.pop(f"{kind.key}.upload", None)
    else:
        st.session_state[f"{kind.key}.upload"] = (str(file.name), file.getvalue())
