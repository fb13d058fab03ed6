"""The whole model with one sentence inside, in the browser: from the drawing to one multiplication.

The browser gets the numbers of everything outside of the blocks and of the one that is unfolded,
once. Steps, parts, heads and cells change there, without the server; what the learner looks at is
reported a moment later, for the link, for another block, and for the weights of one cell.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import streamlit as st
import torch
from torch import Tensor

from dashboard.components import published
from dashboard.components.sending import message

_component = st.components.v2.component(
    "model",
    html='<div class="model"></div>\n',
    js=published.loader("model"),
    isolate_styles=False,
)


class Numbered(Protocol):
    """What has values, and other numbers beside them."""

    @property
    def values(self) -> Tensor: ...

    @property
    def beside(self) -> Mapping[str, Tensor]: ...


def show(head: Mapping[str, Any], numbers: Mapping[str, bytes], *, key: str) -> None:
    """Draw the model, or bring the drawing that is there up to date.

    Args:
        head: what is on screen besides the numbers; `lessons.architecture.steps` makes it.
        numbers: "ends" and "block" as `numbers` gives them, and "row", the weights of one cell.
        key: names the component; where the learner stands is found in the next run under
            `st.session_state[key]["seen"]`.
    """
    sent: set[str] = st.session_state.setdefault(f"{key}.sent", set())
    _component(
        key=key,
        data=message(head, numbers, sent),
        on_seen_change=lambda: None,
        on_lack_change=sent.clear,
    )


def raw(tensor: Tensor) -> bytes:
    """Numbers as they lie in memory, 32 bits each."""
    return tensor.detach().contiguous().float().numpy().astype("<f4").tobytes()


def numbers(parts: Iterable[Numbered]) -> bytes:
    """The values of all parts one after the other, each followed by what stands beside it."""
    every = [t.detach().float().flatten() for p in parts for t in (p.values, *p.beside.values())]
    return raw(torch.cat(every))
