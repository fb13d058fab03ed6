"""GPT: from token ids to a score for every possible next token.

In:     token ids (B, T)
Out:    logits (B, T, V): at each place, one score per token of the vocabulary for what comes next
Next:   accounting.py, what such a model costs; loss.py, how good its guesses are

First the skeleton (`DummyGPTModel`: embeddings, blocks, a norm, a head, of which the blocks and the
norm do nothing yet), then the same skeleton with its parts filled in (`GPTModel`).

Shapes: B batch, T tokens, C channels, L layers, H heads, D channels per head, V vocabulary.
Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn

from llm_core.attention import LayerCache
from llm_core.config import GPTConfig
from llm_core.transformer import BlockSteps, LayerNorm, TransformerBlock


class DummyTransformerBlock(nn.Module):
    """Holds the place of a block: hands its input on, (B, T, C) -> (B, T, C)."""

    def __init__(self, config: GPTConfig | Mapping[str, Any]) -> None:
        super().__init__()

    def forward(self, x: Tensor) -> Tensor:
        return x


class DummyLayerNorm(nn.Module):
    """Holds the place of a layer norm: hands its input on, (..., C) -> (..., C)."""

    def __init__(self, emb_dim: int, eps: float = 1e-5) -> None:
        super().__init__()

    def forward(self, x: Tensor) -> Tensor:
        return x


class Embedded(NamedTuple):
    """How ids become the vectors that enter the first block."""

    token_vectors: Tensor
    """What each token is, (B, T, C)."""
    position_vectors: Tensor
    """Where each token stands, (T, C)."""
    output: Tensor
    """Their sum, after dropout, (B, T, C)."""


class DummyGPTModel(nn.Module):
    """The skeleton of GPT: ids (B, T) -> logits (B, T, V), with nothing between embedding and head.

    The order in which parts are made decides which random numbers each one starts with; this is the
    book's order, so seed 123 gives the book's numbers.
    """

    block_type: type[nn.Module] = DummyTransformerBlock
    norm_type: type[nn.Module] = DummyLayerNorm

    def __init__(self, config: GPTConfig | Mapping[str, Any]) -> None:
        super().__init__()
        self.config = config = GPTConfig.of(config)
        self.tok_emb = nn.Embedding(config.vocab_size, config.emb_dim)
        self.pos_emb = nn.Embedding(config.context_length, config.emb_dim)
        self.drop_emb = nn.Dropout(config.drop_rate)
        self.trf_blocks = nn.Sequential(*(self.block_type(config) for _ in range(config.n_layers)))
        self.final_norm = self.norm_type(config.emb_dim)
        self.out_head = nn.Linear(config.emb_dim, config.vocab_size, bias=False)

    def embed(self, in_idx: Tensor, start: int = 0) -> Embedded:
        """Vectors of the tokens in `in_idx` (B, T), the first of which stands at place `start`.

        Raises:
            ValueError: not (B, T), empty, too long, or an id that is not in the vocabulary.
        """
        self._check(in_idx, start)
        places = torch.arange(start, start + in_idx.shape[1], device=in_idx.device)
        token_vectors = self.tok_emb(in_idx)  # (B, T) -> (B, T, C)
        position_vectors = self.pos_emb(places)  # (T,) -> (T, C)
        output = self.drop_emb(token_vectors + position_vectors)  # (B, T, C)
        return Embedded(token_vectors, position_vectors, output)

    def _check(self, in_idx: Tensor, start: int) -> None:
        """Say what is wrong with the ids before an index error deep inside would."""
        if in_idx.ndim != 2:
            raise ValueError(
                f"token ids must have shape (batch, tokens), these have {tuple(in_idx.shape)}; "
                "add the batch with ids.unsqueeze(0)"
            )
        if in_idx.numel() == 0:
            raise ValueError("there are no token ids to read; pass at least one token")
        end, context_length = start + in_idx.shape[1], self.pos_emb.num_embeddings
        if end > context_length:
            raise ValueError(
                f"{end} tokens are more than context_length={context_length}; "
                f"keep the last {context_length} tokens or choose a longer context_length"
            )
        lowest, highest = int(in_idx.min()), int(in_idx.max())
        vocab_size = self.tok_emb.num_embeddings
        if lowest < 0 or highest >= vocab_size:
            stranger = lowest if lowest < 0 else highest
            raise ValueError(
                f"token id {stranger} is not in the vocabulary of {vocab_size} tokens "
                f"(ids 0 to {vocab_size - 1}); use the tokenizer this model was made for"
            )

    def forward(self, in_idx: Tensor) -> Tensor:
        x = self.trf_blocks(self.embed(in_idx).output)  # (B, T, C)
        logits: Tensor = self.out_head(self.final_norm(x))  # (B, T, V)
        return logits


class KVCache:
    """Keys and values of the tokens read so far, in all layers.

    `model(new_ids, cache=cache)` reads only the new tokens and adds theirs.
    """

    def __init__(self, layers: list[LayerCache]) -> None:
        self.layers = layers

    @property
    def length(self) -> int:
        """How many tokens it holds."""
        return self.layers[0].length

    @property
    def nbytes(self) -> int:
        """Memory set aside for it, in bytes."""
        return sum(layer.keys.nbytes + layer.values.nbytes for layer in self.layers)


class GPTSteps(NamedTuple):
    """Everything a GPT computes on the way from ids to logits."""

    token_vectors: Tensor
    """What each token is, (B, T, C)."""
    position_vectors: Tensor
    """Where each token stands, (T, C)."""
    block_outputs: tuple[Tensor, ...]
    """The sum of both, then what leaves each block: 1 + L tensors (B, T, C)."""
    attention_weights: Tensor
    """Who looks at whom, in each layer and head, (L, B, H, T, T)."""
    final_norm: Tensor
    """The last block's vectors, normalised, (B, T, C)."""
    logits: Tensor
    """A score for every token of the vocabulary, (B, T, V)."""
    blocks: tuple[BlockSteps, ...]
    """The inside of each block."""


