"""One sentence inside one model, part by part: what the opened drawing of the model shows.

All tensors are those that `GPTModel.steps` and its blocks have computed; nothing here computes one
anew, except for the inside of the parts that only return their result (layer norm, feed-forward).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import streamlit as st
import torch
from torch import Tensor, nn

from dashboard import cached, chips
from dashboard.lessons import reading
from llm_core.attention import MultiHeadAttention, attend
from llm_core.gpt import DummyGPTModel, GPTModel, GPTSteps
from llm_core.sampling import sampling_steps
from llm_core.transformer import FeedForward, LayerNorm, TransformerBlock, gelu

BEST = 24
"""Of the vocabulary, only the likeliest next tokens have a column in the picture."""

FIRST_TERMS = 3
"""Weights of each sum that are written out without asking for all of them."""

_SPREAD = 0.995
"""The colours reach to this share of the numbers; the few larger ones have the last colour."""


class Part(NamedTuple):
    """One operation of the model, with what it has made of the sentence."""

    name: str
    title: str
    says: str
    """What happens, in one sentence."""
    formula: str
    shape: str
    """Letters of its size, such as "H T T"."""
    kind: str
    """The arithmetic of one of its numbers: a kind of components/model/arithmetic.js."""
    of: tuple[str, ...]
    """Names of the parts whose numbers go in."""
    values: Tensor
    """(R, C), or (H, R, C) where heads differ."""
    code: tuple[Callable[..., Any] | type, ...]
    """What has computed it."""
    learned: tuple[Tensor, ...] = ()
    """Parameters that it has of its own."""
    beside: Mapping[str, Tensor] = MappingProxyType({})
    """Other numbers that its arithmetic is written with, by their short names."""
    role: str = "ink"
    """The palette's name of its colour."""
    whole: Tensor | None = None
    """All its numbers, where `values` holds only some columns."""

    @property
    def parameters(self) -> int:
        """How many learned numbers it holds."""
        return sum(tensor.numel() for tensor in self.learned)

    @property
    def mean_and_deviation(self) -> tuple[float, float]:
        """Of all its numbers; those that are hidden do not count."""
        every = self.values if self.whole is None else self.whole
        seen = every[torch.isfinite(every)] if self.kind == "masked" else every
        deviation, mean = torch.std_mean(seen, correction=0)
        return mean.item(), deviation.item()

    @property
    def reach(self) -> float:
        """The size of number that has the last colour."""
        sizes = self.values[torch.isfinite(self.values)].abs().flatten()
        if self.kind in ("softmax", "chance"):
            return sizes.max().item()
        rank = max(int(_SPREAD * len(sizes)), 1)
        return sizes.kthvalue(rank).values.item() or sizes.max().item() or 1.0


class Read(NamedTuple):
    """A sentence as the drawing shows it."""

    ids: tuple[int, ...]
    words: tuple[str, ...]
    left_out: int
    """Tokens at the end that are not drawn."""


