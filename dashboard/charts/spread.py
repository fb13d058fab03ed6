"""The numbers of a few vectors as dots on a line, with their mean and deviation."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboard import palette
from dashboard.charts.base import figure


def spread(
    vectors: Mapping[str, Sequence[float]],
    *,
    centres: Sequence[float],
    widths: Sequence[float],
    colours: Mapping[str, palette.Tone],
    value_title: str,
    value_range: tuple[float, float],
) -> go.Figure:
    """One row of dots per vector, first on top; a band marks mean plus and minus one deviation.

    Args:
        vectors: name -> its numbers.
        centres: the mean of each vector.
        widths: the standard deviation of each vector.
        colours: name -> tone.
        value_title: what a number is.
        value_range: fixed ends of the axis.
    """
    traces, shapes = [], []
    for row, (name, numbers) in enumerate(vectors.items()):
        tone = colours[name].light
        heights = [row + (i * 7 % 11 - 5) * 0.045 for i in range(len(numbers))]  # dots side by side
        traces.append(
            go.Scatter(
                x=list(numbers),
                y=heights,
                name=name,
                mode="markers",
                marker={"color": tone, "size": 7, "opacity": 0.65, "line": {"width": 0}},
                customdata=list(range(1, len(numbers) + 1)),
                hovertemplate="channel %{customdata}: %{x:.4g}<extra>" + name + "</extra>",
            )
        )
        centre, width = centres[row], widths[row]
        band = {"type": "rect", "x0": centre - width, "x1": centre + width, "opacity": 0.12}
        middle = {"type": "line", "x0": centre, "x1": centre, "line": {"color": tone, "width": 2}}
        for shape in (band | {"fillcolor": tone, "line": {"width": 0}}, middle):
            shapes.append(shape | {"y0": row - 0.36, "y1": row + 0.36, "layer": "below"})
    return figure(
        traces,
        x_title=value_title,
        shapes=shapes,
        xaxis={"range": list(value_range), "fixedrange": True},
        yaxis={
            "range": [len(vectors) - 0.5, -0.5],
            "tickvals": list(range(len(vectors))),
            "ticktext": list(vectors),
            "showgrid": False,
            "fixedrange": True,
        },
        margin={"l": 70, "r": 16, "t": 8, "b": 48},
    )
