"""Several tiny GPTs on the same text, update for update: all that differs is what they are made of.

In:     a text, and models whose weights began alike
Out:    a stream of updates, one loss for each model
Next:   cheating.py, where one of two models may look ahead

Each model is trained by `training.train` with random numbers of its own that begin at the same
seed, so all of them read the same windows in the same order. Letters are the tokens: an ASCII
character's number is its id, no vocabulary has to be learnt first, and 128 scores are quickly made.

Shapes: B batch, T tokens.
"""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from llm_core.batches import WindowDataset, Windows, load, windows
from llm_core.corpus import split_text
from llm_core.gpt import GPTModel
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.schedules import Schedule
from llm_core.training import train

N_CHARACTERS = 128
"""Size of the vocabulary: all of ASCII."""

BATCH_SIZE = 16


def character_ids(text: str) -> Tensor:
    """One id for each character, (N,); what is not ASCII becomes a question mark.

    >>> character_ids("Hé")
    tensor([72, 63])
    """
    return torch.tensor(list(text.encode("ascii", errors="replace")), dtype=torch.long)


def characters(ids: Tensor) -> str:
    """The other way round.

    >>> characters(character_ids("Hello"))
    'Hello'
    """
    return bytes(ids.tolist()).decode("ascii")


def held_out(text: str, length: int, count: int) -> Windows:
    """Windows from the last tenth of a text, which `losses_of` never reads, (count, length) each.

    Raises:
        ValueError: that tenth is too short for one window.
    """
    ids = character_ids(split_text(text)[1])
    stride = max(1, (len(ids) - length - 1) // count)
    inputs, targets = windows(ids, length, stride)
    return Windows(inputs[:count], targets[:count])


def losses_of(
    models: Mapping[str, GPTModel],
    text: str,
    *,
    tokens: int,
    steps: int,
    seed: int,
    learning_rate: float = 0.005,
) -> Iterator[dict[str, float]]:
    """A stream of updates of all models on the same batches: name -> loss on the batch before it.

    Args:
        models: name -> model; they learn while you read.
        text: what they learn from; its last tenth is kept back.
        tokens: T, characters in a window.
        steps: how many updates of each.
        seed: of the order of the windows.
        learning_rate: at its peak; it warms up and decays.

    Raises:
        ValueError: the text is too short.
    """
    ids = character_ids(split_text(text)[0])
    streams = {}
    for name, model in models.items():
        loader = load(WindowDataset(ids, tokens, tokens // 4), BATCH_SIZE, True, True)
        streams[name] = train(
            model,
            loader,
            loader,
            adamw(model, learning_rate=learning_rate, weight_decay=0.01),
            num_epochs=-(-steps // max(len(loader), 1)),
            eval_freq=None,
            eval_iter=None,
            random_state=RandomState(seed),
            schedule=Schedule(
                peak_lr=learning_rate,
                total_steps=steps,
                warmup_steps=steps // 20,
                initial_lr=learning_rate / 100,
                min_lr=learning_rate / 10,
            ),
            max_norm=1.0,
            max_steps=steps,
        )
    for records in zip(*streams.values(), strict=True):
        yield {name: record.loss for name, record in zip(streams, records, strict=True)}
