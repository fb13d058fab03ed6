"""The models this project is measured against; installed for the benchmark only.

The book's own package, `llms-from-scratch`, and Hugging Face `transformers`, each used as its own
documentation does: torch's standard AdamW, the readable training loop, nothing tuned.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from llm_core.config import GPTConfig

LEARNING_RATE, WEIGHT_DECAY = 4e-4, 0.1
STORY = Path(__file__).resolve().parents[1] / "assets" / "story.txt"


def book_model(config: GPTConfig) -> Any:
    """The book's GPTModel with its weights drawn from seed 123."""
    from llms_from_scratch.ch04 import GPTModel

    torch.manual_seed(123)
    return GPTModel({**config})


def book_step(config: GPTConfig, batch: tuple[Tensor, Tensor]) -> Callable[[], float]:
    """One update as in the book's chapter 5."""
    model = book_model(config)
    return _step(model, model, batch)


def book_curve(config: GPTConfig, batches: list[tuple[Tensor, Tensor]]) -> list[float]:
    """The book's loss on each batch, before the update on it."""
    model = book_model(config)
    current: list[Tensor] = [*batches[0]]
    step = _step(model, model, current)
    losses = []
    for batch in batches:
        current[:] = batch
        losses.append(step())
    return losses


def transformers_model(config: GPTConfig) -> Any:
    """Hugging Face's GPT-2 of the same shape, random weights, dropout off."""
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config.vocab_size, n_positions=config.context_length,
            n_embd=config.emb_dim, n_layer=config.n_layers, n_head=config.n_heads,
            embd_pdrop=0.0, attn_pdrop=0.0, resid_pdrop=0.0,
        )
    )  # fmt: skip


def transformers_step(config: GPTConfig, batch: tuple[Tensor, Tensor]) -> Callable[[], float]:
    """The same update with transformers' model."""
    model = transformers_model(config).train()
    return _step(model, lambda ids: model(ids).logits, batch)


def _step(
    model: Any, logits_of: Callable[[Tensor], Tensor], batch: list[Tensor] | tuple[Tensor, Tensor]
) -> Callable[[], float]:
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)

    def step() -> float:
        inputs, targets = batch
        optimizer.zero_grad()
        loss = F.cross_entropy(logits_of(inputs).flatten(0, 1), targets.flatten())
        torch.autograd.backward(loss)
        optimizer.step()
        return loss.item()

    return step


def batches_of_bytes(context: int, batch_size: int, count: int) -> list[tuple[Tensor, Tensor]]:
    """Windows at random places of the bundled story, byte by byte: ids and the ids after them."""
    text = torch.tensor(list(STORY.read_bytes()))
    generator = torch.Generator().manual_seed(11)
    starts = torch.randint(0, len(text) - context, (count, batch_size), generator=generator)
    windows = [torch.stack([text[s : s + context + 1] for s in row]) for row in starts.tolist()]
    return [(w[:, :-1].contiguous(), w[:, 1:].contiguous()) for w in windows]
