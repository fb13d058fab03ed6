"""A whole pretraining as one recipe: text, tokenizer, model, updates, on one process or on many.

In:     a `Recipe`, and a folder for what the run keeps on disk
Out:    a stream of updates that can be stopped at any time and goes on where it stood
Next:   evaluation.py, what the model knows afterwards

    stream of documents -> shards of ids on disk -> batches -> updates -> checkpoint now and then

A document has a number and is written when its turn comes, so the text needs no download and is
never read twice. Batch s of a run always holds the same ids: a run that was stopped, or that is
spread over several processes, reads what an undisturbed one would have read.

`torchrun --nproc_per_node=N -m llm_core pretrain ...` lets N processes follow the recipe together.

B rows of a batch over all processes, T tokens.

Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners" (model).
"""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from llm_core.checkpoints import load_checkpoint, save_checkpoint
from llm_core.checkpoints.runs import FILE_NAME
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.loss import Batches
from llm_core.optimizers import OPTIMIZERS
from llm_core.processes import Group, shared_loss
from llm_core.random_state import RandomState
from llm_core.schedules import Schedule
from llm_core.shards import Shards
from llm_core.tokenizers import BPETokenizer
from llm_core.training import TrainingState, TrainStep, train


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides what the trained model will be."""

    config: GPTConfig
    """The model's size."""
    document: Callable[[int], str]
    """The document of that number; it has to be importable, since other processes call it."""
    documents_for_tokenizer: int
    """How many documents the byte pairs are counted in."""
    batch_size: int
    """B, rows of T tokens an update sees, over all processes."""
    schedule: Schedule
    """Learning rate of every update, and how many there are."""
    optimizer: str = "AdamW"
    """One of `OPTIMIZERS`."""
    weight_decay: float = 0.1
    """How much every weight shrinks in an update, times the learning rate."""
    max_norm: float = 1.0
    """Longer gradients are shortened to this length."""
    validation_from: int = 10**9
    """Number of the first document that is only validated on."""
    validation_batches: int = 8
    """Batches of B rows that a loss is measured on."""
    seed: int = 123
    """Where the starting weights come from."""


class BatchesOfText(IterableDataset[tuple[Tensor, Tensor]]):
    """This process's rows of each batch of the shards, in their order.

    Args:
        shards: the ids.
        count: how many batches there are.
        rows: B, of all processes together.
        tokens: T, in a row.
        rank: number of this process.
        world: number of processes.

    Raises:
        ValueError: the rows cannot be shared evenly.
    """

    def __init__(
        self, shards: Shards, count: int, rows: int, tokens: int, rank: int = 0, world: int = 1
    ) -> None:
        if rows % world:
            raise ValueError(
                f"{rows} rows of a batch cannot be shared by {world} processes; start a number of "
                "processes that divides them"
            )
        self._shards, self._count, self._rows, self._tokens = shards, count, rows, tokens
        share = rows // world
        self._mine = slice(rank * share, (rank + 1) * share)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        stretch = self._rows * self._tokens
        for ids in self._shards.stretches(stretch, self._count):  # (B * T + 1,)
            inputs, targets = (part.view(self._rows, -1) for part in (ids[:-1], ids[1:]))  # (B, T)
            yield inputs[self._mine], targets[self._mine]  # (B / world, T)


def pretrain(
    recipe: Recipe,
    work: Path,
    *,
    group: Group | None = None,
    eval_freq: int | None = 250,
    keep_freq: int = 250,
    stop: int | None = None,
) -> Iterator[tuple[TrainStep, GPTModel]]:
    """Updates of the recipe's model, and the model; goes on from what the folder holds.

    Args:
        recipe: what is trained.
        work: folder of the shards and of the checkpoint; made if it does not exist.
        group: the processes that train together.
        eval_freq: measure the validation loss after every so many updates.
        keep_freq: write a checkpoint after every so many updates, and after the last.
        stop: end after this many updates, counted from the first; None goes to the end.
    """
    group = group or Group()
    tokenizer = prepared_tokenizer(recipe, work, group)
    model, optimizer, random_state, state = _standing(recipe, work, group.device)
    text, held_out = _loaders(recipe, work, tokenizer, group)
    stream = train(
        model,
        text,
        held_out,
        optimizer,
        num_epochs=1,
        eval_freq=eval_freq,
        eval_iter=recipe.validation_batches,
        random_state=random_state,
        schedule=recipe.schedule,
        max_norm=recipe.max_norm,
        max_steps=stop,
        state=state,
        loss_function=shared_loss(model, group),
    )
    end = last_update(recipe, stop)
    for step in stream:
        last = state.next_step == end
        if group.rank == 0 and (last or state.next_step % keep_freq == 0):
            facts = {"state": asdict(state)}
            save_checkpoint(work, model, optimizer, tokenizer, random_state, facts)
        yield step._replace(loss=group.mean(step.loss)), model


