"""The next token fast: every weight is read once, and little else happens.

In:     a plain `GPTModel`, then ids (1, T), again and again with one more at the end
Out:    logits (1, V) for the token after them: what `next_logits` gives, in less time
Next:   ../induction.py, one ability watched while it appears

    generate(model, ids, 100, context_size, logits_of=FastDecoder(model))

The ladder, rung by rung:

    cache       keys and values of what was read stand where they are needed, with room for the rest
    last        only the last token goes through the final norm and the head
    stacked     queries, keys and values in one product
    products    each product by whoever is fastest on such a weight (products.py), GELU with it
    16 bits     weights kept as bfloat16 or float16, if asked: half of the bytes to read

Only the last rung rounds, and nothing but the products: sums, norms, keys and values are float32.
It can change a text, because two tokens can be almost equally likely; the others do not.

Shapes: T tokens, N tokens that are new, C channels, L layers, H heads, D channels per head,
    V vocabulary.
Source: Pope et al. 2022, "Efficiently Scaling Transformer Inference".
"""

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llm_core.attention.multi import shared_mask
from llm_core.fast.plain import is_plain
from llm_core.fast.products import FORMATS, Product, can_keep, product
from llm_core.gpt import GPTModel, KVCache
from llm_core.sampling import next_logits
from llm_core.transformer import LayerNorm, TransformerBlock

_NOTHING = torch.zeros(1, 1, 1)


class _Block(NamedTuple):
    """One block, ready to be asked."""

    norm1: LayerNorm
    qkv: Product
    out: Product
    norm2: LayerNorm
    widen: Product
    narrow: Product


class FastDecoder:
    """Asks a plain GPTModel for the next token; pass it to `generate` as `logits_of`.

    It looks at the weights whenever it begins a text, so a model may learn on in between. A model
    with exchanged layers, in another number format or on another device takes the readable path.
    """

    def __init__(self, model: GPTModel, *, dtype: torch.dtype = torch.float32) -> None:
        """
        Args:
            dtype: how weights are kept: float32, bfloat16 or float16; where the machine does not
                profit from that, float32.

        Raises:
            ValueError: another number format.
        """
        if dtype not in FORMATS:
            raise ValueError(f"weights cannot be kept as {dtype}; choose one of {FORMATS}")
        self.model = model
        self.dtype = dtype if can_keep(dtype) else torch.float32
        self._stamp: list[tuple[int, int]] = []
        self._cache: KVCache | None = None
        self._read = torch.empty(0, dtype=torch.long)

    @property
    def fast(self) -> bool:
        """Whether the model is one that this path knows."""
        weights = self.model.parameters()
        return is_plain(self.model) and all(
            w.dtype == torch.float32 and w.device.type == "cpu" for w in weights
        )

    @torch.no_grad()
    def __call__(self, idx: Tensor, context_size: int) -> Tensor:
        """Logits (1, V) for the token after `idx` (1, T), of which the last context_size are seen.

        Where `idx` goes on from what was asked last, only the rest is read. Once the window slides,
        every token stands at another place, so all of it is read each time.

        Raises:
            ValueError: more than one text, or see `GPTModel.embed`.
        """
        if idx.shape[0] != 1:
            raise ValueError(f"this decoder follows one text, not {idx.shape[0]}; pass ids (1, T)")
        ids = idx[0, -context_size:]  # (T,)
        known = len(self._read)
        if not (known < len(ids) and torch.equal(ids[:known], self._read) and known):
            known = 0
            self._begin()
        if self._cache is not None:
            logits = next_logits(self.model, ids[None], context_size, self._cache)
        else:
            self.model._check(ids[None, known:], known)
            logits = self._logits(ids[known:], known)
        self._read = ids
        return logits  # (1, V)

    def _begin(self) -> None:
        """Forget the text, and look whether the weights are still the same."""
        model = self.model
        if not self.fast:
            self._cache = model.new_cache()
            return
        stamp = [(weight.data_ptr(), weight._version) for weight in model.parameters()]
        if stamp != self._stamp or self._cache is not None:
            self._prepare()
        self._stamp, self._cache = stamp, None

    def _prepare(self) -> None:
        """Products of all layers, and room for keys and values."""
        model, config, dtype = self.model, self.model.config, self.dtype
        self._blocks = [_prepared(cast(TransformerBlock, b), dtype) for b in model.trf_blocks]
        self._head = product(model.out_head.weight, None, dtype)
        room = (2, config.n_heads, config.context_length, config.head_dim)
        self._seen = [torch.zeros(room) for _ in model.trf_blocks]  # (2, H, T, D) each

    def _logits(self, ids: Tensor, start: int) -> Tensor:
        """Logits (1, V) after the new ids (N,), the first of which stands at place `start`."""
        model, end = self.model, start + len(ids)
        x = model.tok_emb.weight[ids] + model.pos_emb.weight[start:end]  # (N, C)
        for layer, block in enumerate(self._blocks):
            qkv = block.qkv(_normed(x, block.norm1))  # (N, 3C)
            x = x + block.out(self._attended(qkv, layer, start, end))
            x = x + block.narrow(block.widen(_normed(x, block.norm2)))
        return self._head(_normed(x[-1:], cast(LayerNorm, model.final_norm)))  # (1, V)

    def _attended(self, qkv: Tensor, layer: int, start: int, end: int) -> Tensor:
        """Context vectors (N, C) from queries, keys and values side by side (N, 3C)."""
        seen = self._seen[layer]  # (2, H, T, D)
        _, heads, _, head_dim = seen.shape
        new = qkv.view(-1, 3, heads, head_dim).permute(1, 2, 0, 3)  # (3, H, N, D)
        seen[:, :, start:end] = new[1:]
        queries, (keys, values) = new[0], seen[:, :, :end]  # (H, N, D), (H, T, D) each
        if end - start > 1:
            looks = ~shared_mask(end, qkv.device)[start:] if start else None  # (N, T)
            context = F.scaled_dot_product_attention(
                queries[None], keys[None], values[None], looks, is_causal=start == 0
            )[0]  # (H, N, D)
            return context.transpose(0, 1).reshape(len(qkv), -1)  # (N, C)
        # The newest token may look at everything.
        scores = torch.baddbmm(_NOTHING, queries, keys.mT, beta=0, alpha=head_dim**-0.5)
        return torch.bmm(scores.softmax(dim=-1), values).view(1, -1)  # (H, 1, T) -> (1, C)


def _normed(x: Tensor, norm: LayerNorm) -> Tensor:
    return torch.layer_norm(x, norm.scale.shape, norm.scale, norm.shift, norm.eps)


def _prepared(block: TransformerBlock, dtype: torch.dtype) -> _Block:
    """A block's products."""
    att = block.att
    widen, narrow = cast(nn.Linear, block.ff.layers[0]), cast(nn.Linear, block.ff.layers[2])
    three = (att.W_query, att.W_key, att.W_value)
    weight = torch.cat([layer.weight for layer in three])  # (3C, C)
    bias = None if att.W_query.bias is None else torch.cat([layer.bias for layer in three])
    return _Block(
        norm1=block.norm1,
        qkv=product(weight, bias, dtype),
        out=product(att.out_proj.weight, att.out_proj.bias, dtype),
        norm2=block.norm2,
        widen=product(widen.weight, widen.bias, dtype, gelu=True),
        narrow=product(narrow.weight, narrow.bias, dtype),
    )
