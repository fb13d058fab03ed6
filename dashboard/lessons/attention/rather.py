"""Why this token rather than that one: the difference of two logits, split over the model."""

from html import escape
from typing import Any, NamedTuple

import streamlit as st
import torch

from dashboard import cached, charts, chips, palette, predict, wording
from dashboard.components import switchboard
from dashboard.drawn import kept
from dashboard.lessons import reading
from dashboard.lessons.attention import effects, pressed
from dashboard.lessons.attention.effects import Ids
from llm_core import heads as heads_of
from llm_core.heads import Contributions
from llm_core.induction import Head

BOARD = "attention-rather-board"
DIRECT, LOST = "What it says itself", "What is lost without it"
VIEWS = (DIRECT, LOST)
SAME, OTHER = "Yes, the same head", "No, another one"
_BARS = 8


class Pair(NamedTuple):
    """Two tokens to choose between."""

    first: int
    second: int
    cut: tuple[str, ...]
    """Of the words typed, those of which only the first token counts."""


def _typed(loaded: cached.Loaded, word: str) -> tuple[int | None, bool]:
    """The first token of a word, with the space in front that words have; and if there are more."""
    if not word.strip():
        return None, False
    ids = loaded.tokenizer.encode_ordinary(f" {word.strip()}" if word[0].isalnum() else word)
    return ids[0], len(ids) > 1


def pair(loaded: cached.Loaded, ids: Ids, first: str, second: str) -> Pair:
    """The two tokens: those typed, or the model's likeliest.

    Raises:
        ValueError: the same token twice.
    """
    (a, a_longer), (b, b_longer) = _typed(loaded, first), _typed(loaded, second)
    best = reading.steps(loaded, ids).logits[0, -1].topk(3).indices.tolist()
    a = next(i for i in best if i != b) if a is None else a
    b = next(i for i in best if i != a) if b is None else b
    if a == b:
        raise ValueError("both words begin with the same token; type two different ones")
    cut = ((first,) if a_longer else ()) + ((second,) if b_longer else ())
    return Pair(a, b, tuple(word.strip() for word in cut))


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def split(loaded: cached.Loaded, ids: Ids, first: int, second: int) -> Contributions:
    """The difference of two logits at the end of the sentence, part by part."""
    with torch.inference_mode():
        steps = reading.steps(loaded, ids)
        return heads_of.contributions(loaded.model, steps, first, second)


def parts(split_up: Contributions) -> list[tuple[str, float]]:
    """Every part with its name, the largest first, whichever way it speaks."""
    named = {"token embedding": split_up.token, "position embedding": split_up.position}
    named["final norm's shift"] = split_up.shift
    for layer, row in enumerate(split_up.heads, 1):
        named |= {f"layer {layer} head {number}": one for number, one in enumerate(row, 1)}
        named[f"layer {layer} feed-forward"] = split_up.feed_forward[layer - 1]
        named[f"layer {layer} attention bias"] = split_up.biases[layer - 1]
    return sorted(((n, x.item()) for n, x in named.items()), key=lambda one: -abs(one[1]))


@kept(cached.BY_NAME)
def bars(loaded: cached.Loaded, ids: Ids, first: int, second: int) -> Any:
    """The parts that speak loudest for one of the two tokens, and all others together."""
    every = parts(split(loaded, ids, first, second))
    rest = every[_BARS:]
    shown = [*every[:_BARS], (f"{len(rest)} more together", sum(x for _, x in rest))]
    values = [x for _, x in shown]
    room = 0.18 * (max(0.0, *values) - min(0.0, *values))  # for the numbers at the bars
    return charts.bars(
        {"contribution": values},
        labels=[escape(name, quote=False) for name, _ in shown],
        colours={"contribution": palette.OUTPUT},
        value_title="direct effect on the difference",
        value_range=(min(0.0, *values) - 2 * room, max(0.0, *values) + room),
        sideways=True,
    )


def difference(loaded: cached.Loaded, ids: Ids, two: Pair, off: tuple[Head, ...] = ()) -> float:
    """The first token's logit less the second's, with these heads switched off."""
    logits = effects.without(loaded, ids, off, effects.ZEROS)
    return float(logits[two.first] - logits[two.second])


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=cached.BY_NAME)
def lost(loaded: cached.Loaded, ids: Ids, first: int, second: int) -> list[list[float]]:
    """By how much the difference shrinks without each head alone, (L, H)."""
    logits = effects.without_each(loaded, ids, effects.ZEROS)  # (L, H, V)
    whole = split(loaded, ids, first, second).difference
    return [list(row) for row in (whole - (logits[..., first] - logits[..., second])).tolist()]