def last_update(recipe: Recipe, stop: int | None) -> int:
    """How many updates a run has made when it ends: the recipe's, or fewer if it stops before."""
    total = recipe.schedule.total_steps
    return total if stop is None else min(stop, total)


def prepared_tokenizer(recipe: Recipe, work: Path, group: Group | None = None) -> BPETokenizer:
    """The byte pairs of the recipe's first documents; written down, so that it is done once."""
    group = group or Group()
    path = work / "tokenizer.json"
    if group.rank == 0 and not path.exists():
        work.mkdir(parents=True, exist_ok=True)
        text = "\n".join(map(recipe.document, range(recipe.documents_for_tokenizer)))
        tokenizer = BPETokenizer.train(text, recipe.config.vocab_size)
        path.write_text(json.dumps(tokenizer.to_dict(), indent=1), encoding="utf-8")
    group.wait()
    return BPETokenizer.from_dict(json.loads(path.read_text(encoding="utf-8")))


def starting_model(recipe: Recipe) -> GPTModel:
    """The model before its first update, with GPT-2's small weights and one table for both ends.

    Source: Radford et al. 2019, section 2.3.
    """
    with RandomState(recipe.seed).borrowed():
        model = GPTModel(recipe.config)
        model.tie_weights()
        deep = math.sqrt(2 * recipe.config.n_layers)  # so many parts add to the residual stream
        for name, weight in model.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(weight)
            elif weight.ndim == 2:
                ends_part = name.endswith(("out_proj.weight", "layers.2.weight"))
                nn.init.normal_(weight, std=0.02 / (deep if ends_part else 1))
    return model


def _standing(
    recipe: Recipe, work: Path, device: torch.device
) -> tuple[GPTModel, torch.optim.Optimizer, RandomState, TrainingState]:
    """Where the run stands: at its beginning, or at the checkpoint."""
    if (work / FILE_NAME).exists():
        kept = load_checkpoint(work)
        if kept.model.config != recipe.config or kept.optimizer is None or not kept.random_state:
            raise ValueError(
                f"{work / FILE_NAME} is of another run; choose an empty folder for this one"
            )
        model = kept.model.to(device)
        return model, kept.optimizer, kept.random_state, TrainingState(**kept.extra["state"])
    model = starting_model(recipe).to(device)
    optimizer = OPTIMIZERS[recipe.optimizer](
        model, learning_rate=recipe.schedule.peak_lr, weight_decay=recipe.weight_decay
    )
    return model, optimizer, RandomState(recipe.seed), TrainingState()


def _loaders(
    recipe: Recipe, work: Path, tokenizer: BPETokenizer, group: Group
) -> tuple[Batches, Batches]:
    """Batches to train on, of which this process gets its share, and to validate on."""
    shape = (recipe.batch_size, recipe.config.context_length, group.rank, group.world)
    made = Shards(recipe.document, tokenizer, work / "shards", writes=group.rank == 0)
    held_out = Shards(
        recipe.document,
        tokenizer,
        work / "held_out",
        first=recipe.validation_from,
        writes=group.rank == 0,
    )
    steps = recipe.schedule.total_steps
    return (
        DataLoader(BatchesOfText(made, steps, *shape), batch_size=None),
        DataLoader(BatchesOfText(held_out, recipe.validation_batches, *shape), batch_size=None),
    )
