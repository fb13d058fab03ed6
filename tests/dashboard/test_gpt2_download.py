"""The server's one download of GPT-2's weights."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.gpt2_download import Download
from llm_core.gpt2_weights import GPT2Download, WeightsError

Progress = Callable[[int, int], None]


def ended(download: Download) -> Download:
    for thread in threading.enumerate():
        if thread.name == "gpt2-download":
            thread.join(10)
    return download


def served(monkeypatch: pytest.MonkeyPatch, fetch: Callable[[Progress], Path]) -> Download:
    monkeypatch.setattr(GPT2Download, "fetch", lambda self, progress: fetch(progress))
    return Download()


def test_it_says_how_many_bytes_have_come(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(progress: Progress) -> Path:
        progress(3, 10)
        progress(10, 10)
        return Path()

    download = served(monkeypatch, fetch)
    download.start()
    assert ended(download).state == "here"
    assert (download.received, download.total) == (10, 10)


def test_stop_ends_it_at_the_next_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()

    def fetch(progress: Progress) -> Path:
        stopped.wait(10)
        progress(3, 10)
        return Path()

    download = served(monkeypatch, fetch)
    download.start()
    download.start()  # a second press changes nothing
    assert sum(t.name == "gpt2-download" for t in threading.enumerate()) == 1
    download.stop()
    stopped.set()
    assert ended(download).state == "stopped"


@pytest.mark.parametrize("error", [WeightsError("no network"), OSError("disk full")])
def test_a_failure_is_kept_as_a_sentence_and_it_can_begin_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    answers: list[Exception | Path] = [error, Path()]

    def fetch(progress: Progress) -> Path:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    download = served(monkeypatch, fetch)
    download.start()
    assert ended(download).state == "failed"
    assert download.error == str(error)
    download.start()
    assert ended(download).state == "here"
    assert not download.error
