"""The pretraining run itself: llm_core's stream of steps, with snapshots and samples on the way.

The steps run on the scheduler's thread. What they make lies in the job's `products`: "model", the
newest snapshot with its tokenizer; "samples", what the model wrote so far; "recording", the
Recorder of all of it.
"""

import math
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple

import torch

from dashboard import cached, jobs, own_run, snapshots
from dashboard.lessons.pretraining import memorised, resume
from dashboard.lessons.pretraining.plans import Material, Plan, Settings, facts, plan
from dashboard.lessons.pretraining.resume import Standing
from dashboard.lessons.pretraining.speed import (
    EVAL_BATCHES,
    SAMPLE_TOKENS,
    SAMPLES,
    Speed,
    loss_function,
    speed,
)
from dashboard.recorder import Recorder
from dashboard.recording import Moment, Said
from llm_core.batches import create_dataloader_v1
from llm_core.fast.decoding import FastDecoder
from llm_core.gpt import GPTModel
from llm_core.loss import Batches
from llm_core.random_state import RandomState
from llm_core.sampling import generate
from llm_core.training import DivergedError, TrainStep, evaluate_model, train

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
        ValueError: as `plan` and `jobs.start`.
    """
    return _begin(ready, settings, prompt, None)


def go_on(standing: Standing, prompt: str) -> jobs.Job:
    """Let a run go on from where it stands, for this session.

    Raises:
        ValueError: as `plan` and `jobs.start`.
    """
    return _begin(standing.ready, standing.settings, prompt, standing)


def _begin(ready: Material, settings: Settings, prompt: str, standing: Standing | None) -> jobs.Job:
    planned = plan(ready, settings)
    job = jobs.start(
        own_run.KIND,
        steps(ready, settings, planned, prompt, speed(), standing),
        settings=facts(ready, settings),
        total=settings.steps,
        memory=planned.memory,
    )
    own_run.close_file()
    return job


def steps(
    ready: Material,
    settings: Settings,
    planned: Plan,
    prompt: str,
    machine: Speed,
    standing: Standing | None = None,
) -> Callable[[jobs.Job], Iterator[TrainStep | None]]:
    """The run itself, called on the scheduler's thread; between two words it writes, it breathes.

    Args:
        ready: the text.
        settings: of the run.
        planned: what `plan` says of them.
        prompt: the learner's sentence.
        machine: learns how long it took.
        standing: where an interrupted run goes on; None begins a new one.
    """

    def make_steps(job: jobs.Job) -> Iterator[TrainStep | None]:
        run = standing or resume.newborn(ready, settings, planned.config)
        model, before = run.model, run.state.next_step
        job.history.extend(run.history)
        job.seconds += run.seconds
        job.products |= {"standing": run, "samples": run.samples}
        every = max(5, 10 * round(settings.steps / SAMPLES / 10))
        recorder = _recorder(job, model, ready, settings, prompt)
        for record in run.history:
            recorder.note(record)
        for samples in run.samples:
            recorder.said(_moment(samples))
        recorder.frame(model, before)
        yield from _publish(job, model, ready, prompt, before)
        done = shown = before
        try:
            for record in _updates(run):
                done = record.step + 1
                recorder.note(record)
                if recorder.due(done, job.seconds):
                    recorder.frame(model, done)
                yield record
                if done % every == 0:
                    yield from _publish(job, model, ready, prompt, done)
                    shown = done
            recorder.frame(model, done)
            if shown < done:
                yield from _publish(job, model, ready, prompt, done)
        except GeneratorExit:
            recorder.frame(model, done)
            deque(_publish(job, model, ready, prompt, done), maxlen=0)  # without a breath
            _rest(job, run)
            raise
        except DivergedError as error:
            del job.products["standing"]  # it stands where nobody wants to go on from
            recorder.frame(model, done)
            recorder.end(str(error))
            raise
        _rest(job, run)
        work = settings.work(planned.config.vocab_size)
        machine.learn(work, done - before, job.seconds - run.seconds)

    return make_steps


def _rest(job: jobs.Job, run: Standing) -> None:
    """The run is over for now: what it takes to go on stays, if that is not too much."""
    run.rest()
    if run.size > resume.LARGEST:
        del job.products["standing"]


def _updates(run: Standing) -> Iterator[TrainStep]:
    """The run's updates, each made as a whole while nobody saves it."""
    loaders = _loaders(run.ready, run.settings)
    stream = _stream(run, loaders)
    blind = math.log(run.model.config.vocab_size)
    while True:
        with run.stepping():
            record = next(stream, None)
            if record is None:
                return
            _still_sensible(record, blind)
            if record.step + 1 == run.settings.steps and record.val_loss is None:
                record = _measured(record, run, loaders)
            run.history.append(record)
        yield record


