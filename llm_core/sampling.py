"""Text from a model: turn the logits of the last position into one more token, again and again.

In:     a model, the ids of a prompt (1, T), and how daring to be
Out:    a stream of sampled tokens, each with the probabilities it was drawn from
Next:   schedules.py and training.py, which make the text worth reading

B batch, T tokens, V vocabulary

Source: Fan et al. 2018, "Hierarchical Neural Story Generation" (top-k); Holtzman et al. 2020, "The
Curious Case of Neural Text Degeneration" (top-p); Ackley et al. 1985 (temperature).
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from llm_core.gpt import GPTModel, KVCache
from llm_core.tokenizers import Tokenizer

END_OF_TEXT = "<|endoftext|>"
"""What separates one text from the next in everything a GPT has read."""

COLDEST = 1e-6
"""A temperature below this counts as 0: dividing by it would leave the range of a float32."""


class SamplingSteps(NamedTuple):
    """The chain from logits to probabilities, each (..., V); a token that is out stands at -inf."""

    logits: Tensor
    """What the model gave, unchanged."""

    top_k: Tensor
    """Only the k largest are left."""

    scaled: Tensor
    """Divided by the temperature: below 1 sharper, above 1 flatter."""

    top_p: Tensor
    """Only the fewest whose probabilities reach p together are left."""

    probabilities: Tensor
    """The softmax of that, summing to 1: what the next token is drawn from."""


class SampledToken(NamedTuple):
    """One more token, and how it came about."""

    token_id: int
    """The id that was chosen."""

    probability: float
    """How likely it was: `probabilities[token_id]`."""

    logits: Tensor
    """What the model gave, (V,)."""

    probabilities: Tensor
    """What the token was drawn from, (V,). With temperature 0 nothing is drawn: what the model
    itself gave (temperature 1)."""


def sampling_steps(
    logits: Tensor,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> SamplingSteps:
    """Probabilities of the next token: logits -> top-k -> temperature -> top-p -> softmax.

    Args:
        logits: (..., V).
        temperature: 0 leaves only the largest, which is where ever smaller temperatures lead.
        top_k: how many tokens may be drawn at all; None keeps every one.
        top_p: which share of the probability may be drawn, the likeliest tokens first.

    Raises:
        ValueError: a setting outside its range, naming the range.

    >>> steps = sampling_steps(torch.tensor([4.0, 3.0, 2.0, 1.0]), top_k=2, temperature=0.5)
    >>> [round(p, 4) for p in steps.probabilities.tolist()]
    [0.8808, 0.1192, 0.0, 0.0]
    """
    check_settings(temperature, top_k, top_p)
    kept = logits if top_k is None else _keep_largest(logits, top_k)  # (..., V)
    scaled = _keep_largest(kept, 1) if temperature < COLDEST else kept / temperature
    nucleus = scaled if top_p is None else _keep_nucleus(scaled, top_p)
    return SamplingSteps(logits, kept, scaled, nucleus, nucleus.softmax(dim=-1))


def check_settings(temperature: float, top_k: int | None, top_p: float | None) -> None:
    """Let only settings pass that leave something to draw from.

    Raises:
        ValueError: a setting outside its range, naming the range.
    """
    if not 0 <= temperature < math.inf:
        raise ValueError(
            f"temperature={temperature} has no meaning; choose 0 (always the likeliest) or more"
        )
    if top_k is not None and top_k < 1:
        raise ValueError(
            f"top_k={top_k} leaves no token to draw; choose 1 or more, or None for all"
        )
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p={top_p} is no share; choose more than 0 and at most 1")


def _keep_largest(logits: Tensor, count: int) -> Tensor:
    """The `count` largest of (..., V) and whatever equals the last of them; the rest at -inf."""
    smallest = logits.topk(min(count, logits.shape[-1]), dim=-1).values[..., -1:]  # (..., 1)
    return logits.where(logits >= smallest, -math.inf)  # (..., V)


def _keep_nucleus(logits: Tensor, share: float) -> Tensor:
    """The fewest of (..., V), largest first, that reach `share` together; the rest at -inf."""
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)  # (..., V)
    probabilities = ordered.softmax(dim=-1)
    reached_before = probabilities.cumsum(dim=-1) - probabilities
    reached_before[..., 0] = -1.0  # rounding must not lose the first one
    kept = ordered.where(reached_before < share, -math.inf)
    return torch.empty_like(logits).scatter(-1, order, kept)  # (..., V)


def likeliest(probabilities: Tensor, count: int) -> list[tuple[int, float]]:
    """The ids with the largest of the probabilities (V,), largest first, each with its own.

    >>> likeliest(torch.tensor([0.25, 0.5, 0.25]), 1)
    [(1, 0.5)]
    """
    top = probabilities.topk(min(count, probabilities.shape[-1]))
    return list(zip(top.indices.tolist(), top.values.tolist(), strict=True))


def generate(
    model: GPTModel,
    idx: Tensor,
    max_new_tokens: int,
    context_size: int,
    *,
    temperature: float = 0.0,
    top_k: int | None = None,
    top_p: float | None = None,
    eos_id: int | None = None,
    use_cache: bool = True,
    generator: torch.Generator | None = None,
) -> Iterator[SampledToken]:
    """A stream of new tokens, one at a time: look at the text so far, draw, append, repeat.

    Dropout is off while the model is asked, whatever mode it is in. Once the text is longer than
    `context_size`, the window slides and the oldest token falls out of sight.

    Args:
        idx: ids of the prompt, (1, T).
        max_new_tokens: where to stop at the latest.
        context_size: how many tokens the model sees at once, at most what it was built for.
        temperature: 0 always takes the likeliest; 1 draws as the model believes; more is wilder.
        top_k: draw among the k likeliest only.
        top_p: draw among the likeliest that have this share of the probability together.
        eos_id: stop when this token comes; it is not part of the stream.
        use_cache: keep keys and values of what was read, which is faster and gives the same text.
        generator: where the draws come from; None is torch's global stream.

    Raises:
        ValueError: an empty prompt or a setting outside its range, naming the remedy.
    """
    check_settings(temperature, top_k, top_p)
    _check_prompt(model, idx, max_new_tokens, context_size)
    if idx.shape[0] != 1:
        raise ValueError(f"a stream continues one prompt, not {idx.shape[0]}; pass ids (1, T)")

    def stream(ids: Tensor) -> Iterator[SampledToken]:
        cache = model.new_cache() if use_cache else None
        for _ in range(max_new_tokens):
            logits = _next_logits(model, ids, context_size, cache)  # (1, V)
            softness = 1.0 if temperature < COLDEST else temperature
            chain = sampling_steps(logits, temperature=softness, top_k=top_k, top_p=top_p)
            if temperature < COLDEST:
                following = logits.argmax(dim=-1, keepdim=True)  # (1, 1)
            else:
                following = torch.multinomial(chain.probabilities, 1, generator=generator)  # (1, 1)
            token_id = int(following)
            if token_id == eos_id:
                return
            probabilities = chain.probabilities[0]  # (V,)
            yield SampledToken(token_id, float(probabilities[token_id]), logits[0], probabilities)
            ids = torch.cat((ids, following), dim=1)  # (1, T + 1)

    return stream(idx)


@torch.no_grad()
def _next_logits(model: GPTModel, idx: Tensor, context_size: int, cache: KVCache | None) -> Tensor:
    """Logits (B, V) for the token after `idx` (B, T), without dropout and without gradients."""
    was_training = model.training
    model.eval()
    try:
        if cache is None or idx.shape[1] > context_size:
            # The window has slid: every token now stands at another position, so no kept key fits.
            logits: Tensor = model(idx[:, -context_size:])  # (B, context_size, V)
        else:
            logits = model(idx[:, cache.length :], cache=cache)  # (B, unread, V)
        return logits[:, -1]  # (B, V)
    finally:
        model.train(was_training)


def generate_ids(
    model: GPTModel,
    idx: Tensor,
    max_new_tokens: int,
    context_size: int,
    temperature: float = 0.0,
    top_k: int | None = None,
    eos_id: int | None = None,
    *,
    top_p: float | None = None,
    use_cache: bool = True,
    generator: torch.Generator | None = None,
) -> Tensor:
    """The prompt and everything `generate` streams after it, as ids (1, T + new).

    Raises:
        ValueError: see `generate`.
    """
    stream = generate(
        model, idx, max_new_tokens, context_size, temperature=temperature, top_k=top_k,
        top_p=top_p, eos_id=eos_id, use_cache=use_cache, generator=generator,
    )  # fmt: skip
    new_ids = [token.token_id for token in stream]
    return torch.cat((idx, idx.new_tensor([new_ids])), dim=1)  # (1, T + new)


def generate_text_simple(
    model: GPTModel, idx: Tensor, max_new_tokens: int, context_size: int
) -> Tensor:
    """Always the likeliest token, for every row of ids (B, T) at once: ids (B, T + max_new_tokens).

    Raises:
        ValueError: an empty prompt, or a context longer than the model's.
    """
    _check_prompt(model, idx, max_new_tokens, context_size)
    cache = model.new_cache(batch_size=idx.shape[0])
    for _ in range(max_new_tokens):
        logits = _next_logits(model, idx, context_size, cache)  # (B, V)
        idx = torch.cat((idx, logits.argmax(dim=-1, keepdim=True)), dim=1)  # (B, T + 1)
    return idx


def _check_prompt(model: GPTModel, idx: Tensor, max_new_tokens: int, context_size: int) -> None:
    """A prompt of at least one token, and a window the model can see through."""
    if idx.ndim != 2 or idx.shape[1] == 0:
        raise ValueError(
            f"a prompt is ids of shape (B, T) with at least one token, this one has shape "
            f"{tuple(idx.shape)}; write at least one word, or start from {END_OF_TEXT}"
        )
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens={max_new_tokens} is negative; choose 0 or more")
    longest = model.pos_emb.num_embeddings
    if not 1 <= context_size <= longest:
        raise ValueError(
            f"context_size={context_size} does not fit a model built for {longest} tokens; "
            f"choose 1 to {longest}"
        )


def text_to_token_ids(text: str, tokenizer: Tokenizer) -> Tensor:
    """Ids of the text as a batch of one, (1, T); `<|endoftext|>` in it means the special token."""
    ids = tokenizer.encode(text, allowed_special={END_OF_TEXT})
    return torch.tensor(ids, dtype=torch.long).unsqueeze(0)  # (1, T)


def token_ids_to_text(token_ids: Tensor, tokenizer: Tokenizer) -> str:
    """Text of one row of ids, (1, T) or (T,).

    Raises:
        ValueError: more than one row.
    """
    if token_ids.ndim > 1 and token_ids.shape[0] != 1:
        raise ValueError(f"{token_ids.shape[0]} texts cannot be one string; pass one row of ids")
    return tokenizer.decode(token_ids.flatten().tolist())
