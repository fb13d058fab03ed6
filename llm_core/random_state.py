"""Random numbers that belong to somebody: each run draws from a stream of its own.

In:     a seed
Out:    a stream that other runs in the same process can neither see nor disturb
Next:   config.py, the handful of numbers that describe a model

Weight initialisation, dropout and shuffling all draw from one global stream inside torch. If two
runs share it, each changes the other's numbers, and the same seed no longer gives the same curve.
So a run keeps a stream of its own and lends it to torch only while it draws.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch

_only_one_borrows = threading.RLock()


class RandomState:
    """One run's own stream of random numbers, whoever else is alive in the process.

    Args:
        seed: where the stream starts; it runs on as it would after `torch.manual_seed(seed)`.

    >>> first, second = RandomState(123), RandomState(123)
    >>> with first.borrowed():
    ...     a = torch.rand(2)
    >>> with second.borrowed():
    ...     b = torch.rand(2)
    >>> torch.equal(a, b)
    True
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.generator = torch.Generator().manual_seed(seed)
        """The same stream, for functions that take a generator, such as `torch.multinomial`; not
        for use inside `borrowed`, while the stream is lent."""
        self._lent = False

    @contextmanager
    def borrowed(self) -> Iterator[None]:
        """Inside, torch's global stream is this stream; afterwards it is what it was before.

        A lock for the whole process is held inside, so keep what is inside short and never `yield`
        from there: every other run waits. Borrowing inside a borrowing changes nothing.
        """
        with _only_one_borrows:
            if self._lent:
                yield
                return
            somebody_elses = torch.get_rng_state()
            torch.set_rng_state(self.generator.get_state())
            self._lent = True
            try:
                yield
            finally:
                self._lent = False
                self.generator.set_state(torch.get_rng_state())
                torch.set_rng_state(somebody_elses)

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint stores: `seed`, and the `state` reached so far as a tensor of bytes."""
        return {"seed": self.seed, "state": self.generator.get_state()}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Go on exactly where the run that called `state_dict` stood.

        Raises:
            ValueError: `saved` is not what `state_dict` gives.
        """
        if not {"seed", "state"} <= set(saved):
            raise ValueError(
                f"a random state has the entries 'seed' and 'state', this one has {sorted(saved)}; "
                "pass what RandomState.state_dict() returned"
            )
        self.seed = int(saved["seed"])
        self.generator.set_state(torch.as_tensor(saved["state"], dtype=torch.uint8).cpu())
