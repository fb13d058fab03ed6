"""One server and one Chromium for all browser tests."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import server

expect.set_options(timeout=20_000)  # a slow machine is no failure


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a running dashboard."""
    with server.dashboard() as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser, or a skip with the remedy; with BROWSER_TESTS=required, a failure instead."""
    if server.chromium_path() is None:
        reason = "no Chromium here; install it, for instance: sudo apt-get install -y chromium"
        if os.environ.get("BROWSER_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    with server.browser() as started:
        yield started


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh page that fails the test if its scripts threw an error."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors
