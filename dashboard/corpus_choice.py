"""The text the learner works on: chosen once, the same on every page that reads a longer text.

A page calls `choose()` where the choice is to be made, outside of any idea, so that the whole page
follows; and `current()` wherever the text is needed. Neither raises: while a chosen text cannot be
used, one sentence says why, and the bundled story takes its place.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import streamlit as st

from dashboard import cached, frame
from llm_core import corpus

STORY, VERDICT, PASTED, UPLOADED = "Bundled story", "The Verdict", "Paste", "Upload"
"""The choices, as they stand on the page and in a link."""

LIMIT = 1_000_000
"""Longest text accepted, in characters."""

LINKED = 2_000
"""Longest pasted text that a link carries, in characters."""

_PASTED = "pasted"

FOLDER = cached.DOWNLOADS
"""Where fetched texts are kept."""


@dataclass(frozen=True)
class Corpus:
    """A text with its name, ready to be used."""

    choice: str
    """One of STORY, VERDICT, PASTED, UPLOADED."""
    title: str
    """What to call it in a sentence."""
    text: str
    """Never empty, at most LIMIT characters, clean (`llm_core.corpus.clean_text`)."""
    digest: str
    """Changes with the text; caches use it in place of the text itself."""


class NotYetError(ValueError):
    """A choice was made, and its text is still to come; says what to do."""


BY_DIGEST: dict[str | type[Any], Callable[[Any], Any]] = {Corpus: lambda text: text.digest}
"""For a cached function that takes a Corpus: `hash_funcs=BY_DIGEST`."""


def choose(label: str = "Text to work on") -> Corpus:
    """Draw the choice, with what belongs to it: download, text box or upload.

    Returns:
        the text from now on, as `current` gives it.
    """
    with st.container(key="corpus-choice"):
        choice = st.segmented_control(
            label,
            [STORY, VERDICT, PASTED, UPLOADED],
            default=STORY,
            required=True,
            key="corpus",
            bind="query-params",
            persist_state="session",
            help="It follows you to every page that reads a longer text.",
        )
        if choice != PASTED:
            st.query_params.pop(_PASTED, None)  # the box keeps it, the link need not
        with frame.guarded():
            if choice == VERDICT:
                _offer_download()
            elif choice == PASTED:
                _from_link()
                st.text_area(
                    "Paste or type a text",
                    key="corpus.pasted",
                    persist_state="session",
                    height=160,
                    placeholder="A page of your own, a chapter, a poem, in any language",
                )
                _to_link()
            elif choice == UPLOADED:
                st.file_uploader(
                    f"A text file (.txt, UTF-8, up to {LIMIT:,} characters)",
                    type=["txt", "md"],
                    max_upload_size=12,
                    key="corpus.file",
                    on_change=_keep_upload,
                )
            try:
                _chosen(str(choice))
            except NotYetError as error:
                st.caption(str(error))
    return current()


def current() -> Corpus:
    """The text last chosen on any page; the bundled story while that choice cannot be used."""
    choice = st.session_state.get("corpus") or st.query_params.get("corpus") or STORY
    try:
        return _chosen(str(choice))
    except (ValueError, OSError):
        return _chosen(STORY)


def _chosen(choice: str) -> Corpus:
    """The text of a choice.

    Raises:
        NotYetError: there is none yet.
        ValueError: it cannot be used; one sentence for the learner.
    """
    meanwhile = "until then this page works on the bundled story."
    if choice == VERDICT:
        if not _verdict_file().is_file():
            raise NotYetError(f"The Verdict is not on this computer yet; download it: {meanwhile}")
        return _made(VERDICT, "The Verdict", _verdict_file().read_bytes())
    if choice == PASTED:
        pasted = str(st.session_state.get("corpus.pasted") or "")
        if not pasted.strip():
            raise NotYetError(f"Paste a text into the box; {meanwhile}")
        return _made(PASTED, "your text", pasted)
    if choice == UPLOADED:
        uploaded = cast("tuple[str, bytes] | None", st.session_state.get("corpus.upload"))
        if uploaded is None:
            raise NotYetError(f"Choose a text file; {meanwhile}")
        return _made(UPLOADED, uploaded[0], uploaded[1])
    return _made(STORY, "the bundled story", corpus.story())


@st.cache_resource(show_spinner=False, max_entries=32)
def _made(choice: str, title: str, raw: bytes | str) -> Corpus:
    text = corpus.clean_text(raw, LIMIT)
    return Corpus(choice, title, text, hashlib.sha256(text.encode()).hexdigest()[:16])


def _from_link() -> None:
    """Take a text that came with the address, unless the learner has one."""
    linked = st.query_params.get(_PASTED, "")
    if linked and "corpus.pasted" not in st.session_state:
        st.session_state["corpus.pasted"] = linked[:LINKED]


def _to_link() -> None:
    """Keep a short text in the address; of a long one say that it stays behind."""
    pasted = str(st.session_state.get("corpus.pasted") or "")
    if len(pasted) > LINKED:
        st.caption(
            f"Your text stays in this browser: a link carries {LINKED:,} characters at most. "
            "Whoever opens the link has to paste it, too."
        )
    if 0 < len(pasted) <= LINKED:
        st.query_params[_PASTED] = pasted
    else:
        st.query_params.pop(_PASTED, None)


def _verdict_file() -> Path:
    return FOLDER / corpus.DOWNLOADS["the-verdict"].filename


def _offer_download() -> None:
    if _verdict_file().is_file():
        return
    pressed = st.button(
        "Download The Verdict (20 kB)", icon=":material/download:", key="corpus.download"
    )
    if not pressed:
        return
    bar = st.progress(0.0, "Asking for the file")

    def moved(arrived: int, total: int | None) -> None:
        bar.progress(min(1.0, arrived / total) if total else 0.5, f"{arrived:,} bytes have arrived")

    try:
        corpus.download("the-verdict", FOLDER, progress=moved)
    except corpus.DownloadError as error:
        bar.empty()
        raise ValueError(str(error)) from None
    st.rerun()


def _keep_upload() -> None:
    """Keep the file's bytes, which the upload box itself forgets when the page changes."""
    file = st.session_state.get("corpus.file")
    if file is None:
        st.session_state.pop("corpus.upload", None)
    else:
        st.session_state["corpus.upload"] = (str(file.name), file.getvalue())
