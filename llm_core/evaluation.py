"""What a pretrained model knows: figures on text and questions that it was not trained on.

In:     a model, its tokenizer, and prompts with possible ways to go on
Out:    shares between 0 and 1, and bits per byte
Next:   gpt2_weights, a model that others have pretrained

A language model answers without being asked: of several ways to go on it has a likeliest one. So a
question is a text and some continuations, and the model is right if it finds the right one most
likely. Bits per byte compare models with different tokenizers: they count how many yes-or-no
questions a byte of text still asks of somebody who has read all that stands before it.

K continuations, T tokens, V vocabulary.

Source: Warstadt et al. 2020, "BLiMP" (minimal pairs); Brown et al. 2020, "Language Models are
Few-Shot Learners" (likelihood of continuations); Gao et al. 2020, "The Pile" (bits per byte).
"""

import math
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad

from llm_core.batches import END_OF_TEXT
from llm_core.gpt import GPTModel
from llm_core.sampling import generate
from llm_core.tokenizers import BPETokenizer

ROWS = 16
"""Windows of a long text that go through the model together."""

COPIED = 30
"""Words in a row that nobody writes twice by chance."""


def scores(
    model: GPTModel, tokenizer: BPETokenizer, prompt: str, continuations: Sequence[str]
) -> list[float]:
    """How likely the model finds each continuation after the prompt: natural logarithms, K of them.

    Args:
        model: in evaluation mode.
        tokenizer: its own.
        prompt: of a prompt that is too long for the model, the end counts.
        continuations: each begins as it would in the text, as a rule with a blank.

    Raises:
        ValueError: a continuation is empty or changes how the prompt is cut into tokens.
    """
    start = [tokenizer.special_tokens[END_OF_TEXT], *tokenizer.encode_ordinary(prompt)]
    rows = []
    for continuation in continuations:
        ids = [start[0], *tokenizer.encode_ordinary(prompt + continuation)]
        if ids[: len(start)] != start or len(ids) == len(start):
            raise ValueError(
                f"{continuation!r} does not go on after the prompt in tokens of its own; let the "
                "prompt end at the end of a word, and the continuation begin with a blank"
            )
        rows.append(torch.tensor(ids))
    longest = max(map(len, rows))
    batch = torch.stack([pad(row, (0, longest - len(row))) for row in rows])  # (K, T)
    cut = max(0, longest - 1 - model.config.context_length)  # tokens that the model cannot see
    given = _log_probabilities(model, batch[:, cut:])  # (K, T - 1)
    first = len(start) - 1 - cut  # place of the first token of a continuation among the targets
    return [given[k, first : len(row) - 1 - cut].sum().item() for k, row in enumerate(rows)]


def finds_right(
    model: GPTModel, tokenizer: BPETokenizer, prompt: str, right: str, wrong: Sequence[str]
) -> bool:
    """Whether the model finds the right continuation likelier than every wrong one."""
    best, *others = scores(model, tokenizer, prompt, [right, *wrong])
    return all(best > other for other in others)


def prefers(model: GPTModel, tokenizer: BPETokenizer, right: str, wrong: str) -> bool:
    """Whether the model finds the right sentence of a minimal pair likelier than the wrong one."""
    return finds_right(model, tokenizer, "", right, [wrong])


def writes(model: GPTModel, tokenizer: BPETokenizer, prompt: str, right: str) -> bool:
    """Whether the model goes on with exactly this, always taking the likeliest token."""
    ids = torch.tensor([tokenizer.encode_ordinary(prompt)])  # (1, T)
    wanted = tokenizer.encode_ordinary(prompt + right)[ids.shape[1] :]
    size = model.config.context_length
    written = list(generate(model, ids, len(wanted), size, temperature=0.0))
    return [token.token_id for token in written] == wanted


def bits_per_byte(model: GPTModel, tokenizer: BPETokenizer, text: str) -> float:
    """How many bits the model needs for a byte of the text, read in windows of its context.

    Raises:
        ValueError: an empty text.
    """
    if not text:
        raise ValueError("an empty text has no bytes; choose one with at least a letter")
    size = model.config.context_length
    ids = [tokenizer.special_tokens[END_OF_TEXT], *tokenizer.encode_ordinary(text)]
    nats = 0.0
    starts = range(0, len(ids) - 1, size)
    for first in range(0, len(starts), ROWS):
        rows = [torch.tensor(ids[s : s + size + 1]) for s in starts[first : first + ROWS]]
        batch = torch.stack([pad(row, (0, size + 1 - len(row))) for row in rows])  # (ROWS, T + 1)
        given = _log_probabilities(model, batch)  # (ROWS, T)
        nats -= sum(given[k, : len(row) - 1].sum().item() for k, row in enumerate(rows))
    return nats / math.log(2) / len(text.encode())


def copied(samples: Sequence[str], documents: Iterable[str], words: int = COPIED) -> list[bool]:
    """Which samples have so many words in a row that stand so in a document too.

    Only every few words of a document are looked up: a long common run cannot lie between them.

    Args:
        samples: what the model has written.
        documents: what it has read.
        words: how long a common run has to be; at least 2.

    >>> copied(["a b c d", "d c b a"], ["x a b c y"], words=3)
    [True, False]
    """
    half = (words + 1) // 2
    split = [sample.split() for sample in samples]
    places: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for number, own in enumerate(split):
        for place in range(len(own) - half + 1):
            places.setdefault(tuple(own[place : place + half]), []).append((number, place))
    found = [False] * len(samples)
    for document in documents:
        theirs = document.split()
        for start in range(0, len(theirs) - half + 1, words - half + 1):
            for number, place in places.get(tuple(theirs[start : start + half]), ()):
                common = _common_run(split[number], place, theirs, start)
                found[number] = found[number] or common >= words
    return found


def _common_run(one: Sequence[str], place: int, other: Sequence[str], start: int) -> int:
    """How many words around these two places are the same in both."""
    before = after = 0
    while before < min(place, start) and one[place - before - 1] == other[start - before - 1]:
        before += 1
    longest = min(len(one) - place, len(other) - start)
    while after < longest and one[place + after] == other[start + after]:
        after += 1
    return before + after


@torch.no_grad()
def _log_probabilities(model: GPTModel, ids: Tensor) -> Tensor:
    """Of every token of (K, T) but the first, given those before it: (K, T - 1)."""
    logits = model(ids[:, :-1])  # (K, T - 1, V)
    logged = logits.float().log_softmax(dim=-1)  # (K, T - 1, V)
    given: Tensor = logged.gather(2, ids[:, 1:, None]).squeeze(2)  # (K, T - 1)
    return given
