"""A linear layer for one token at a time: whoever reads its weights fastest.

In:     a weight (D, C) and perhaps a bias (D,), and how to keep them
Out:    a product: rows (N, C) -> rows (N, D)
Next:   decoding.py, which makes a whole model of such products

With one row there is one multiplication for each number read, so the time is that of the reading,
and halving the bytes halves the time. Three ways to keep a weight:

    float32     as it is
    bfloat16    half the bytes, 8 binary digits; the row that is multiplied is rounded too
    float16     half the bytes, 11 binary digits; made float32 again on the way, nothing else rounds

Shapes: N rows, C channels that go in, D channels that come out.
Source: Khudia et al. 2021, "FBGEMM" (float16 weights, float32 products).
"""

import warnings
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from llm_core.fast.machine import machine

Product = Callable[[Tensor], Tensor]
"""Rows (N, C) -> rows (N, D)."""

SMALL = 150_000
"""A float32 weight of fewer numbers goes to torch's plain call, which begins sooner."""

FORMATS = (torch.float32, torch.bfloat16, torch.float16)
"""How weights may be kept."""


NOTHING_AFTER: tuple[str, list[float], str] = ("none", [], "")
GELU_AFTER: tuple[str, list[float], str] = ("gelu", [], "tanh")
"""What oneDNN does to its sums: a curve, its numbers, its kind."""


def can_keep(dtype: torch.dtype) -> bool:
    """Whether this machine profits from weights kept like that.

    >>> can_keep(torch.float32)
    True
    """
    if dtype == torch.bfloat16:
        return machine().bf16 and machine().onednn_bf16
    if dtype == torch.float16:
        return "fbgemm" in torch.backends.quantized.supported_engines
    return dtype == torch.float32


def product(
    weight: Tensor, bias: Tensor | None, dtype: torch.dtype, *, gelu: bool = False
) -> Product:
    """The layer x W^T + b, with GELU after it if asked, reading the weight as `dtype`.

    A float32 weight in one piece is not copied; any other is, once.
    """
    weight, bias = weight.detach(), None if bias is None else bias.detach()
    if dtype == torch.bfloat16:
        return _by_bfloat16(weight, bias, gelu)
    if dtype == torch.float16:
        return _by_float16(weight, bias, gelu)
    if weight.numel() < SMALL or not machine().onednn:
        return _plain(weight, bias, gelu)
    return _by_onednn(weight, bias, gelu)


def _plain(weight: Tensor, bias: Tensor | None, gelu: bool) -> Product:
    """Torch's own call."""
    turned = weight.T  # (C, D)

    def multiply(x: Tensor) -> Tensor:
        y = torch.mm(x, turned) if bias is None else torch.addmm(bias, x, turned)  # (N, D)
        return F.gelu(y, approximate="tanh") if gelu else y

    return multiply


def _by_onednn(weight: Tensor, bias: Tensor | None, gelu: bool) -> Product:
    """OneDNN called by name: wider instructions than MKL's, and GELU while the sums are at hand."""
    linear = torch.ops.mkldnn._linear_pointwise.default
    after = GELU_AFTER if gelu else NOTHING_AFTER
    return lambda x: linear(x, weight, bias, *after)  # (N, D)


def _by_bfloat16(weight: Tensor, bias: Tensor | None, gelu: bool) -> Product:
    """OneDNN again, on weights laid out once in the order in which its instructions take them."""
    linear = torch.ops.mkldnn._linear_pointwise.default
    after = GELU_AFTER if gelu else NOTHING_AFTER
    packed = torch.ops.mkldnn._reorder_linear_weight(weight.bfloat16(), 1)
    added = None if bias is None else bias.bfloat16()
    return lambda x: linear(x.bfloat16(), packed, added, *after).float()  # (N, D)


def _by_float16(weight: Tensor, bias: Tensor | None, gelu: bool) -> Product:
    """FBGEMM: each float16 is made a float32 again in the register it was read into."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says once that numbers beyond 65,504 become that
        packed = torch.ops.quantized.linear_prepack_fp16(weight, bias)
    linear = torch.ops.quantized.linear_dynamic_fp16.default

    def multiply(x: Tensor) -> Tensor:
        y = linear(x, packed)  # (N, D)
        return F.gelu(y, approximate="tanh") if gelu else y

    return multiply
