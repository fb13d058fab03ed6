"""What the attention page hands to the browser, and what it takes back from a link."""

import json
import struct

import pytest
import torch

from dashboard import palette
from dashboard.charts.loglog import loglog
from dashboard.components import saturation
from dashboard.lessons import linked


def test_scores_travel_as_bytes_behind_a_head_of_whole_words() -> None:
    scores = torch.tensor([[1.0, -2.5], [0.25, 1e-3]])
    message = saturation.message({"labels": ["é", "<b>"]}, scores)
    length = int.from_bytes(message[:4], "little")
    assert length % 4 == 0
    assert json.loads(message[4 : 4 + length]) == {"labels": ["é", "<b>"]}
    assert struct.unpack("<4f", message[4 + length :]) == tuple(scores.flatten().tolist())


@pytest.mark.parametrize("choice", ["", "1.2", "3.0.0", "0.-1.0", "a.b.c", "0.0.0.0", "²"])
def test_a_choice_that_is_not_there_becomes_the_standard(choice: str) -> None:
    assert linked.places(choice, (3, 2, 2), (2, 1, 0)) == (2, 1, 0)


def test_a_choice_that_is_there_is_taken() -> None:
    assert linked.places("1.0.1", (3, 2, 2), (2, 1, 0)) == (1, 0, 1)
    assert linked.number("0", 1, -1) == 0


def test_another_text_has_another_name() -> None:
    assert linked.name_of("a", None) != linked.name_of("a", 48)
    assert linked.name_of("a") == linked.name_of("a")


def test_on_logarithmic_axes_every_measured_name_has_a_symbol_of_its_own() -> None:
    drawn = loglog(
        {"one": ([1, 2], [1.0, 4.0]), "two": ([1, 2], [1.0, 2.0])},
        colours={"one": palette.QUERY, "two": palette.KEY},
        x_title="length",
        y_title="seconds",
        laws={"T²": ([1, 2], [1.0, 4.0])},
    )
    law, one, two = drawn.data
    assert law.line.dash == "dash"
    assert one.marker.symbol != two.marker.symbol
    assert drawn.layout.xaxis.type == drawn.layout.yaxis.type == "log"
