"""One palette: a colour means one thing on every page, chart and drawing, in both themes.

Each role has a colour for the light and one for the dark theme. Charts are built with the light
one; the browser replaces it by its partner when the page is dark, so no figure is computed twice.
Contrast against the ground is at least 3 to 1 for every role that draws a line or a mark.
"""

from typing import NamedTuple


class Tone(NamedTuple):
    """One role's colour on a light and on a dark ground, as #rrggbb."""

    light: str
    dark: str


# The page itself.
INK = Tone("#1b2230", "#e6eaf2")
MUTED = Tone("#5a6475", "#9ca7b9")
GROUND = Tone("#ffffff", "#11151d")
SURFACE = Tone("#f5f6f9", "#1a202b")
LINE = Tone("#dfe3ea", "#2c3442")
ACCENT = Tone("#2a5bc7", "#8db1ff")

# Attention.
QUERY = Tone("#2463d1", "#78a6ff")
KEY = Tone("#cf4a1d", "#ff9166")
VALUE = Tone("#1b7f4c", "#5ed29b")
OUTPUT = Tone("#7b40c4", "#c09bff")

# Data splits.
TRAIN = Tone("#2f6fb8", "#6eb2fb")
VALIDATION = Tone("#c46a00", "#ffb557")
TEST = Tone("#6c7381", "#a4acbb")

# The two classes of the message page, and right or wrong.
SPAM = Tone("#b3305f", "#f58ab0")
HAM = Tone("#0f7c86", "#58cdd6")
GOOD = Tone("#2a7d3f", "#6fd188")
BAD = Tone("#b8322c", "#ff8a80")

# Tokens: a rotation of soft tints behind dark (light theme) or light (dark theme) letters.
TOKENS = (
    Tone("#dbe7fd", "#233a66"),
    Tone("#fde3d6", "#5a3221"),
    Tone("#d6f0e0", "#1d4a33"),
    Tone("#eadffa", "#432f63"),
    Tone("#fbeec4", "#4f4213"),
    Tone("#d5eff2", "#184850"),
    Tone("#fadfea", "#592a40"),
)

# Runs that are compared, first to fifth; each has a pattern of dashes of its own as well.
RUNS = (
    Tone("#0b61a4", "#6ab0f3"),
    Tone("#a8480b", "#f2a268"),
    Tone("#0a7a5c", "#4fcfa8"),
    Tone("#8b2f8f", "#d893dc"),
    Tone("#6b6a00", "#cfcd57"),
)

# Colour scales for matrices, low to high.
SEQUENTIAL = (
    Tone("#f6f9ff", "#151b28"),
    Tone("#e1ebfd", "#1c2a47"),
    Tone("#c6daf9", "#233b69"),
    Tone("#a5c4f4", "#2a4d8c"),
    Tone("#81aaec", "#3561ae"),
    Tone("#5d8ee1", "#4678cd"),
    Tone("#3f72d0", "#6391e2"),
    Tone("#2b58b3", "#8aaeef"),
    Tone("#1f428d", "#b5cdf8"),
    Tone("#152d63", "#e4eeff"),
)
DIVERGING = (
    Tone("#1f4fa3", "#86b1ff"),
    Tone("#5582cb", "#5c88d6"),
    Tone("#96b5e4", "#3a5c9c"),
    Tone("#d0def4", "#263a5f"),
    Tone("#f8f8fa", "#171c26"),
    Tone("#f9dccf", "#5b3324"),
    Tone("#eea98a", "#98502f"),
    Tone("#d9754a", "#d07747"),
    Tone("#b04a1c", "#ffab80"),
)

ROLES: dict[str, Tone] = {
    name.lower(): tone for name, tone in list(globals().items()) if isinstance(tone, Tone)
}


def every_tone() -> list[Tone]:
    """All tones, single roles first, then the scales."""
    return [*ROLES.values(), *TOKENS, *RUNS, *SEQUENTIAL, *DIVERGING]


def dark_of() -> dict[str, str]:
    """Light colour -> its partner in the dark theme, for every role."""
    return {tone.light: tone.dark for tone in every_tone()}


def css() -> str:
    """The roles as CSS variables, for both themes: `var(--train)`, `var(--token-2)`, and so on.

    Streamlit sets `color-scheme` on its root element, and `light-dark()` follows it, so a change of
    theme needs no rerun.
    """
    named = ROLES | {f"token-{i}": tone for i, tone in enumerate(TOKENS)}
    named |= {f"run-{i}": tone for i, tone in enumerate(RUNS)}
    named |= {f"sequential-{i}": tone for i, tone in enumerate(SEQUENTIAL)}
    named |= {f"diverging-{i}": tone for i, tone in enumerate(DIVERGING)}
    rows = [f"--{name}: light-dark({t.light}, {t.dark});" for name, t in named.items()]
    return ".stApp { " + " ".join(rows) + " }"