def read(loaded: cached.Loaded, sentence: str) -> Read:
    """The first tokens of the sentence, so many that one block goes to the browser at a time.

    No token sees a later one, so their numbers are what they are in the whole sentence.
    """
    whole = reading.read(loaded, sentence)
    most = max(24, min(64, 16_384 // loaded.config.emb_dim))
    left_out = whole.left_out + max(len(whole.ids) - most, 0)
    return Read(whole.ids[:most], whole.words[:most], left_out)


@st.cache_resource(show_spinner=False, max_entries=12, hash_funcs=cached.BY_NAME)
def ends(loaded: cached.Loaded, ids: tuple[int, ...]) -> dict[str, Part]:
    """Everything outside of the opened block, each block as what leaves it."""
    model, steps = loaded.model, reading.steps(loaded, ids)
    blocks = [_whole(model, steps, i) for i in range(loaded.config.n_layers)]
    return {part.name: part for part in (*_into(model, ids, steps), *blocks, *_out(loaded, steps))}


def _into(model: GPTModel, ids: tuple[int, ...], steps: GPTSteps) -> tuple[Part, ...]:
    tokens = Part(
        "tokens", "tokens", "Your sentence is cut into tokens; each has a number, its id.",
        "text → ids", "T", "ids", (), torch.tensor([ids]).float().T, (DummyGPTModel.embed,),
    )  # fmt: skip
    looked_up = Part(
        "token_vectors", "token table", "Each id picks its row of a table: what the token is.",
        "row id of the table (V × C)", "T C", "row", ("tokens",), steps.token_vectors[0],
        (DummyGPTModel.embed,), (model.tok_emb.weight,),
    )  # fmt: skip
    places = Part(
        "position_vectors", "place table", "A second table has a row for each place in the text.",
        "row t of the table", "T C", "place", (), steps.position_vectors,
        (DummyGPTModel.embed,), (model.pos_emb.weight,),
    )  # fmt: skip
    both = Part(
        "embedded", "sum", "What and where, added: this vector starts on its way through.",
        "x = token + place", "T C", "sum", ("token_vectors", "position_vectors"),
        steps.block_outputs[0][0], (DummyGPTModel.embed,),
    )  # fmt: skip
    return tokens, looked_up, places, both


def stream(block: int) -> str:
    """Name of the part whose numbers enter a block, counted from 0.

    >>> stream(0), stream(2)
    ('embedded', 'block2')
    """
    return f"block{block}" if block else "embedded"


def _whole(model: GPTModel, steps: GPTSteps, i: int) -> Part:
    block = cast(TransformerBlock, model.trf_blocks[i])
    return Part(
        f"block{i + 1}", f"block {i + 1}",
        "The same steps again, with weights of its own. Choose it to look inside.",
        "x + attention + feed-forward", "T C", "block", (stream(i),), steps.block_outputs[i + 1][0],
        (TransformerBlock.steps,), tuple(block.parameters()),
    )  # fmt: skip


def _out(loaded: cached.Loaded, steps: GPTSteps) -> tuple[Part, ...]:
    model, layers = loaded.model, loaded.config.n_layers
    norm = _norm(
        "final_norm", "final norm", cast(LayerNorm, model.final_norm), stream(layers),
        steps.block_outputs[-1][0],
        "The stream has grown: once more mean 0 and variance 1, then scale and shift.",
    )  # fmt: skip
    logits = steps.logits[0]  # (T, V)
    best = best_next(steps)
    tied = model.out_head.weight is model.tok_emb.weight
    head = model.out_head.weight
    total = torch.logsumexp(logits.double(), dim=-1)  # (T,)
    chances = sampling_steps(logits).probabilities  # (T, V)
    scores = Part(
        "logits", "output head",
        "Each vector is compared with one row for every token it knows: a score, its logit."
        + (" The rows are those of the token table, used a second time." if tied else ""),
        "x · row of the token", "T V", "logit", ("final_norm",), logits[:, best],
        (GPTModel.forward,), () if tied else (head,),
        {"first": head[best][:, :FIRST_TERMS]}, "output", logits,
    )  # fmt: skip
    shares = Part(
        "probabilities", "probabilities",
        "Scores become probabilities; the last token's row says how your sentence goes on.",
        "e^logit ÷ sum of e^logits", "T V", "chance", ("logits",), chances[:, best],
        (sampling_steps,), (), {"logarithm": total}, "output", chances,
    )  # fmt: skip
    return norm, scores, shares


def best_next(steps: GPTSteps) -> Tensor:
    """Ids of the likeliest tokens after the last place, likeliest first."""
    last = steps.logits[0, -1]  # (V,)
    return last.topk(min(BEST, len(last))).indices


def _norm(
    name: str, title: str, norm: LayerNorm, source: str, x: Tensor, says: str
) -> Part:  # fmt: skip
    with torch.inference_mode():
        steps = norm.steps(x)
    beside = {
        "mean": steps.mean[:, 0], "variance": steps.variance[:, 0],
        "scale": norm.scale, "shift": norm.shift, "eps": torch.tensor([norm.eps]),
    }  # fmt: skip
    return Part(
        name, title, says, "(x − mean) ÷ √(variance + ε) · scale + shift", "T C", "norm",
        (source,), steps.output, (LayerNorm.steps,), (norm.scale, norm.shift), beside,
    )  # fmt: skip


def _linear(layer: nn.Linear) -> dict[str, Tensor]:
    """Of a linear layer: the first weights of each output, and its bias."""
    beside = {"first": layer.weight[:, :FIRST_TERMS]}
    return beside if layer.bias is None else beside | {"bias": layer.bias}


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=cached.BY_NAME)
def opened(loaded: cached.Loaded, ids: tuple[int, ...], number: int) -> dict[str, Part]:
    """Every operation inside one block, counted from 0."""
    block = cast(TransformerBlock, loaded.model.trf_blocks[number])
    steps = reading.steps(loaded, ids)
    parts = (
        *_attention(block, steps, number),
        *_feed_forward(block, steps, number),
    )
    return {part.name: part for part in parts}


def _attention(block: TransformerBlock, steps: GPTSteps, number: int) -> tuple[Part, ...]:
    enters, inside = steps.block_outputs[number][0], steps.blocks[number]
    attention, at = inside.attention, block.att
    if attention is None:
        raise ValueError("this block has not written its attention down; use GPTModel.steps")
    code = (MultiHeadAttention.steps, attend)

    def project(name: str, says: str, layer: nn.Linear, heads: Tensor, role: str) -> Part:
        joined = heads[0].transpose(0, 1).flatten(1)  # (H, T, D) -> (T, C)
        own = tuple(layer.parameters())
        formula = "x W + b" if layer.bias is not None else "x W"
        return Part(name, name, says, formula, "T C", "linear", ("norm1",), joined, code, own,
                    _linear(layer), role)  # fmt: skip

    width = "√D"
    return (
        _norm("norm1", "norm 1", block.norm1, stream(number), enters,
              "A copy of each vector gets mean 0 and variance 1, then a learnt scale and shift."),
        project("queries", "What each token asks for.", at.W_query, attention.queries, "query"),
        project("keys", "What each token offers to be found by.", at.W_key, attention.keys, "key"),
        project("values", "What each token hands over when it is found.", at.W_value,
                attention.values, "value"),
        Part("scores", "scores", "Each query is compared with each key, in every head on its own.",
             "query · key", "H T T", "score", ("queries", "keys"), attention.scores[0], code),
        Part("masked", "scale, mask", "Divided by the root of a head's width; later tokens hidden.",
             f"score ÷ {width}, −∞ where later", "H T T", "masked", ("scores",),
             attention.masked[0], code),
        Part("weights", "softmax", "Each row becomes shares that sum to 1: who looks at whom.",
             "e^score ÷ sum of the row", "H T T", "softmax", ("masked",), attention.weights[0],
             code),
        Part("context", "mix", "The values of the tokens looked at, mixed by these shares.",
             "Σ weight · value", "T C", "mix", ("weights", "values"),
             attention.context[0].transpose(0, 1).flatten(1), code),
        Part("projected", "out_proj", "All heads side by side, mixed by one more matrix.",
             "x W + b", "T C", "linear", ("context",), attention.output[0], code,
             tuple(at.out_proj.parameters()), _linear(at.out_proj), "output"),
        Part("sum1", "+ attention",
             "Attention's result is added to the stream: a shortcut leads past it.",
             "x + attention", "T C", "sum", (stream(number), "projected"),
             inside.after_attention[0], (TransformerBlock.steps,)),
    )  # fmt: skip


def _feed_forward(block: TransformerBlock, steps: GPTSteps, number: int) -> tuple[Part, ...]:
    inside = steps.blocks[number]
    widen, _, narrow = cast("tuple[nn.Linear, nn.Module, nn.Linear]", tuple(block.ff.layers))
    with torch.inference_mode():
        ff = block.ff.steps(inside.feed_forward_input[0])
    code = (FeedForward.steps,)
    return (
        _norm("norm2", "norm 2", block.norm2, "sum1", inside.after_attention[0],
              "Again mean 0 and variance 1, then scale and shift, for the feed-forward half."),
        Part("widened", "widen", "Each token alone: its vector is made four times as wide.",
             "x W + b", "T 4C", "linear", ("norm2",), ff.expanded, code,
             tuple(widen.parameters()), _linear(widen)),
        Part("activated", "GELU", "Large numbers pass; those below 0 almost vanish.",
             "about x · share of a normal curve below x", "T 4C", "gelu", ("widened",),
             ff.activated, (gelu, FeedForward.steps)),
        Part("narrowed", "narrow", "Back to the width of the stream.",
             "x W + b", "T C", "linear", ("activated",), inside.feed_forward_output[0], code,
             tuple(narrow.parameters()), _linear(narrow)),
        Part("sum2", "+ feed-forward",
             "And this is added, too. What leaves the block enters the next one.",
             "x + feed-forward", "T C", "sum", ("sum1", "narrowed"), inside.output[0],
             (TransformerBlock.steps,)),
    )  # fmt: skip


def weights_of(loaded: cached.Loaded, block: int, name: str) -> Tensor | None:
    """The matrix of a linear part, a row for each number it makes; None for the other parts."""
    model = loaded.model
    inside = cast(TransformerBlock, model.trf_blocks[block])
    layers = {
        "queries": inside.att.W_query, "keys": inside.att.W_key, "values": inside.att.W_value,
        "projected": inside.att.out_proj, "widened": inside.ff.layers[0],
        "narrowed": inside.ff.layers[2], "logits": model.out_head,
    }  # fmt: skip
    return cast(nn.Linear, layers[name]).weight.detach() if name in layers else None


def next_words(loaded: cached.Loaded, ids: tuple[int, ...]) -> list[str]:
    """The likeliest next tokens, as they are drawn."""
    best = best_next(reading.steps(loaded, ids)).tolist()
    return [chips.visible(loaded.tokenizer.decode([i]).strip(" ") or " ") for i in best]


HOLDERS = ("the tables of tokens and places", "attention, in all blocks", "the feed-forward halves")


def most(loaded: cached.Loaded) -> tuple[str, str]:
    """Which of `HOLDERS` has most parameters, and the numbers of all three."""
    model = loaded.model
    tables = {id(w): w.numel() for w in (model.tok_emb.weight, model.pos_emb.weight,
                                         model.out_head.weight)}  # fmt: skip
    blocks = [cast(TransformerBlock, block) for block in model.trf_blocks]
    held = [
        sum(tables.values()),
        sum(p.numel() for block in blocks for p in block.att.parameters()),
        sum(p.numel() for block in blocks for p in block.ff.parameters()),
    ]
    best = HOLDERS[held.index(max(held))]
    numbers = ", ".join(f"{who} {n:,}" for who, n in zip(HOLDERS, held, strict=True))
    whole = model.num_parameters()
    return best, f"Of {whole:,} parameters: {numbers}. The rest is in the layer norms."
