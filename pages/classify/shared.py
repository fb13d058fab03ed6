"""What the ideas share: the kind of their runs, and two values set in one and used in others."""

import streamlit as st

from dashboard.lessons.classify.runs import Settings

KIND = "classify"


def cut_and_rank() -> tuple[int, int]:
    """The two values that are set in one idea and used in another."""
    cut, rank = (st.session_state.get(f"classify.{name}") for name in ("length", "rank"))
    return int(cut or Settings().max_length), int(rank or Settings().rank)


def follow() -> None:
    """Draw the whole page again once one of them has changed in an idea that was redrawn alone."""
    if st.session_state.get("classify.drawn_with", cut_and_rank()) != cut_and_rank():
        st.rerun()


def whose(key: tuple[str, int]) -> str:
    return f"Model after {key[1]:,} steps." if key[0] else "Model with a new, untrained head."
