"""What one learner carries from page to page: sentence, corpus, progress, run.

Everything a link should restore is a widget bound to the address (`bind="query-params"`); the rest
lives in `st.session_state`, under the names in this module and nowhere else.
"""

import hashlib
import secrets

import streamlit as st

SENTENCE = "One day, Lily lost the key, and Ben helped her to find the"
SENTENCE_LIMIT = 2_000
PASTE_LIMIT = 4_000  # what the box and the address can hold


def visited(slug: str) -> None:
    """Remember that this page was opened."""
    st.session_state.setdefault("visited", set()).add(slug)


def mark_done(slug: str) -> None:
    """The learner has done what this stage is about: a tick in the sidebar and on Home."""
    done = st.session_state.setdefault("done", set())
    if slug not in done:
        done.add(slug)
        keep_progress()


def keep_progress() -> None:
    """Take ticks out of the address after a reload, and keep them there: `?done=data-attention`."""
    done = st.session_state.setdefault("done", set())
    done |= {slug for slug in st.query_params.get("done", "").split("-") if slug}
    if done:
        st.query_params["done"] = "-".join(sorted(done))


def is_done(slug: str) -> bool:
    """Whether `mark_done` was called for this stage in this session."""
    return slug in st.session_state.get("done", ())


def sentence_box(label: str = "Your sentence") -> str:
    """The learner's own sentence: one text box, the same on every page and in every link.

    Returns:
        the sentence, or the standard one while the box is empty.
    """
    st.text_input(
        label,
        value=SENTENCE,
        key="text",
        bind="query-params",
        persist_state="session",
        max_chars=PASTE_LIMIT,
        help="It follows you from page to page, and travels in the link. Its first "
        f"{SENTENCE_LIMIT} characters count.",
    )
    typed = str(st.session_state.get("text") or "").strip()
    if not typed:
        st.caption(f"The box is empty; until you type, this stands in: “{SENTENCE}”")
    elif len(typed) > SENTENCE_LIMIT:
        st.caption(f"Only the first {SENTENCE_LIMIT} of {len(typed):,} characters are used.")
    return sentence()


def sentence() -> str:
    """The learner's sentence as last typed on any page."""
    text = str(st.session_state.get("text") or "").strip()
    return text[:SENTENCE_LIMIT] or SENTENCE


def browser() -> str:
    """A name for this browser that a page reload keeps.

    It is a hash of the token in Streamlit's own XSRF cookie. The cookie is written anew on every
    load as `2|mask|token xor mask|time`, so only the unmasked token stays the same.
    """
    cookie = st.context.cookies.get("_streamlit_xsrf", "")
    match cookie.split("|"):
        case ["2", mask, masked, _]:
            key, data = bytes.fromhex(mask), bytes.fromhex(masked)
            token = bytes(byte ^ key[i % len(key)] for i, byte in enumerate(data))
            return hashlib.sha256(token).hexdigest()[:16]
    return str(st.session_state.setdefault("browser", secrets.token_hex(8)))
