"""Looking ahead: follow several texts at once and keep the likeliest, instead of one.

In:     a model, the ids of a prompt (1, T), and how many texts (beams) to keep
Out:    a stream of steps, each with every continuation that was compared and those that were kept
Next:   schedules.py, how far each step of the training goes

The likeliest next token may lead nowhere good: what is gained on it can be lost on the tokens after
it. A text's own probability is the product of all its tokens' probabilities, so its logarithm is a
sum. Beam search compares these sums. One beam is greedy decoding; as many beams as there are texts
is a search through all of them.

K beams kept, T tokens, V vocabulary

Source: Lowerre 1976, "The Harpy Speech Recognition System" (the search); Wu et al. 2016, "Google's
Neural Machine Translation System", section 7 (the length penalty); Holtzman et al. 2020, "The
Curious Case of Neural Text Degeneration" (the likeliest text is not the best one).
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from llm_core.gpt import GPTModel, KVCache
from llm_core.sampling import likeliest, next_logits


class Candidate(NamedTuple):
    """One text that may follow the prompt, as far as it has come."""

    parent: int
    """Which of the texts kept at the step before it continues, the best one being 0."""

    token_ids: tuple[int, ...]
    """Its tokens, without the prompt."""

    probability: float
    """Of its last token, after all the others."""

    log_probability: float
    """Of all its tokens together: the sum of their logarithms, in nats."""

    score: float
    """That sum divided by length ** length_penalty: what texts of unequal length compete with."""


class BeamStep(NamedTuple):
    """One more token for every text."""

    candidates: tuple[Candidate, ...]
    """Each kept text with each of its likeliest next tokens, the best first."""

    kept: tuple[Candidate, ...]
    """The best of them, which go on; at most as many as there are beams."""

    ended: tuple[Candidate, ...]
    """The best texts so far that came to an end by themselves, the best first."""

    @property
    def best(self) -> Candidate:
        """The text with the highest score so far, whether it has ended or goes on."""
        return max((*self.ended, *self.kept), key=lambda text: text.score)


def beam_search(
    model: GPTModel,
    idx: Tensor,
    *,
    beams: int,
    max_new_tokens: int,
    context_size: int,
    length_penalty: float = 0.0,
    eos_id: int | None = None,
) -> Iterator[BeamStep]:
    """A stream of steps; the last one's `best` is the text that was found.

    All beams go through the model together, and what they share with the step before comes out of
    the cache.

    Args:
        idx: ids of the prompt, (1, T).
        beams: how many texts to keep at each step; 1 always takes the likeliest token.
        max_new_tokens: where to stop at the latest.
        context_size: how many tokens the model sees at once, at most what it was built for.
        length_penalty: 0 compares whole sums, which favours short texts; 1 compares means.
        eos_id: a text that comes to this token has ended; the token is part of it.

    Raises:
        ValueError: no beam, an empty prompt, or a setting outside its range, naming the remedy.
    """
    _check(model, idx, beams, max_new_tokens, context_size)

    def stream(ids: Tensor) -> Iterator[BeamStep]:
        cache = model.new_cache()
        kept: tuple[Candidate, ...] = (Candidate(0, (), 1.0, 0.0, 0.0),)
        ended: tuple[Candidate, ...] = ()
        width = beams if eos_id is None else beams + 1  # one more, should the best be an end
        for length in range(1, max_new_tokens + 1):
            logits = next_logits(model, ids, context_size, cache)  # (K, V)
            candidates = _continued(kept, logits, width, length**length_penalty)
            ended = _best([*ended, *(c for c in candidates[:beams] if c.token_ids[-1] == eos_id)])
            ended = ended[:beams]
            kept = tuple(c for c in candidates if c.token_ids[-1] != eos_id)[:beams]
            yield BeamStep(candidates, kept, ended)
            if not kept or (len(ended) == beams and kept[0].score <= ended[-1].score):
                return  # nothing that goes on is as good as what has ended
            parents = [text.parent for text in kept]
            newest = idx.new_tensor([[text.token_ids[-1]] for text in kept])  # (K, 1)
            ids = torch.cat((ids[parents], newest), dim=1)  # (K, T + length)
            _follow(cache, parents)

    return stream(idx)


def _continued(
    kept: Sequence[Candidate], logits: Tensor, width: int, divisor: float
) -> tuple[Candidate, ...]:
    """Each text with each of its `width` likeliest next tokens, by their logits (K, V).

    More of them could not win: a text's own `width` best tokens beat its others.
    """
    return _best(
        [
            Candidate(
                parent,
                (*before.token_ids, token_id),
                math.exp(gain),
                before.log_probability + gain,
                (before.log_probability + gain) / divisor,
            )
            for parent, before in enumerate(kept)
            for token_id, gain in likeliest(logits[parent].log_softmax(dim=-1), width)
        ]
    )


def _best(texts: list[Candidate]) -> tuple[Candidate, ...]:
    """Highest score first."""
    return tuple(sorted(texts, key=lambda text: text.score, reverse=True))


def _follow(cache: KVCache, parents: list[int]) -> None:
    """Let each row of the cache hold what the text with that parent has read."""
    for layer in cache.layers:
        layer.keys = layer.keys[parents]  # (K, H, S, D)
        layer.values = layer.values[parents]


def _check(
    model: GPTModel, idx: Tensor, beams: int, max_new_tokens: int, context_size: int
) -> None:
    """One prompt, and a search that can go on from it."""
    if idx.ndim != 2 or len(idx) != 1 or idx.shape[1] == 0:
        raise ValueError(
            f"a search continues one prompt of at least one token, ids (1, T), and these are "
            f"{tuple(idx.shape)}; write at least one word"
        )
    if beams < 1:
        raise ValueError(f"beams={beams} keeps no text; choose 1 (greedy) or more")
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens={max_new_tokens} is negative; choose 0 or more")
    longest = model.config.context_length
    if not 1 <= context_size <= longest:
        raise ValueError(
            f"context_size={context_size} does not fit a model built for {longest} tokens; "
            f"choose 1 to {longest}"
        )
