"""Let a finetuned model answer.

In:     an entry, and a model that was trained on entries laid out the same way
Out:    the answer, token by token
Next:   ../judging.py, is the answer any good?
"""

from collections.abc import Iterator

import torch

from llm_core.gpt import GPTModel
from llm_core.instructions.batches import END_OF_TEXT
from llm_core.instructions.prompts import ALPACA, Instruction, PromptStyle
from llm_core.sampling import SampledToken, generate, text_to_token_ids
from llm_core.tokenizers import Tokenizer


def answer(
    model: GPTModel,
    entry: Instruction,
    tokenizer: Tokenizer,
    *,
    max_new_tokens: int = 256,
    eos_id: int = END_OF_TEXT,
    style: PromptStyle = ALPACA,
    with_marker: bool = True,
    temperature: float = 0.0,
    top_k: int | None = None,
    generator: torch.Generator | None = None,
) -> Iterator[SampledToken]:
    """A stream of answer tokens, until the model ends the text; the entry's own output is not read.

    Args:
        eos_id: ends an answer; the id the training batches were padded with.
        with_marker: give the model the marker before the answer too. The book lets the model write
            it, which one that has not been finetuned does not do.

    Raises:
        ValueError: the prompt leaves no room for an answer, or see `sampling.generate`.
    """
    prompt = style.prompt(entry) + (style.marker if with_marker else "")
    ids = text_to_token_ids(prompt, tokenizer).to(model.tok_emb.weight.device)  # (1, T)
    context_size = model.pos_emb.num_embeddings
    if ids.shape[1] >= context_size:
        raise ValueError(
            f"the prompt has {ids.shape[1]} tokens and the model sees {context_size} at once; "
            "shorten the instruction or its input"
        )
    return generate(
        model,
        ids,
        max_new_tokens,
        context_size,
        temperature=temperature,
        top_k=top_k,
        eos_id=eos_id,
        generator=generator,
    )