def _measured(record: TrainStep, run: Standing, loaders: tuple[Batches, Batches]) -> TrainStep:
    """The last step with both losses, so that the curves reach the end; the run draws nothing."""
    spare = RandomState(0)
    spare.load_state_dict(run.random_state.state_dict())
    with spare.borrowed():
        losses = evaluate_model(
            run.model, *loaders, "cpu", EVAL_BATCHES, loss_function(run.settings.fast)
        )
    return record._replace(train_loss=losses[0], val_loss=losses[1])


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


def _stream(run: Standing, loaders: tuple[Batches, Batches]) -> Iterator[TrainStep]:
    """llm_core's training, with everything it takes, from where the run stands."""
    settings = run.settings
    return train(
        run.model,
        *loaders,
        run.optimizer,
        num_epochs=settings.steps,
        eval_freq=settings.eval_freq,
        eval_iter=EVAL_BATCHES,
        random_state=run.random_state,
        schedule=settings.schedule(),
        max_norm=settings.max_norm,
        max_steps=settings.steps,
        state=run.state,
        loss_function=loss_function(settings.fast),
    )


def _still_sensible(record: TrainStep, blind: float) -> None:
    """End a run that has become far worse than blind guessing; such a model rarely comes back.

    Raises:
        DivergedError: the loss is more than twice that of blind guessing.
    """
    if record.loss > 2 * blind:
        raise DivergedError(
            f"It diverged. At step {record.step} the loss was {record.loss:.1f}, and a model that "
            f"guesses blindly has {blind:.2f}: each update was so large that it overshot what it "
            f"was heading for. Choose a learning rate below {record.learning_rate:.2g}, better a "
            "tenth of it, or a longer warmup. What the model was before is kept."
        )


def _recorder(
    job: jobs.Job, model: GPTModel, ready: Material, settings: Settings, prompt: str
) -> Recorder:
    """Begin to record the run."""
    recorder = Recorder(
        model,
        ready.tokenizer,
        id=job.id,
        title=f"{settings.size}, {settings.steps:,} steps on {ready.text.title}",
        sentence=prompt,
        text=ready.train_text,
        settings=facts(ready, settings),
        total=settings.steps,
    )
    job.products["recording"] = recorder
    return recorder


def _publish(
    job: jobs.Job, model: GPTModel, ready: Material, prompt: str, step: int
) -> Iterator[None]:
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
    free = yield from _written(loaded, prompt, ready.train_text, temperature=SAMPLE_TEMPERATURE)
    recited = yield from _written(loaded, opening, ready.train_text, temperature=0.0)
    earlier = job.products.get("samples", ())
    job.products["samples"] = (*earlier, Samples(step, free, recited))
    recorder: Recorder = job.products["recording"]
    recorder.said(_moment(job.products["samples"][-1]))


def _moment(samples: Samples) -> Moment:
    """What the model wrote, as a recording keeps it."""
    return Moment(samples.step, Said(*samples.free), Said(*samples.recited))


def _written(
    loaded: cached.Loaded, prompt: str, source: str, *, temperature: float
) -> Generator[None, None, Sample]:
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
        logits_of=FastDecoder(loaded.model),
    )
    written = []
    for token in stream:
        written.append(token.token_id)
        yield
    text = loaded.tokenizer.decode(written)
    return Sample(loaded.tokenizer.decode(ids), memorised.stretches(text, source))
