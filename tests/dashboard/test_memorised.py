"""What counts as copied."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.lessons.pretraining.memorised import AT_LEAST, share, stretches

SOURCE = "The Board of Lights had sent Edith Marlow to count the spoons."


@given(st.text(alphabet="ab ", max_size=60), st.text(alphabet="ab ", max_size=60))
def test_the_stretches_joined_are_the_text_and_each_copy_is_one(text: str, source: str) -> None:
    parts = stretches(text, source, at_least=4)
    assert "".join(part.text for part in parts) == text
    for part in parts:
        if part.copied:
            assert len(part.text) >= 4
            assert part.text in source
        else:
            assert not any(part.text[i : i + 4] in source for i in range(len(part.text) - 3))


def test_a_copy_is_taken_as_long_as_it_goes() -> None:
    parts = stretches("so Edith Marlow to count the sheep", SOURCE)
    assert [part.text for part in parts if part.copied] == [" Edith Marlow to count the s"]


def test_a_text_shorter_than_a_copy_is_none() -> None:
    assert share(stretches(SOURCE[: AT_LEAST - 1], SOURCE)) == 0
    assert share(stretches(SOURCE, SOURCE)) == 1
    assert share(stretches("", SOURCE)) == 0
