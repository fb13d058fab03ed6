"""Five ways to say where a token stands, on the same GPT and the same text.

In:     a text, and five models that differ in nothing but how they know the places
Out:    a stream of updates with the loss at each place, far beyond the length they learn on
Next:   observing.py, a look into any model

    none         no positions at all
    learned      a table, one vector for each place, as in GPT-2
    sinusoidal   a table of waves that nobody learns
    RoPE         queries and keys turned by their place
    ALiBi        a price on the distance

They learn on windows of TRAINED characters, and are then asked to read four times as many. What a
table says about places it has never been used for is no use to anybody; a price on distance goes on
as it was.

Shapes: B batch, T tokens, H heads.
Source: Su et al. 2021 (RoPE) and Press et al. 2021 (ALiBi), see attention/positions.py; Haviv et
    al. 2022, "Transformer Language Models without Positional Encodings Still Learn Positional
    Information" (why none is not nothing).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from llm_core.attention import AlibiAttention, RotaryAttention
from llm_core.batches import Windows
from llm_core.config import GPTConfig
from llm_core.embeddings import sinusoidal_positions
from llm_core.gpt import GPTModel
from llm_core.loss import loss_steps
from llm_core.random_state import RandomState
from llm_core.transformer import TransformerBlock
from llm_core.trials.side_by_side import N_CHARACTERS, held_out, losses_of

TRAINED = 32
"""Characters in a window that they learn on."""

PLACED = GPTConfig(
    vocab_size=N_CHARACTERS,
    context_length=4 * TRAINED,
    emb_dim=48,
    n_heads=4,
    n_layers=2,
    drop_rate=0.0,
)
"""The model all five are; its tables have room for four times the length they learn on."""


class RotaryBlock(TransformerBlock):
    """A block that turns queries and keys by their places."""

    attention_type = RotaryAttention


class AlibiBlock(TransformerBlock):
    """A block whose attention pays for distance."""

    attention_type = AlibiAttention


class RotaryGPT(GPTModel):
    """A GPT of such blocks."""

    block_type = RotaryBlock


class AlibiGPT(GPTModel):
    """A GPT of such blocks."""

    block_type = AlibiBlock


Scheme = str
"""A name in SCHEMES."""

SCHEMES: Mapping[Scheme, type[GPTModel]] = {
    "none": GPTModel,
    "learned": GPTModel,
    "sinusoidal": GPTModel,
    "RoPE": RotaryGPT,
    "ALiBi": AlibiGPT,
}
"""Name -> the model that knows the places in this way."""


def newborn(scheme: Scheme, seed: int, config: GPTConfig = PLACED) -> GPTModel:
    """A model with this scheme before it has learnt anything.

    The same seed gives all five the same weights. Only the table differs: four of them never change
    theirs, and in three it holds nothing but zeros.

    Raises:
        ValueError: there is no such scheme.
    """
    if scheme not in SCHEMES:
        raise ValueError(f"there is no scheme {scheme!r}; choose one of {', '.join(SCHEMES)}")
    with RandomState(seed).borrowed():
        model = SCHEMES[scheme](config)
    if scheme != "learned":
        table = model.pos_emb.weight.requires_grad_(False)  # (T, C)
        waves = sinusoidal_positions(*table.shape)
        table.copy_(waves if scheme == "sinusoidal" else torch.zeros_like(waves))
    return model


class PlaceStep(NamedTuple):
    """What one update of all models did."""

    step: int
    """Number of the update, counted from 0."""
    losses: dict[Scheme, float]
    """On the batch, before the update."""
    by_place: dict[Scheme, tuple[float, ...]] | None
    """Loss on held-out text at each place, after the update; None where it was not measured."""

    def inside(self, scheme: Scheme) -> float | None:
        """Mean of `by_place` over the places the models learn on; None where not measured."""
        return None if self.by_place is None else _mean(self.by_place[scheme][:TRAINED])

    def beyond(self, scheme: Scheme) -> float | None:
        """The same over the places further on."""
        return None if self.by_place is None else _mean(self.by_place[scheme][TRAINED:])


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def learn_with_every_scheme(
    models: Mapping[Scheme, GPTModel], text: str, *, steps: int, seed: int, measure_every: int = 20
) -> Iterator[PlaceStep]:
    """A stream of updates of all models on the same windows of a text.

    Args:
        models: scheme -> a `newborn`; they learn while you read.
        text: what they learn from; its last tenth is kept to measure on.
        steps: how many updates of each.
        seed: of the order of the windows.
        measure_every: how many updates from one measurement to the next; the last is measured too.

    Raises:
        ValueError: the text is too short.
    """
    unseen = held_out(text, PLACED.context_length, 24)
    stream = losses_of(models, text, tokens=TRAINED, steps=steps, seed=seed, learning_rate=0.01)
    for step, losses in enumerate(stream):
        by_place = None
        if step % measure_every == 0 or step == steps - 1:
            by_place = {name: loss_at_each_place(model, unseen) for name, model in models.items()}
        yield PlaceStep(step, losses, by_place)


@torch.no_grad()
def loss_at_each_place(model: GPTModel, unseen: Windows) -> tuple[float, ...]:
    """Mean loss at place 0, 1, ..., T - 1 of windows (B, T): with so many characters before it."""
    losses = -loss_steps(model(unseen.inputs), unseen.targets).log_probabilities  # (B, T)
    return tuple(losses.mean(dim=0).tolist())  # (T,)


@torch.no_grad()
def scores_by_distance(model: GPTModel, token_id: int, tokens: int) -> Tensor:
    """How the first block scores a token 0, 1, ... places back, where all tokens are the same one.

    What differs between two of these scores is due to their places alone.

    Returns:
        (H, T); scaled, before the mask.

    Raises:
        ValueError: more tokens than the model can read.
    """
    attention = model.steps(torch.full((1, tokens), token_id)).blocks[0].attention
    if attention is None:
        raise ValueError("this block did not write its scores down; read it with GPTModel.steps")
    return attention.scaled[0, :, -1].flip(-1)  # (H, T)


@torch.no_grad()
def notices_order(model: GPTModel, ids: Tensor, order: Tensor) -> tuple[float, ...]:
    """How far the last token's vector moves, after each block, if the earlier ones change places.

    Args:
        ids: (T,).
        order: the new order of the first T - 1, (T - 1,).

    Returns:
        One number for each block: the length of the change over the length of the vector; 0 is
        not noticed at all.
    """
    shuffled = torch.cat((ids[order], ids[-1:]))  # (T,)
    before, after = (model.steps(row[None]).block_outputs[1:] for row in (ids, shuffled))
    return tuple(
        ((new - old)[0, -1].norm() / old[0, -1].norm()).item()
        for old, new in zip(before, after, strict=True)
    )
