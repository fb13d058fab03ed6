"""Every token knows its characters; GPT-4's tokenizer is read where it lies, and never fetched."""

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from llm_core import tokenizers
from llm_core.corpus import well_formed
from llm_core.tokenizers import gpt4


@given(st.text().map(well_formed))
def test_byte_pairs_cover_the_text_in_its_order(text: str) -> None:
    tokenizer = tokenizers.gpt2_bpe()
    written = [tokenizer.token_bytes(i) for i in tokenizer.encode_ordinary(text)]
    where = tokenizers.byte_places(text, written)
    assert {i for start, end in where for i in range(start, end)} == set(range(len(text)))
    for token, (start, end) in zip(written, where, strict=True):
        assert token in text[start:end].encode()
    assert where == sorted(where)


@given(st.text())
def test_words_and_marks_stand_where_they_were_cut_out(text: str) -> None:
    for pieces in tokenizers.split_in_steps(text):
        where = tokenizers.places(text, pieces)
        assert [text[start:end] for start, end in where] == pieces
        assert all(left.end <= right.start for left, right in pairwise(where))


@given(st.text())
def test_between_words_and_marks_stands_nothing_but_blanks(text: str) -> None:
    where = tokenizers.places(text, tokenizers.split_words(text))
    left = [c for i, c in enumerate(text) if not any(start <= i < end for start, end in where)]
    assert "".join(left).strip() == ""


def test_pieces_of_another_text_are_refused() -> None:
    with pytest.raises(ValueError, match="give the text it came from"):
        tokenizers.places("one two", ["two", "one"])
    with pytest.raises(ValueError, match="give the text they were made from"):
        tokenizers.byte_places("one", [b"two"])


def test_without_its_file_gpt4s_tokenizer_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("asked tiktoken, which would download the file")

    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(tiktoken, "get_encoding", refused)
    assert tokenizers.gpt4_tokenizer() is None
    gpt4.gpt4_file().write_bytes(b"not the published file")
    assert tokenizers.gpt4_tokenizer() is None
    assert gpt4.gpt4_file().exists()


def test_with_its_file_gpt4s_tokenizer_is_tiktokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    content = b"stands in for the file"
    gpt4.gpt4_file().write_bytes(content)
    monkeypatch.setattr(gpt4, "CHECKSUM", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: f"asked for {name}")
    assert tokenizers.gpt4_tokenizer() == "asked for cl100k_base"


def test_file_and_checksum_are_those_tiktoken_knows() -> None:
    source = Path(tiktoken.__file__).parent.parent / "tiktoken_ext" / "openai_public.py"
    text = source.read_text(encoding="utf-8")
    assert gpt4.ADDRESS in text
    assert gpt4.CHECKSUM in text
