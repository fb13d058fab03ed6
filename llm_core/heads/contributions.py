"""Who wrote what: a model's vector, and with it each logit, is a sum over its parts.

In:     a GPT at rest and the steps of one text
Out:    what each head wrote, and the difference of two logits split over all parts
Next:   effects.py, what changes if a head writes nothing

Every half of a block adds its result to the vector of a token, and nothing is ever taken away. So
the last vector is a plain sum: token and position embedding, each head of each layer, the biases of
the attentions, each feed-forward. The final norm divides that sum by its spread. With the spread
taken as it was, the norm is linear too, and the sum carries through to the logits: exactly.

Shapes: B batch, T tokens, S tokens looked at, C channels, L layers, H heads, D channels per head,
    V vocabulary.
Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits" (the residual stream
    as a sum, "direct logit attribution"); Kobayashi et al. 2020, "Attention is Not Only a Weight:
    Analyzing Transformers with Vector Norms" (what is handed over, beside where a head looks).
"""

from typing import NamedTuple, cast

import torch
from torch import Tensor

from llm_core.attention import AttentionSteps
from llm_core.gpt import GPTModel, GPTSteps
from llm_core.induction import Head
from llm_core.transformer import LayerNorm, TransformerBlock


def _attention(steps: GPTSteps, layer: int) -> AttentionSteps:
    attention = steps.blocks[layer].attention
    if attention is None:
        raise ValueError("these steps hold no attention weights; make them with model.steps(ids)")
    return attention


def _output_slices(model: GPTModel, layer: int) -> Tensor:
    """`out_proj`'s matrix cut into the part that each head goes through, (H, C, D)."""
    matrix = cast(TransformerBlock, model.trf_blocks[layer]).att.out_proj.weight  # (C, H * D)
    return matrix.view(len(matrix), model.config.n_heads, -1).transpose(0, 1)  # (H, C, D)


def head_writes(model: GPTModel, steps: GPTSteps, layer: int) -> Tensor:
    """What each head of a layer adds to each token's vector, (B, H, T, C).

    Together with `out_proj.bias`, which no head owns, they sum to the attention's output.
    """
    context = _attention(steps, layer).context  # (B, H, T, D)
    return context @ _output_slices(model, layer).transpose(1, 2)  # (B, H, T, C)


def handed_over(model: GPTModel, steps: GPTSteps, layer: int) -> Tensor:
    """How much each token would hand over to who looks at it fully, (B, H, S).

    It is the length of the token's value after the head's part of `out_proj`. Times the attention
    weight it is the length of what is handed over.
    """
    values = _attention(steps, layer).values  # (B, H, S, D)
    written = values @ _output_slices(model, layer).transpose(1, 2)  # (B, H, S, C)
    lengths: Tensor = torch.linalg.vector_norm(written, dim=-1)  # (B, H, S)
    return lengths


class Writing(NamedTuple):
    """What one head writes to one token, by the tokens it looks at."""

    weights: Tensor
    """Where it looks, (S,)."""
    pieces: Tensor
    """What each token hands over: weight x value, through the head's part of out_proj; (S, C)."""
    norms: Tensor
    """How long each piece is, (S,)."""
    total: Tensor
    """The sum of all pieces: what the head writes, (C,)."""


def writing(model: GPTModel, steps: GPTSteps, head: Head, place: int = -1) -> Writing:
    """What `head` writes to the token at `place` of the first text of the batch."""
    attention = _attention(steps, head.layer)
    weights = attention.weights[0, head.number, place]  # (S,)
    values = attention.values[0, head.number]  # (S, D)
    pieces = (weights[:, None] * values) @ _output_slices(model, head.layer)[head.number].T
    norms = torch.linalg.vector_norm(pieces, dim=-1)  # (S,)
    return Writing(weights, pieces, norms, total=pieces.sum(dim=0))


def read_out(model: GPTModel, steps: GPTSteps, parts: Tensor, place: int | Tensor = -1) -> Tensor:
    """What vectors that were added to the token at `place` add to its logits, (..., C) -> (..., V).

    This is the direct path alone: from where the part was written straight through the final norm,
    with the spread that the whole vector has, to the head. What later layers make of it is not in
    it.

    Args:
        model: the model, which is only read.
        steps: what it computed for one text.
        parts: (..., C).
        place: a token of the first text, or one for each of the parts, (...,).
    """
    return _normalised(model, steps, parts, place) @ model.out_head.weight.T  # (..., V)


def _normalised(
    model: GPTModel, steps: GPTSteps, parts: Tensor, place: int | Tensor = -1
) -> Tensor:
    """Parts of a vector on their way through the final norm, without its shift; (..., C)."""
    norm = cast(LayerNorm, model.final_norm)
    variance = norm.steps(steps.block_outputs[-1][0, place]).variance  # (..., 1)
    centred = parts - parts.mean(dim=-1, keepdim=True)
    return centred / torch.sqrt(variance + norm.eps) * norm.scale


class Contributions(NamedTuple):
    """The difference of two logits as a sum; what is above zero speaks for the first token."""

    token: Tensor
    """Of the token embedding, ()."""
    position: Tensor
    """Of the position embedding, ()."""
    heads: Tensor
    """Of each head, (L, H)."""
    biases: Tensor
    """Of each attention's output bias, which no head owns, (L,)."""
    feed_forward: Tensor
    """Of each feed-forward half, (L,)."""
    shift: Tensor
    """Of the final norm's shift, which every text gets, ()."""
    difference: Tensor
    """What they sum to: the first token's logit less the second's, as the model gave them; ()."""

    @property
    def total(self) -> Tensor:
        """The sum of all parts, ()."""
        return torch.cat([part.flatten() for part in self[:6]]).sum()


def contributions(
    model: GPTModel, steps: GPTSteps, first: int, second: int, place: int = -1
) -> Contributions:
    """Why the token `first` rather than `second` after the token at `place`, part by part.

    Raises:
        ValueError: an id that is not in the vocabulary.
    """
    size = model.config.vocab_size
    if not (0 <= first < size and 0 <= second < size):
        raise ValueError(f"the ids {first} and {second} must lie between 0 and {size - 1}")
    table = model.out_head.weight  # (V, C)
    direction = table[first] - table[second]  # (C,)

    def along(parts: Tensor) -> Tensor:
        return _normalised(model, steps, parts, place) @ direction  # (..., C) -> (...)

    blocks = [cast(TransformerBlock, block) for block in model.trf_blocks]
    writes = torch.stack([head_writes(model, steps, i)[0, :, place] for i in range(len(blocks))])
    biases = torch.stack([cast(Tensor, block.att.out_proj.bias) for block in blocks])  # (L, C)
    thoughts = torch.stack([block.feed_forward_output[0, place] for block in steps.blocks])
    logits = steps.logits[0, place]  # (V,)
    return Contributions(
        token=along(steps.token_vectors[0, place]),
        position=along(steps.position_vectors[place]),
        heads=along(writes),  # (L, H, C) -> (L, H)
        biases=along(biases),  # (L, C) -> (L,)
        feed_forward=along(thoughts),  # (L, C) -> (L,)
        shift=cast(LayerNorm, model.final_norm).shift @ direction,
        difference=logits[first] - logits[second],
    )
