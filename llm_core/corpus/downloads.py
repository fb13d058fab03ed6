"""The course's real data sets, fetched from fixed addresses when somebody asks for them.

In:     the name of a data set
Out:    the path of a file that is complete and has the right checksum
Next:   tokenizers/, which cuts text into tokens and numbers them

Source: The Verdict, Edith Wharton, 1908 (public domain); SMS Spam Collection, Almeida and
        Hidalgo, 2011, doi:10.24432/C5CC84 (CC BY 4.0); instruction data of the repository
        rasbt/LLMs-from-scratch (Apache-2.0)
"""

import hashlib
import http.client
import io
import os
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit


class DownloadError(RuntimeError):
    """A data set could not be fetched; the message is one sentence for whoever asked for it."""


@dataclass(frozen=True, kw_only=True)
class Download:
    """Where a data set is to be had, and how to know that it arrived whole."""

    title: str
    """What people call it."""
    addresses: tuple[str, ...]
    """Tried one after the other."""
    filename: str
    """What it is called in the folder it is saved to."""
    sha256: str
    """Checksum of the saved file."""
    member: str | None = None
    """The file inside, where the address gives a zip archive."""
    largest: int = 5_000_000
    """Most bytes accepted."""


_BOOK = "https://raw.githubusercontent.com/rasbt/LLMs-from-scratch/main"

DOWNLOADS: Mapping[str, Download] = MappingProxyType(
    {
        "the-verdict": Download(
            title="The Verdict",
            addresses=(f"{_BOOK}/ch02/01_main-chapter-code/the-verdict.txt",),
            filename="the-verdict.txt",
            sha256="b41e41a68f0398a3154ae69e2e4c0e2694e17fe0d66730536837f1b01935b31f",
        ),
        "sms-spam": Download(
            title="The SMS Spam Collection",
            addresses=(
                "https://archive.ics.uci.edu/static/public/228/sms+spam+collection.zip",
                "https://f001.backblazeb2.com/file/LLMs-from-scratch/sms%2Bspam%2Bcollection.zip",
            ),
            filename="SMSSpamCollection.tsv",
            sha256="7d039a24a6083ed9ef0f806ebad56bbb976e3aeb8de05669173bfdc4996c239d",
            member="SMSSpamCollection",
        ),
        "instructions": Download(
            title="The book's instruction data",
            addresses=(f"{_BOOK}/ch07/01_main-chapter-code/instruction-data.json",),
            filename="instruction-data.json",
            sha256="7e09a9af353722ca15c18bc580f093f9c39d3178335a75177319cb1e1d163944",
        ),
    }
)
"""The data sets of the course, by the name `download` knows them under."""

Progress = Callable[[int, int | None], None]
"""Called with the bytes that have arrived and, where the server says it, the bytes there are."""


def download(
    name: str,
    folder: Path,
    *,
    addresses: Sequence[str] | None = None,
    progress: Progress | None = None,
    timeout: float = 20.0,
) -> Path:
    """Fetch a data set of `DOWNLOADS` into a folder, unless it is there already; gives its path.

    The file appears complete or not at all, and only with the right checksum.

    Args:
        addresses: other places to fetch it from, such as a mirror.
        timeout: longest silence of a server, in seconds; an address gets three times that in all.

    Raises:
        DownloadError: no address gave the file; says why, and what to do instead.
        KeyError: `DOWNLOADS` has no such name.
    """
    wanted = DOWNLOADS[name]
    target = Path(folder) / wanted.filename
    if target.is_file() and _checksum(target.read_bytes()) == wanted.sha256:
        return target
    reasons = []
    for address in wanted.addresses if addresses is None else addresses:
        try:
            content = _unpacked(_fetched(address, wanted.largest, progress, timeout), wanted)
            if _checksum(content) != wanted.sha256:
                raise DownloadError("sent another file than the expected one")
            _write_whole(target, content)
            return target
        except DownloadError as error:
            reasons.append(f"{urlsplit(address).netloc} {error}")
    raise DownloadError(
        f"{wanted.title} could not be downloaded ({', and '.join(reasons)}); check the internet "
        "connection, upload the file instead, or go on with the bundled data."
    )


def _fetched(address: str, largest: int, progress: Progress | None, timeout: float) -> bytes:
    """The bytes at an address; a DownloadError says what went wrong, as the end of a sentence."""
    request = urllib.request.Request(address, headers={"User-Agent": "build-an-llm"})
    deadline = time.monotonic() + 3 * timeout
    content = bytearray()
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            length = response.headers.get("Content-Length", "")
            total = int(length) if length.isdecimal() else None
            while part := response.read1(65_536):
                content += part
                if len(content) > largest:
                    raise DownloadError(f"sent more than the {largest:,} bytes expected")
                if time.monotonic() > deadline:
                    raise DownloadError("was too slow")
                if progress:
                    progress(len(content), total)
    except urllib.error.HTTPError as error:
        raise DownloadError(f"answered with status {error.code}") from None
    except TimeoutError:
        raise DownloadError("did not answer in time") from None
    except (OSError, http.client.HTTPException):  # URLError is an OSError
        raise DownloadError("could not be reached") from None
    if total is not None and len(content) < total:
        raise DownloadError(f"stopped after {len(content):,} of {total:,} bytes")
    return bytes(content)


def _unpacked(content: bytes, wanted: Download) -> bytes:
    """The wanted file out of what was fetched, in memory."""
    if wanted.member is None:
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.getinfo(wanted.member).file_size > wanted.largest:
                raise DownloadError("sent an archive that is too large")
            return archive.read(wanted.member)
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, DownloadError):
            raise
        raise DownloadError("sent something else than the expected archive") from None


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_whole(target: Path, content: bytes) -> None:
    """Write beside the target, then rename: whoever looks finds the whole file or none."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=target.parent, prefix=target.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(part, target)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DownloadError(f"sent it, but it cannot be saved ({error.strerror})") from None
