"""The way through the model, one operation at a time: order, parameters so far, and the link."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from dashboard import cached, palette
from dashboard.components import model as component
from dashboard.lessons import reading
from dashboard.lessons.architecture import inside
from dashboard.lessons.architecture.inside import Part, Read

KEY = "architecture-model"
_AT = "architecture.at"


@dataclass(frozen=True)
class At:
    """Where one learner stands."""

    block: int = 0
    """The block that is unfolded, counted from 0."""
    step: str = ""
    """Name of the part that is open; "" is the whole."""
    head: int = 0
    row: int = -1
    """The cell that is written out; -1 is the last token."""
    column: int = 0


def way(loaded: cached.Loaded, ids: tuple[int, ...], block: int) -> dict[str, Part]:
    """All operations in order: the opened block one by one, every other block as one step."""
    outside = inside.ends(loaded, ids)
    parts: dict[str, Part] = {}
    for name, part in outside.items():
        parts |= inside.opened(loaded, ids, block) if name == f"block{block + 1}" else {name: part}
    return parts


def show(loaded: cached.Loaded, text: Read) -> tuple[At, dict[str, Part]]:
    """Draw the model with the sentence inside.

    Returns:
        where the learner stands, and all parts by name.
    """
    here = standing(loaded, text, st.session_state.get(KEY, {}).get("seen"))
    to_link(here)
    parts = way(loaded, text.ids, here.block)
    head = _head(loaded, text, here)
    outside, opened = _numbers(loaded, text.ids, here.block)
    numbers = {"ends": outside, "block": opened}
    row = _row(loaded, text, here)
    if row is not None:
        numbers["row"] = row
    component.show(head, numbers, key=KEY)
    return here, parts


def _head(loaded: cached.Loaded, text: Read, here: At) -> dict[str, Any]:
    config = loaded.config
    block = f"{loaded.name} {here.block} {text.ids}"
    return {
        "origin": f"{loaded.name} {text.ids}",
        "words": list(text.words),
        "tokens": list(text.ids),
        "next": inside.next_words(loaded, text.ids),
        "letters": {
            "T": [len(text.ids), "token" + "s" * (len(text.ids) != 1) + " of your sentence"],
            "C": [config.emb_dim, "channels: numbers that stand for one token"],
            "H": [config.n_heads, "head" + "s" * (config.n_heads != 1)],
            "D": [config.head_dim, "channels of each head"],
            "V": [config.vocab_size, "tokens that it knows"],
        },
        "layers": config.n_layers,
        "parameters": loaded.model.num_parameters(),
        "block": here.block,
        "outside": _described(loaded.name, str(text.ids), -1, loaded, text.ids),
        "inside": _described(loaded.name, block, here.block, loaded, text.ids),
        "row": [here.block, here.step, here.column],
        "state": asdict(here),
        "scales": {
            "weight": [tone.light for tone in palette.SEQUENTIAL],
            "signed": [tone.light for tone in palette.DIVERGING],
        },
    }


@st.cache_data(show_spinner=False, max_entries=64)
def _described(
    name: str, what: str, block: int, _loaded: cached.Loaded, _ids: tuple[int, ...]
) -> list[dict[str, Any]]:
    """What the browser is told of each part: everything but its numbers."""
    parts = inside.ends(_loaded, _ids) if block < 0 else inside.opened(_loaded, _ids, block)
    told = []
    for part in parts.values():
        mean, deviation = part.mean_and_deviation
        size = (1, *part.values.shape)[-3:]
        told.append({
            "name": part.name, "title": part.title, "says": part.says, "formula": part.formula,
            "shape": part.shape, "kind": part.kind, "of": list(part.of), "role": part.role,
            "parameters": part.parameters, "mean": mean, "deviation": deviation,
            "reach": part.reach, "size": list(size),
            "beside": [[key, tensor.numel()] for key, tensor in part.beside.items()],
        })  # fmt: skip
    return told


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=cached.BY_NAME)
def _numbers(loaded: cached.Loaded, ids: tuple[int, ...], block: int) -> tuple[bytes, bytes]:
    """Of all parts outside of the blocks, and of those in one block: values, then those beside."""
    parts = inside.ends(loaded, ids), inside.opened(loaded, ids, block)
    outside, opened = (component.numbers(of.values()) for of in parts)
    return outside, opened


def _row(loaded: cached.Loaded, text: Read, here: At) -> bytes | None:
    """The weights that make the cell that is written out, where its part is linear."""
    weights = inside.weights_of(loaded, here.block, here.step)
    if weights is None:
        return None
    column = here.column
    if here.step == "logits":
        best = inside.best_next(reading.steps(loaded, text.ids)).tolist()
        column = best[min(column, len(best) - 1)]
    return component.raw(weights[min(column, len(weights) - 1)])


def standing(
    loaded: cached.Loaded, text: Read, reported: Mapping[str, Any] | None = None
) -> At:  # fmt: skip
    """Where the learner stands: as the browser reports, as before, or as the link says."""
    before = st.session_state.get(_AT)
    if reported:
        asked = reported
    elif isinstance(before, At):
        asked = asdict(before)
    else:
        asked = _linked()
    block = min(max(int(asked.get("block", 0)), 0), loaded.config.n_layers - 1)
    part = way(loaded, text.ids, block).get(str(asked.get("step", "")))
    here = At(block)
    if part is not None:
        heads, rows, columns = (1, *part.values.shape)[-3:]
        row = int(asked.get("row", -1))
        here = At(
            block,
            part.name,
            min(max(int(asked.get("head", 0)), 0), max(heads - 1, 0)),
            row if 0 <= row < rows else -1,
            min(max(int(asked.get("column", 0)), 0), columns - 1),
        )
    st.session_state[_AT] = here
    return here


def _linked() -> dict[str, Any]:
    """What the address asks for, counted from 1 there; nonsense is left out."""

    def number(name: str, otherwise: int) -> int:
        text = str(st.query_params.get(f"architecture.{name}", ""))
        return int(text) - 1 if text.isdecimal() and len(text) < 6 else otherwise

    row, _, column = str(st.query_params.get("architecture.cell", "")).partition("-")
    return {
        "block": number("unfolded", 0),
        "step": str(st.query_params.get("architecture.step", "")),
        "head": number("head", 0),
        "row": int(row) - 1 if row.isdecimal() and len(row) < 6 else -1,
        "column": int(column) - 1 if column.isdecimal() and len(column) < 6 else 0,
    }


def to_link(here: At) -> None:
    """Let the address say where the learner stands; what is standard is left out."""
    cell = f"{here.row + 1}-{here.column + 1}" if here.row >= 0 else ""
    wanted = {
        "unfolded": str(here.block + 1) if here.block else "",
        "step": here.step,
        "head": str(here.head + 1) if here.head else "",
        "cell": cell,
    }
    for name, text in wanted.items():
        key = f"architecture.{name}"
        if not text:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != text:
            st.query_params[key] = text
