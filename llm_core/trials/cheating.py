"""What the causal mask is for: the same GPT with and without it, and what becomes of both.

In:     a text
Out:    a stream of updates with both models' losses, in training and in writing
Next:   positions.py, where a token stands

A GPT reads a window of T characters and is asked, at every place, for the character one place
further on, which stands in the same window. Without the mask that answer can be seen: a head that
looks one place to the right brings it. The loss falls to almost nothing and measures nothing. In
writing there is nothing to the right yet, and the model has never had to guess.

Shapes: B batch, T tokens, L layers, H heads, V vocabulary.
Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.1 ("preventing leftward
    information flow"); Radford et al. 2018, "Improving Language Understanding by Generative
    Pre-Training".
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from llm_core.batches import Windows
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.loss import cross_entropy
from llm_core.random_state import RandomState
from llm_core.sampling import generate
from llm_core.transformer import TransformerBlock
from llm_core.trials.side_by_side import N_CHARACTERS, characters, held_out, losses_of

CHEATS = GPTConfig(
    vocab_size=N_CHARACTERS,
    context_length=32,
    emb_dim=48,
    n_heads=4,
    n_layers=2,
    drop_rate=0.0,
)
"""Small enough to catch the cheat within seconds, large enough for the honest one to spell."""


class AllSeeingBlock(TransformerBlock):
    """A block in which every token sees all others, those to its right as well."""

    def __init__(self, config: GPTConfig | Mapping[str, Any], *, causal: bool = False) -> None:
        super().__init__(config, causal=causal)


class AllSeeingGPT(GPTModel):
    """A GPT without a causal mask; in everything else, its first weights too, as with one."""

    block_type = AllSeeingBlock


class Duel(NamedTuple):
    """One of something for each of the two models."""

    masked: float
    all_seeing: float


class CheatStep(NamedTuple):
    """What one update of both models did."""

    step: int
    """Number of the update, counted from 0."""
    loss: Duel
    """On the batch, before the update."""
    writing: Duel | None
    """On held-out text, for the next character with nothing to its right, after the update; None
    where it was not measured."""
    ahead: tuple[tuple[float, ...], ...] | None
    """Share of its attention that each head of the all-seeing model gives to the very character it
    is asked for, `ahead[layer][head]`; None where it was not measured."""


def duellists(seed: int) -> dict[str, GPTModel]:
    """Both models before they have learnt anything, with the same weights; by the names of Duel."""
    made: dict[str, GPTModel] = {}
    for name, kind in zip(Duel._fields, (GPTModel, AllSeeingGPT), strict=True):
        with RandomState(seed).borrowed():
            made[name] = kind(CHEATS)
    return made


def learn_with_and_without_mask(
    models: Mapping[str, GPTModel], text: str, *, steps: int, seed: int, measure_every: int = 10
) -> Iterator[CheatStep]:
    """A stream of updates of both models on the same windows of a text.

    Args:
        models: `duellists`, which learn while you read.
        text: what they learn from; its last tenth is kept to measure on.
        steps: how many updates of each.
        seed: of the order of the windows.
        measure_every: how many updates from one measurement to the next; the last is measured too.

    Raises:
        ValueError: the text is too short.
    """
    unseen = held_out(text, CHEATS.context_length, 16)
    stream = losses_of(
        models, text, tokens=CHEATS.context_length, steps=steps, seed=seed, learning_rate=0.01
    )
    for step, losses in enumerate(stream):
        writing, ahead = None, None
        if step % measure_every == 0 or step == steps - 1:
            writing = Duel(*(writing_loss(models[name], unseen) for name in Duel._fields))
            ahead = ahead_scores(models["all_seeing"], unseen.inputs)
        yield CheatStep(step, Duel(**losses), writing, ahead)


@torch.no_grad()
def writing_loss(model: GPTModel, unseen: Windows, every: int = 4) -> float:
    """Mean loss for the next character when nothing stands to its right, as in writing.

    The windows are cut off behind every `every`-th place, and only the last place counts. To a
    model with a mask the cut changes nothing: it never saw what is cut off.

    Args:
        unseen: inputs and targets (B, T).
        every: distance of the cuts.
    """
    ends = range(every, unseen.inputs.shape[1] + 1, every)
    losses = [
        cross_entropy(model(unseen.inputs[:, :end])[:, -1], unseen.targets[:, end - 1]).item()
        for end in ends
    ]
    return sum(losses) / len(losses)


@torch.no_grad()
def ahead_scores(model: GPTModel, inputs: Tensor) -> tuple[tuple[float, ...], ...]:
    """Mean share of attention on the token one place to the right, for each layer and head.

    Args:
        inputs: (B, T).
    """
    weights = model.steps(inputs).attention_weights  # (L, B, H, T, T)
    shares = weights.diagonal(offset=1, dim1=-2, dim2=-1).mean(dim=(1, 3))  # (L, H)
    return tuple(tuple(layer) for layer in shares.tolist())


def write_on(model: GPTModel, prompt: Tensor, count: int, seed: int) -> str:
    """What the model writes after the prompt, drawn as it believes.

    Everything is read anew for each character: without a mask, a new one changes what the earlier
    ones have seen, so nothing could be kept.

    Args:
        prompt: ids (T,), of which as many count as the model can see.
        count: characters to write.
        seed: of the draws.

    Raises:
        ValueError: the prompt is empty.
    """
    stream = generate(
        model,
        prompt[None],
        count,
        model.config.context_length,
        temperature=0.7,
        use_cache=False,
        generator=torch.Generator().manual_seed(seed),
    )
    return characters(torch.tensor([token.token_id for token in stream], dtype=torch.long))
