"""The house rules of ARCHITECTURE.md, read from the code itself."""

import ast
from pathlib import Path

import pytest

import llm_core
from dashboard import strip
from dashboard.stages import STAGES

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"streamlit", "torch", "plotly", "pandas", "numpy", "sklearn", "transformers", "matplotlib"}
THIRD = HEAVY | {"tiktoken", "safetensors", "huggingface_hub", "regex", "requests"}
MAY_IMPORT = {
    "llm_core": {"torch", "numpy", "tiktoken", "safetensors", "huggingface_hub", "regex"},
    "dashboard/charts": {"plotly", "numpy", "pandas", "sklearn"},
    "dashboard": {"streamlit", "torch", "tiktoken", "pandas", "numpy"},
    "pages": {"streamlit", "pandas"},
}
NEVER = {
    "llm_core": {"dashboard", "pages"},
    "dashboard/charts": {"llm_core", "streamlit", "torch"},
    "dashboard": {"plotly", "pages"},
    "pages": {"torch", "numpy", "plotly"},
}


def files(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    if folder == "dashboard":
        found = [f for f in found if "charts" not in f.parts]
    return [ROOT / "Home.py", *found] if folder == "pages" else found


def imports(path: Path) -> set[str]:
    """Every module a file imports, at its top or inside a function, with dots."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_room_imports_only_what_the_table_allows(folder: str) -> None:
    for path in files(folder):
        tops = {name.split(".")[0] for name in imports(path)}
        assert not (tops & THIRD) - MAY_IMPORT[folder], path
        assert not tops & NEVER[folder], path


def test_a_core_module_imports_only_modules_read_before_it() -> None:
    order = list(llm_core.READING_ORDER)
    for path in files("llm_core"):
        own = path.relative_to(ROOT / "llm_core").parts[0].removesuffix(".py")
        if own.startswith("__"):
            continue
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "llm_core" and len(parts) > 1 and parts[1] in order:
                assert order.index(parts[1]) <= order.index(own), f"{own} imports {parts[1]}"


def test_the_reading_order_names_every_core_module() -> None:
    there = {p.stem for p in (ROOT / "llm_core").iterdir() if p.suffix == ".py" or p.is_dir()}
    assert {name for name in there if not name.startswith("__")} == set(llm_core.READING_ORDER)


def test_every_core_module_has_its_tests() -> None:
    tests = {p.name for p in (ROOT / "tests" / "llm_core").glob("test_*.py")}
    for module in llm_core.READING_ORDER:
        assert any(name.startswith(f"test_{module}") for name in tests), module


def test_the_core_never_prints() -> None:
    for path in files("llm_core"):
        calls = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
        assert not [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"], path


def test_stages_and_pages_match() -> None:
    assert [s.page for s in STAGES] == sorted(p.name for p in (ROOT / "pages").glob("*.py"))


def test_a_stage_names_parts_and_modules_that_exist() -> None:
    for stage in STAGES:
        assert set(stage.parts) <= set(strip.PARTS), stage.slug
        assert set(stage.modules) <= set(llm_core.READING_ORDER), stage.slug


def test_a_lesson_has_its_folder_and_what_is_shared_knows_no_lesson() -> None:
    lessons = ROOT / "dashboard" / "lessons"
    folders = {p.name for p in lessons.iterdir() if p.is_dir()}
    assert folders - {"__pycache__"} <= {stage.slug for stage in STAGES}
    everybodys = {f"dashboard.lessons.{p.stem}" for p in lessons.glob("*.py")}
    for path in files("dashboard"):
        own = path.relative_to(ROOT / "dashboard").parts
        named = {name for name in imports(path) if name.startswith("dashboard.lessons.")}
        if own[0] == "lessons":
            named = {name for name in named if ".".join(name.split(".")[:3]) not in everybodys}
        allowed = f"dashboard.lessons.{own[1]}" if own[0] == "lessons" else "nothing"
        assert all(name.startswith(allowed) for name in named), path


def test_every_page_opens_and_closes_with_the_frame() -> None:
    for stage in STAGES:
        text = (ROOT / stage.path).read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), stage.page
        assert f'frame.begin("{stage.slug}")' in text, stage.page
        assert f'frame.end("{stage.slug}")' in text, stage.page
