"""Drawings of a half-built model: what is real and what is a dummy, and what the model does."""

from collections.abc import Collection, Sequence
from html import escape

from dashboard import chips
from llm_core.building import ATTENTION, FEED_FORWARD, FINAL_NORM, NORMS, POSITIONS, SHORTCUTS

NONE = "–"
"""Stands where a number is not defined: a loss, of one token."""

# Streamlit strips SVG from a page's own HTML, so this is boxes and borders.
_STYLE = """
.half-built { display: grid; gap: 0.75rem; max-width: 22rem; font-size: 0.92rem; line-height: 1.3; }
.half-built .box { border: 1.5px dashed var(--muted); border-radius: 0.4rem; color: var(--muted);
  padding: 0.3rem 0.6rem; text-align: center; position: relative; }
.half-built .box.real { border: 1.5px solid var(--ink); background: var(--tint);
  color: var(--ink); }
.half-built .box.trained { box-shadow: inset 0 -3px 0 var(--good); }
.half-built > *:not(:last-child)::after { content: "▼"; position: absolute; left: 50%; top: 100%;
  transform: translateX(-50%); font-size: 0.55rem; line-height: 0.8rem; color: var(--muted); }
.half-built .frame { border: 1px solid var(--line); border-radius: 0.6rem; position: relative;
  padding: 0.5rem 0.7rem 0.7rem 2.2rem; display: grid; gap: 0.8rem; }
.half-built .frame > small { color: var(--muted); text-align: right; }
.half-built .half { position: relative; display: grid; grid-template-columns: 5rem 1rem 1fr;
  align-items: center; }
.half-built .half i { font-style: normal; text-align: center; color: var(--muted);
  font-size: 0.6rem; }
.half-built .half.short::before { content: ""; position: absolute; left: -1.1rem; right: 50%;
  top: -0.45rem; bottom: -0.5rem; border: 2px solid var(--accent); border-right: 0;
  border-radius: 0.5rem 0 0 0.5rem; z-index: 0; }
.half-built .half.short::after { content: "+"; position: absolute; left: 50%; bottom: -1.05rem;
  width: 1.05rem; height: 1.05rem; border-radius: 50%; border: 2px solid var(--accent);
  background: var(--ground); color: var(--accent); font-weight: 700; line-height: 0.85rem;
  text-align: center; z-index: 1; }
.half-built .half .box { z-index: 1; }
.half-built .half .box:not(.real) { background: var(--ground); }
.readings { width: 100%; border-collapse: collapse; font-size: 0.92rem; line-height: 1.35; }
.readings :is(td, th) { border: 0; border-bottom: 1px solid var(--line); padding: 0.28rem 0.4rem;
  text-align: right; font-variant-numeric: tabular-nums; font-weight: 400; color: var(--muted); }
.readings :is(td, th):first-child { text-align: left; padding-left: 0; }
.readings .now { color: var(--ink); background: var(--surface); }
.readings thead .now { font-weight: 650; }
.readings .lit th, .readings .lit .now { color: var(--ink); font-weight: 650; }
"""


def model(real: Collection[str], *, blocks: int, trained: bool) -> str:
    """The model with its dummies dashed."""

    def box(name: str, is_real: bool, tint: int) -> str:
        kind = " real" * is_real + " trained" * (is_real and trained)
        says = "" if is_real else f' title="{name}: a dummy"'
        return f'<div class="box{kind}" style="--tint: var(--token-{tint})"{says}>{name}</div>'

    def half(name: str, part: str, tint: int) -> str:
        short = " short" if SHORTCUTS in real else ""
        return (
            f'<div class="half{short}">{box("norm", NORMS in real, 5)}<i>▶</i>'
            f"{box(name, part in real, tint)}</div>"
        )

    dummies = [
        part
        for part in (POSITIONS, NORMS, ATTENTION, FEED_FORWARD, SHORTCUTS, FINAL_NORM)
        if part not in real
    ]
    label = f"The model; still dummies: {', '.join(dummies) or 'none'}"
    weights = "trained weights" if trained else "random weights"
    return (
        f'<style>{_STYLE}</style><div class="half-built" role="img" aria-label="{label}">'
        + box("token embedding", True, 0)
        + box("position embedding", POSITIONS in real, 4)
        + f'<div class="frame"><small>block, {blocks} times · {weights}</small>'
        + half("attention", ATTENTION, 3)
        + half("feed-forward", FEED_FORWARD, 2)
        + "</div>"
        + box("final norm", FINAL_NORM in real, 5)
        + box("output head", True, 1)
        + "</div>"
    )


def readings(
    rows: Sequence[tuple[str, str, str, str]], part: str, *, now: bool, lit: Collection[str]
) -> str:
    """What a model does without and with a part; the state that is on screen stands out."""
    here = ("", ' class="now"') if now else (' class="now"', "")
    head = f"<th></th><th{here[0]}>without {part}</th><th{here[1]}>with {part}</th>"
    body = "".join(
        f'<tr{" class=lit" if name in lit and with_it != NONE else ""}><th scope="row">{label}</th>'
        f"<td{here[0]}>{without}</td><td{here[1]}>{with_it}</td></tr>"
        for name, label, without, with_it in rows
    )
    return f'<table class="readings"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def next_tokens(likeliest: Sequence[tuple[str, float]]) -> str:
    """Bars of the likeliest next tokens."""
    bars = "".join(
        f'<div class="bar" title="{p:.6g}"><bdi>{escape(chips.visible(token))}</bdi>'
        f'<span style="--share: {p:.4f}"></span><b>{_percent(p)}</b></div>'
        for token, p in likeliest
    )
    return f'<p class="label">Likeliest next tokens</p><div class="bars">{bars}</div>'


def _percent(p: float) -> str:
    return f"{100 * p:.3g} %" if p >= 0.001 else f"{100 * p:.2f} %" if p >= 5e-5 else "< 0.01 %"
