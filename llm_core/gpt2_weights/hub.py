"""Fetching GPT-2's published files from the Hugging Face hub, once.

In:     one of the published sizes
Out:    a folder with config.json and model.safetensors, kept for the next time
Next:   settings.py, which reads the first of the two
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from llm_core.checkpoints import CheckpointError
from llm_core.config import GPT2_CONFIGS

Progress = Callable[[int, int], None]
"""Called with the bytes received so far and the bytes there are in all."""

CONFIG_FILE, WEIGHTS_FILE = "config.json", "model.safetensors"
"""The two files of such a folder."""

SECONDS_TO_ANSWER = 8.0
"""How long a server may be silent before it counts as out of reach."""

_SIZES = ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl")

HUB_NAMES: Mapping[str, str] = MappingProxyType(
    {size: f"openai-community/{size}" for size in _SIZES}
    | {f"openai-community/{size}": f"openai-community/{size}" for size in _SIZES}
    | {ours: f"openai-community/{size}" for ours, size in zip(GPT2_CONFIGS, _SIZES, strict=True)}
)
"""Everything one of the four published models may be called, and its place at the hub."""


class WeightsError(CheckpointError):
    """Weights that cannot be had or do not fit; one sentence with the remedy."""


class DownloadStopped(Exception):  # noqa: N818
    """Raise it in `progress` to end a download; nothing of it is kept."""


@dataclass(frozen=True, kw_only=True)
class GPT2Download:
    """One of the four published models, to be fetched.

    Raises:
        WeightsError: the name is none of `HUB_NAMES`.
    """

    name: str
    """One of `HUB_NAMES`."""

    folder: Path | None = None
    """Where to keep the files; None is the place all programs on this machine share."""

    endpoint: str | None = None
    """Another server that speaks the hub's language; None is huggingface.co, or `HF_ENDPOINT`."""

    def __post_init__(self) -> None:
        if self.name not in HUB_NAMES:
            raise WeightsError(
                f"{self.name!r} is none of the published models; choose one of {', '.join(_SIZES)}"
            )

    def fetched(self) -> Path | None:
        """The folder with the files if they are here already; asks nobody."""
        from huggingface_hub import try_to_load_from_cache

        name = HUB_NAMES[self.name]
        config = try_to_load_from_cache(name, CONFIG_FILE, cache_dir=self.folder)
        weights = try_to_load_from_cache(name, WEIGHTS_FILE, cache_dir=self.folder)
        if isinstance(config, str) and isinstance(weights, str):
            return Path(weights).parent
        return None

    def fetch(self, progress: Progress | None = None) -> Path:
        """The folder with the files, fetched now unless they are here already.

        Args:
            progress: called while the weights arrive.

        Raises:
            WeightsError: no network, no such file there, or the download broke off.
            DownloadStopped: `progress` raised it.
        """
        if here := self.fetched():
            return here
        # Imported here: it takes a third of a second, and who stays offline never needs it.
        from huggingface_hub import hf_hub_download

        self._ask_server()
        try:
            for file in (CONFIG_FILE, WEIGHTS_FILE):
                path = hf_hub_download(
                    HUB_NAMES[self.name],
                    file,
                    cache_dir=self.folder,
                    endpoint=self.endpoint,
                    token=False,
                    tqdm_class=_silent_bar(progress if file == WEIGHTS_FILE else None),
                )
        except DownloadStopped:
            raise
        except Exception as error:  # the libraries below have no common kind of error
            raise WeightsError(
                f"the download of {self.name} broke off ({type(error).__name__}); try once more, "
                "or choose the bundled model, a folder or a file"
            ) from error
        return Path(path).parent

    def _ask_server(self) -> None:
        """One question to the server, so that being offline is known at once, not after retries."""
        from huggingface_hub import get_hf_file_metadata, hf_hub_url
        from huggingface_hub.errors import HfHubHTTPError

        url = hf_hub_url(HUB_NAMES[self.name], WEIGHTS_FILE, endpoint=self.endpoint)
        try:
            get_hf_file_metadata(url, token=False, timeout=SECONDS_TO_ANSWER)
        except HfHubHTTPError as error:
            raise WeightsError(
                f"the server will not give {self.name} (status {error.response.status_code}); try "
                "later, or choose the bundled model, a folder or a file"
            ) from error
        except Exception as error:
            raise WeightsError(
                f"{self.name} cannot be fetched because the server does not answer; connect to the "
                "internet, or choose the bundled model, a folder or a file"
            ) from error


def _silent_bar(progress: Progress | None) -> Any:
    """What the hub's code takes for a progress bar; it draws nothing and calls `progress`."""
    from huggingface_hub.utils.tqdm import tqdm

    class SilentBar(tqdm):
        """Counts bytes."""

        def update(self, n: float | None = 1) -> None:
            self.n += n or 0
            if progress is not None and self.total:
                progress(int(self.n), int(self.total))

    return partial(SilentBar, disable=True)
