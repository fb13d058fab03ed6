"""A drawing of a transformer block: two detours from a straight line, shapes on the arrows."""

from collections.abc import Mapping
from html import escape

# Streamlit strips SVG from a page's own HTML, so this is boxes and borders.
_STYLE = """
.block-drawing { position: relative; max-width: 25rem; padding: 0.2rem 0 0.2rem 1.1rem;
  font-variant-numeric: tabular-nums; }
.block-drawing::before { content: ""; position: absolute; left: 1.1rem; top: 0; bottom: 0.4rem;
  border-left: 3px solid var(--accent); }
.block-drawing::after { content: "▼"; position: absolute; left: 1.1rem; bottom: -0.35rem;
  transform: translateX(calc(1.5px - 50%));
  color: var(--accent); font-size: 0.85rem; line-height: 1; }
.block-drawing small { color: var(--muted); font-size: 0.85rem; }
.block-drawing .on-line { padding-left: 1.2rem; line-height: 1.2; }
.block-drawing .half { position: relative; margin: 0.5rem 0 0.9rem; padding-left: 4.2rem; }
.block-drawing .box { background: var(--surface); border: 1px solid var(--line); color: var(--ink);
  border-radius: 0.4rem; padding: 0.35rem 0.6rem; text-align: center; position: relative; }
.block-drawing .off::before { content: ""; position: absolute; right: 100%; top: 50%;
  width: 4.2rem; border-top: 1.5px solid var(--muted); }
.block-drawing .off::after { content: "▶"; position: absolute; right: 100%; top: 50%;
  transform: translateY(-50%); color: var(--muted); font-size: 0.6rem; }
.block-drawing .arrow { margin-left: 50%; border-left: 1.5px solid var(--muted); height: 1.7rem;
  padding-left: 0.6rem; line-height: 1.6rem; }
.block-drawing .back { position: relative; left: -3.4rem; margin-right: calc(50% - 3.4rem);
  border-top: 1.5px solid var(--muted); }
.block-drawing .sum { position: absolute; left: 0.1rem; bottom: -0.78rem; translate: -50% 0;
  width: 1.5rem; height: 1.5rem; border-radius: 50%; border: 2px solid var(--accent);
  background: var(--ground); color: var(--accent); text-align: center; line-height: 1.25rem;
  font-weight: 700; }
"""


def html(shapes: Mapping[str, str]) -> str:
    """The drawing.

    Args:
        shapes: what to write on the arrows, for "input", "norm 1", "attention", "sum 1", "norm 2",
            "feed-forward" and "output".
    """
    words = {name: escape(text) for name, text in shapes.items()}
    label = "A block: norm and attention, then norm and feed-forward, each added to its input"
    return (
        f"<style>{_STYLE}</style>"
        f'<div class="block-drawing" role="img" aria-label="{label}">'
        f'<div class="on-line"><small>input {words["input"]}</small></div>'
        + _half("LayerNorm 1", "Multi-head attention", words["norm 1"], words["attention"])
        + f'<div class="on-line"><small>{words["sum 1"]}</small></div>'
        + _half("LayerNorm 2", "Feed-forward", words["norm 2"], words["feed-forward"])
        + f'<div class="on-line"><small>output {words["output"]}</small></div></div>'
    )


def _half(norm: str, part: str, after_norm: str, after_part: str) -> str:
    """One detour: off the line, through a norm and a part, and back into a sum."""
    return (
        f'<div class="half"><div class="box off">{norm}</div>'
        f'<div class="arrow"><small>{after_norm}</small></div>'
        f'<div class="box">{part}</div>'
        f'<div class="arrow"><small>{after_part}</small></div>'
        '<div class="back"></div><span class="sum">+</span></div>'
    )
