"""Proves that a document is a number: the same text everywhere, and never the same one twice."""

import hashlib
import subprocess
import sys
from collections import Counter

import pytest

from llm_core import tales
from llm_core.tales import document


def test_a_document_is_the_same_whenever_and_wherever_it_is_written() -> None:
    ours = hashlib.sha256("\n".join(map(document, range(50))).encode()).hexdigest()
    script = (
        "import hashlib; from llm_core.tales import document; "
        "print(hashlib.sha256('\\n'.join(map(document, range(50))).encode()).hexdigest())"
    )
    for seed in ("0", "1"):
        theirs = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        )
        assert theirs.stdout.strip() == ours


def test_documents_and_worlds_differ() -> None:
    texts = [document(number) for number in range(400)]
    assert len(set(texts)) > 395  # short lists may agree by chance
    assert document(0, seed=1) != document(0, seed=2)


def test_kinds_come_as_often_as_they_should(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = dict(zip("abcd", tales.TERMS[0][1].values(), strict=True))
    named = {(lambda rng, name=name: name): share for name, share in shares.items()}
    monkeypatch.setattr(tales, "TERMS", ((0, named),))
    counted = Counter(map(document, range(4000)))
    for name, share in shares.items():
        assert counted[name] / 40 == pytest.approx(share, abs=3)


def test_text_is_plain_and_holds_no_special_token() -> None:
    for number in range(10**9, 10**9 + 300):
        text = document(number)
        assert text.isascii()
        assert text == text.strip()
        assert "<|" not in text
        assert "  " not in text
        assert 0 < len(text) < 6000
