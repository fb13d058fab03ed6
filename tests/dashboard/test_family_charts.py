"""The two charts that only the family page has."""

import pytest

from dashboard.charts.mask import mask
from dashboard.charts.sizes import _short, sizes


def test_every_pair_is_drawn_once_filled_or_not() -> None:
    figure = mask(
        [[True, False], [True, True]], rows="ab", columns="xy", row_title="", column_title=""
    )
    filled, empty = figure.data
    assert sorted(zip(filled.y, filled.x, strict=True)) == [(0, 0), (1, 0), (1, 1)]
    assert list(zip(empty.y, empty.x, strict=True)) == [(0, 1)]
    assert empty.customdata[0] == "a must not look at y"


@pytest.mark.parametrize(
    ("value", "text"), [(70_912, "71 k"), (65e6, "65 M"), (1.542e9, "1.5 B"), (175e9, "175 B")]
)
def test_sizes_are_written_as_people_say_them(value: float, text: str) -> None:
    assert _short(value) == text


def test_each_family_has_a_sign_of_its_own() -> None:
    figure = sizes(
        ["a", "b", "c"],
        [1e6, 1e7, 1e8],
        kinds=["encoder", "decoder", "encoder"],
        faint=[True, False, False],
        value_title="parameters",
        value_range=(1e5, 1e9),
    )
    assert [trace.name for trace in figure.data] == ["encoder", "decoder"]
    assert len({trace.marker.symbol for trace in figure.data}) == 2
