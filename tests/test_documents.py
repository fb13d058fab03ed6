"""Paths, commands and tables in the documents are true."""

import re
from pathlib import Path

import pytest

from dashboard.stages import STAGES

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "assets/README.md")
PATH = re.compile(
    r"`((?:llm_core|dashboard|pages|tests|assets|benchmarks|\.ci|\.streamlit)/[\w./-]*)`"
)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_named_exists(name: str) -> None:
    base = (ROOT / name).parent
    for path in PATH.findall(text(name)):
        assert (ROOT / path).exists(), path
    for path in LINK.findall(text(name)):
        assert (base / path).exists(), path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_command_named_is_in_the_makefile(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), flags=re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text(name), flags=re.MULTILINE)) <= targets


def test_the_table_of_stages_says_what_the_list_says() -> None:
    readme = text("README.md")
    for stage in STAGES:
        modules = ", ".join(f"`{m}`" for m in stage.modules)
        page = f"[{stage.page}]({stage.path})"
        row = f"| {stage.number}. {stage.title} | {stage.question} | {modules} | {page} |"
        assert row in readme, row


def test_both_commands_stand_at_the_top_of_the_readme() -> None:
    top = text("README.md").split("\n## ")[0]
    for command in (
        "make app",
        "make test",
        "python -m venv",
        "pip install -r",
        "streamlit run Home.py",
    ):
        assert command in top


def test_the_recipe_for_a_stage_names_every_field() -> None:
    recipe = text("CONTRIBUTING.md").split("## Add a stage")[1]
    for field in type(STAGES[0]).__dataclass_fields__:
        assert field in recipe, field


def test_every_requirement_has_its_reason_on_its_line() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in text(name).splitlines():
            if line and line[0].isalpha():
                assert re.search(r"  # \w", line), line


def test_ci_runs_the_readme_command_and_requires_the_browser() -> None:
    script = text(".ci/run")
    assert "make test" in script
    assert "BROWSER_TESTS=required" in script
