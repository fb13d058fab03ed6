"""Marked text is safe to show."""

from dashboard.lessons.pretraining import passages


def test_what_a_text_holds_stays_text() -> None:
    drawn = passages.html([("<script>alert(1)</script>", "train"), ('"&\x00\u202e', "")])
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn
    assert "\x00" not in drawn
    assert "\u202e" not in drawn  # a sign that turns the direction of what follows


def test_line_breaks_stay() -> None:
    assert "one\ntwo" in passages.html([("one\ntwo", "prompt")])
