"""How byte-pair vocabularies are written down: GPT-2's two files, and Hugging Face's one.

In:     the content of the files
Out:    the id of each token and of each special token; and back again
Next:   bpe.py, the tokenizer that works with them
"""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from llm_core.tokenizers.pieces import BYTE_LETTERS, from_visible, visible

Ranks = dict[bytes, int]
"""The id of each token that merging makes, and of each single byte."""


def read_gpt2_files(merges: str, vocabulary: str) -> tuple[Ranks, dict[str, int]]:
    """Ids of tokens and of special tokens from `vocab.bpe` and `encoder.json`.

    Hugging Face calls them `merges.txt` and `vocab.json`.

    Raises:
        ValueError: the two do not belong together, or are something else.
    """
    lines = [line for line in merges.splitlines() if line and not line.startswith("#version")]
    return _matched(json.loads(vocabulary), [line.split(" ") for line in lines])


def read_tokenizer_json(saved: Mapping[str, Any]) -> tuple[Ranks, dict[str, int]]:
    """Ids of tokens and of special tokens from Hugging Face's `tokenizer.json`.

    Raises:
        ValueError: it is not byte-level, or does not split text like GPT-2.
    """
    model, before = saved.get("model") or {}, saved.get("pre_tokenizer") or {}
    kind = (model.get("type", "BPE"), before.get("type"), before.get("use_regex", True))
    if kind != ("BPE", "ByteLevel", True) or before.get("add_prefix_space"):
        raise ValueError(
            "this is not a byte-level BPE tokenizer like GPT-2's; use one that to_dict wrote"
        )
    merges = [pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"]]
    added = {entry["content"]: entry["id"] for entry in saved.get("added_tokens", [])}
    return _matched(model["vocab"] | added, merges)


def write_tokenizer_json(
    ranks: Mapping[bytes, int],
    special_tokens: Mapping[str, int],
    merges: Sequence[tuple[bytes, bytes]],
) -> dict[str, Any]:
    """A vocabulary ready for JSON, in the form of Hugging Face's `tokenizer.json`."""
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    special = dict(sorted(special_tokens.items(), key=lambda entry: entry[1]))
    return {
        "version": "1.0",
        "added_tokens": [
            {"id": token_id, "content": token, **flags, "special": True}
            for token, token_id in special.items()
        ],
        "pre_tokenizer": byte_level | {"use_regex": True},
        "decoder": byte_level | {"use_regex": True},
        "model": {
            "type": "BPE",
            "vocab": {visible(token): rank for token, rank in ranks.items()} | special,
            "merges": [[visible(left), visible(right)] for left, right in merges],
        },
    }


def _matched(
    ids: Mapping[str, int], merges: Sequence[Sequence[str]]
) -> tuple[Ranks, dict[str, int]]:
    """Tokens that merges make, and the rest, which must be special; with the ids of both."""
    made = ["".join(pair) for pair in merges]
    ordinary = [*BYTE_LETTERS.values(), *made]
    if missing := next((token for token in ordinary if token not in ids), None):
        raise ValueError(
            f"the vocabulary has no token {missing!r}; use merges and ids that belong together"
        )
    if any(ids[earlier] >= ids[later] for earlier, later in pairwise(made)):
        raise ValueError("ids and merges differ in order; use files that belong together")
    ranks = {from_visible(token): ids[token] for token in ordinary}
    return ranks, {token: ids[token] for token in ids.keys() - set(ordinary)}
