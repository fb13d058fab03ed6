"""What stands on the matrix stage: each rung of the ladder, and a trained head of the model.

Every number is a tensor of llm_core; where a matrix follows from others, its `kind` and `of` say
how, so that the browser can follow up on a change. `standing.py` remembers what the learner did.
"""

from collections.abc import Callable
from typing import Any, cast

import streamlit as st
import torch
from torch import Tensor, nn

from dashboard import cached
from dashboard.components.stage import Flow, Matrix, Switch
from dashboard.lessons import reading
from dashboard.lessons.attention import views
from llm_core import attention

TRAINED = "A trained head"
"""The rung after the last: the heads of the starter model on the sentence."""

LADDER = (*views.RUNGS, TRAINED)


_REVEAL = {
    "Inputs": (("inputs",), "Each token is a vector: one row of numbers."),
    "Learnt matrices": (
        ("W_query", "W_key", "W_value"),
        "Three tables of numbers, which training would change.",
    ),
    "Queries and keys": (
        ("queries", "keys"),
        "What each token asks for, and what it can be found by.",
    ),
    "Scores": (("scores",), "Every query meets every key: their dot product."),
    "Scaled": (
        ("scaled",),
        "Wide vectors make large scores; the root of the width brings them back.",
    ),
    "Masked": (("masked",), "What comes later is hidden behind −∞."),
    "Weights": (("weights",), "Softmax: every row is positive and sums to 1."),
    "Values": (("values",), "What each token hands over."),
    "Context": (("context",), "Each token takes its share of every value."),
    "Output": (("output",), "The contexts of all heads, side by side."),
}
"""Step of the reveal -> the matrices that appear with it, and one sentence."""


@st.cache_resource(show_spinner=False, max_entries=64)
def rung(source: str, sentence: str, name: str, width: int, heads: int, seed: int) -> Flow:
    """All matrices of a rung of the ladder, from the inputs to the context vectors."""
    if name == TRAINED:
        return trained(sentence)
    steps = views.climb(source, sentence, name, width, heads, seed)
    shown = views.tokens(source, sentence)
    inputs = _inputs(shown.vectors, "x")
    simple, several = name == views.RUNGS[0], name == views.RUNGS[3]
    if simple:
        matrices = [inputs, *_weighing(steps, "inputs", "inputs"), _context(steps, "inputs")]
    else:
        learnt = _learnt(views.layers(source, sentence, name, width, heads, seed))
        matrices = [inputs, *learnt, *_from_queries(steps)]
    if several:
        cell = "channel {column} of the output of {row}"
        matrices.append(
            Matrix("output", steps.output, "output", "the contexts of all heads, side by side",
                   cell, kind="joined", of=("context",), role="output")
        )  # fmt: skip
    flow = Flow(
        matrices,
        shown.labels,
        axes=[("Head", heads)] if several else [],
        switches=_switches(mask=name in views.RUNGS[2:], root=not simple),
        course=source == views.COURSE,
    )
    return _revealed(flow)


@st.cache_resource(show_spinner=False, max_entries=16)
def trained(sentence: str) -> Flow:
    """Every head of the starter model on the sentence: what it learnt to ask and to hand over."""
    loaded = cached.starter()
    read = reading.read(loaded, sentence)
    blocks = reading.steps(loaded, read.ids[: views.MOST]).blocks
    inside = [cast(attention.AttentionSteps, block.attention) for block in blocks]
    steps = attention.AttentionSteps(
        *(torch.cat([of_text[0] for of_text in layers]) for layers in zip(*inside, strict=True))
    )  # those per head: (L * H, T, T) or (L * H, T, D)
    channels, width = loaded.config.emb_dim, steps.keys.shape[-1]
    note = f"made from the {channels} channels of its token, by {channels} × {width} learnt numbers"
    says = f"from {channels} channels"
    matrices = [
        matrix._replace(kind="given", of=(), says=says, note=note)
        if matrix.name in ("queries", "keys", "values")
        else matrix
        for matrix in _from_queries(steps)
    ]
    flow = Flow(
        matrices,
        read.words[: views.MOST],
        axes=[("Layer", loaded.config.n_layers), ("Head", loaded.config.n_heads)],
        switches=_switches(mask=True, root=True),
    )
    return _revealed(flow)


