"""Runs in which a tiny model learns to copy, and one such run that comes with the project.

The bundled run is made by `python -m dashboard.lessons.pretraining.induction_runs`.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import streamlit as st
import torch

from dashboard import cached, jobs, snapshots
from llm_core.accounting import training_memory
from llm_core.checkpoints import fill, read_tensors, write_tensors
from llm_core.gpt import GPTModel
from llm_core.induction import COPYIST, Copying, CopyStep, learn_to_copy, newborn
from llm_core.random_state import RandomState

KIND = "induction"
STEPS = 1200
BATCH_SIZE = 32
BUNDLED_SEED = 2
"""With this one the second layer's work is done by a single head; others often make a spare."""

FILE = cached.ROOT / "assets" / "induction" / "copyist.safetensors"

_EVERY = 100  # steps between two snapshots


class Copyist(NamedTuple):
    """A model to look at, which nobody changes any more."""

    name: str
    model: GPTModel
    origin: str
    """Where it comes from, as the end of a sentence."""


BY_NAME: dict[str | type[Any], Callable[[Any], Any]] = {Copyist: lambda copyist: copyist.name}
"""For a cached function that takes a Copyist: `hash_funcs=BY_NAME`."""


def start(seed: int) -> jobs.Job:
    """Begin a run for this session.

    Raises:
        ValueError: the server has no room for it now.
    """
    return jobs.start(
        KIND,
        steps(seed),
        settings={"seed": seed, "steps": STEPS},
        total=STEPS,
        memory=training_memory(COPYIST, BATCH_SIZE, COPYIST.context_length).total,
    )


def steps(seed: int) -> Callable[[jobs.Job], Iterator[CopyStep]]:
    """The run itself, called on the scheduler's thread; `snapshots` has the model."""

    def make_steps(job: jobs.Job) -> Iterator[CopyStep]:
        model, stream = _learner(seed)
        done = 0
        try:
            for record in stream:
                done = record.step + 1
                yield record
                if done % _EVERY == 0:
                    snapshots.take(job, model, done)
        finally:
            snapshots.take(job, model, done)

    return make_steps


def _learner(seed: int) -> tuple[GPTModel, Iterator[CopyStep]]:
    random_state = RandomState(seed)
    model = newborn(random_state)
    return model, learn_to_copy(
        model, steps=STEPS, random_state=random_state, batch_size=BATCH_SIZE
    )


def current() -> Copyist:
    """The newest snapshot of the run on screen; before there is one, the bundled model."""
    snapshot = snapshots.latest(jobs.current(KIND))
    if snapshot is None:
        return bundled().copyist
    return Copyist(
        f"induction {snapshot.key}", snapshot.model, f"your run, after {snapshot.steps:,} steps"
    )


class Bundled(NamedTuple):
    """The run that comes with the project."""

    copyist: Copyist
    history: tuple[CopyStep, ...]
    """The measured steps."""


@st.cache_resource(show_spinner=False)
def bundled() -> Bundled:
    """The model in assets/induction and how it learnt.

    Raises:
        CheckpointError: the file is missing or damaged.
    """
    tensors, facts = read_tensors(FILE)
    weights = {name: tensor.float() for name, tensor in tensors.items()}
    model = fill(GPTModel, COPYIST, weights, FILE.name).eval().requires_grad_(False)
    history = tuple(
        CopyStep(step, loss, Copying(first, again, _tuples(matching), _tuples(previous)))
        for step, loss, (first, again, matching, previous) in json.loads(facts["history"])
    )
    return Bundled(Copyist("induction bundled", model, "a run made beforehand"), history)


def _tuples(numbers: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(layer) for layer in numbers)


def make_bundle() -> CopyStep:
    """Train, and keep the weights in half precision and what was measured; gives its last step."""
    model, stream = _learner(BUNDLED_SEED)
    measured = [record for record in stream if record.copying]
    weights = {name: tensor.half() for name, tensor in model.state_dict().items()}
    kept = json.loads(json.dumps(measured), parse_float=lambda text: round(float(text), 4))
    FILE.parent.mkdir(exist_ok=True)
    write_tensors(FILE, weights, {"history": json.dumps(kept, separators=(",", ":"))})
    return measured[-1]


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.stdout.write(f"{make_bundle()}\n")
