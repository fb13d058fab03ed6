"""The pretraining run itself: llm_core's stream of steps, with snapshots and samples on the way.

The steps run on the scheduler's thread. What they make lies in the job's `products`: "model", the
newest snapshot with its tokenizer; "samples", what the model wrote so far.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch

from dashboard import cached, jobs, own_run, snapshots
from dashboard.lessons.pretraining import memorised
from dashboard.lessons.pretraining.plans import (
    EVAL_BATCHES,
    Material,
    Plan,
    Settings,
    Speed,
    facts,
    plan,
    speed,
)
from llm_core.accounting import flops_ledger
from llm_core.batches import create_dataloader_v1
from llm_core.gpt import GPTModel
from llm_core.loss import Batches
from llm_core.random_state import RandomState
from llm_core.sampling import generate
from llm_core.training import DivergedError, TrainStep, adamw, evaluate_model, train

SAMPLES = 8
"""How often in a run the model writes something; once more before the first step."""

SAMPLE_TOKENS = 32
SAMPLE_TEMPERATURE = 0.8

OPENING = 40
"""Characters of the training text that a sample goes on from, to see what was learnt by heart."""


class Sample(NamedTuple):
    """What the model wrote after one prompt."""

    prompt: str
    parts: tuple[memorised.Stretch, ...]
    """The text, cut into what stands in the training text and what does not."""


class Samples(NamedTuple):
    """What the model wrote at one moment of its training."""

    step: int
    """Updates made before."""
    free: Sample
    """After the learner's sentence."""
    recited: Sample
    """After the first words of the training text, always the likeliest token."""


def start(ready: Material, settings: Settings, prompt: str) -> jobs.Job:
    """Begin a run for this session.

    Raises:
        ValueError: as `plan`.
    """
    planned = plan(ready, settings)
    own_run.close_file()
    return jobs.start(
        own_run.KIND,
        steps(ready, settings, planned, prompt, speed()),
        settings=facts(ready, settings),
        total=settings.steps,
    )


def steps(
    ready: Material, settings: Settings, planned: Plan, prompt: str, machine: Speed
) -> Callable[[jobs.Job], Iterator[TrainStep]]:
    """The run itself, called on the scheduler's thread."""

    def make_steps(job: jobs.Job) -> Iterator[TrainStep]:
        random_state = RandomState(settings.seed)
        with random_state.borrowed():
            model = GPTModel(planned.config)
        loaders = _loaders(ready, settings)
        stream = _stream(model, loaders, settings, random_state)
        every = max(5, 10 * round(settings.steps / SAMPLES / 10))
        blind = math.log(planned.config.vocab_size)
        _publish(job, model, ready, prompt, 0)
        done = shown = 0
        try:
            for record in stream:
                _still_sensible(record, blind)
                done = record.step + 1
                if done == settings.steps and record.val_loss is None:
                    with random_state.borrowed():  # so that the curves reach the end
                        losses = evaluate_model(model, *loaders, "cpu", EVAL_BATCHES)
                    record = record._replace(train_loss=losses[0], val_loss=losses[1])
                yield record
                if done % every == 0:
                    _publish(job, model, ready, prompt, done)
                    shown = done
        except GeneratorExit:
            _publish(job, model, ready, prompt, done)
            raise
        if shown < done:
            _publish(job, model, ready, prompt, done)
        step = flops_ledger(planned.config, settings.batch_size, settings.context_length)
        machine.operations = done * step.training_step / max(job.seconds, 1e-3)
        machine.measured = True

    return make_steps


def _loaders(ready: Material, settings: Settings) -> tuple[Batches, Batches]:
    """Batches of the training part and of the validation part."""
    size, window = settings.batch_size, settings.context_length
    train_loader = create_dataloader_v1(
        ready.train_text, size, max_length=window, stride=window, tokenizer=ready.tokenizer
    )
    val_loader = create_dataloader_v1(
        ready.val_text,
        size,
        max_length=window,
        stride=window,
        shuffle=False,
        drop_last=False,
        tokenizer=ready.tokenizer,
    )
    return train_loader, val_loader


def _stream(
    model: GPTModel,
    loaders: tuple[Batches, Batches],
    settings: Settings,
    random_state: RandomState,
) -> Iterator[TrainStep]:
    """llm_core's training, with everything it takes."""
    return train(
        model,
        *loaders,
        adamw(model, learning_rate=settings.learning_rate, weight_decay=settings.weight_decay),
        num_epochs=settings.steps,
        eval_freq=settings.eval_freq,
        eval_iter=EVAL_BATCHES,
        random_state=random_state,
        schedule=settings.schedule(),
        max_norm=settings.max_norm,
        max_steps=settings.steps,
    )


def _still_sensible(record: TrainStep, blind: float) -> None:
    """End a run that has become far worse than blind guessing; such a model rarely comes back.

    Raises:
        DivergedError: the loss is more than twice that of blind guessing.
    """
    if record.loss > 2 * blind:
        raise DivergedError(
            f"At step {record.step} the loss was {record.loss:.1f}, and a model that guesses "
            f"blindly has {blind:.2f}: each update was so large that it overshot what it was "
            f"heading for. Choose a learning rate below {record.learning_rate:.2g}, or a longer "
            "warmup. What the model was before is kept."
        )


def _publish(job: jobs.Job, model: GPTModel, ready: Material, prompt: str, step: int) -> None:
    """Put a snapshot that nobody will change into the job's products, and let it write."""
    snapshot = snapshots.take(job, model, step)
    loaded = cached.Loaded(
        f"run {job.id} step {step}",
        snapshot.model,
        ready.tokenizer,
        model.config,
        own_run.end_of_text(ready.tokenizer),
    )
    job.products["model"] = loaded
    opening = ready.train_text[:OPENING].rpartition(" ")[0] or ready.train_text[:OPENING]
    free = _written(loaded, prompt, ready.train_text, temperature=SAMPLE_TEMPERATURE)
    recited = _written(loaded, opening, ready.train_text, temperature=0.0)
    earlier = job.products.get("samples", ())
    job.products["samples"] = (*earlier, Samples(step, free, recited))


def _written(loaded: cached.Loaded, prompt: str, source: str, *, temperature: float) -> Sample:
    """What a model writes after a prompt, with what it copied from the training text."""
    length = loaded.config.context_length
    new = min(SAMPLE_TOKENS, length // 2)
    ids = loaded.tokenizer.encode_ordinary(prompt)[: length - new] or [0]
    stream = generate(
        loaded.model,
        torch.tensor([ids]),
        new,
        length,
        temperature=temperature,
        generator=torch.Generator().manual_seed(1),  # the same draws at every moment
    )
    text = loaded.tokenizer.decode([token.token_id for token in stream])
    return Sample(loaded.tokenizer.decode(ids), memorised.stretches(text, source))
