"""Browser files are found, hashed and written once."""

from pathlib import Path

import pytest

from dashboard.components import published


def test_the_installed_plotly_js_is_found_without_importing_plotly() -> None:
    assert published._plotly_js().stat().st_size > 1_000_000


def test_publishing_writes_every_component_and_plotly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "STATIC", tmp_path)
    published.publish()
    names = {p.name for p in tmp_path.iterdir()}
    assert published.plotly_name() in names
    for component in ("plot", "share", "presenter"):
        assert [n for n in names if n.startswith(f"{component}-")], component


def test_an_inline_script_stays_small_because_it_travels_with_every_message() -> None:
    assert len(published.loader("plot")) < 500
