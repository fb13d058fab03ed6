"""A stream of new tokens: ask the model, draw one, append it, ask again.

In:     a model, the ids of a prompt (1, T), and how daring to be
Out:    a stream of sampled tokens, each with the probabilities it was drawn from
Next:   caching.py, what it saves to keep what was read

B batch, T tokens, V vocabulary
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from llm_core.gpt import GPTModel, KVCache
from llm_core.sampling.chain import COLDEST, check_settings, sampling_steps
from llm_core.sampling.draws import stretches
from llm_core.tokenizers import Tokenizer

END_OF_TEXT = "<|endoftext|>"
"""What separates one text from the next in everything a GPT has read."""


LogitsOf = Callable[[Tensor, int], Tensor]
"""Given ids (1, T) and how many of them are seen at once: logits (1, V) of the token after them."""


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


def generate(
    model: GPTModel,
    idx: Tensor,
    max_new_tokens: int,
    context_size: int,
    *,
    temperature: float = 0.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    repetition_penalty: float = 1.0,
    eos_id: int | None = None,
    use_cache: bool = True,
    generator: torch.Generator | None = None,
    numbers: Sequence[float] | None = None,
    given: Sequence[int] = (),
    logits_of: LogitsOf | None = None,
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
        min_p: draw among those at least this share as likely as the likeliest.
        repetition_penalty: above 1, tokens of the prompt and of the stream come back less often.
        eos_id: stop when this token comes; it is not part of the stream.
        use_cache: keep keys and values of what was read, which is faster and gives the same text.
        generator: where the draws come from; None is torch's global stream.
        numbers: one number from [0, 1) for each token; it takes the token on whose stretch the
            number falls (draws.py), and `generator` is not asked.
        given: ids taken for the first tokens instead of drawn ones; they are part of the stream.
        logits_of: who is asked in the model's place, such as a faster way to the same logits
            (../fast/decoding.py); it keeps what it has read itself.

    Raises:
        ValueError: an empty prompt, a setting outside its range, or fewer numbers than tokens,
            naming the remedy.
    """
    check_settings(temperature, top_k, top_p, min_p, repetition_penalty)
    if numbers is not None and len(numbers) < max_new_tokens:
        raise ValueError(
            f"{max_new_tokens} tokens need as many numbers, and there are {len(numbers)}; "
            "draw more of them, or write fewer tokens"
        )
    _check_prompt(model, idx, max_new_tokens, context_size)
    if idx.shape[0] != 1:
        raise ValueError(f"a stream continues one prompt, not {idx.shape[0]}; pass ids (1, T)")

    def stream(ids: Tensor) -> Iterator[SampledToken]:
        cache = model.new_cache() if use_cache and logits_of is None else None
        for place in range(max_new_tokens):
            if logits_of is None:
                logits = next_logits(model, ids, context_size, cache)  # (1, V)
            else:
                logits = logits_of(ids, context_size)  # (1, V)
            chain = sampling_steps(
                logits, temperature=1.0 if temperature < COLDEST else temperature, top_k=top_k,
                top_p=top_p, min_p=min_p, repetition_penalty=repetition_penalty, seen=ids,
            )  # fmt: skip
            if place < len(given):
                token_id = given[place]
            elif temperature < COLDEST:
                token_id = int(chain.penalised.argmax())
            elif numbers is not None:
                token_id = stretches(chain.min_p[0]).throw(numbers[place]).token_id
            else:
                token_id = int(torch.multinomial(chain.probabilities, 1, generator=generator))
            if token_id == eos_id and place >= len(given):
                return
            probabilities = chain.probabilities[0]  # (V,)
            yield SampledToken(token_id, float(probabilities[token_id]), logits[0], probabilities)
            ids = torch.cat((ids, ids.new_tensor([[token_id]])), dim=1)  # (1, T + 1)

    return stream(idx)


@torch.no_grad()
def next_logits(
    model: GPTModel, idx: Tensor, context_size: int, cache: KVCache | None = None
) -> Tensor:
    """Logits (B, V) for the token after `idx` (B, T), without dropout and without gradients.

    With a cache, which holds the keys and values of what was read, only the rest is read.
    """
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
    min_p: float | None = None,
    repetition_penalty: float = 1.0,
    use_cache: bool = True,
    generator: torch.Generator | None = None,
    logits_of: LogitsOf | None = None,
) -> Tensor:
    """The prompt and everything `generate` streams after it, as ids (1, T + new).

    Raises:
        ValueError: see `generate`.
    """
    stream = generate(
        model, idx, max_new_tokens, context_size, temperature=temperature, top_k=top_k,
        top_p=top_p, min_p=min_p, repetition_penalty=repetition_penalty, eos_id=eos_id,
        use_cache=use_cache, generator=generator, logits_of=logits_of,
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
        logits = next_logits(model, idx, context_size, cache)  # (B, V)
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
