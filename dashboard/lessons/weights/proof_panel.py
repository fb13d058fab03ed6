"""One model's answer to a prompt: the text, its surprise at the prompt, its next tokens."""

import streamlit as st

from dashboard.components import plot
from dashboard.lessons.weights.views import SHOWN, Proof, next_tokens


def draws(key: str) -> tuple[float, int, int]:
    """Controls of a continuation: temperature, which draw, how many tokens."""
    left, middle, right = st.columns(3)
    temperature = left.slider(
        "Temperature", 0.0, 1.5, 0.7, 0.1, key=f"weights.{key}_temperature", bind="query-params",
        help="0 always takes the likeliest token",
    )  # fmt: skip
    draw = middle.number_input(
        "Draw", 1, 999, 1, key=f"weights.{key}_draw", bind="query-params",
        help="Another number, another continuation",
    )  # fmt: skip
    count = right.slider("New tokens", 1, 60, 30, key=f"weights.{key}_count", bind="query-params")
    return min(max(float(temperature), 0.0), 1.5), int(draw), min(max(int(count), 1), 60)


def panel(title: str, name: str, proof: Proof, key: str) -> None:
    """The continuation, the surprise at the prompt itself, and the next tokens of one model."""
    loss = "" if proof.loss is None else f" · loss on the prompt {proof.loss:.2f}"
    st.markdown(f"**{title}**{loss}")
    with st.container(height=190, border=False):
        st.code(f"{proof.prompt} ▸{proof.written}", language=None, wrap_lines=True)
    plot.show(
        next_tokens({name: proof}),
        key=key,
        alt=f"The {SHOWN} likeliest next tokens: {title}",
        height=240,
    )
