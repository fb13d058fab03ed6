"""What a fresh server does once: publish browser files, import what is heavy, freeze the heap.

Streamlit runs a full garbage collection after every rerun. With torch imported that scans about
250,000 objects and costs 200 ms a rerun; frozen objects are not scanned, and a rerun costs 5 to
10 ms. So the heavy imports happen here, in a thread, while the first page is already painted, and
are frozen; and whatever a page imported on its first run is frozen at the end of that run.
"""

import gc
import os
import threading

import streamlit as st

from dashboard.components import published


class WarmUp:
    """The one-time start of a server process; `ready()` waits until it is done."""

    def __init__(self) -> None:
        self._frozen: set[str] = set()
        self._done = threading.Event()
        self._error: BaseException | None = None
        published.publish()
        threading.Thread(target=self._run, name="warm-up", daemon=True).start()

    def _run(self) -> None:
        try:
            # Large allocations in huge pages: up to 1.5 times faster training steps. Read by torch
            # on import.
            os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
            import torch

            # One thread a run: two fight as soon as anybody else wants the processor.
            torch.set_num_threads(1)
            torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))])  # pulls in lazy modules
            import pandas  # noqa: F401

            import dashboard.cached
            import dashboard.charts

            dashboard.cached.starter()
            self.freeze("warm-up")
        except BaseException as error:  # re-raised where somebody waits for it
            self._error = error
        finally:
            self._done.set()

    def ready(self) -> None:
        """Wait for the heavy imports.

        Raises:
            BaseException: whatever stopped them, for instance a package that is not installed.
        """
        self._done.wait()
        if self._error is not None:
            raise self._error

    def settled(self) -> None:
        """Wait until the heavy imports are over, however they ended: no module is half imported."""
        self._done.wait()

    def freeze(self, what: str) -> None:
        """Take everything alive out of the garbage collector's scan, once for each `what`."""
        if what not in self._frozen:
            self._frozen.add(what)
            gc.collect()
            gc.freeze()


@st.cache_resource(show_spinner=False)
def warm_up() -> WarmUp:
    """The server's one warm-up, begun by whichever page comes first."""
    return WarmUp()
