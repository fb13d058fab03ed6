"""Browser files that are served, not sent: plotly.js and the components' own scripts.

Streamlit sends a component's inline script along with every message. So the inline script is one
line that loads the real one from static/ (ignored by git, filled at start-up), where the browser
keeps it. Names carry a hash of the content: a new version is a new address.
"""

import hashlib
import importlib.util
import json
import shutil
from functools import cache
from pathlib import Path

from dashboard import palette

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
HERE = Path(__file__).parent

PLOTTING = ("heads", "plot", "scrubber")
"""Components that draw Plotly figures: the code they share, figures.js, stands before theirs."""

NUMBERS = ("model", "stage")
"""Components that draw numbers as coloured cells: the code they share is numbers.js."""


def _plotly_js() -> Path:
    """The plotly.js inside the installed package, found without importing the package."""
    spec = importlib.util.find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("plotly is not installed; run: pip install -r requirements.txt")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


@cache
def plotly_name() -> str:
    """File name of plotly.js under static/, distinct for each installed version."""
    return f"plotly-{_plotly_js().stat().st_size}.min.js"


@cache
def _script(component: str) -> tuple[str, str]:
    """Name and text of a component's script; palette, shared code and style sheet stand before."""
    before = [
        f"const DARK = {json.dumps(palette.dark_of())};",
        f"const PLOTLY = {json.dumps(plotly_name())};",
    ]
    before.append((HERE / "shared.js").read_text(encoding="utf-8"))
    if component in PLOTTING:
        before.append((HERE / "figures.js").read_text(encoding="utf-8"))
    if component in NUMBERS:
        before.append((HERE / "numbers.js").read_text(encoding="utf-8"))
    style = HERE / component / f"{component}.css"
    if style.exists():
        before.append(f"const STYLE = {json.dumps(style.read_text(encoding='utf-8'))};")
    script = HERE / component / f"{component}.js"
    parts = [p for p in sorted(script.parent.glob("*.js")) if p != script]
    text = "\n".join([*before, *(p.read_text(encoding="utf-8") for p in [*parts, script])])
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return f"{component}-{digest}.js", text


def loader(component: str) -> str:
    """The one-line inline script that loads the component's real one and hands everything on."""
    name, _ = _script(component)
    return (
        "const url = new URL('app/static/" + name + "', document.baseURI).href;\n"
        "export default function (c) { let end; let gone = false;\n"
        "import(url).then((m) => { if (!gone) end = m.default(c); });\n"
        "return () => { gone = true; end?.(); }; }\n"
    )


def publish() -> None:
    """Write everything the pages load by address into static/; cheap when it is there already."""
    STATIC.mkdir(exist_ok=True)
    target = STATIC / plotly_name()
    if not target.exists():
        partial = target.with_suffix(".partial")
        shutil.copyfile(_plotly_js(), partial)
        partial.replace(target)
    for folder in sorted(p for p in HERE.iterdir() if (p / f"{p.name}.js").exists()):
        name, text = _script(folder.name)
        if not (STATIC / name).exists():
            for old in STATIC.glob(f"{folder.name}-*.js"):
                old.unlink(missing_ok=True)
            (STATIC / name).write_text(text, encoding="utf-8")
