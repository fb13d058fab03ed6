"""Copies of a model in training: the page reads the latest while the run changes its own."""

from typing import NamedTuple

from dashboard import cached
from dashboard.jobs import Job
from llm_core.gpt import GPTModel


class Snapshot(NamedTuple):
    """A model as it was after a number of steps; nobody changes it any more."""

    run: str
    """Id of the run; with `steps` it names the snapshot."""
    steps: int
    """How many updates it has had."""
    model: GPTModel

    @property
    def key(self) -> tuple[str, int]:
        """Stands for the model in caches."""
        return self.run, self.steps


def take(job: Job, model: GPTModel, steps: int) -> Snapshot:
    """Keep the model as it is now as the run's latest snapshot."""
    snapshot = Snapshot(job.id, steps, cached.fresh(model).eval().requires_grad_(False))
    job.products["snapshot"] = snapshot
    return snapshot


def latest(job: Job | None) -> Snapshot | None:
    """The run's latest snapshot, or None before there is one."""
    return job.products.get("snapshot") if job else None
