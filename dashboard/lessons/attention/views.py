"""What the attention page shows: llm_core's attention on six course vectors or on a sentence.

Each function is one call into llm_core, kept in a cache; the tensors it gives belong to everybody
and are only read. `figures.py` draws them.
"""

from typing import NamedTuple, cast

import streamlit as st
import torch
from torch import Tensor, nn

from dashboard import cached, chips
from llm_core import attention
from llm_core.random_state import RandomState
from llm_core.transformer import TransformerBlock

COURSE, OWN = "Six course vectors", "My sentence"
"""Where the vectors come from, as it stands on the page and in a link."""

RUNGS = ("Dot products", "Queries, keys, values", "Causal", "Several heads")
"""The ladder of attentions, each calling the one before."""

MOST = 32
"""Tokens of a sentence that are drawn: more squares than that cannot be read."""


class Tokens(NamedTuple):
    """Tokens with one vector each, ready to attend to each other."""

    labels: tuple[str, ...]
    """T words, as they stand at an axis."""
    vectors: Tensor
    """(T, C)"""


def _ids(sentence: str) -> tuple[list[int], int]:
    """The sentence's first ids, and how many were left out."""
    loaded = cached.starter()
    ids = loaded.tokenizer.encode_ordinary(sentence)
    kept = ids[: min(MOST, loaded.config.context_length)]
    return kept, len(ids) - len(kept)


def _words(ids: list[int]) -> tuple[str, ...]:
    decode = cached.starter().tokenizer.decode
    return tuple(chips.visible(decode([i]).strip(" ") or " ") for i in ids)


@st.cache_resource(show_spinner=False, max_entries=64)
def tokens(source: str, sentence: str) -> Tokens:
    """The course's six words, or the sentence as it enters the model's first block."""
    if source == COURSE:
        return Tokens(attention.TOY_SENTENCE, attention.toy_inputs())
    ids, _ = _ids(sentence)
    with torch.inference_mode():
        vectors = cached.starter().model.embed(torch.tensor([ids])).output[0]  # (T, C)
    return Tokens(_words(ids), vectors)


@st.cache_data(show_spinner=False, max_entries=256)
def sentence_words(sentence: str) -> tuple[str, ...]:
    """The sentence's tokens as words."""
    return _words(_ids(sentence)[0])


@st.cache_data(show_spinner=False, max_entries=256)
def left_out(sentence: str) -> int:
    """Tokens at the end of the sentence for which there is no room."""
    return _ids(sentence)[1]


@st.cache_resource(show_spinner=False, max_entries=128)
def simple(source: str, sentence: str) -> attention.AttentionSteps:
    """The first rung: each vector is its own query, key and value."""
    return attention.simple_attention(tokens(source, sentence).vectors)


def row_sums(weights: Tensor) -> list[float]:
    """What each row of a matrix (T, T) sums to."""
    return [sum(row) for row in weights.tolist()]


def someone_beats_itself(scores: Tensor) -> bool:
    """Whether some token (row) scores higher with another token than with itself."""
    return any(row.argmax().item() != place for place, row in enumerate(scores))


@st.cache_resource(show_spinner=False, max_entries=128)
def normalised(source: str, sentence: str, row: int, enlarged: float) -> attention.Normalisations:
    """Three normalisations of one row of scores, which may be enlarged before."""
    scores = simple(source, sentence).scores[row]  # (T,)
    return attention.normalisations(scores * enlarged)


SAME, FLATTER, FEWER = "The same as before", "More even", "Nearly all on one or two"
"""Answers to the question what larger scores do to the weights."""


def sharper(source: str, sentence: str, row: int) -> tuple[str, str]:
    """What happens to a row of weights when its scores are a hundred times as large, and why."""
    before, after = (
        normalised(source, sentence, row, times).softmax.max().item() for times in (1.0, 100.0)
    )
    if after - before < 0.01:
        return SAME, f"One token already had {before:.3g} of all weight."
    return FEWER, (
        f"The largest weight goes from {before:.3g} to {after:.3g}: $e^x$ turns a difference of "
        "scores into a ratio of weights, and a hundred times the difference is a huge ratio."
    )


@st.cache_resource(show_spinner=False, max_entries=64)
def learned(d_in: int, width: int, seed: int) -> attention.SelfAttention_v2:
    """The second rung as it is born from a seed."""
    with RandomState(seed).borrowed():
        return attention.SelfAttention_v2(d_in, width).eval()


