"""Shows the code that just ran, read from the running program."""

import inspect
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

_ROOT = Path(__file__).resolve().parents[1]


def show(
    *objects: Callable[..., Any] | type, key: str, shapes: Mapping[str, Any] | None = None
) -> None:
    """A folded panel with the source of what the page just called, and the shapes it made.

    Args:
        objects: functions, methods or classes of llm_core, as the page called them.
        key: names the panel.
        shapes: name -> tensor (or anything with a shape) of this very call.
    """
    names = ", ".join(o.__qualname__ for o in objects)
    panel = st.expander(
        f"The code that ran: {names}", icon=":material/code:", key=key, on_change="rerun"
    )
    if not panel.open:
        return
    with panel:
        if shapes:
            rows = [f"| `{name}` | {_shape(value)} |" for name, value in shapes.items()]
            st.markdown("| tensor | shape now |\n|---|---|\n" + "\n".join(rows))
        for item in objects:
            lines, first = inspect.getsourcelines(item)
            file = Path(inspect.getsourcefile(item) or "").resolve()
            st.caption(f"{file.relative_to(_ROOT)}, lines {first} to {first + len(lines) - 1}")
            st.code(textwrap.dedent("".join(lines)), language="python")


def _shape(value: Any) -> str:
    shape = getattr(value, "shape", value)
    return " × ".join(str(n) for n in shape) if shape else "one number"
