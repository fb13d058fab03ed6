"""Starts the real dashboard and opens it in Chromium, for tests and for the README's pictures."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path() -> str | None:
    """Where a Chromium is installed, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


@contextmanager
def dashboard() -> Iterator[str]:
    """A fresh server of this checkout; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "Home.py", "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    ) as server:
        try:
            _wait_for(f"{address}/_stcore/health", server)
            yield address
        finally:
            server.terminate()


def _wait_for(address: str, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the dashboard did not start; exit code {server.poll()}")


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield started
        started.close()


def settled(page: Page, seconds: float = 60) -> None:
    """Wait until the page is connected, styled and run, and its charts had time to draw."""
    connected = "[data-testid=stApp][data-test-connection-state=CONNECTED]"
    page.wait_for_selector(connected, timeout=seconds * 1000)
    page.wait_for_selector("[data-test-script-state=notRunning]", timeout=seconds * 1000)
    page.wait_for_function(
        "() => !document.querySelector('[data-stale=true]')"
        " && getComputedStyle(document.querySelector('.stApp')).getPropertyValue('--ink')",
        timeout=seconds * 1000,
    )
    page.wait_for_timeout(400)  # what was pale while it was being drawn has its colour again


def fits(page: Page, *places: str) -> None:
    """Fail unless the page, and these places of it, are no wider than what can be seen.

    A chart may need a moment to find its size after its page has settled; it gets five seconds.
    """
    page.wait_for_function(
        """places => places.every(place => {
          const box = document.querySelector(place);
          return box.scrollWidth <= box.clientWidth;
        })""",
        arg=["[data-testid=stMain]", *places],
        timeout=5_000,
    )
