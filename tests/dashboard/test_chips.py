"""Token chips show every character, and none of it as markup."""

from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard import chips


@given(st.text())
def test_a_chip_shows_only_printable_characters(token: str) -> None:
    assert all(c.isprintable() for c in chips.visible(token))


def test_user_text_is_never_markup() -> None:
    def page() -> None:
        from dashboard import chips

        chips.show(["<img src=x onerror=alert(1)>", "a&b"], notes=['"><script>', ""])

    at = AppTest.from_function(page).run()
    body = at.get("html")[0].proto.body
    assert "<img" not in body
    assert "<script" not in body
    assert "&lt;img" in body
