"""Pictures next to each other, each under its name."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.components import plot


def beside(
    pictures: Mapping[str, tuple[str, str]], widths: Sequence[float] = (1, 1), height: int = 340
) -> None:
    """Pictures next to each other: title -> (key, figure)."""
    for column, (title, (key, figure)) in zip(st.columns(widths), pictures.items(), strict=True):
        with column:
            role = title.removesuffix("s").replace("context", "output")
            st.html(f'<p class="label" style="color: var(--{role}, var(--muted))">{title}</p>')
            plot.show(figure, key=key, alt=title, height=height)