def _revealed(flow: Flow) -> Flow:
    """The flow, each matrix with its step of the reveal."""
    names = {matrix.name for matrix in flow.matrices}
    steps = [(title, says, own) for title, (own, says) in _REVEAL.items() if names & set(own)]
    place = {name: i for i, (_, _, own) in enumerate(steps) for name in own}
    return flow._replace(
        matrices=[matrix._replace(step=place[matrix.name]) for matrix in flow.matrices],
        steps=[(title, says) for title, says, _ in steps],
    )


@st.cache_resource(show_spinner=False, max_entries=64)
def alike(source: str, sentence: str) -> Flow:
    """The vectors, and the dot product of each with each."""
    shown = views.tokens(source, sentence)
    scores = views.simple(source, sentence).scores
    says, of = "inputs × inputs, transposed", ("inputs", "inputs")
    return Flow(
        [_inputs(shown.vectors), _scores("scores", scores, "scores", says, "agreement", of)],
        shown.labels,
        [("All pairs", "Every row of the inputs with every other.")],
        controls=False,
    )


@st.cache_resource(show_spinner=False, max_entries=64)
def mixed(source: str, sentence: str) -> Flow:
    """From scores to weights, and from weights to context vectors, with nothing learnt."""
    steps = views.simple(source, sentence)
    return Flow(
        [
            _scores("scores", steps.scores, "scores", "how alike two vectors are"),
            _weights("weights", steps.weights, "weights", "softmax of each row", "softmax",
                     "scores"),
            _inputs(steps.values),
            _context(steps, "inputs"),
        ],
        views.tokens(source, sentence).labels,
        [("The weighted sum", "A context vector is every vector times its weight, added up.")],
        controls=False,
    )  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=64)
def hidden(source: str, sentence: str) -> Flow:
    """The causal mask after softmax, and before it."""
    both = views.mask_both_ways(source, sentence, 2, 789)
    scaled = views.climb(source, sentence, views.RUNGS[1], 2, seed=789).scaled
    long, short = both.long_way, both.short_way
    row, right = "of each row", "right of the diagonal"
    return Flow(
        [
            _scores("scaled", scaled, "scaled scores", "of one untrained head"),
            _scores("masked", short.masked, "−∞ first", right, "masked", ("scaled",)),
            _weights("short", short.weights, "then softmax", row, "softmax", "masked"),
            _weights("weights", long.weights, "or softmax first", row, "softmax", "scaled"),
            _weights("zeroed", long.zeroed, "then zeros", right, "zeroed", "weights"),
            _weights("again", long.renormalised, "then each row over its sum", "sums to 1 again",
                     "shares", "zeroed"),
        ],
        views.tokens(source, sentence).labels,
        [("Two ways", "Both end with the same weights.")],
        switches=[Switch("mask", "Causal mask", on=True)],
        controls=False,
    )  # fmt: skip


WHOSE = ("Only its own", "Other tokens' as well")
"""Answers to the question whose context vectors follow the last token's vector."""


def whose(
    source: str, sentence: str, name: str, width: int, heads: int, seed: int
) -> tuple[str, str]:
    """Whose context vectors change when a number of the last token's vector does, and why."""
    weights = next(
        matrix.values
        for matrix in rung(source, sentence, name, width, heads, seed).matrices
        if matrix.name == "weights"
    )
    looking = (weights[..., -1] > 0).reshape(-1, weights.shape[-2]).any(dim=0)  # (T,)
    if looking.sum() > 1:
        return WHOSE[1], (
            f"Of {len(looking)} tokens {looking.sum()} give the last one some weight: its column "
            "of the weights says how much. Type over a number of its row and watch."
        )
    if len(looking) == 1:
        return WHOSE[0], "There is no other token: type a longer sentence."
    return WHOSE[0], (
        "In its column of the weights there are only zeros above the last row. Take the causal "
        "mask away, and they fill."
    )


