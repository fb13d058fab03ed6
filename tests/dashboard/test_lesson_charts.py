"""The charts of the architecture and the weight-loading page say what their numbers say."""

import pytest

from dashboard import palette
from dashboard.charts.activation import activation
from dashboard.charts.bars import bars
from dashboard.charts.fused import fused
from dashboard.charts.histograms import histograms
from dashboard.charts.spread import spread
from dashboard.charts.stacked import stacked
from dashboard.charts.widths import widths


def test_a_band_reaches_one_deviation_to_each_side_of_the_mean() -> None:
    figure = spread(
        {"before": [1.0, 3.0], "after": [-1.0, 1.0]},
        centres=[2.0, 0.0],
        widths=[1.0, 1.0],
        colours={"before": palette.MUTED, "after": palette.ACCENT},
        value_title="value",
        value_range=(-4, 4),
    )
    bands = [(s.x0, s.x1) for s in figure.layout.shapes if s.type == "rect"]
    assert bands == [(1.0, 3.0), (-1.0, 1.0)]
    assert list(figure.data[0].x) == [1.0, 3.0]


def test_a_stacked_bar_says_its_sum_at_its_end() -> None:
    figure = stacked(
        {"weights": [1.0, 2.0], "gradients": [0.0, 30.5]},
        labels=["run", "train"],
        colours={"weights": palette.ACCENT, "gradients": palette.VALIDATION},
        value_title="memory in MB",
        unit="MB",
    )
    assert [text.strip() for text in figure.data[-1].text] == ["1.0 MB", "32.5 MB"]
    assert figure.layout.barmode == "stack"


def test_the_histogram_below_the_curve_counts_every_number_once() -> None:
    values = [-9.0, -1.0, 0.0, 0.5, 9.0]  # those beyond the axis are counted at its ends
    figure = activation(
        {"ReLU": [0.0, 0.0, 3.0]},
        x=[-3.0, 0.0, 3.0],
        colours={"ReLU": palette.MUTED},
        dashed=frozenset(),
        marks=([-1.0], [0.0]),
        mark_name="this token",
        mark_tone=palette.OUTPUT,
        all_values=values,
        x_title="in",
        y_title="out",
        y_range=(-0.6, 3.0),
        count_title="count",
    )
    assert sum(figure.data[-1].y) == len(values)


def test_each_third_of_a_fused_matrix_wears_its_own_colour_and_its_own_columns() -> None:
    tones = {"queries": palette.QUERY, "keys": palette.KEY, "values": palette.VALUE}
    figure = fused(
        {name: [[1.0, 2.0]] for name in tones},
        starts=[0, 6, 12],
        colours=tones,
        row_title="row",
        column_title="column",
    )
    assert [trace.colorscale[-1][1] for trace in figure.data] == [t.light for t in tones.values()]
    assert list(figure.layout.xaxis.ticktext) == ["0 to 1", "6 to 7", "12 to 13"]


@pytest.mark.parametrize("second", [[5.0] * 50, [5.0, 6.0, 7.0, 8.0], [0.0]])
def test_each_outline_holds_a_hundred_per_cent(second: list[float]) -> None:
    figure = histograms(
        {"born": [0.0] * 10, "loaded": second},
        colours={"born": palette.MUTED, "loaded": palette.ACCENT},
        value_title="value of a weight",
    )
    assert [sum(trace.y) for trace in figure.data] == pytest.approx([100, 100])


def test_a_logarithmic_axis_keeps_its_ends() -> None:
    figure = bars(
        {"gradient": [1e-6, 1e-2]},
        labels=["1", "2"],
        colours={"gradient": palette.ACCENT},
        value_title="size",
        value_range=(1e-8, 10),
        log=True,
    )
    assert figure.layout.yaxis.type == "log"
    assert list(figure.layout.yaxis.range) == pytest.approx([-8, 1])


def test_a_vector_four_times_as_long_is_drawn_four_times_as_wide_around_one_middle() -> None:
    figure = widths({"in": [1.0] * 4, "wide": [0.0] * 16}, most=2.0, unit="value")
    ends = [(strip.x0 - 0.5, strip.x0 - 0.5 + len(strip.z[0])) for strip in figure.data]
    assert [right - left for left, right in ends] == [4, 16]
    assert len({left + right for left, right in ends}) == 1
