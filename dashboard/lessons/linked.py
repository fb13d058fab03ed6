"""What the learner has chosen in a browser part, kept in the session and in the link."""

import hashlib

import streamlit as st


def name_of(*parts: object) -> str:
    """A short name for what is on screen: another text or model has another one."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def standing(key: str, link: str, shown: str, standard: str) -> str:
    """What was chosen last for what is on screen now: as reported, as linked, or the standard.

    Args:
        key: of the component, which reports {"shown", "choice"} as its state "chosen".
        link: name of the choice in the address.
        shown: name of what is on screen; a choice made for something else does not count.
        standard: the choice on a fresh page; it is left out of the address.
    """
    report = (st.session_state.get(key) or {}).get("chosen") or {}
    before = st.session_state.get(f"{key}.shown")
    if report.get("shown") == shown:
        choice = str(report["choice"])
    elif before in (None, shown):
        choice = st.query_params.get(link, standard)
    else:
        choice = standard
    st.session_state[f"{key}.shown"] = shown
    if choice == standard:
        st.query_params.pop(link, None)
    elif st.query_params.get(link) != choice:
        st.query_params[link] = choice
    return choice


def number(choice: str, below: int, otherwise: int) -> int:
    """A choice as a number from 0 on; a link may say anything.

    >>> number("3", 4, -1), number("4", 4, -1), number("x", 4, -1)
    (3, -1, -1)
    """
    return int(choice) if choice.isdecimal() and int(choice) < below else otherwise


def places(choice: str, below: tuple[int, ...], otherwise: tuple[int, ...]) -> tuple[int, ...]:
    """A choice as numbers joined by points, each below its own end.

    >>> places("1.0", (2, 2), (0, 0)), places("1.2", (2, 2), (0, 0)), places("1", (2, 2), (0, 0))
    ((1, 0), (0, 0), (0, 0))
    """
    found = tuple(number(part, 10**6, -1) for part in choice.split("."))
    fits = len(found) == len(below) and all(
        0 <= n < end for n, end in zip(found, below, strict=True)
    )
    return found if fits else otherwise