CODE: dict[str, tuple[Callable[..., Any] | type, ...]] = {
    views.RUNGS[0]: (attention.simple_attention, attention.attend),
    views.RUNGS[1]: (attention.SelfAttention_v2, attention.attend),
    views.RUNGS[2]: (attention.CausalAttention, attention.mask_then_softmax),
    views.RUNGS[3]: (attention.MultiHeadAttentionWrapper,),
    TRAINED: (attention.MultiHeadAttention.steps, attention.attend),
}
"""Rung -> the code that climbs it."""


def _learnt(layers: list[tuple[nn.Linear, nn.Linear, nn.Linear]]) -> list[Matrix]:
    """W_query, W_key and W_value, a row for each channel of the inputs."""
    made = []
    for letter, role, of_heads in zip("qkv", ("query", "key", "value"), zip(*layers, strict=True),
                                      strict=True):  # fmt: skip
        values = torch.stack([layer.weight.detach().T for layer in of_heads])  # (H, C, D)
        made.append(Matrix(
            f"W_{role}", values, f"W_{role}", "learnt; here as chance made it",
            f"W_{role}, row {{row}}, column {{column}}", rows="channels", role=role,
            edit=letter,
        ))  # fmt: skip
    return made


def _from_queries(steps: attention.AttentionSteps) -> list[Matrix]:
    """Queries, keys, what follows from them, values, context."""
    tensors = {"queries": steps.queries, "keys": steps.keys, "values": steps.values}
    roles = {"queries": "query", "keys": "key", "values": "value"}
    queries, keys, values = (
        Matrix(
            name, tensors[name], name, f"inputs × W_{role}",
            f"channel {{column}} of the {role} of {{row}}",
            kind="product", of=("inputs", f"W_{role}"), role=role,
        )
        for name, role in roles.items()
    )  # fmt: skip
    weighing = _weighing(steps, "queries", "keys")
    return [queries, keys, *weighing, values, _context(steps, "values")]


def _weighing(steps: attention.AttentionSteps, queries: str, keys: str) -> list[Matrix]:
    """From scores to weights."""
    width = steps.keys.shape[-1]
    root, right = f"scores ÷ √{width}", "−∞ right of the diagonal"
    says = f"{queries} × {keys}, transposed"
    return [
        _scores("scores", steps.scores, "scores", says, "agreement", (queries, keys)),
        _scores("scaled", steps.scaled, "scaled", root, "scaled", ("scores",), width),
        _scores("masked", steps.masked, "masked", right, "masked", ("scaled",)),
        _weights("weights", steps.weights, "weights", "softmax of each row", "softmax", "masked"),
    ]


def _inputs(values: Tensor, edit: str = "") -> Matrix:
    cell = "channel {column} of {row}"
    return Matrix("inputs", values, "inputs", "one row for each token", cell, edit=edit)


def _scores(
    name: str, values: Tensor, title: str, says: str,
    kind: str = "given", of: tuple[str, ...] = (), by: int = 1,
) -> Matrix:  # fmt: skip
    """A number for each pair of tokens."""
    begins = "" if name == "scores" else f"{name} "
    cell = f"{begins}score of {{row}} with {{column}}"
    return Matrix(name, values, title, says, cell, kind=kind, of=of, columns="tokens", by=by)


def _weights(name: str, values: Tensor, title: str, says: str, kind: str, of: str) -> Matrix:
    """A share for each pair of tokens."""
    return Matrix(
        name, values, title, says, "weight that {row} gives to {column}", kind=kind, of=(of,),
        columns="tokens", role="accent", scale="weight",
    )  # fmt: skip


def _context(steps: attention.AttentionSteps, mixed_from: str) -> Matrix:
    return Matrix(
        "context", steps.context, "context", f"weights × {mixed_from}",
        "channel {column} of the context of {row}", kind="product", of=("weights", mixed_from),
        role="output",
    )  # fmt: skip


def _switches(*, mask: bool, root: bool) -> list[Switch]:
    return [
        Switch("mask", "Causal mask", on=mask),
        Switch("root", "Divide by the root of the width", on=root),
    ]
