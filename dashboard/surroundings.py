"""What torch keeps for a thread or a process, and a run's numbers depend on.

The order in which numbers are added decides the last bit of a sum, and it follows from the number
of threads; so does the precision of matrix products from a switch. A run therefore has the same
surroundings in every one of its turns, whatever other runs or pages have set in between. Its random
numbers are its own already (`llm_core.random_state`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Surroundings(NamedTuple):
    """Settings of torch that a run is computed with."""

    threads: int
    """Cores that one operation uses."""
    gradients: bool
    """Whether operations are recorded for the backward pass."""
    precision: str
    """How exact matrix products of float32 numbers are; see torch.set_float32_matmul_precision."""


STANDARD = Surroundings(threads=1, gradients=True, precision="highest")
"""What every run begins with. One thread: two fight as soon as anybody else wants the processor."""


def now() -> Surroundings:
    """What holds in this thread."""
    import torch

    return Surroundings(
        torch.get_num_threads(), torch.is_grad_enabled(), torch.get_float32_matmul_precision()
    )


def set_to(wanted: Surroundings) -> None:
    """Make these settings hold in this thread; what holds already is not touched."""
    import torch

    here = now()
    if here.threads != wanted.threads:
        torch.set_num_threads(wanted.threads)
    if here.gradients != wanted.gradients:
        torch.set_grad_enabled(wanted.gradients)
    if here.precision != wanted.precision:
        torch.set_float32_matmul_precision(wanted.precision)


@contextmanager
def inside(wanted: Surroundings) -> Iterator[Callable[[], Surroundings]]:
    """Inside, these settings hold, afterwards those from before.

    Yields:
        A function that says, afterwards, what the settings were at the end of the inside.
    """
    before = now()
    last = wanted
    set_to(wanted)
    try:
        yield lambda: last
    finally:
        last = now()
        set_to(before)
