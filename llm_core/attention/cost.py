"""What attention costs, measured here and now: time and memory against the length of the text.

In:     an attention layer and lengths T
Out:    a stream of measurements, one for each length and way
Next:   ../transformer.py, where attention becomes one half of a block

Three ways to the same numbers:
    readable    `steps`: every T x T matrix is written down
    fused       `forward`: one kernel, which never writes them down
    cached      only the newest token, the keys and values of the others having been kept

Shapes: T tokens, C channels, H heads, D channels per head.
Source: Vaswani et al. 2017, "Attention Is All You Need", table 1, for T^2; Dao et al. 2022,
    "FlashAttention", for why the fused kernel still takes T^2 time, but not T^2 memory.
"""

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from llm_core.attention.multi import LayerCache, MultiHeadAttention

WAYS = ("readable", "fused", "cached")


class Cost(NamedTuple):
    """One way at one length."""

    way: str
    tokens: int
    seconds: float
    """Of computing on one thread, median of a few runs; seconds that others had do not count."""
    bytes: int
    """Of all tensors written down on the way, the cache included where there is one."""


def with_room_for(layer: MultiHeadAttention, tokens: int) -> MultiHeadAttention:
    """The same layer with the same weights, for longer texts; attention itself has no last place.

    It is the table of positions that ends a GPT's context, and that is not part of this layer.
    """
    longer = copy.copy(layer).eval()
    longer.context_length = max(tokens, layer.context_length)
    return longer


@torch.no_grad()
def costs(
    layer: MultiHeadAttention, lengths: Sequence[int], *, repeats: int = 5, seed: int = 1
) -> Iterator[Cost]:
    """Measure all ways at each length, shortest first, on random vectors.

    Args:
        layer: as many places as it likes; more are made if a length needs them.
        lengths: T each.
        repeats: runs of which the median counts.
        seed: of the vectors.

    Raises:
        ValueError: a length below 1.
    """
    if min(lengths) < 1:
        raise ValueError(f"a text of {min(lengths)} tokens cannot be read; give lengths from 1 on")
    layer = with_room_for(layer, max(lengths))
    generator = torch.Generator().manual_seed(seed)
    for tokens in sorted(lengths):
        x = torch.randn(1, tokens, layer.W_query.in_features, generator=generator)  # (1, T, C)
        cache = LayerCache(1, layer.num_heads, tokens, layer.head_dim)
        layer(x, cache)

        def readable(x: Tensor = x) -> Tensor:
            return layer.steps(x).output

        def fused(x: Tensor = x) -> Tensor:
            output: Tensor = layer(x)
            return output

        def cached(x: Tensor = x, cache: LayerCache = cache) -> Tensor:
            cache.length = x.shape[1] - 1  # as if the last token had not been read yet
            output: Tensor = layer(x[:, -1:], cache)
            return output

        held = cache.keys.nbytes + cache.values.nbytes
        yield _measured("readable", tokens, readable, repeats)
        yield _measured("fused", tokens, fused, repeats)
        yield _measured("cached", tokens, cached, repeats, held)


def _measured(
    way: str, tokens: int, run: Callable[[], Tensor], repeats: int, held: int = 0
) -> Cost:
    with Written() as written:
        run()  # also warms up
    seconds = []
    for _ in range(repeats):
        begun = time.thread_time()
        run()
        seconds.append(time.thread_time() - begun)
    return Cost(way, tokens, max(median(seconds), 1e-9), written.bytes + held)


class Written(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Inside, every new tensor is counted; views of what is there already are not.

    >>> ones = torch.ones(10)
    >>> with Written() as written:
    ...     _ = (ones + 1).view(5, 2)
    >>> written.bytes
    40
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._given: set[int] = set()
        self._made: dict[int, torch.UntypedStorage] = {}  # held, so that no address is used twice

    @property
    def bytes(self) -> int:
        """Of everything written down so far."""
        return sum(storage.nbytes() for storage in self._made.values())

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run one operation, and note which of its results are new memory."""
        for tensor in tree_leaves((args, kwargs)):
            if isinstance(tensor, Tensor) and tensor.untyped_storage().data_ptr() not in self._made:
                self._given.add(tensor.untyped_storage().data_ptr())
        result = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor):
                storage = tensor.untyped_storage()
                if storage.data_ptr() not in self._given:
                    self._made[storage.data_ptr()] = storage
        return result


def growth(lengths: Sequence[float], values: Sequence[float]) -> float:
    """The power of the length by which something grows: the slope of a line through logarithms.

    >>> growth([1, 2, 4], [3, 12, 48])  # twice the length, four times as much
    2.0

    Raises:
        ValueError: fewer than two lengths, or something that is not above zero.
    """
    if len(set(lengths)) < 2 or min(*lengths, *values) <= 0:
        raise ValueError("a growth needs two different lengths or more, and values above zero")
    across, up = [math.log2(n) for n in lengths], [math.log2(v) for v in values]
    middle, height = sum(across) / len(across), sum(up) / len(up)
    slanted = sum((a - middle) * (u - height) for a, u in zip(across, up, strict=True))
    return slanted / sum((a - middle) ** 2 for a in across)
