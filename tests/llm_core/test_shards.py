"""Proves that text on disk is read as it was written, whoever writes it and however it is cut."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from llm_core import shards
from llm_core.batches import END_OF_TEXT
from llm_core.shards import Shards
from llm_core.tokenizers import BPETokenizer
from tests.llm_core.small_recipe import document


@pytest.fixture
def tokenizer() -> BPETokenizer:
    return BPETokenizer.train("\n".join(map(document, range(30))), 280)


@pytest.fixture(autouse=True)
def short_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "DOCUMENTS", 10)
    monkeypatch.setattr(shards, "AHEAD", 2)


def written(folder: Path, tokenizer: BPETokenizer, first: int = 0) -> Shards:
    """Shards that this process has written: another one would not know of ten documents."""
    folder.mkdir(exist_ok=True)
    for number in range(3):
        path = folder / f"{number:05}.ids"
        shards.write_shard(path, document, tokenizer.to_dict(), first + 10 * number)
    return Shards(document, tokenizer, folder, first=first, writes=False)


def test_stretches_hold_the_documents_one_after_the_other(
    tokenizer: BPETokenizer, tmp_path: Path
) -> None:
    end = tokenizer.special_tokens[END_OF_TEXT]
    wanted = [i for n in range(30) for i in (*tokenizer.encode_ordinary(document(n)), end)]
    found = list(written(tmp_path, tokenizer).stretches(32, 20))
    assert all(len(ids) == 33 for ids in found)
    assert [i for ids in found for i in ids[:-1].tolist()] == wanted[: 32 * 20]
    assert all(a[-1] == b[0] for a, b in pairwise(found))


def test_other_documents_begin_where_they_are_told_to(
    tokenizer: BPETokenizer, tmp_path: Path
) -> None:
    (ids,) = written(tmp_path, tokenizer, first=10**9).stretches(8, 1)
    assert tokenizer.decode(ids.tolist()) == tokenizer.decode(
        tokenizer.encode_ordinary(document(10**9))[:9]
    )


def test_missing_shards_are_written_by_other_processes(
    tokenizer: BPETokenizer, tmp_path: Path
) -> None:
    made = Shards(document, tokenizer, tmp_path / "new")
    ids = made.shard(0)
    assert len(list((tmp_path / "new").glob("*.ids"))) == 2
    assert ids.dtype == np.uint16
    assert tokenizer.decode(ids.tolist()).startswith(document(0) + END_OF_TEXT + document(1))


def test_a_tokenizer_of_too_many_ids_is_refused(tmp_path: Path) -> None:
    large = BPETokenizer(
        {bytes([i]): i for i in range(256)} | {b"%05d" % i: 256 + i for i in range(2**16)}
    )
    with pytest.raises(ValueError, match="do not fit into two bytes"):
        Shards(document, large, tmp_path)
