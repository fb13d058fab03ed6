"""Areas: where the parameters of a model live."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def treemap(
    names: Sequence[str],
    parents: Sequence[str],
    values: Sequence[float],
    *,
    whole: str,
    unit: str,
    tones: Sequence[palette.Tone],
) -> go.Figure:
    """Nested areas, each as large as its value.

    Args:
        names: distinct labels; a parent stands before its children.
        parents: the label each lies in, "" for the outermost.
        values: for a parent the sum of its children.
        whole: what all of it is, written on the frame.
        unit: of a value, for the hover.
        tones: one for each name.
    """
    total = sum(value for value, parent in zip(values, parents, strict=True) if not parent)
    names, values = [whole, *names], [total, *values]
    parents = ["", *(parent or whole for parent in parents)]
    tones = [palette.SURFACE, *tones]
    trace = go.Treemap(
        ids=list(names),
        # Plotly writes nothing but the label into the strip above a parent's children
        labels=[
            f"{name}: {value:,.0f}" if name in parents else name
            for name, value in zip(names, values, strict=True)
        ],
        parents=list(parents),
        values=list(values),
        branchvalues="total",
        marker={
            "colors": [tone.light for tone in tones],
            "line": {"width": 2, "color": palette.GROUND.light},
        },
        texttemplate="%{label}<br>%{value:,}",
        textfont={"color": [letters_on(tone).light for tone in tones]},
        customdata=list(names),
        hovertemplate="%{customdata}: %{value:,} " + unit + " (%{percentRoot:.1%})<extra></extra>",
        pathbar={"visible": False},
        tiling={"pad": 0},
    )
    return figure([trace], margin={"l": 0, "r": 0, "t": 0, "b": 0})


def letters_on(tone: palette.Tone) -> palette.Tone:
    """Letters that can be read on an area of this tone, in both themes.

    >>> letters_on(palette.QUERY) is palette.GROUND, letters_on(palette.TOKENS[0]) is palette.INK
    (True, True)
    """
    return palette.GROUND if _brightness(tone.light) < 0.6 else palette.INK


def _brightness(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue
