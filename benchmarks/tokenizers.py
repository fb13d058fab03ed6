"""Byte pairs learned, a text encoded, windows cut, against peers: python -m benchmarks.tokenizers

The text is on every computer that has Python: its manual, then the source of its modules, so prose
and code, with a few characters outside ASCII. Peers take turns with ours, and the ratio is the
median over rounds. Before anything is timed, what is made is compared: the merges with Hugging
Face's, the ids with Hugging Face's and tiktoken's, the windows with the book's.

The book's trainer is in a notebook of its bonus material and not in its package, so `book_merges`
works as that does: for each merge it counts all neighbours in the text anew and writes it anew.
"""

import json
import statistics
import sysconfig
import time
from collections import Counter, deque
from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from pydoc_data.topics import topics
from typing import Any

import torch

from llm_core.batches import GPTDatasetV1
from llm_core.tokenizers import BPETokenizer, gpt2_bpe, gpt2_tokenizer, visible

ROUNDS = 9


@cache
def text(size: int) -> str:
    """So many bytes of Python's manual and source."""
    modules = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    parts = [*topics.values(), *(path.read_text(encoding="utf-8") for path in modules)]
    return "\n\n".join(parts).encode()[:size].decode(errors="ignore")


def compared(
    name: str, peer: Callable[[], Any], own: Callable[[], Any], rounds: int = ROUNDS
) -> float:
    """How many times as fast ours is; both have worked once before, and take turns."""
    seconds: list[tuple[float, float]] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        peer()
        between = time.perf_counter()
        own()
        seconds.append((between - begun, time.perf_counter() - between))
    theirs, ours = (1000 * statistics.median(times) for times in zip(*seconds, strict=True))
    print(f"{name:34} peer {theirs:10.1f} ms   ours {ours:8.1f} ms", flush=True)
    return statistics.median(peer / own for peer, own in seconds)


def hugging_face_trained(corpus: str, vocab_size: int) -> Any:
    """A tokenizer learned by Hugging Face's trainer, with the settings of GPT-2's."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=2,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([corpus], trainer)
    return tokenizer


def book_merges(corpus: str, vocab_size: int) -> list[tuple[int, int]]:
    """Merges as the book's bonus notebook learns them, which knows no pieces: see above."""
    letters = [chr(code) for code in range(256)]
    marked = corpus[:1] + corpus[1:].replace(" ", "\u0120")  # GPT-2's visible blank
    letters += sorted({*marked, "\u0120"} - {*letters})
    numbers = {letter: number for number, letter in enumerate(letters)}
    ids, merges = [numbers[letter] for letter in marked], []
    for new in range(len(letters) + 1, vocab_size):  # one id is the special token's
        counts = Counter(pairwise(ids))
        if not counts:
            break
        merges.append(max(counts, key=counts.__getitem__))
        left, written = deque(ids), []
        while left:
            first = left.popleft()
            if left and (first, left[0]) == merges[-1]:
                left.popleft()
                first = new
            written.append(first)
        ids = written
    return merges


def training() -> dict[str, float]:
    """Learning merges, against Hugging Face and against the book."""
    corpus, small = text(1_000_000), text(100_000)
    theirs = json.loads(hugging_face_trained(corpus, 4096).to_str())["model"]["merges"]
    ours = BPETokenizer.train(corpus, 4096, special_tokens=()).merges()
    agree([[visible(left), visible(right)] for left, right in ours] == theirs, "the merges")
    return {
        "bpe_train.1MB_4096.vs_hf": compared(
            "learn 4,096 from 1 MB: HF",
            lambda: hugging_face_trained(corpus, 4096),
            lambda: BPETokenizer.train(corpus, 4096, special_tokens=()),
        ),
        "bpe_train.100KB_1000.vs_book": compared(
            "learn 1,000 from 100 KB: book",
            lambda: book_merges(small, 1000),
            lambda: BPETokenizer.train(small, 1000),
            rounds=3,
        ),
    }


def encoding() -> dict[str, float]:
    """A megabyte into GPT-2's ids, by a tokenizer that has seen the text before, and that has not.

    tiktoken remembers nothing from one call to the next.
    """
    from tokenizers import Tokenizer

    corpus, own, fast = text(1_000_000), gpt2_bpe(), gpt2_tokenizer()
    hugging_face = Tokenizer.from_str(json.dumps(own.to_dict()))
    ids = own.encode_ordinary(corpus)
    agree(ids == fast.encode_ordinary(corpus), "the ids")
    agree(ids == hugging_face.encode(corpus).ids, "the ids")
    unprepared = iter([BPETokenizer(own.ranks) for _ in range(ROUNDS)])
    return {
        "encode.own_bpe.vs_tiktoken": compared(
            "encode 1 MB: tiktoken",
            lambda: fast.encode_ordinary(corpus),
            lambda: own.encode_ordinary(corpus),
        ),
        "encode.own_bpe.cold.vs_tiktoken": compared(
            "encode 1 MB for the first time",
            lambda: fast.encode_ordinary(corpus),
            lambda: next(unprepared).encode_ordinary(corpus),
        ),
        "encode.own_bpe.vs_hf": compared(
            "encode 1 MB: HF",
            lambda: hugging_face.encode(corpus),
            lambda: own.encode_ordinary(corpus),
        ),
    }


class Prepared:
    """Stands for a tokenizer that has finished already, so that only the windows are timed."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids

    def encode(self, text: str, **_: Any) -> list[int]:
        """The ids it was made with, whatever the text."""
        return self.ids


def cutting() -> dict[str, float]:
    """A million ids into data sets: the book's first example, and the standards of its loader.

    The first has a window at every token: four tokens, and the next begins one further on.
    """
    from llms_from_scratch import ch02 as book

    some = gpt2_bpe().encode_ordinary(text(1_000_000))
    prepared: Any = Prepared((some * (1_000_000 // len(some) + 1))[:1_000_000])
    ratios = {}
    for name, length, stride in (("", 4, 1), (".standards", 256, 128)):
        theirs = partial(book.GPTDatasetV1, "", prepared, length, stride)
        ours = partial(GPTDatasetV1, "", prepared, length, stride)
        agree(torch.equal(ours()[-1][1], theirs()[-1][1]), "the windows")
        key = f"windows.1M_tokens{name}.vs_book"
        ratios[key] = compared(f"windows of {length}, stride {stride}: book", theirs, ours, 3)
    return ratios


def agree(same: bool, what: str) -> None:
    """Stop where ours and a peer's differ: times of different work mean nothing."""
    if not same:
        raise SystemExit(f"{what} of ours and of the peer differ; run the tests of the tokenizers")


def measure() -> dict[str, float]:
    """All ratios of this part."""
    return training() | encoding() | cutting()


if __name__ == "__main__":
    for key, value in measure().items():
        print(f"{key:34} {value:8.4g}")
