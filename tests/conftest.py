"""What every test may ask for: the root, and the course's own texts where they are at hand."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Machines differ in speed; an example that takes long is no failure.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """A page that a test has run stays as the main module; a new process would run it again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def shared_data():
    """Path of one of the course's own data sets, or a skip with the reason where it is absent."""

    def find(name: str) -> Path:
        path = ROOT.parent / "shared" / "data" / name
        if not path.exists():
            pytest.skip(f"the course's {name} is not at {path.parent.name}/ beside this checkout")
        return path

    return find