def loudest(values: list[list[float]]) -> Head:
    """The head with the largest number, whichever its sign."""
    return max(
        (Head(i, j) for i, row in enumerate(values) for j in range(len(row))),
        key=lambda head: abs(values[head.layer][head.number]),
    )


def values(loaded: cached.Loaded, ids: Ids, two: Pair, view: str) -> list[list[float]] | None:
    """The numbers of the board: a row for each layer, the feed-forward last where it has one."""
    if view == DIRECT:
        split_up = split(loaded, ids, two.first, two.second)
        return [[*h, f] for h, f in zip(split_up.heads.tolist(), split_up.feed_forward.tolist(),
                                        strict=True)]  # fmt: skip
    if not effects.measured(loaded, ids, effects.ZEROS, "attention.rather.each"):
        return None
    return lost(loaded, ids, two.first, two.second)


def board(loaded: cached.Loaded, numbers: list[list[float]] | None, view: str) -> Head | None:
    """Draw the heads with their numbers; gives the one that the learner has switched off."""
    key, name = BOARD, "attention.rather_off"
    off = pressed.heads(key, name, loaded.name, loaded.config)[:1]
    switchboard.board(
        key=key, version=loaded.name, shape=(loaded.config.n_layers, loaded.config.n_heads),
        pressed=off, several=False, values=numbers, signed=True, unit="logits",
        columns=("feed-forward",) if view == DIRECT else (),
        says="Orange speaks for the first word, blue for the second. Click a head, or walk with "
        "the arrow keys and press the space bar, to switch it off.",
    )  # fmt: skip
    return off[0] if off else None


def say_pair(loaded: cached.Loaded, ids: Ids, two: Pair) -> None:
    """The two tokens as chips, with what the model gives them."""
    logits = reading.steps(loaded, ids).logits[0, -1]  # (V,)
    shares = logits.softmax(dim=-1)
    both = (two.first, two.second)
    notes = [f"logit {logits[i]:.3g}, probability {shares[i]:.3g}" for i in both]
    chips.show([loaded.tokenizer.decode([i]) for i in both], notes=notes)
    cut = "".join(f" Of “{word}” only the first token counts." for word in two.cut)
    st.text(
        f"Logits {logits[two.first]:.4g} and {logits[two.second]:.4g}: a difference of "
        f"{logits[two.first] - logits[two.second]:.4g}.{cut}"
    )


def answer(loaded: cached.Loaded, ids: Ids, two: Pair, guess: str) -> None:
    """Whether the head that says most is also the one without which most is lost."""
    if not effects.ready(loaded, ids, effects.ZEROS):
        st.caption(f"To know, choose “{LOST}” and have all heads switched off in turn.")
        return
    says = loudest(split(loaded, ids, two.first, two.second).heads.tolist())
    costs = loudest(lost(loaded, ids, two.first, two.second))
    why = (
        f"Most is said by {effects.named((says,))}, most is lost without {effects.named((costs,))}"
        ". A head also works through others: a later one may only know what to say because an "
        "earlier one has told it, and another may step in for one that is silent."
    )
    predict.verdict(guess, SAME if says == costs else OTHER, why)


def say(loaded: cached.Loaded, ids: Ids, two: Pair, off: Head | None) -> None:
    """That the parts sum to the difference, and what switching a head off really does."""
    split_up = split(loaded, ids, two.first, two.second)
    total, whole = split_up.total.item(), split_up.difference.item()
    st.caption(
        f"All {len(parts(split_up))} parts sum to {total:.6g}; the model's own logits differ by "
        f"{whole:.6g}. The gap is {wording.difference(abs(total - whole))}. The final norm divides "
        "by the spread of the whole vector; with the mean and the spread that this token has, it "
        "is the same factor for every part, so nothing is lost in the split."
    )
    if off is None:
        st.markdown("Switch a head off to see what its silence really changes.")
        return
    direct = split_up.heads[off.layer, off.number].item()
    without = difference(loaded, ids, two, (off,))
    st.markdown(
        f"**{effects.named((off,)).capitalize()}** itself adds {direct:+.3g} to the difference, "
        f"its *direct effect*. Switched off, the difference goes from {whole:.3g} to "
        f"{without:.3g}: its *total effect* is {whole - without:+.3g}. The two answer different "
        "questions: the total also holds what later layers made of its writing, and "
        "a new spread in the final norm."
    )
