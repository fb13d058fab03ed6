"""Bring the sizes and SHA-256 sums in assets/README.md up to date: `python assets/checksums.py`."""

import re
from hashlib import sha256
from pathlib import Path

ASSETS = Path(__file__).resolve().parent
README = ASSETS / "README.md"
FACTS = re.compile(
    r"^## (?P<name>\S+)\n(?P<prose>(?:(?!## ).*\n)*?)- Size: .*\n- SHA-256: .*$", re.MULTILINE
)


def listed_files(readme: str) -> list[str]:
    """Names of the files whose size and checksum the text states, in its order."""
    return [section["name"] for section in FACTS.finditer(readme)]


def with_current_facts(readme: str) -> str:
    """The same text, with each listed file's size and checksum as they are on disk now.

    Raises:
        FileNotFoundError: a listed file is missing; make it, or take its section out.
    """

    def stamp(section: re.Match[str]) -> str:
        content = (ASSETS / section["name"]).read_bytes()
        return (
            f"## {section['name']}\n{section['prose']}"
            f"- Size: {len(content):,} bytes.\n- SHA-256: `{sha256(content).hexdigest()}`"
        )

    return FACTS.sub(stamp, readme)


if __name__ == "__main__":
    README.write_text(with_current_facts(README.read_text(encoding="utf-8")), encoding="utf-8")
