"""One palette, readable on both grounds, the same in the theme."""

import tomllib
from pathlib import Path

import pytest

from dashboard import palette

ROOT = Path(__file__).resolve().parents[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two #rrggbb colours."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


DRAWN = [n for n in palette.ROLES if n not in ("ground", "surface", "line")]


@pytest.mark.parametrize("role", DRAWN)
def test_a_drawn_colour_stands_out_from_its_ground(role: str) -> None:
    tone = palette.ROLES[role]
    assert contrast(tone.light, palette.GROUND.light) >= 3
    assert contrast(tone.dark, palette.GROUND.dark) >= 3


@pytest.mark.parametrize("tone", palette.RUNS)
def test_a_compared_run_stands_out_from_its_ground(tone: palette.Tone) -> None:
    assert contrast(tone.light, palette.GROUND.light) >= 3
    assert contrast(tone.dark, palette.GROUND.dark) >= 3


@pytest.mark.parametrize("tone", palette.TOKENS)
def test_letters_on_a_token_are_readable(tone: palette.Tone) -> None:
    assert contrast(tone.light, palette.INK.light) >= 4.5
    assert contrast(tone.dark, palette.INK.dark) >= 4.5


def test_every_light_colour_has_one_dark_partner() -> None:
    light = [tone.light for tone in palette.every_tone()]
    assert len(set(light)) == len(light)


def test_the_theme_uses_the_palette() -> None:
    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
    for side in ("light", "dark"):
        assert theme[side]["backgroundColor"] == getattr(palette.GROUND, side)
        assert theme[side]["secondaryBackgroundColor"] == getattr(palette.SURFACE, side)
        assert theme[side]["textColor"] == getattr(palette.INK, side)
        assert theme[side]["borderColor"] == getattr(palette.LINE, side)
        assert theme[side]["linkColor"] == getattr(palette.ACCENT, side)
