"""GPT-2's published weights on their way to this server: one download for everybody, in a thread.

It is no run of `jobs`: runs share one thread in turns, and waiting for a network would hold up the
others. The page only asks how far it is.
"""

import logging
import shutil
import threading
from pathlib import Path
from typing import Literal

import streamlit as st

from dashboard import cached
from llm_core.accounting import BYTES_PER_MEGABYTE
from llm_core.gpt2_weights import DownloadStopped, GPT2Download, WeightsError

_log = logging.getLogger(__name__)

NAME = "gpt2"
"""The smallest published size, 124 million parameters."""

DISK = 560_000_000
"""Bytes on disk: half a billion bytes of weights, and a little."""

MEMORY = 1_900_000_000
"""Bytes in memory while it is read, at the peak; it settles near 1.1 GB."""

State = Literal["none", "running", "here", "failed", "stopped"]


class Download:
    """The server's one download; starting it again goes on where it broke off."""

    def __init__(self) -> None:
        self.state: State = "none"
        self.received = self.total = 0
        self.error = ""
        self._stop = threading.Event()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin, unless it is under way."""
        with self._lock:
            if self.state == "running":
                return
            self.state, self.error, self.received = "running", "", 0
            self._stop.clear()
            threading.Thread(target=self._run, name="gpt2-download", daemon=True).start()

    def stop(self) -> None:
        """End it at the next piece that arrives."""
        self._stop.set()

    def _run(self) -> None:
        try:
            fetcher().fetch(self._progress)
            self.state = "here"
        except DownloadStopped:
            self.state = "stopped"
        except Exception as error:
            if not isinstance(error, WeightsError):
                _log.exception("the download ended", exc_info=error)
            self.error = str(error) or type(error).__name__
            self.state = "failed"

    def _progress(self, received: int, total: int) -> None:
        if self._stop.is_set():
            raise DownloadStopped
        self.received, self.total = received, total


@st.cache_resource(show_spinner=False)
def download() -> Download:
    """The server's one download."""
    return Download()


def fetcher() -> GPT2Download:
    """Where the weights come from and where they are kept."""
    return GPT2Download(name=NAME, folder=cached.DOWNLOADS)


def check_room() -> None:
    """Refuse what the server has no room for.

    Raises:
        ValueError: too little memory or disk, saying how much is needed.
    """
    memory, disk = free_memory(), shutil.disk_usage(cached.ROOT).free
    for kind, free, needed in (("memory", memory, MEMORY), ("disk", disk, DISK)):
        if free is not None and free < needed:
            raise ValueError(
                f"this server has {free / BYTES_PER_MEGABYTE:,.0f} MB of {kind} left and GPT-2 "
                f"needs about {needed / BYTES_PER_MEGABYTE:,.0f} MB; stay with the starter model, "
                "or run the dashboard on a larger machine"
            )


def free_memory(root: Path = Path("/")) -> int | None:
    """Bytes of memory that this process may still take, or None where the system does not say.

    Args:
        root: where proc and sys lie.
    """
    free, group = [], root / "sys/fs/cgroup"
    for line in _read(root / "proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            free.append(int(line.split()[1]) * 1024)
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        most, taken = _read(group / limit).strip(), _read(group / used).strip()
        if most.isdigit() and taken.isdigit():
            free.append(max(0, int(most) - int(taken)))
    return min(free, default=None)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""