class GPTModel(DummyGPTModel):
    """GPT: the skeleton with real blocks and a real norm: ids (B, T) -> logits (B, T, V).

    Args:
        config: a GPTConfig, or the book's dictionary.

    >>> tiny = GPTConfig(vocab_size=50, context_length=8, emb_dim=6, n_heads=2, n_layers=1)
    >>> GPTModel(tiny)(torch.tensor([[1, 2, 3]])).shape
    torch.Size([1, 3, 50])
    """

    block_type = TransformerBlock
    norm_type = LayerNorm

    def forward(self, in_idx: Tensor, cache: KVCache | None = None) -> Tensor:
        """Logits of the tokens in `in_idx` (B, T), which may follow those held in `cache`.

        Raises:
            ValueError: see `embed`.
        """
        logits: Tensor = self.out_head(self.final_norm(self.read(in_idx, cache)))  # (B, T, V)
        return logits

    def read(self, in_idx: Tensor, cache: KVCache | None = None) -> Tensor:
        """The vectors that leave the last block (B, T, C), for whoever needs few of the logits."""
        x = self.embed(in_idx, start=0 if cache is None else cache.length).output  # (B, T, C)
        for layer, block in enumerate(self.trf_blocks):
            x = block(x, None if cache is None else cache.layers[layer])
        return x

    def steps(self, in_idx: Tensor) -> GPTSteps:
        """The readable path: the same logits, with everything that was computed for them."""
        embedded = self.embed(in_idx)
        outputs: list[Tensor] = [embedded.output]
        blocks: list[BlockSteps] = []
        for block in self.trf_blocks:
            blocks.append(cast(TransformerBlock, block).steps(outputs[-1]))
            outputs.append(blocks[-1].output)
        normalised = self.final_norm(outputs[-1])
        return GPTSteps(
            embedded.token_vectors,
            embedded.position_vectors,
            block_outputs=tuple(outputs),
            attention_weights=torch.stack(
                [block.attention.weights for block in blocks if block.attention]
            ),
            final_norm=normalised,
            logits=self.out_head(normalised),
            blocks=tuple(blocks),
        )

    def new_cache(self, batch_size: int = 1, room: int | None = None) -> KVCache:
        """An empty cache for `batch_size` texts of `room` tokens each, or of context_length."""
        config, weight = self.config, self.tok_emb.weight
        return KVCache(
            [
                LayerCache(
                    batch_size,
                    config.n_heads,
                    room or config.context_length,
                    config.head_dim,
                    weight.dtype,
                    weight.device,
                )
                for _ in self.trf_blocks
            ]
        )

    def tie_weights(self) -> None:
        """Let the head use the token embedding's table, as GPT-2 does: one tensor, two jobs."""
        self.out_head.weight = self.tok_emb.weight

    def num_parameters(self, trainable_only: bool = False) -> int:
        """How many learned numbers the model holds; a table used twice counts once."""
        return sum(
            parameter.numel()
            for parameter in self.parameters()
            if parameter.requires_grad or not trainable_only
        )