@st.cache_resource(show_spinner=False, max_entries=64)
def causal(d_in: int, width: int, seed: int) -> attention.CausalAttention:
    """The third rung as it is born from a seed."""
    with RandomState(seed).borrowed():
        return attention.CausalAttention(d_in, width, MOST, 0.0).eval()


@st.cache_resource(show_spinner=False, max_entries=64)
def stacked(d_in: int, width: int, heads: int, seed: int) -> attention.MultiHeadAttentionWrapper:
    """The fourth rung as it is born from a seed."""
    with RandomState(seed).borrowed():
        return attention.MultiHeadAttentionWrapper(d_in, width, MOST, 0.0, heads).eval()


@st.cache_resource(show_spinner=False, max_entries=128)
def climb(
    source: str, sentence: str, rung: str, width: int = 2, heads: int = 2, seed: int = 789
) -> attention.AttentionSteps:
    """All steps of a rung of the ladder; those of several heads are stacked in front, (H, T, T)."""
    vectors = tokens(source, sentence).vectors  # (T, C)
    channels = vectors.shape[-1]
    with torch.inference_mode():
        match rung:
            case "Queries, keys, values":
                return learned(channels, width, seed).steps(vectors)
            case "Causal":
                return causal(channels, width, seed).steps(vectors)
            case "Several heads":
                return stacked(channels, width, heads, seed).steps(vectors)
    return simple(source, sentence)


def layers(
    source: str, sentence: str, rung: str, width: int, heads: int, seed: int
) -> list[tuple[nn.Linear, nn.Linear, nn.Linear]]:
    """What makes queries, keys and values on a learnt rung, for each of its heads."""
    channels = tokens(source, sentence).vectors.shape[-1]
    if rung == RUNGS[3]:
        of_heads = stacked(channels, width, heads, seed).heads
        return [cast(attention.CausalAttention, head).projections() for head in of_heads]
    born = causal if rung == RUNGS[2] else learned
    return [born(channels, width, seed).projections()]


@st.cache_data(show_spinner=False, max_entries=64)
def loops_gap(source: str, sentence: str) -> float:
    """How far scores from two nested loops are from one matrix product."""
    vectors = tokens(source, sentence).vectors
    by_loops = attention.scores_by_loops(vectors, vectors)
    return attention.largest_difference(by_loops, simple(source, sentence).scores)


@st.cache_data(show_spinner=False, max_entries=64)
def v1_gap(source: str, sentence: str, width: int, seed: int) -> float:
    """How far the second rung, written with bare parameters, is from the same with nn.Linear."""
    vectors = tokens(source, sentence).vectors
    linear = learned(vectors.shape[-1], width, seed)
    with torch.inference_mode(), RandomState(seed).borrowed():
        bare = attention.SelfAttention_v1.with_weights_of(linear)
        return attention.largest_difference(bare(vectors), linear(vectors))


class BothWays(NamedTuple):
    """The causal mask put on before and after softmax."""

    long_way: attention.RenormalisedWeights
    short_way: attention.MaskedWeights
    gap: float
    """Largest difference of the weights."""


@st.cache_resource(show_spinner=False, max_entries=64)
def mask_both_ways(source: str, sentence: str, width: int, seed: int) -> BothWays:
    """Hide the future in two ways."""
    scaled = climb(source, sentence, RUNGS[1], width, seed=seed).scaled  # (T, T)
    mask = attention.causal_mask(len(scaled))
    long_way = attention.mask_then_renormalise(scaled, mask)
    short_way = attention.mask_then_softmax(scaled, mask)
    gap = attention.largest_difference(long_way.renormalised, short_way.weights)
    return BothWays(long_way, short_way, gap)


class Paths(NamedTuple):
    """The readable and the fused path of the model's first attention, on the same vectors."""

    readable: Tensor
    fused: Tensor
    gap: float
    """Largest difference, (T, C) against (T, C)."""
    weights_written: int
    """Numbers the readable path writes down for its weights, and the fused path never does."""


@st.cache_resource(show_spinner=False, max_entries=32)
def both_paths(sentence: str) -> Paths:
    """Run the model's first attention both ways."""
    ids, _ = _ids(sentence)
    model = cached.starter().model
    first = cast(TransformerBlock, model.trf_blocks[0])
    with torch.inference_mode():
        x = first.norm1(model.embed(torch.tensor([ids])).output)  # (1, T, C)
        steps, fused = first.att.steps(x), first.att(x, fused=True)
    gap = attention.largest_difference(steps.output, fused)
    return Paths(steps.output[0], fused[0], gap, steps.weights.numel())
